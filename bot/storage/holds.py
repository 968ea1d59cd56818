"""Conversations and workspaces to which nothing is sent for now, and why."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.hindrances import Hindrance
from bot.storage.dialect import upsert
from bot.storage.tables import holds


class Holds:
    """The rows of ``holds``. An empty conversation stands for the whole workspace."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, workspace_id: str, conversation: str, cause: Hindrance, now: datetime) -> None:
        """Begin to hold; a later cause takes the place of an earlier one."""
        statement = upsert(self._connection, holds).values(
            workspace_id=workspace_id, conversation=conversation, cause=cause, held_at=now
        )
        again = {"cause": statement.excluded.cause, "held_at": statement.excluded.held_at}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["workspace_id", "conversation"], set_=again)
        )

    async def remove(self, workspace_id: str, conversation: str) -> None:
        """End to hold; nothing happens where nothing is held."""
        c = holds.c
        await self._connection.execute(
            delete(holds).where(c.workspace_id == workspace_id, c.conversation == conversation)
        )

    async def among(
        self, workspaces: Collection[str], conversations: Collection[str]
    ) -> frozenset[tuple[str, str]]:
        """Which of these conversations are held, themselves or with their whole workspace."""
        c = holds.c
        statement = select(c.workspace_id, c.conversation).where(
            c.workspace_id.in_(workspaces), c.conversation.in_([*conversations, ""])
        )
        return frozenset(
            (row.workspace_id, row.conversation) for row in await self._connection.execute(statement)
        )
