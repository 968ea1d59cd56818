"""A bot that runs: its way in, its sender and its tick, begun together and ended in good order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Tick
from bot.doors.reception import Door, Reception
from bot.sender import AT_ONCE, Sender
from bot.storage.news import News
from bot.storage.outbox import Delivery
from bot.storage.unit_of_work import Database

logger = logging.getLogger(__name__)

SECONDS_PER_CALL = 20
"""The longest a call to Slack may take; shorter than a lease of the outbox."""
SECONDS_TO_STOP = 10
"""From the word to stop to the end. What follows are its parts."""
SECONDS_TO_FINISH = 6
SECONDS_TO_LEAVE = 2
SECONDS_TO_GIVE_BACK = 1
SECONDS_TO_LET_GO = 1


class WatchedSender(Sender):
    """A sender of which one can see whether it is at work. Unless it works ``by_itself``, only `drain` sends,
    one row after another; else it wakes the senders of other processes, too, and is woken by them.
    """

    def __init__(self, database: Database, *args: Any, by_itself: bool, **more: Any) -> None:
        super().__init__(database, *args, at_once=AT_ONCE if by_itself else 1, **more)
        self._by_itself = by_itself
        self._others = News(database, self._look)
        self.rests = asyncio.Event()
        """Nothing new was put into the outbox, nothing is being sent, and nobody asks the database for it."""
        self.rests.set()
        self._at_work = 0
        self._stopped = False

    def stop(self) -> None:
        """Claim nothing more. What is claimed is still sent."""
        self._stopped = True

    def wake(self) -> None:
        """Say that something was put into the outbox."""
        if self._by_itself:
            self._look()
            self._others.tell()

    def _look(self) -> None:
        self.rests.clear()
        super().wake()

    async def run(self) -> None:
        """Send when woken, until cancelled; where it does not work by itself, nothing."""
        if self._by_itself:
            async with asyncio.TaskGroup() as together:
                together.create_task(self._others.run())
                together.create_task(super().run())

    async def drain(self) -> int:
        """Send everything that may be sent now."""
        with self._working():
            return await super().drain()

    async def _next_due_at(self) -> datetime | None:
        with self._working():
            return await super()._next_due_at()

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._at_work += 1
        self.rests.clear()
        try:
            yield
        finally:
            self._at_work -= 1
            self._rest_perhaps()

    async def _wait(self, seconds: float | None) -> None:
        """Who waits rests, also when a database that fails has cut the sending off."""
        self._rest_perhaps()
        await super()._wait(seconds)

    def _rest_perhaps(self) -> None:
        if self._at_work == 0 and not self._woken.is_set():
            self.rests.set()

    async def _claim(self, room: int) -> list[Delivery]:
        return [] if self._stopped else await super()._claim(room)


class Bot:
    """One bot. After `connect` it answers and sends by itself; `tick` does what is due now."""

    def __init__(
        self,
        reception: Reception,
        door: Door,
        sender: WatchedSender,
        tick: Tick,
        begin: Callable[[ClientSession], Awaitable[None]],
    ) -> None:
        """``begin`` makes ready to speak with Slack over the session, and raises `CannotStart`."""
        self.reception = reception
        self._door = door
        self._sender = sender
        self._tick = tick
        self._begin = begin
        self._session: ClientSession | None = None
        self._sending: asyncio.Task[None] | None = None

    @property
    def app(self) -> AsyncApp:
        """For tests, which may dispatch a payload without any socket."""
        return self.reception.app

    @property
    def port(self) -> int | None:
        """Where it listens, once it is connected; None in Socket Mode."""
        return self._door.port

    async def connect(self) -> None:
        """Let Slack in and begin to send. Raises `CannotStart` for a wrong token or network."""
        self._session = ClientSession(timeout=ClientTimeout(total=SECONDS_PER_CALL))
        await self._begin(self._session)
        await self._door.open()
        self._sending = asyncio.create_task(self._sender.run())

    async def tick(self) -> None:
        """Do everything that is due now, and send what waits."""
        await self._tick()

    async def next_due_at(self) -> datetime | None:
        """When `tick` has something to do next; None when nothing is due ever."""
        return await self._tick.next_due_at()

    @property
    def in_flight(self) -> int:
        """What is being worked on: requests of Slack that are not answered yet, and the sending."""
        return self.reception.in_flight + (0 if self._sender.rests.is_set() else 1)

    async def idle(self) -> None:
        """Return when nothing that arrived is still being answered, and nothing is being sent."""
        while self.in_flight:
            await self.reception.rests.wait()
            await self._sender.rests.wait()

    async def close(self, deadline: float | None = None) -> None:
        """Take nothing new, finish what has begun, give back what was claimed, and let go of Slack.

        What has not finished at ``deadline`` (the event loop's time) is cut off: `SECONDS_TO_FINISH` from now
        unless told. All together takes at most `SECONDS_TO_STOP`.
        """
        await self.stop()
        try:
            async with asyncio.timeout_at(deadline if deadline is not None else finish_by()):
                await self.idle()
        except TimeoutError:
            logger.warning("cut off", extra={"count": self.in_flight})
        await self.reception.die()
        await _cancelled(self._sending)
        await _within(SECONDS_TO_GIVE_BACK, self._sender.give_back(), "not given back")
        if not await _within(SECONDS_TO_LET_GO, self._door.close(), "the connection was not closed in time"):
            await self._door.die()
        if self._session is not None:
            await self._session.close()

    async def stop(self) -> None:
        """Take nothing new from now on: no payload, no prompt that is due, nothing of the outbox."""
        self._sender.stop()
        await _within(SECONDS_TO_LEAVE, self._door.leave(), "Slack was left late")
        self.reception.close()
        await _within(SECONDS_TO_GIVE_BACK, self._tick.give_back(), "not given back")

    async def die(self) -> None:
        """End as a killed process does: nothing is finished, answered, given back or sent.

        What `tick` does just now is its caller's to cut off, and so are the connections to the database.
        """
        if self._sending is not None:
            self._sending.cancel()
        await self._door.die()
        await self.reception.die()
        if self._session is not None:
            await self._session.close()


def finish_by() -> float:
    """When the event loop's time is up for what has begun."""
    return asyncio.get_running_loop().time() + SECONDS_TO_FINISH


async def _cancelled(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _within(seconds: float, doing: Awaitable[None], otherwise: str) -> bool:
    """Whether it was done in time: at the end neither a database nor a network may hold up the rest."""
    try:
        async with asyncio.timeout(seconds):
            await doing
    except (TimeoutError, OSError, ClientError, SQLAlchemyError) as error:
        logger.warning(otherwise, extra={"error": type(error).__name__})
        return False
    return True
