"""What an operator's monitoring asks of the database: whether it may be used, and what waits in it.

These reads are about the whole database and not about any workspace: they count, and name nobody.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.migrate import SchemaState, standing
from bot.storage.tables import (
    TO_SEND,
    PromptState,
    WorkspaceState,
    due_prompts,
    learning_sets,
    outbox,
    workspaces,
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, of all workspaces together. Ages in seconds, 0 where nothing waits."""

    outbox_waiting: int
    outbox_oldest_seconds: float
    prompts_waiting: int
    prompts_overdue: int


@dataclass(frozen=True, slots=True)
class MeetingPlace:
    """Where a set that has not ended meets."""

    workspace_id: str
    set_id: str
    channel: str


class Overview:
    """One query each."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def schema(self) -> SchemaState:
        """How the schema stands to this version of the bot."""
        return await self._connection.run_sync(standing)

    async def backlog(self, now: datetime) -> Backlog:
        """What waits to be sent and to come due."""
        waiting, oldest = await self._outbox()
        prompts, overdue = await self._prompts(now)
        age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
        return Backlog(waiting, age, prompts, overdue)

    async def meeting_places(self) -> list[MeetingPlace]:
        """Where the sets of all workspaces meet that have not uninstalled the app."""
        c, w = learning_sets.c, workspaces.c
        gone = exists().where(w.workspace_id == c.workspace_id, w.state == WorkspaceState.UNINSTALLED)
        rows = await self._connection.execute(
            select(c.workspace_id, c.id, c.channel_id)
            .where(c.ended_at.is_(None), ~gone)
            .order_by(c.workspace_id, c.id)
        )
        return [MeetingPlace(*row) for row in rows]

    async def _outbox(self) -> tuple[int, datetime | None]:
        c = outbox.c
        to_send = c.state.in_(TO_SEND)
        row = await self._connection.execute(select(func.count(), func.min(c.put_at)).where(to_send))
        waiting, oldest = row.one()
        return waiting, oldest

    async def _prompts(self, now: datetime) -> tuple[int, int]:
        c = due_prompts.c
        to_come = c.state.in_([PromptState.DUE, PromptState.LEASED])
        overdue = func.count().filter(c.due_at <= now)
        row = await self._connection.execute(select(func.count(), overdue).where(to_come))
        prompts, late = row.one()
        return prompts, late
