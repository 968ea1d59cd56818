"""Out to Slack: takes rows of the outbox and calls the Web API. It decides only about delivery.

A row is claimed in one transaction, sent outside of any, and settled in another. So a row that reached
Slack just before a crash is sent once more: at least once, and a duplicate does no harm, because its
buttons act on the same row.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import ClientError, ClientResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.outgoing import HomeView, Message, PrivateNotice
from bot.storage.outbox import Delivery, Sent
from bot.storage.unit_of_work import Database

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""Lanes that are sent to at the same time."""
BETWEEN_POSTS = timedelta(seconds=1)
"""Slack takes one message a second per channel (chat.postMessage); updates are not counted."""
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT_WHEN_LIMITED = timedelta(seconds=30)
"""For a 429 that does not say in whole seconds how long."""
LONGEST_WAIT = timedelta(minutes=5)
MOST_ATTEMPTS = 100
"""With the waits above: about eight hours of an unreachable Slack."""
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""Slack's codes for a message that can no longer be updated."""
PASSING = frozenset(
    {
        "accesslimited",
        "fatal_error",
        "internal_error",
        "invalid_auth",
        "not_authed",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",
    }
)
"""Codes that may pass, or that an operator repairs. Every other one says the same however often one asks."""
EVENT_TYPE = "action_learning"


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do with the row. ``sent``: where the message is now; ``posted``: it is a new one."""

    sent: Sent | None = None
    posted: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """It failed and may succeed later."""

    error: str
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Never:
    """It can never succeed."""

    error: str


Result = Done | Later | Never


class Sender:
    """Sends what waits in the outbox.

    ``client_for`` gives the client of a workspace, built with ``retry_handlers=[]``: a retry within a
    call would hold the row, ignore the clock, and may post twice. Its timeout must be shorter than the
    outbox's lease of 60 seconds. ``jitter`` gives a number from 0 to 1, by which a wait grows so that
    failures do not come back all at once.
    """

    def __init__(
        self,
        database: Database,
        client_for: Callable[[str], Awaitable[AsyncWebClient]],
        clock: Clock,
        *,
        jitter: Callable[[], float],
        at_once: int = AT_ONCE,
    ) -> None:
        self._database = database
        self._client_for = client_for
        self._clock = clock
        self._jitter = jitter
        self._at_once = at_once
        self._woken = asyncio.Event()
        self._news = asyncio.Event()
        """Set, and replaced by another, each time that something was put into the outbox."""

    def wake(self) -> None:
        """Say that something was put into the outbox, for `run` to send it at once."""
        self._woken.set()
        self._news.set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Send when woken, and go on where a lane had to wait, until cancelled. Waits in real seconds."""
        while True:
            try:
                await self._rest()
                await self.drain()
            except Exception:
                logger.exception("sending stopped; it goes on with the next wake")
                await self._woken.wait()

    async def drain(self) -> int:
        """Send everything that may be sent now, several lanes at once, each in order.

        A slow answer holds back its own lane alone, also for what is put into the outbox meanwhile.
        Returns how many rows it handled.
        """
        handled = 0
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                news = self._news
                for delivery in await self._claim(self._at_once - len(running)):
                    running.add(group.create_task(self._handle(delivery)))
                if not running:
                    return handled
                finished = await _first_finished(running, news)
                handled += len(finished)
                running -= finished

    async def _rest(self) -> None:
        async with self._database.reading() as unit:
            next_at = await unit.outbox.next_due_at()
        seconds = max(0.0, (next_at - self._clock.now()).total_seconds()) if next_at else None
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _claim(self, room: int) -> list[Delivery]:
        if room == 0:
            return []
        async with self._database.unit_of_work() as unit:
            return await unit.outbox.claim(self._clock.now(), room)

    async def _handle(self, delivery: Delivery) -> None:
        result = await self._attempt(delivery)
        async with self._database.unit_of_work() as unit:
            now = self._clock.now()
            if isinstance(result, Done):
                next_at = now + BETWEEN_POSTS if result.posted else now
                ours = await unit.outbox.done(delivery, next_at, result.sent)
            elif isinstance(result, Later):
                ours = await unit.outbox.retry(delivery, now + result.wait, result.error)
            else:
                ours = await unit.outbox.bury(delivery, now, result.error)
        _report(delivery, result, ours=ours)

    async def _attempt(self, delivery: Delivery) -> Result:
        best_before: datetime | None = getattr(delivery.outgoing, "best_before", None)
        if best_before is not None and best_before < self._clock.now():
            return Done()
        try:
            client = await self._client_for(delivery.workspace_id)
            return await _send(client, delivery)
        except SlackApiError as error:
            return self._failure(delivery, error.response)
        except (ClientError, OSError, TimeoutError) as error:
            return self._later(delivery, type(error).__name__)

    def _failure(self, delivery: Delivery, response: Any) -> Result:
        """What an error answer of Slack means for the row."""
        code, status = _code(response), _status(response)
        named = code or f"http_{status}"
        if status == 429 or code == "ratelimited":
            wait = _retry_after(response) or min(_doubling(delivery.attempts), LONGEST_WAIT_WHEN_LIMITED)
            return self._later(delivery, named, wait)
        if code is None or status >= 500 or code in PASSING:
            return self._later(delivery, named)
        return Never(code)

    def _later(self, delivery: Delivery, error: str, wait: timedelta | None = None) -> Result:
        if delivery.attempts >= MOST_ATTEMPTS:
            return Never(error)
        return Later(error, wait or min(_doubling(delivery.attempts), LONGEST_WAIT) * (1 + self._jitter()))


