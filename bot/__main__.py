"""The command line: one word each for what an operator does."""

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from bot import __version__
from bot import data_commands as data
from bot.app_manifest import chosen_manifest
from bot.bootstrap import Bot, CannotStart, build, check_schema, no_database, vault_of
from bot.clock import SharedClock, SystemClock, Ticker
from bot.doctor import State, examine, unreadable
from bot.doors.signed_http import Address
from bot.logs import configure_logs
from bot.prompt_library import PromptError, PromptLibrary
from bot.rehearsal.scenario import ScenarioError
from bot.rehearse import RehearsalFailed, rehearse_arguments, serve_rehearsal
from bot.running import finish_by
from bot.settings import Settings, explain
from bot.storage.migrate import SchemaState, check, downgrade, somebody_holds_it, upgrade
from bot.storage.unit_of_work import Database
from bot.vault import Vault, new_key

logger = logging.getLogger("bot")

FAILED = 2
"""Exit code when it cannot start; one sentence on standard error says why."""
REHEARSAL_FAILED = 1
"""Exit code when a rehearsal did not go as it should; standard error says at which act."""
NOT_WELL = 1
"""Exit code of a doctor who has found something; standard output says what."""
HELD = (
    "Somebody works in the database for longer than `migrate` waits, and nothing was changed. Run it again; "
    "where that does not help, see who it is (PostgreSQL tells in pg_stat_activity)."
)
NEW_KEY = "new-key"
"""Looks at no settings, of which a key that is none may be one."""
DOCTOR = "doctor"
"""Looks also at settings that nothing else can be begun with."""
STOPPED = 130
"""Exit code when somebody stopped it before its end."""


class NotWell(Exception):
    """The doctor has found something, and has said it."""


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One word of the command line. ``arguments`` adds what it takes, ``serve`` does it."""

    help: str
    serve: Callable[[Settings, argparse.Namespace], None]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda _parser: None


def run_arguments(parser: argparse.ArgumentParser) -> None:
    """What `run` takes."""
    address = Address()
    parser.add_argument("--http", action="store_true", help="let Slack post to this bot, not Socket Mode")
    parser.add_argument("--host", default=address.host, help=f"with --http (default: {address.host})")
    parser.add_argument(
        "--port", type=int, default=address.port, help=f"with --http (default: {address.port})"
    )


def run(settings: Settings, given: argparse.Namespace) -> None:
    """Serve Slack until told to stop."""
    configure_logs(settings.log_level, settings.log_format)
    library = PromptLibrary.load(settings.prompts_dir)
    vault = vault_of(settings)
    check_schema(settings.database_url)
    address = Address(given.host, given.port) if given.http else None
    asyncio.run(_serve(settings, library, vault, address))


async def _serve(settings: Settings, library: PromptLibrary, vault: Vault, address: Address | None) -> None:
    database = Database(settings.database_url, vault)
    clock = SharedClock(database)
    bot = build(settings=settings, clock=clock, library=library, database=database, http=address)

    async def tick() -> None:
        await clock.set()
        await bot.tick()

    ticker, stopping = Ticker(tick), _told_to_stop()
    deadline: float | None = None
    try:
        await clock.set()
        if not await _connected(bot, stopping):
            return
        ticker.start()
        _say_where(f"Listening at http://{address.host}:{bot.port}" if address else "Connected to Slack")
        await stopping.wait()
        deadline = finish_by()
        await bot.stop()
        await ticker.stop(deadline)
    finally:
        await bot.close(deadline)
        await database.close()


async def _connected(bot: Bot, stopping: asyncio.Event) -> bool:
    """Connect; False where it is told to stop before that is done. Raises `CannotStart`."""
    connecting, told = asyncio.create_task(bot.connect()), asyncio.create_task(stopping.wait())
    await asyncio.wait((connecting, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if connecting.done():
        await connecting
        return True
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    return False


def _told_to_stop() -> asyncio.Event:
    """Set by SIGINT and SIGTERM."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


def migrate_arguments(parser: argparse.ArgumentParser) -> None:
    """What `migrate` takes."""
    parser.add_argument(
        "--back-to", metavar="REVISION", help="for an older version; what only newer revisions hold is lost"
    )


