"""How many days after its end each workspace keeps a set, where it chose for itself."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.tables import workspaces


class Retentions:
    """The column ``retention_days`` of ``workspaces``: NULL is no choice, 0 is for ever."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, workspace_id: str) -> int | None:
        """What the workspace chose; None where it did not."""
        c = workspaces.c
        chosen: int | None = await self._connection.scalar(
            select(c.retention_days).where(c.workspace_id == workspace_id)
        )
        return chosen

    async def choose(self, workspace_id: str, days: int) -> bool:
        """Note the choice. False: there is no such workspace."""
        c = workspaces.c
        chosen = update(workspaces).where(c.workspace_id == workspace_id).values(retention_days=days)
        return (await self._connection.execute(chosen)).rowcount == 1
