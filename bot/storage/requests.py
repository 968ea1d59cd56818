"""Which requests were handled already: Slack may deliver an event twice, and people press twice."""

from datetime import datetime
from functools import cache

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialect import insert_into
from bot.storage.sweeping import some_of
from bot.storage.tables import handled_requests

AT_A_TIME = 1000


class Requests:
    """The record of handled requests, written in the transaction that handles them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def first(self, workspace_id: str, request: str, now: datetime) -> bool:
        """Whether this is the request's first arrival.

        A second one at the same time waits for how the first ends.
        """
        row = {"workspace_id": workspace_id, "request": request, "received_at": now}
        written = await self._connection.execute(_record(self._connection.dialect.name), row)
        return written.first() is not None

    async def forget(self, before: datetime) -> None:
        """Drop some of the requests that can no longer come again: Slack delivers for a day at most."""
        old = handled_requests.c.received_at < before
        await self._connection.execute(some_of(handled_requests, AT_A_TIME, old))


@cache
def _record(dialect: str) -> Executable:
    insert = insert_into(dialect, handled_requests).on_conflict_do_nothing()
    return insert.returning(handled_requests.c.request)
