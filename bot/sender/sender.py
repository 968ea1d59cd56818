"""The sender itself: which rows are sent when, and what is written down of each attempt."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.hindrances import Trouble
from bot.metrics import Metrics
from bot.sender.calls import METHODS, send
from bot.sender.failures import Failures
from bot.sender.results import Done, Hindered, Later, Limited, Never, Result
from bot.storage.outbox import Claimed, Delivery
from bot.storage.unit_of_work import Database, UnitOfWork

logger = logging.getLogger(__name__)

AT_ONCE = 16
"""Lanes that are sent to at the same time."""
OF_ONE_WORKSPACE = 8
"""So many of them at most lead to one workspace: where it answers slowly, the others do not wait."""
BETWEEN_POSTS = timedelta(seconds=1)
"""Slack takes one message a second per channel (chat.postMessage); updates are not counted."""
SECONDS_AFTER_AN_ERROR = 5
"""Of real time, after which sending is tried again when the database has failed."""

OnTrouble = Callable[[UnitOfWork, Trouble], Awaitable[None]]


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


async def _nobody_minds(_unit: UnitOfWork, _trouble: Trouble) -> None:
    """For who has nobody to tell."""


class Sender:
    """Sends what waits in the outbox.

    ``client_for`` gives the client of a workspace, built with ``retry_handlers=[]``: a retry within a
    call would hold the row, ignore the clock, and may post twice. Its timeout must be shorter than the
    outbox's lease of 60 seconds. What it raises of type ``absent`` says that the workspace has no token.

    ``on_trouble`` is told, in the transaction that settles the row, of what cannot succeed until something
    has changed; it is called before any lane is locked, and may lock sets and use the outbox. ``jitter``
    gives a number from 0 to 1, by which a wait grows so that failures do not come back all at once.
    """

    def __init__(  # noqa: PLR0913 -- each is given once, by its name
        self,
        database: Database,
        client_for: Callable[[str], Awaitable[AsyncWebClient]],
        clock: Clock,
        *,
        jitter: Callable[[], float],
        at_once: int = AT_ONCE,
        on_trouble: OnTrouble = _nobody_minds,
        absent: type[Exception] | tuple[type[Exception], ...] = (),
        metrics: Metrics | None = None,
    ) -> None:
        self._database = database
        self._client_for = client_for
        self._clock = clock
        self._failures = Failures(jitter)
        self._at_once = at_once
        self._on_trouble = on_trouble
        self._absent = absent
        self._metrics = metrics or Metrics()
        self._woken = asyncio.Event()
        self._news = asyncio.Event()
        """Set, and replaced by another, each time that something was put into the outbox."""
        self._unsettled: dict[tuple[str, str], Delivery] = {}
        """By workspace and lane."""
        self._last_served = ""
        """The workspace that was served last; the next one is first."""

    def wake(self) -> None:
        """Say that something was put into the outbox, for `run` to send it at once."""
        self._woken.set()
        self._news.set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Send when woken, and go on where a lane had to wait, until cancelled. Waits in real seconds."""
        while True:
            try:
                next_at = await self._next_due_at()
                await self._wait((next_at - self._clock.now()).total_seconds() if next_at else None)
                await self.drain()
            except Exception:
                logger.exception("sending stopped; it goes on with the next wake, or soon")
                await self._wait(SECONDS_AFTER_AN_ERROR)

    async def drain(self) -> int:
        """Send everything that may be sent now, several lanes at once, each in order.

        A slow answer holds back its own lane alone, also for what is put into the outbox meanwhile.
        Returns how many rows it handled. Raises what the database raises; what is under way is finished
        before that, and cut off where this is cancelled.
        """
        running: set[asyncio.Task[None]] = set()
        try:
            return await self._drain(running)
        except asyncio.CancelledError:
            for task in running:
                task.cancel()
            raise
        finally:
            await asyncio.gather(*running, return_exceptions=True)

    async def give_back(self) -> None:
        """Let other processes have at once what this one claimed and will not settle: call it at the end,
        when nothing sends any more.
        """
        unsettled, self._unsettled = self._unsettled, {}
        if unsettled:
            async with self._database.unit_of_work() as unit:
                await unit.outbox.give_back(unsettled.values(), self._clock.now())
            logger.warning("given back", extra={"count": len(unsettled)})

    async def _drain(self, running: set[asyncio.Task[None]]) -> int:
        handled = 0
        while True:
            news = self._news
            for delivery in await self._claim(self._at_once - len(running)):
                running.add(asyncio.create_task(self._handle(delivery)))
            if not running:
                return handled
            finished = await _first_finished(running, news)
            handled += len(finished)
            running -= finished

    async def _next_due_at(self) -> datetime | None:
        async with self._database.reading() as unit:
            return await unit.outbox.next_due_at()

    async def _wait(self, seconds: float | None) -> None:
        """Until woken, or for so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _claim(self, room: int) -> list[Delivery]:
        found: list[Delivery] = []
        more = True
        while more and len(found) < room:
            claimed = await self._claim_once(room - len(found))
            found += claimed.deliveries
            more = claimed.more
        return found

    async def _claim_once(self, room: int) -> Claimed:
        busy = Counter(workspace_id for workspace_id, _ in self._unsettled)
        async with self._database.unit_of_work() as unit:
            claimed = await unit.outbox.claim(
                self._clock.now(), room, after=self._last_served, busy=busy, most=OF_ONE_WORKSPACE
            )
        self._unsettled.update({(one.workspace_id, one.lane): one for one in claimed.deliveries})
        self._last_served = claimed.deliveries[-1].workspace_id if claimed.deliveries else ""
        return claimed

    async def _handle(self, delivery: Delivery) -> None:
        """One row that cannot be settled must not stop the others: its lease ends by itself."""
        try:
            result = await self._attempt(delivery)
            ours = await self._settle(delivery, result)
        except Exception:
            logger.exception("not settled", extra=_row(delivery))
        else:
            self._count(delivery, result)
            _report(delivery, result, ours=ours)
        self._unsettled.pop((delivery.workspace_id, delivery.lane), None)

    async def _attempt(self, delivery: Delivery) -> Result:
        best_before: datetime | None = getattr(delivery.outgoing, "best_before", None)
        if best_before is not None and best_before < self._clock.now():
            return Done()
        try:
            client = await self._client_for(delivery.workspace_id)
        except self._absent:
            return self._failures.of_code(delivery, "not_installed")
        except (SlackApiError, ClientError, OSError, TimeoutError) as error:
            return self._failures.of_token(delivery, error)
        return await self._send(client, delivery)

    async def _send(self, client: AsyncWebClient, delivery: Delivery) -> Result:
        try:
            return await send(client, delivery)
        except SlackApiError as error:
            return self._failures.of_answer(delivery, error.response)
        except (ClientError, OSError, TimeoutError) as error:
            return self._failures.of_network(delivery, error)
        except Exception:
            logger.exception("failed", extra=_row(delivery))
            return self._failures.later(delivery, "error_of_ours", ambiguous=True)

    async def _settle(self, delivery: Delivery, result: Result) -> bool:
        async with self._database.unit_of_work() as unit:
            now = self._clock.now()
            if isinstance(result, Done):
                next_at = now + BETWEEN_POSTS if result.posted else now
                return await unit.outbox.done(delivery, next_at, result.sent)
            if isinstance(result, Later):
                next_at = now + result.wait
                return await unit.outbox.retry(delivery, next_at, result.error, ambiguous=result.ambiguous)
            if isinstance(result, Limited):
                return await unit.outbox.limit(delivery, now, result.wait, result.error)
            if isinstance(result, Never):
                return await unit.outbox.bury(delivery, now, result.error)
            return await self._hinder(unit, delivery, result, now)

    async def _hinder(self, unit: UnitOfWork, delivery: Delivery, result: Hindered, now: datetime) -> bool:
        """Tell first, and lock afterwards: commands lock a set before they hold or send anything, too."""
        trouble = result.trouble
        if not await unit.outbox.is_ours(delivery):
            return False
        await self._on_trouble(unit, trouble)
        whom = trouble.conversation or trouble.person
        await unit.outbox.hold(delivery.workspace_id, whom, cause=trouble.cause, now=now)
        if result.keep:
            return await unit.outbox.set_aside(delivery, now, result.error)
        return await unit.outbox.done(delivery, now)

    def _count(self, delivery: Delivery, result: Result) -> None:
        method = METHODS[delivery.call] if delivery.call else "none"
        if not isinstance(result, Done):
            self._metrics.slack_error(method, result.error)
        if isinstance(result, Limited):
            self._metrics.rate_limited(method, result.wait.total_seconds())


async def _first_finished(running: set[asyncio.Task[None]], news: asyncio.Event) -> set[asyncio.Task[None]]:
    """Wait until some have finished, or until there is news: then perhaps none."""
    waiting = asyncio.create_task(news.wait())
    try:
        await asyncio.wait([*running, waiting], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return {one for one in running if one.done()}


def _row(delivery: Delivery) -> dict[str, object]:
    return {
        "workspace": delivery.workspace_id,
        "key": delivery.outgoing.key,
        "kind": type(delivery.outgoing).__name__,
        "attempt": delivery.attempts,
    }


def _report(delivery: Delivery, result: Result, *, ours: bool) -> None:
    row = _row(delivery)
    if not ours:
        logger.warning("the lease was lost; another sender goes on", extra=row)
    elif isinstance(result, Never):
        logger.error("given up", extra=row | {"error": result.error})
    elif isinstance(result, Hindered):
        what = "held" if result.keep else "dropped"
        logger.warning(what, extra=row | {"error": result.error, "reason": result.trouble.cause})
    elif isinstance(result, Later | Limited):
        logger.warning("not sent yet", extra=row | {"error": result.error})
    elif delivery.repeated and result.posted:
        logger.warning("sent, perhaps for the second time", extra=row)
    else:
        logger.info("sent", extra=row)
