"""`action-learning rehearse`: the real bot in a local Slack, on a page or in the terminal.

Bot and local Slack share this process and one movable clock, and talk over real sockets. A rehearsal never
touches anybody's data. In the terminal simulated members play a scenario, on a database of its own: a
temporary file or, where DATABASE_URL names PostgreSQL, a schema that is dropped at the end.
"""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.app_manifest import manifest
from bot.backstage import connected_to
from bot.bootstrap import Bot, CannotStart, build, no_database
from bot.doors.signed_http import EVENTS_PATH, Address
from bot.logs import configure_logs
from bot.prompt_library import PromptLibrary
from bot.rehearsal.autoplay import ActFailed, Autoplay
from bot.rehearsal.checks import check
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.ids import Ids
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.scenario import FIRST, Scenario, ScenarioError, load, names
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.story import Story
from bot.rehearsal.terminal import Terminal
from bot.rehearse_page import FOLDER, PORT, PageOptions, serve_page
from bot.settings import Settings
from bot.storage.migrate import upgrade
from bot.storage.unit_of_work import Database
from bot.vault import Vault, new_key

HEADLESS_MEETINGS, READ_MEETINGS = 2, 1
"""How many meetings are played when nobody says: at once, and for somebody who reads along."""
NOISE_FROM = logging.WARNING
"""What the bot logs from this level on is a fault in a rehearsal, where nothing is lost and nobody forges."""


class RehearsalFailed(Exception):
    """The rehearsal did not go as its scenario tells; the text says at which act, or what did not hold."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is played, and how."""

    scenario: str = FIRST
    meetings: int = READ_MEETINGS
    seed: int = 0
    transcript: Path | None = None
    slowly: bool = False
    http: bool = False
    """Slack posts to the bot, as in HTTP mode; without, they are connected by Socket Mode."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that is set up for one rehearsal."""

    scenario: Scenario
    clock: MovableClock
    slack: LocalSlack
    bot: Bot


def rehearse_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command line takes."""
    page = parser.add_argument_group("on the page")
    page.add_argument("--port", type=int, default=PORT, help=f"where the page is served (default: {PORT})")
    page.add_argument("--fresh", action="store_true", help="begin anew, not where the last rehearsal stopped")
    page.add_argument(
        "--folder", type=Path, default=FOLDER, help=f"where the rehearsal is kept (default: {FOLDER})"
    )
    parser.add_argument("--scenario", choices=names(), help=f"what is played (default: {FIRST})")
    parser.add_argument("--seed", type=int, default=0, help="another number: other words, the same course")
    parser.add_argument(
        "--transcript", type=Path, metavar="FILE", help="write what happens there, as JSON Lines"
    )
    terminal = parser.add_argument_group("in the terminal")
    terminal.add_argument("--autoplay", action="store_true", help="watch simulated members at reading speed")
    terminal.add_argument("--headless", action="store_true", help="let them play at once, even in a terminal")
    terminal.add_argument("--http", action="store_true", help="in HTTP mode instead of Socket Mode")
    terminal.add_argument("--meetings", type=_count, help="how many whole meetings (default: 1, headless 2)")


def serve_rehearsal(settings: Settings, given: argparse.Namespace) -> None:
    """Serve the page; or play, and tell the story in the terminal.

    Raises `RehearsalFailed`, and CannotStart as `run` does.
    """
    configure_logs("WARNING", "text")
    if given.transcript is not None and not given.transcript.parent.is_dir():
        raise CannotStart(f"The transcript cannot be written: no folder for {given.transcript}.")
    if not (given.headless or given.autoplay):
        page = PageOptions(
            given.port, given.fresh, given.folder, given.scenario, given.seed, given.transcript
        )
        asyncio.run(serve_page(settings, page, Terminal(slowly=False).tell))
        return
    meetings = given.meetings or (HEADLESS_MEETINGS if given.headless else READ_MEETINGS)
    slowly = not given.headless and sys.stdout.isatty()
    options = Options(given.scenario or FIRST, meetings, given.seed, given.transcript, slowly, given.http)
    asyncio.run(_until_told_to_stop(settings, options))


async def _until_told_to_stop(settings: Settings, options: Options) -> None:
    """SIGTERM ends a rehearsal as Ctrl-C does, so that nothing is left behind."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    terminal = Terminal(slowly=options.slowly)
    faults = await rehearse(settings, options, terminal)
    if faults:
        raise RehearsalFailed("\n".join(faults))
    meetings = "One whole meeting" if options.meetings == 1 else f"{options.meetings} whole meetings"
    terminal.tell(f"\n{meetings}, and everything held.")