def migrate(settings: Settings, given: argparse.Namespace) -> None:
    """Bring the database's schema up to this version, or take it back."""
    try:
        if check(settings.database_url) in (SchemaState.NEWER, SchemaState.COMPATIBLE):
            check_schema(settings.database_url)
        elif given.back_to is not None:
            downgrade(settings.database_url, given.back_to)
        else:
            upgrade(settings.database_url)
    except CommandError as error:
        raise CannotStart(f"The database cannot be taken back there: {error}.") from error
    except (SQLAlchemyError, OSError) as error:
        raise (CannotStart(HELD) if somebody_holds_it(error) else no_database(error)) from error
    where = f"at revision {given.back_to}" if given.back_to is not None else "up to date"
    print(f"The database is {where}.")


def _say_where(where: str) -> None:
    """To whoever watches a terminal; to all others it is a line like any other."""
    logger.info("ready")
    if sys.stderr.isatty():
        print(f"{where}. Stop with Ctrl-C.", file=sys.stderr)


def manifest_arguments(parser: argparse.ArgumentParser) -> None:
    """What `manifest` takes."""
    parser.add_argument("--http", action="store_true", help="for HTTP mode, at the address of PUBLIC_URL")
    parser.add_argument(
        "--organisations", action="store_true", help="with --http: let a whole organisation install it"
    )


def print_manifest(settings: Settings, given: argparse.Namespace) -> None:
    """Print what is to be pasted into the settings of a Slack app."""
    chosen = chosen_manifest(settings, http=given.http, organisations=given.organisations)
    print(json.dumps(chosen, indent=2, ensure_ascii=False))


def make_key(_settings: Settings, _arguments: argparse.Namespace) -> None:
    """Print a key for ENCRYPTION_KEYS."""
    print(new_key())


def doctor(settings: Settings, _arguments: argparse.Namespace) -> None:
    """Look at the whole set-up. Raises `NotWell` where something is wrong."""
    configure_logs("ERROR", settings.log_format)
    findings = asyncio.run(examine(settings, SystemClock().now))
    for finding in findings:
        print(finding)
    if any(finding.state is State.WRONG for finding in findings):
        raise NotWell


SUBCOMMANDS: dict[str, Subcommand] = {
    "run": Subcommand("connect to Slack and serve it", run, run_arguments),
    "migrate": Subcommand("make the database, or bring it up to this version", migrate, migrate_arguments),
    "export": Subcommand(
        "write what is kept of a workspace, a set or a person", data.export, data.export_arguments
    ),
    "erase": Subcommand(
        "delete what is kept of a workspace, a set or a person", data.erase, data.erase_arguments
    ),
    "retention": Subcommand(
        "say or choose how long sets that have ended are kept", data.retention, data.retention_arguments
    ),
    DOCTOR: Subcommand("look at the whole set-up, and say what is wrong with it", doctor),
    "manifest": Subcommand("print the manifest of the Slack app", print_manifest, manifest_arguments),
    NEW_KEY: Subcommand("make a key for ENCRYPTION_KEYS", make_key),
    "rotate-keys": Subcommand("seal everything anew with the newest key", data.rotate_keys),
    "rehearse": Subcommand(
        "play a set with simulated members, with no Slack account", serve_rehearsal, rehearse_arguments
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Serve one command line; returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        SUBCOMMANDS[arguments.subcommand].serve(_settings(arguments), arguments)
    except NotWell:
        return NOT_WELL
    except (CannotStart, PromptError, ScenarioError) as error:
        print(error, file=sys.stderr)
        return FAILED
    except RehearsalFailed as error:
        print(error, file=sys.stderr)
        return REHEARSAL_FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        return STOPPED
    return 0


def _settings(arguments: argparse.Namespace) -> Settings:
    if arguments.subcommand == NEW_KEY:
        return Settings.model_construct()
    try:
        return Settings()
    except ValidationError as error:
        if arguments.subcommand == DOCTOR:
            print(*unreadable(explain(error)), sep="\n")
            raise NotWell from error
        raise CannotStart(explain(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="action-learning", description="A Slack app for action learning sets."
    )
    parser.add_argument("--version", action="version", version=__version__)
    words = parser.add_subparsers(dest="subcommand", required=True)
    for name, subcommand in SUBCOMMANDS.items():
        subcommand.arguments(words.add_parser(name, help=subcommand.help, description=subcommand.help))
    return parser


if __name__ == "__main__":
    sys.exit(main())
