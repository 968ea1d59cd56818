"""Wires the rooms together, by hand and once. `run` gives it the real clock, a rehearsal one it can move."""

import logging
from collections.abc import Callable
from random import SystemRandom
from secrets import token_hex

from aiohttp import ClientSession
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, Tick
from bot.command_handler import CommandHandler
from bot.directory import Directories
from bot.doors.reception import Reception
from bot.doors.socket_mode import SocketModeDoor
from bot.listeners.registration import register
from bot.listeners.visit import Desk
from bot.metrics import Metrics
from bot.outgoing import Message
from bot.prompt_library import PromptLibrary
from bot.queries import Queries
from bot.running import Bot, WatchedSender
from bot.settings import Settings
from bot.starting import TOKENS, CannotStart, ask
from bot.storage.migrate import SchemaState, check
from bot.storage.unit_of_work import Database
from bot.vault import Vault
from bot.workspaces import Authorize, Clients, OneWorkspace

__all__ = ["Bot", "CannotStart", "build", "check_schema", "no_database", "vault_of"]

FIT = frozenset({SchemaState.UP_TO_DATE, SchemaState.COMPATIBLE})
"""The schemas on which this version runs; in a rolling deployment the newer version has been there before."""


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
    workspaces = OneWorkspace(Clients(settings.slack_api_url), bot_token, database, clock.now)
    sender = WatchedSender(
        database, workspaces.client_for, clock, jitter=SystemRandom().random, by_itself=sends_by_itself
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
        directories=Directories(workspaces.reading_client_for, clock.now),
        say=say,
        new_id=new_id,
    )
    app = AsyncApp(
        client=workspaces.clients.bare,
        authorize=Authorize(workspaces),
        process_before_response=True,
        logger=logging.getLogger("slack_bolt"),
    )
    register(app, desk)
    tick = Tick(database, clock, handler.handle_due, sender)
    reception = Reception(app, Metrics())

    async def begin(session: ClientSession) -> None:
        workspaces.clients.use(session)
        await ask(workspaces.open(), "bot")
        await workspaces.arrive()

    return Bot(reception, SocketModeDoor(reception, app_token, ping_seconds), sender, tick, begin)


def vault_of(settings: Settings) -> Vault:
    """The vault of the operator's keys. Raises `CannotStart` where there are none."""
    if settings.encryption_keys is None:
        raise CannotStart(
            "ENCRYPTION_KEYS is missing. Make a key with `action-learning new-key`, and keep it apart from "
            "the database and its backups."
        )
    return Vault.read(settings.encryption_keys.get_secret_value())


def check_schema(database_url: str) -> None:
    """Raise `CannotStart` unless the database is there, and this version may run on its schema."""
    try:
        state = check(database_url)
    except (SQLAlchemyError, OSError) as error:
        raise no_database(error) from error
    if state is SchemaState.NEWER:
        raise CannotStart("The database was made by a later version of this bot. Install that version.")
    if state not in FIT:
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