async def _first_finished(running: set[asyncio.Task[None]], news: asyncio.Event) -> set[asyncio.Task[None]]:
    """Wait until some have finished, or until there is news: then perhaps none."""
    waiting = asyncio.create_task(news.wait())
    try:
        await asyncio.wait([*running, waiting], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return {one for one in running if one.done()}


async def _send(client: AsyncWebClient, delivery: Delivery) -> Result:
    outgoing = delivery.outgoing
    if isinstance(outgoing, Message):
        return await _send_message(client, delivery, outgoing)
    if isinstance(outgoing, PrivateNotice):
        return await _send_notice(client, delivery, outgoing)
    return await _publish_home(client, outgoing)


async def _send_message(client: AsyncWebClient, delivery: Delivery, message: Message) -> Result:
    """An update of what was sent under this key; a new post where nothing was, or where it is gone."""
    if delivery.sent is not None and await _update(client, delivery.sent, message):
        return Done(delivery.sent)
    if message.update_only:
        return Done()
    if message.thread_key is not None and delivery.thread is None:
        return Never("thread_was_not_sent")
    return await _post(client, message, delivery.thread)


async def _update(client: AsyncWebClient, sent: Sent, message: Message) -> bool:
    """Whether it could be updated; False when it is gone from Slack."""
    try:
        await client.chat_update(
            channel=sent.channel,
            ts=sent.ts,
            text=message.text,
            blocks=message.blocks,
            metadata=_metadata(message),
        )
    except SlackApiError as error:
        if _code(error.response) not in GONE:
            raise
        return False
    return True


async def _post(client: AsyncWebClient, message: Message, thread: Sent | None) -> Result:
    answer = await client.chat_postMessage(
        channel=thread.channel if thread else message.conversation,
        text=message.text,
        blocks=message.blocks,
        metadata=_metadata(message),
        unfurl_links=False,
        unfurl_media=False,
        thread_ts=thread.ts if thread else None,
        reply_broadcast=message.broadcast if thread else None,
    )
    return Done(Sent(channel=answer["channel"], ts=answer["ts"]), posted=True)


async def _send_notice(client: AsyncWebClient, delivery: Delivery, notice: PrivateNotice) -> Result:
    """In the thread where it belongs, or beside it: it is a word to somebody who waits for it now."""
    await client.chat_postEphemeral(
        channel=notice.conversation,
        user=notice.reader,
        text=notice.text,
        blocks=notice.blocks,
        thread_ts=delivery.thread.ts if delivery.thread else None,
    )
    return Done()


async def _publish_home(client: AsyncWebClient, home: HomeView) -> Result:
    await client.views_publish(user_id=home.person, view=home.view)
    return Done()


def _metadata(message: Message) -> dict[str, Any]:
    """Anybody in the conversation can read it: opaque ids only."""
    stage = {"stage": message.stage} if message.stage is not None else {}
    return {"event_type": EVENT_TYPE, "event_payload": {"key": message.key} | stage}


def _doubling(attempts: int) -> timedelta:
    return SHORTEST_WAIT * (1 << min(attempts - 1, 16))


def _status(response: Any) -> int:
    """Of a SlackResponse, or of aiohttp's own where the body could not be read."""
    status: int = response.status if isinstance(response, ClientResponse) else response.status_code
    return status


def _code(response: Any) -> str | None:
    """Slack's own word for what is wrong; None where somebody between us and Slack has answered."""
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return str(code) if code else None


def _retry_after(response: Any) -> timedelta | None:
    """What the header says; None when it is missing or is not a whole number of seconds."""
    said = str(response.headers.get("Retry-After", ""))
    return timedelta(seconds=int(said)) if said.isascii() and said.isdigit() else None


def _report(delivery: Delivery, result: Result, *, ours: bool) -> None:
    row = {
        "workspace": delivery.workspace_id,
        "key": delivery.outgoing.key,
        "kind": type(delivery.outgoing).__name__,
        "attempt": delivery.attempts,
    }
    if not ours:
        logger.warning("the lease was lost; another sender goes on", extra=row)
    elif isinstance(result, Never):
        logger.error("given up", extra=row | {"error": result.error})
    elif isinstance(result, Later):
        logger.warning("not sent yet", extra=row | {"error": result.error})
    else:
        logger.info("sent", extra=row)