async def rehearse(settings: Settings, options: Options, terminal: Terminal) -> list[str]:
    """Play a scenario; returns what went wrong, in sentences."""
    with own_database(settings) as url, complaints() as heard:
        async with on_stage(settings, options, url) as stage:
            return [*await play(stage, options, terminal), *heard]


async def play(stage: Stage, options: Options, terminal: Terminal) -> list[str]:
    """Play it out; returns the act that failed, or what does not hold of the transcript."""
    story = Story(stage.clock, stage.scenario.zone, terminal.tell)
    stage.slack.transcript.listeners.append(story.entry)
    autoplay = Autoplay(
        stage.scenario,
        stage.slack,
        stage.clock,
        stage.bot,
        seed=options.seed,
        story=story,
        pace=terminal.pace,
    )
    try:
        await autoplay.play(options.meetings)
    except (ActFailed, ScenarioError) as failed:
        return [str(failed)]
    refused = [f"Slack refused {one.where}: {one.code} {one.messages}" for one in stage.slack.invalid]
    return [*check(autoplay.record(), options.meetings), *refused]


@asynccontextmanager
async def on_stage(
    settings: Settings,
    options: Options,
    database_url: str,
    app: JsonObject | None = None,
    vault: Vault | None = None,
) -> AsyncIterator[Stage]:
    """A local Slack with the bot connected to it, on a migrated database. ``app`` is another manifest.

    What is sealed there opens with ``vault``, or afterwards never.
    """
    scenario = load(options.scenario)
    clock = MovableClock(scenario.begins.replace(tzinfo=ZoneInfo(scenario.zone)))
    slack = LocalSlack(clock, app or manifest(), seed=options.seed, transcript=options.transcript)
    database = Database(database_url, vault or Vault([new_key()]))
    async with AsyncExitStack() as leaving:
        leaving.push_async_callback(slack.stop)
        leaving.push_async_callback(database.close)
        await slack.start()
        bot = build(
            settings=connected_to(slack, settings),
            clock=clock,
            library=PromptLibrary.load(settings.prompts_dir),
            database=database,
            new_id=_ids(options.seed),
            http=Address(port=0) if options.http else None,
            sends_by_itself=False,
        )
        leaving.push_async_callback(bot.close)
        await bot.connect()
        if options.http:
            slack.deliver_over_http(f"http://127.0.0.1:{bot.port}{EVENTS_PATH}")
        else:
            await slack.connected()
        yield Stage(scenario, clock, slack, bot)


@contextmanager
def own_database(settings: Settings) -> Iterator[str]:
    """The URL of a database for this rehearsal alone, migrated; nothing of it is left afterwards."""
    url = settings.database_url
    chosen = "database_url" in settings.model_fields_set
    own = _schema(url) if chosen and url.startswith("postgresql") else _temporary_file()
    with own as database_url:
        try:
            upgrade(database_url)
        except (SQLAlchemyError, OSError) as error:
            raise no_database(error) from error
        yield database_url


@contextmanager
def _temporary_file() -> Iterator[str]:
    with TemporaryDirectory(prefix="action-learning-rehearsal-") as folder:
        yield f"sqlite+aiosqlite:///{folder}/rehearsal.sqlite3"


@contextmanager
def _schema(url: str) -> Iterator[str]:
    """A PostgreSQL schema of a random name."""
    name = f"rehearsal_{token_hex(6)}"
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
    except psycopg.Error as error:
        raise no_database(error) from error
    try:
        found = make_url(url).update_query_dict({"options": f"-csearch_path={name}"})
        yield found.render_as_string(hide_password=False)
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def _ids(seed: int) -> Callable[[], str]:
    """Short ids, the same in every rehearsal with the same seed."""
    ids = Ids(seed)
    return lambda: ids.token("")[:12]


@contextmanager
def complaints() -> Iterator[list[str]]:
    """What the bot logs as a warning or worse, as it comes."""
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(f"The bot complained: {record.getMessage()}")

    listener = Listener(NOISE_FROM)
    logger = logging.getLogger("bot")
    logger.addHandler(listener)
    try:
        yield heard
    finally:
        logger.removeHandler(listener)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one meeting")
    return count
