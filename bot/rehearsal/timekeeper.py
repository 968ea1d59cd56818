"""The time of a rehearsal: it jumps from one due instant to the next, and only while the bot is quiet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.rehearsal.clock import MovableClock

MOST_ROUNDS = 200
"""More work than this at one instant is a bot that never comes to rest."""


class Bot(Protocol):
    """The bot under rehearsal, as far as the time must know it. It reads the same clock."""

    @property
    def in_flight(self) -> int:
        """How much is being worked on: requests that are not answered yet, and the sending."""

    async def idle(self) -> None:
        """Return when nothing is in flight."""

    async def tick(self) -> None:
        """Do all that is due now."""

    async def next_due_at(self) -> datetime | None:
        """When something is due next; None when nothing is."""


class Slack(Protocol):
    """One local Slack, or several workspaces of one."""

    @property
    def is_quiet(self) -> bool:
        """True when nothing is on its way."""

    async def quiet(self) -> None:
        """Return when nothing is on its way."""

    def next_due(self) -> datetime | None:
        """When something is due next; None when nothing is."""


class NeverQuiet(Exception):
    """The bot did not come to rest."""


class Timekeeper:
    """Moves the clock for the local Slack and the bot."""

    def __init__(self, clock: MovableClock, slack: Slack, bot: Bot) -> None:
        self._clock = clock
        self._slack = slack
        self._bot = bot

    def now(self) -> datetime:
        return self._clock.now()

    async def rest(self) -> None:
        """Let everything that is due now happen. Raises NeverQuiet, and TimeoutError when the bot hangs."""
        for _ in range(MOST_ROUNDS):
            await self._slack.quiet()
            await self._bot.idle()
            due = await self._next_due()
            if due is not None and due <= self.now():
                await self._bot.tick()
            elif self._slack.is_quiet:
                return
        raise NeverQuiet(
            f"the bot does not come to rest: something is always due at {self.now().isoformat()}"
        )

    async def pass_to(self, target: datetime, stop: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass up to `target`, by way of whatever is due. True when `stop` says so first."""
        while not stop():
            due = await self._next_due()
            if due is None or due > target:
                self._clock.move_to(max(target, self.now()))
                return stop()
            self._clock.move_to(max(due, self.now()))
            await self.rest()
        return True

    async def _next_due(self) -> datetime | None:
        """When something is due next. Not asked while sending: what is sent is due when its lease ends."""
        while True:
            await self._bot.idle()
            found = [at for at in (await self._bot.next_due_at(), self._slack.next_due()) if at is not None]
            if not self._bot.in_flight:
                return min(found, default=None)
