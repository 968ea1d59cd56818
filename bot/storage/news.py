"""How the processes of one bot wake each other: PostgreSQL's LISTEN and NOTIFY.

What is told is only that the outbox was given something; what it was stands in the database. It is told
after the commit and outside of it, several commits at a time: a NOTIFY within a transaction makes all
transactions of the server that notify commit one after another. So news may be lost, with its process or
with a connection, and must never be relied upon: the tick finds everything a few seconds later. Behind a
proxy that pools transactions nothing is ever heard, which does no other harm. With SQLite nothing is told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from psycopg import Error
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.unit_of_work import Database

logger = logging.getLogger(__name__)

CHANNEL = "action_learning_outbox"
SECONDS_BETWEEN_TELLINGS = 0.05
"""What is put into the outbox meanwhile is told at one go."""
SECONDS_TO_RECONNECT = 5
LOST = (SQLAlchemyError, Error, OSError)
"""What a database that is gone, or is coming back, raises."""


class News:
    """What one process tells the others, and hears of them. It does not hear itself."""

    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        """``heard`` is called at news, and when the way to them is open again: some may have been missed."""
        self._database = database
        self._heard = heard
        self._me = uuid4().hex
        self._to_tell = asyncio.Event()
        self.listening = asyncio.Event()
        """Set while news would be heard."""

    def tell(self) -> None:
        """Say, soon, that something was committed to the outbox. Nothing is told unless `run` runs."""
        self._to_tell.set()

    async def run(self) -> None:
        """Tell and hear until cancelled. Returns at once where the database is a file."""
        if self._database.is_a_file:
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(self._again_and_again(self._hear))
            both.create_task(self._again_and_again(self._keep_telling))

    async def _again_and_again(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except LOST as error:
                logger.warning("no news of other processes for now", extra={"error": type(error).__name__})
            except Exception:
                logger.exception("no news of other processes for now")
            await asyncio.sleep(SECONDS_TO_RECONNECT)

    async def _hear(self) -> None:
        async with self._database.outside_transactions() as connection:
            try:
                await connection.execute(text(f"LISTEN {CHANNEL}"))
                self.listening.set()
                self._heard()
                await self._pass_on((await connection.get_raw_connection()).driver_connection)
            finally:
                self.listening.clear()
                await connection.invalidate()  # it listens, and so is of no use to anybody else

    async def _pass_on(self, connection: Any) -> None:
        async for notification in connection.notifies():
            if notification.payload != self._me:
                self._heard()

    async def _keep_telling(self) -> None:
        while True:
            await self._to_tell.wait()
            self._to_tell.clear()
            async with self._database.outside_transactions() as connection:
                await connection.execute(select(func.pg_notify(CHANNEL, self._me)))
            await asyncio.sleep(SECONDS_BETWEEN_TELLINGS)
