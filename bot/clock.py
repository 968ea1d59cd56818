"""The time, and what happens because it passes.

APScheduler only calls the tick, every few seconds, in each process; what is due stands in the database. A
rehearsal and a test move their own clock and call the same tick by hand.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from bot.logs import about
from bot.storage.due_prompts import DuePrompt
from bot.storage.unit_of_work import Database

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_TICKS = 5
SECONDS_BETWEEN_SETTINGS = 60
MOST_ATTEMPTS = 20
"""A due prompt that failed so often is set aside: with the lease of a minute, after twenty minutes."""

REMEMBERED = timedelta(days=2)
"""How long handled requests are known again. Slack repeats an event for a day at the very most."""


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class Drains(Protocol):
    """What sends the outbox: `bot.sender.Sender`."""

    async def drain(self) -> int: ...


class SystemClock:
    """The real time. Nothing else in the house reads it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


class SharedClock:
    """The time of the database's server, by which all processes of a bot agree; where the database is a file,
    the time of this machine.

    It is asked now and then (`set`); between two answers time passes by the machine's monotonic clock, so
    that neither a wrong clock of this machine nor one that is put right makes leases end early.
    """

    def __init__(self, database: Database, own: Clock | None = None) -> None:
        self._database = database
        self._own = own or SystemClock()
        self._told = self._own.now()
        self._set_at: float | None = None
        """By the monotonic clock: when the database told the time, in the middle of question and answer."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        if self._set_at is None:
            return self._own.now()
        return self._told + timedelta(seconds=monotonic() - self._set_at)

    async def set(self) -> None:
        """Ask the database, if that was not done within the last minute. Raises what the database raises."""
        asked_at = monotonic()
        if self._set_at is not None and asked_at - self._set_at < SECONDS_BETWEEN_SETTINGS:
            return
        told = await self._database.time()
        if told is not None:
            self._told, self._set_at = told, (asked_at + monotonic()) / 2


class Tick:
    """Does everything that is due now.

    ``handle_due`` acts on a claimed prompt and settles it (finished or postponed) in the same
    transaction. When it raises, the prompt is left to its lease, and is claimed again when that is over.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handle_due: Callable[[DuePrompt], Awaitable[None]],
        sender: Drains,
        upkeep: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """Each ``upkeep`` is called once a tick, and does a bounded step of what is done now and then."""
        self._database = database
        self._clock = clock
        self._handle_due = handle_due
        self._sender = sender
        self._upkeep = upkeep
        self._last_served = ""
        """The workspace that was served last; the next one is first."""
        self._waiting: list[DuePrompt] = []
        """Claimed, and not begun."""
        self._stopped = False

    async def __call__(self) -> None:
        """Handle what is due and send what waits, until nothing more is due at this instant."""
        for step in self._upkeep:
            await self._keep_up(step)
        while await self._handle_claimed() + await self._sender.drain():
            pass

    async def next_due_at(self) -> datetime | None:
        """When the next tick finds something to do: at once, later, or never (None)."""
        async with self._database.reading() as unit:
            found = await unit.due_prompts.next_due_at(), await unit.outbox.next_due_at()
        return min((at for at in found if at is not None), default=None)

    async def give_back(self) -> None:
        """Claim no more, and let other processes have at once what was claimed and not begun."""
        self._stopped = True
        waiting, self._waiting = self._waiting, []
        if waiting:
            async with self._database.unit_of_work() as unit:
                await unit.due_prompts.give_back(waiting)

    async def _keep_up(self, step: Callable[[], Awaitable[None]]) -> None:
        """One that fails must not stop the others; it is tried again with the next tick."""
        try:
            await step()
        except Exception:
            logger.exception("upkeep failed")

    async def _handle_claimed(self) -> int:
        if self._stopped:
            return 0
        async with self._database.unit_of_work() as unit:
            claimed = await unit.due_prompts.claim(self._clock.now(), after=self._last_served)
            if claimed:
                await unit.requests.forget(self._clock.now() - REMEMBERED)
        self._last_served = claimed[-1].workspace_id if claimed else ""
        in_order = sorted(claimed, key=lambda one: (one.wake.due_at, one.wake.key))
        self._waiting.extend(in_order)
        for prompt in in_order:
            if prompt not in self._waiting:
                break  # given back meanwhile
            self._waiting.remove(prompt)
            with about(workspace=prompt.workspace_id, set=prompt.set_id, wake=prompt.wake.key):
                await self._handle(prompt)
        return len(claimed)

    async def _handle(self, prompt: DuePrompt) -> None:
        """One that fails must not stop the others."""
        try:
            await self._handle_due(prompt)
        except Exception:
            logger.exception("a due prompt failed", extra={"attempt": prompt.attempts})
            if prompt.attempts >= MOST_ATTEMPTS:
                await self._give_up(prompt)
        else:
            logger.info("a due prompt was handled", extra={"attempt": prompt.attempts})

    async def _give_up(self, prompt: DuePrompt) -> None:
        async with self._database.unit_of_work() as unit:
            await unit.due_prompts.finish(prompt, "failed")
        logger.error("a due prompt was given up")


class Ticker:
    """Calls the tick every few seconds of real time. Any number of processes may each have one."""

    def __init__(self, tick: Callable[[], Awaitable[None]], seconds: float = SECONDS_BETWEEN_TICKS) -> None:
        self._tick = tick
        self._seconds = seconds
        self._ticking = asyncio.Lock()
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin, with the first tick at once. Needs a running event loop."""
        self._scheduler.add_job(
            self._tick_once,
            "interval",
            seconds=self._seconds,
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    async def stop(self, deadline: float | None = None) -> None:
        """End, after a tick that has begun; at ``deadline`` (the event loop's time) that is cut off."""
        self._scheduler.remove_all_jobs()
        try:
            async with asyncio.timeout_at(deadline), self._ticking:
                pass
        except TimeoutError:
            logger.warning("a tick was cut off")
        self._scheduler.shutdown(wait=False)
        async with self._ticking:
            pass

    async def _tick_once(self) -> None:
        async with self._ticking:
            await self._tick()
