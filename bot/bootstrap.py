"""Wires the rooms together, by hand and once. `run` gives it the real clock, a rehearsal one it can move."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from random import SystemRandom
from secrets import token_hex
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, Tick
from bot.command_handler import CommandHandler
from bot.directory import Directory
from bot.listeners.registration import register
from bot.listeners.socket_mode import SocketModeDoor
from bot.listeners.visit import Desk
from bot.outgoing import Message
from bot.prompt_library import PromptLibrary
from bot.queries import Queries
from bot.sender import AT_ONCE, Sender
from bot.settings import Settings
from bot.storage.migrate import SchemaState, check
from bot.storage.unit_of_work import Database
from bot.vault import Vault

SECONDS_PER_CALL = 20
"""The longest a call to Slack may take; shorter than a lease of the outbox."""
SECONDS_TO_CONNECT = 30
SECONDS_TO_FINISH = 10
TOKENS = {"bot": "SLACK_BOT_TOKEN", "app": "SLACK_APP_TOKEN"}


class CannotStart(Exception):
    """The bot cannot start as things are. The text is for the operator and says what to do."""


class Bot:
    """One bot. After `connect` it answers and sends by itself; `tick` does what is due now."""

    def __init__(
        self,
        app: AsyncApp,
        door: Callable[[], SocketModeDoor],
        sender: "WatchedSender",
        tick: Tick,
        sending: AsyncWebClient,
    ) -> None:
        self.app = app
        """For tests, which may dispatch a payload without any socket."""
        self._make_door = door
        self._sender = sender
        self._tick = tick
        self._clients = (app.client, sending)
        self._session: ClientSession | None = None
        self._door: SocketModeDoor | None = None
        self._sending: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect by Socket Mode and begin to send. Raises `CannotStart` for a wrong token or network."""
        self._session = ClientSession(timeout=ClientTimeout(total=SECONDS_PER_CALL))
        for client in self._clients:
            client.session = self._session
        await _ask(self.app.client.auth_test(), "bot")
        self._door = self._make_door()
        opened = await _ask(self.app.client.apps_connections_open(app_token=self._door.app_token), "app")
        # Already opened, and its address is good for one connection: without it the client would ask again.
        self._door.client.wss_uri = opened["url"]
        await self._connect_socket(self._door)
        self._sending = asyncio.create_task(self._sender.run())

    async def tick(self) -> None:
        """Do everything that is due now, and send what waits. Mends the connection, too."""
        if self._door is not None:
            await self._door.heal()
        await self._tick()

    async def next_due_at(self) -> datetime | None:
        """When `tick` has something to do next; None when nothing is due ever."""
        return await self._tick.next_due_at()

    @property
    def in_flight(self) -> int:
        """What is being worked on: requests of Slack that are not answered yet, and the sending."""
        arrived = self._door.in_flight if self._door else 0
        return arrived + (0 if self._sender.rests.is_set() else 1)

    async def idle(self) -> None:
        """Return when nothing that arrived is still being answered, and nothing is being sent."""
        while self.in_flight:
            if self._door is not None:
                await self._door.rests.wait()
            await self._sender.rests.wait()

    async def close(self) -> None:
        """Finish what has begun, within seconds, and let go of Slack. What was not sent waits on."""
        try:
            async with asyncio.timeout(SECONDS_TO_FINISH):
                await self.idle()
        except TimeoutError:
            logging.getLogger(__name__).warning("closed with %d things unfinished", self.in_flight)
        if self._door is not None:
            await self._door.close_async()  # type: ignore[no-untyped-call]
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
        if self._door is not None:
            await self._door.die()
        if self._session is not None:
            await self._session.close()

    async def _connect_socket(self, door: SocketModeDoor) -> None:
        """slack_sdk tries for ever; at the start that would look like a bot that works."""
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                await door.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            raise CannotStart(
                "Slack does not let this bot connect by Socket Mode. Is Socket Mode switched on in the "
                "settings of your Slack app, and are web sockets allowed from here?"
            ) from error


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


