"""What was erased, exported or kept back, when and about whom: ids and counts, never a word of content."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import audit


class Audit:
    """Rows are only ever added; those of an erased workspace stay."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(
        self, workspace_id: str, at: datetime, act: str, subject: str, counts: Mapping[str, int]
    ) -> None:
        """Note that this was done. ``subject`` is an id; ``counts`` says of what how many."""
        row = {
            "workspace_id": workspace_id,
            "id": uuid4().hex,
            "at": at,
            "act": act,
            "subject": subject,
            "counts": dict(counts),
        }
        await self._connection.execute(insert(audit).values(row))
