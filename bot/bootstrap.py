"""Wires the rooms together, by hand and once. `run` gives it the real clock, a rehearsal one it can move."""

import logging
from collections.abc import Callable
from datetime import timedelta
from random import SystemRandom
from secrets import token_hex

from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, Tick
from bot.command_handler import CommandHandler
from bot.connecting import slack_app_of, workspaces_of
from bot.directory import Directories
from bot.domain.hindrances import Trouble
from bot.doors.reception import Door, Reception
from bot.doors.signed_http import Address, HttpDoor
from bot.doors.socket_mode import SocketModeDoor
from bot.health import FIT, Health
from bot.install import Grants, InstallFlow, States, install_flow, routes
from bot.lifecycle import Lifecycle, Places, SecondLooks
from bot.listeners.registration import register
from bot.listeners.visit import Desk
from bot.metrics import Metrics
from bot.outgoing import Message
from bot.privacy.erasure import Erasure
from bot.privacy.own import OwnData
from bot.privacy.retention import Retention
from bot.prompt_library import PromptLibrary
from bot.queries import Queries
from bot.running import Bot, WatchedSender
from bot.sender.tidying import Tidying
from bot.settings import Settings
from bot.starting import CannotStart, ask, secret_of
from bot.storage.migrate import SchemaState, check
from bot.storage.unit_of_work import Database, UnitOfWork
from bot.vault import Vault
from bot.workspaces import Authorize, Counting, NotInstalled, Workspaces

__all__ = ["Bot", "CannotStart", "build", "check_schema", "no_database", "vault_of"]


def build(  # noqa: PLR0913 -- each is given once, by its name
    *,
    settings: Settings,
    clock: Clock,
    library: PromptLibrary,
    database: Database,
    new_id: Callable[[], str] = lambda: token_hex(6),
    http: Address | None = None,
    ping_seconds: float = 10,
    sends_by_itself: bool = True,
) -> Bot:
    """Wire a bot; nothing is called yet. ``new_id`` makes short ids, and must never make one twice.
    Slack posts to it at ``http``; without, it connects by Socket Mode, and tries each connection every
    ``ping_seconds`` of real time, to make it anew where it is lost.
    Unless it ``sends_by_itself``, only `tick` sends, one row after another: then the same requests give the
    same course. Raises `CannotStart` where a token is missing.
    """
    metrics = Metrics()
    counting = Counting(metrics.slack_error, metrics.rate_limited)
    workspaces = workspaces_of(settings, database, clock.now, [counting])
    slack_app = slack_app_of(settings)

    async def on_trouble(unit: UnitOfWork, trouble: Trouble) -> None:
        await lifecycle.on_trouble(unit, trouble)

    sender = WatchedSender(
        database,
        workspaces.client_for,
        clock,
        jitter=SystemRandom().random,
        by_itself=sends_by_itself,
        on_trouble=on_trouble,
        absent=NotInstalled,
        metrics=metrics,
    )

    def unreached(workspace_id: str, person: str) -> None:
        second_looks.has_acted(workspace_id, person)

    handler = CommandHandler(database, library, clock.now, sender.wake, metrics.command, unreached)
    directories = Directories(workspaces.reading_client_for, clock.now)
    places = Places(database, handler, directories, clock.now)
    second_looks = SecondLooks(places, NotInstalled)
    erasure = Erasure(database, library, clock.now, handler, sender.wake, new_id)
    retention = Retention(database, erasure, clock.now, settings.retention_days)
    lifecycle = Lifecycle(
        database,
        handler,
        places,
        workspaces.reading_client_for,
        NotInstalled,
        clock.now,
        grace=None if slack_app is None else timedelta(days=settings.uninstall_grace_days),
        erasure=erasure,
    )

    async def say(workspace_id: str, message: Message, *, request: str) -> None:
        async with database.unit_of_work() as unit:
            if await unit.requests.first(workspace_id, request, clock.now()):
                await unit.outbox.enqueue(workspace_id, [message], clock.now())
        sender.wake()

    desk = Desk(
        handler=handler,
        queries=Queries(database, library, clock.now),
        directories=directories,
        lifecycle=lifecycle,
        places=places,
        own_data=OwnData(database, erasure, clock.now, settings.retention_days, sender.wake),
        say=say,
        unreached=unreached,
        new_id=new_id,
    )
    grants = Grants(database, library, clock.now, lifecycle.installed, sender.wake)
    states = States(database, clock.now)
    flow = install_flow(slack_app, workspaces.clients, states, grants, library) if slack_app else None
    app = _bolt_app(workspaces, flow)
    register(app, desk, absent=NotInstalled)
    tidying = Tidying(database, clock.now)
    tick = Tick(
        database, clock, handler.handle_due, sender, [lifecycle.tick, retention, tidying, second_looks]
    )
    reception = Reception(app, metrics)

    door: Door = (
        _http_door(reception, settings, http, Health(database, metrics, clock.now), flow)
        if http
        else _socket_mode_door(reception, settings, ping_seconds)
    )

    async def begin(session: ClientSession) -> None:
        workspaces.clients.use(session)
        await ask(workspaces.open(), "bot")
        await workspaces.arrive()

    return Bot(reception, door, sender, tick, begin)


def _bolt_app(workspaces: Workspaces, flow: InstallFlow | None) -> AsyncApp:
    """Bolt is given everything by hand: what it misses it takes from the environment, and puts into files."""
    return AsyncApp(
        name="action-learning",  # else Bolt reads the source of every caller to find one
        client=workspaces.clients.bare,
        authorize=Authorize(workspaces),
        oauth_flow=flow,
        oauth_settings=flow.settings if flow else None,
        process_before_response=True,
        logger=logging.getLogger("slack_bolt"),
    )


def _http_door(
    reception: Reception, settings: Settings, address: Address, health: Health, flow: InstallFlow | None
) -> HttpDoor:
    secret = secret_of(settings.slack_signing_secret, "signing")
    return HttpDoor(
        reception,
        address,
        secret,
        ready=health.ready,
        page=health.page,
        routes=routes(flow) if flow else (),
    )


def _socket_mode_door(reception: Reception, settings: Settings, ping_seconds: float) -> SocketModeDoor:
    return SocketModeDoor(reception, secret_of(settings.slack_app_token, "app"), ping_seconds)


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
