"""A bot that runs: its way in, its sender and its tick, begun together and ended in good order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from slack_bolt.async_app import AsyncApp

from bot.clock import Tick
from bot.doors.reception import Door, Reception
from bot.sender import AT_ONCE, Sender

SECONDS_PER_CALL = 20
"""The longest a call to Slack may take; shorter than a lease of the outbox."""
SECONDS_TO_FINISH = 10


class WatchedSender(Sender):
    """A sender of which one can see whether it is at work. Unless it works ``by_itself``, only `drain` sends,
    one row after another.
    """

    def __init__(self, *args: Any, by_itself: bool, **more: Any) -> None:
        super().__init__(*args, at_once=AT_ONCE if by_itself else 1, **more)
        self._by_itself = by_itself
        self.rests = asyncio.Event()
        """Nothing new was put into the outbox, and nothing is being sent."""
        self.rests.set()
        self._drains = 0

    def wake(self) -> None:
        """Say that something was put into the outbox."""
        if self._by_itself:
            self.rests.clear()
            super().wake()

    async def run(self) -> None:
        """Send when woken, until cancelled; where it does not work by itself, nothing."""
        if self._by_itself:
            await super().run()

    async def drain(self) -> int:
        """Send everything that may be sent now."""
        self._drains += 1
        self.rests.clear()
        try:
            return await super().drain()
        finally:
            self._drains -= 1
            if self._drains == 0 and not self._woken.is_set():
                self.rests.set()


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

    async def close(self) -> None:
        """Finish what has begun, within seconds, and let go of Slack. What was not sent waits on."""
        try:
            async with asyncio.timeout(SECONDS_TO_FINISH):
                await self.idle()
        except TimeoutError:
            logging.getLogger(__name__).warning("closed with %d things unfinished", self.in_flight)
        await self._door.close()
        if self._sending is not None:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending
        if self._session is not None:
            await self._session.close()

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
