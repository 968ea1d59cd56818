"""People of a workspace, shared by its sets."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.learning_set import Person
from bot.storage.tables import people


class People:
    """Reads of the people whom any set of a workspace knows. They are written with their sets."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known(self, workspace_id: str, ids: Iterable[str]) -> dict[str, Person]:
        """Those of the people whom a set already knows, by id, with their working hours and days away."""
        found = select(people).where(people.c.workspace_id == workspace_id, people.c.id.in_(list(ids)))
        rows = (await self._connection.execute(found)).mappings()
        return {row["id"]: person_of(row) for row in rows}


def person_of(row: RowMapping) -> Person:
    """A row of ``people`` as the domain sees it."""
    fields: dict[str, Any] = {name: value for name, value in row.items() if name != "workspace_id"}
    return Person(**fields)
