"""`action-learning export`, `erase`, `retention` and `rotate-keys`: what is kept, from the command line."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.bootstrap import CannotStart, check_schema, no_database, vault_of
from bot.clock import SystemClock
from bot.command_handler import CommandHandler
from bot.privacy import operator
from bot.privacy.erasure import Erasure
from bot.privacy.operator import About
from bot.prompt_library import PromptLibrary
from bot.settings import FOR_EVER, Settings, days_of
from bot.storage.unit_of_work import Database
from bot.vault import CannotOpen

Result = TypeVar("Result")


def about_arguments(parser: argparse.ArgumentParser) -> None:
    """Of what or whom."""
    parser.add_argument("--workspace", required=True, metavar="ID", help="the id of a workspace: T...")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--set", dest="set_id", metavar="ID", help="one set of it, by its id")
    one.add_argument("--person", metavar="ID", help="one person in it, by the id that Slack gives: U...")


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """What `export` takes."""
    about_arguments(parser)
    parser.add_argument("--output", type=Path, metavar="FILE", help="a new file; without, standard output")


def erase_arguments(parser: argparse.ArgumentParser) -> None:
    """What `erase` takes."""
    about_arguments(parser)
    parser.add_argument("--yes", action="store_true", help="yes, for good")


def retention_arguments(parser: argparse.ArgumentParser) -> None:
    """What `retention` takes."""
    parser.add_argument("--workspace", required=True, metavar="ID", help="the id of a workspace: T...")
    parser.add_argument(
        "--days", metavar="N|never", help="days after a set's end; without, say what holds now"
    )


def export(settings: Settings, given: argparse.Namespace) -> None:
    """Write all that is kept of a workspace, a set or a person."""
    about = _about(given)
    found = _run(settings, lambda database: operator.export(database, about, SystemClock().now()))
    if not found:
        raise _nothing(about)
    document = json.dumps(found, ensure_ascii=False, indent=2)
    if given.output is None:
        sys.stdout.write(f"{document}\n")
    else:
        _write(given.output, f"{document}\n")


def erase(settings: Settings, given: argparse.Namespace) -> None:
    """Delete for good what is kept of a workspace, a set or a person."""
    about = _about(given)
    if not given.yes:
        raise CannotStart(
            f"This would delete what is kept of the {about.kind} {about.id}, for good. Export it first if "
            "somebody may want it, then say the same again with --yes."
        )
    library = PromptLibrary.load(settings.prompts_dir)

    async def work(database: Database) -> Any:
        now = SystemClock().now
        handler = CommandHandler(database, library, now, lambda: None)
        return await operator.erase(database, Erasure(database, library, now, handler), about)

    counts = _run(settings, work)
    if not counts:
        raise _nothing(about)
    told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    sys.stdout.write(f"Erased: {told}. What is to change in Slack, the running bot sends.\n")


def retention(settings: Settings, given: argparse.Namespace) -> None:
    """Say or choose how long a workspace keeps sets that have ended."""
    if given.days is not None:
        days = _days(given.days)
        if not _run(settings, lambda database: _choose(database, given.workspace, days)):
            raise CannotStart(f"No workspace {given.workspace} is known here. Its id begins with T.")
    chosen = _run(settings, lambda database: _chosen(database, given.workspace))
    kept = settings.retention_days if chosen is None else chosen
    how_long = f"for {kept} days after its end" if kept else "until somebody erases it"
    whose = "" if chosen is not None else " (RETENTION_DAYS; nothing was chosen for this workspace)"
    sys.stdout.write(f"A set of {given.workspace} is kept {how_long}{whose}.\n")


def rotate_keys(settings: Settings, _given: argparse.Namespace) -> None:
    """Seal everything with the newest key."""
    try:
        _run(settings, lambda database: operator.rotate_keys(database, _tell))
    except CannotOpen as error:
        raise CannotStart(
            "Something was sealed with a key that is not in ENCRYPTION_KEYS. Add it, and run this again."
        ) from error
    sys.stdout.write("All is sealed with the newest key; older ones may leave ENCRYPTION_KEYS.\n")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _about(given: argparse.Namespace) -> About:
    return About(given.workspace, given.set_id, given.person)


def _nothing(about: About) -> CannotStart:
    return CannotStart(f"Nothing is kept of the {about.kind} {about.id} in workspace {about.workspace_id}.")


def _days(written: str) -> int:
    try:
        return int(str(days_of(written)))
    except ValueError as wrong:
        raise CannotStart(f"--days {wrong}, such as 365 or {FOR_EVER}.") from wrong


def _write(file: Path, text: str) -> None:
    """For the operator's eyes alone, and never over another file."""
    try:
        file.touch(mode=0o600, exist_ok=False)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"{file} cannot be written: {error.strerror}. Name a new file.") from error


def _run(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Work on the database. Raises `CannotStart` where there is none, or no key."""
    vault = vault_of(settings)
    check_schema(settings.database_url)

    async def whole() -> Result:
        database = Database(settings.database_url, vault)
        try:
            return await work(database)
        finally:
            await database.close()

    try:
        return asyncio.run(whole())
    except (SQLAlchemyError, OSError) as error:
        raise no_database(error) from error


async def _choose(database: Database, workspace_id: str, days: int) -> bool:
    async with database.unit_of_work() as unit:
        done = await unit.retentions.choose(workspace_id, days)
        if done:
            counts = {"days": days}
            await unit.audit.record(workspace_id, SystemClock().now(), "retention", workspace_id, counts)
    return done


async def _chosen(database: Database, workspace_id: str) -> int | None:
    async with database.reading() as unit:
        return await unit.retentions.of(workspace_id)