def build(  # noqa: PLR0913 -- each is given once, by its name
    *,
    settings: Settings,
    clock: Clock,
    library: PromptLibrary,
    database: Database,
    new_id: Callable[[], str] = lambda: token_hex(6),
    ping_seconds: float = 10,
    sends_by_itself: bool = True,
) -> Bot:
    """Wire a bot; nothing is called yet. ``new_id`` makes short ids, and must never make one twice.
    Every ``ping_seconds`` of real time the connection is tried, and made anew where it is lost.
    Unless it ``sends_by_itself``, only `tick` sends, one row after another: then the same requests give the
    same course. Raises `CannotStart` where a token is missing.
    """
    bot_token, app_token = _token(settings.slack_bot_token, "bot"), _token(settings.slack_app_token, "app")
    reading, sending = (AsyncWebClient(bot_token, base_url=settings.slack_api_url) for _ in range(2))
    reading.retry_handlers = [
        AsyncConnectionErrorRetryHandler(),
        AsyncRateLimitErrorRetryHandler(max_retry_count=2),
        AsyncServerErrorRetryHandler(),
    ]
    sending.retry_handlers = []

    async def client_for(_workspace_id: str) -> AsyncWebClient:
        return sending

    sender = WatchedSender(
        database, client_for, clock, jitter=SystemRandom().random, by_itself=sends_by_itself
    )
    handler = CommandHandler(database, library, clock.now, sender.wake)

    async def say(workspace_id: str, message: Message, *, request: str) -> None:
        async with database.unit_of_work() as unit:
            if await unit.requests.first(workspace_id, request, clock.now()):
                await unit.outbox.enqueue(workspace_id, [message], clock.now())
        sender.wake()

    desk = Desk(
        handler=handler,
        queries=Queries(database, library, clock.now),
        directory=Directory(reading, clock.now),
        say=say,
        new_id=new_id,
    )
    app = AsyncApp(client=reading, process_before_response=True, logger=logging.getLogger("slack_bolt"))
    register(app, desk)
    tick = Tick(database, clock, handler.handle_due, sender)
    return Bot(app, lambda: SocketModeDoor(app, app_token, ping_seconds), sender, tick, sending)


def vault_of(settings: Settings) -> Vault:
    """The vault of the operator's keys. Raises `CannotStart` where there are none."""
    if settings.encryption_keys is None:
        raise CannotStart(
            "ENCRYPTION_KEYS is missing. Make a key with `action-learning new-key`, and keep it apart from "
            "the database and its backups."
        )
    return Vault.read(settings.encryption_keys.get_secret_value())


def check_schema(database_url: str) -> None:
    """Raise `CannotStart` unless the database is there and its schema is the one of this version."""
    try:
        state = check(database_url)
    except (SQLAlchemyError, OSError) as error:
        raise no_database(error) from error
    if state is SchemaState.NEWER:
        raise CannotStart("The database was made by a later version of this bot. Install that version.")
    if state is not SchemaState.UP_TO_DATE:
        raise CannotStart(
            f"The database's schema is {state}. Run `action-learning migrate` first; it keeps what is there."
        )


def no_database(error: Exception) -> CannotStart:
    """The sentence for a database that does not answer. The error's own words may hold the password."""
    return CannotStart(
        f"The database cannot be used ({type(error).__name__}). Is DATABASE_URL right, and is the server up?"
    )


def _token(token: SecretStr | None, kind: str) -> str:
    if token is None:
        raise CannotStart(
            f"{TOKENS[kind]} is missing. Set it to the {kind}'s token from the settings of your Slack app; "
            "the README says where it stands."
        )
    return token.get_secret_value()


async def _ask(asking: Awaitable[AsyncSlackResponse], kind: str) -> AsyncSlackResponse:
    """One call at the start, whose failure is said at once; slack_sdk would only try for ever."""
    try:
        return await asking
    except SlackApiError as error:
        code = error.response.get("error")
        raise CannotStart(
            f"Slack does not accept {TOKENS[kind]} ({code}). Copy it again from your Slack app's settings."
        ) from error
    except (ClientError, OSError, TimeoutError) as error:
        raise CannotStart(
            f"Slack cannot be reached ({type(error).__name__}). Check the network, and SLACK_API_URL if set."
        ) from error
