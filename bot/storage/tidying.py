"""What the outbox and the due prompts no longer need is deleted, a little at a time."""

from datetime import datetime, timedelta

from sqlalchemy import Table, and_, exists
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from bot.storage.due_prompts import DuePrompts
from bot.storage.paces import Paces
from bot.storage.sweeping import some_of
from bot.storage.tables import lanes, outbox, sent_messages

AT_A_TIME = 500
"""Rows of one table in one transaction: others wait no longer than a moment."""
LONGEST_IN_THE_OUTBOX = timedelta(days=30)
"""What could not be sent for so long (held, or given up and looked at by nobody) is dropped."""
LANE_REMEMBERED = timedelta(days=1)
"""An empty lane knows only when it may be written to next."""
PROMPT_REMEMBERED = timedelta(days=60)
"""Longer than meetings are moved; until then a prompt that was done is not repeated."""
MESSAGE_REMEMBERED = timedelta(days=400)
"""A message that nobody touched for so long is not updated any more, but posted anew."""


class Tidying:
    """Deletes across workspaces, by age alone."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def step(self, now: datetime) -> None:
        """Delete up to `AT_A_TIME` rows of each kind."""
        c, places, messages = outbox.c, lanes.c, sent_messages.c
        rows = exists().where(c.workspace_id == places.workspace_id, c.lane == places.lane)
        await self._delete(outbox, c.put_at < now - LONGEST_IN_THE_OUTBOX)
        await self._delete(
            lanes,
            and_(places.ready_at.is_(None), places.lease_token.is_(None)),
            and_(places.next_at < now - LANE_REMEMBERED, ~rows),
        )
        await self._delete(sent_messages, messages.sent_at < now - MESSAGE_REMEMBERED)
        await DuePrompts(self._connection).forget(now - PROMPT_REMEMBERED, AT_A_TIME)
        await Paces(self._connection).forget(now, AT_A_TIME)

    async def _delete(self, table: Table, *which: ColumnElement[bool]) -> None:
        await self._connection.execute(some_of(table, AT_A_TIME, *which))
