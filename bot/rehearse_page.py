"""`action-learning rehearse`: the rehearsal page, the real bot behind it, kept between runs."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.app_manifest import manifest
from bot.backstage import Backstage
from bot.bootstrap import CannotStart
from bot.rehearsal.cast import Cast
from bot.rehearsal.clock import MovableClock, aware
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.keeping import kept, put_back
from bot.rehearsal.page.rehearsal import Rehearsal
from bot.rehearsal.page.server import HOST, PageServer
from bot.rehearsal.page.unread import Unread
from bot.rehearsal.scenario import FIRST, Scenario, load, names
from bot.rehearsal.server import LocalSlack
from bot.settings import Settings
from bot.storage.migrate import upgrade
from bot.vault import Vault, new_key

FOLDER = Path(".rehearsal")
PORT = 8765
PORTS = range(65_536)
STATE, DATABASE, KEY, LOCK = "rehearsal.json", "rehearsal.sqlite3", "rehearsal.key", "rehearsal.lock"
VERSION = 1
"""Of the kept state; another one is not read."""
IDS_SKIPPED = 1_000
"""More ids of one kind than can be given between two keepings."""
KEYS = {"scenario", "seed", "now", "slack", "page"}


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Where the page is served, and what it begins with when nothing was kept."""

    port: int = PORT
    fresh: bool = False
    folder: Path = FOLDER
    scenario: str | None = None
    seed: int = 0
    transcript: Path | None = None
    reading_speed: float = 1.0


async def serve_page(settings: Settings, options: PageOptions, tell: Callable[[str], None]) -> None:
    """Serve until told to stop. Raises `CannotStart`, and ScenarioError for a scenario that is not there."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with on_page(settings, options) as (address, _rehearsal):
        tell(
            f"The rehearsal is at {address}\nStop with Ctrl-C; the next start goes on from there, or begins "
            "anew with --fresh (make rehearse ARGS=--fresh)."
        )
        if _has_screen():
            # Some browsers come back only when they are closed, and nobody waits for that.
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        await stopping.wait()


@asynccontextmanager
async def on_page(settings: Settings, options: PageOptions) -> AsyncIterator[tuple[str, Rehearsal]]:
    """The page's address, and what is behind it, while it is served."""
    store = Store(options.folder)
    with reserved(options.port) as door, store.held():
        if options.fresh:
            store.clear()
        async with _set_up(settings, options, store) as rehearsal:
            server = PageServer(rehearsal)
            address = await server.start(door)
            rehearsal.go()
            try:
                yield address, rehearsal
            finally:
                await rehearsal.stop()
                await server.stop()


class Store:
    """The folder that keeps a rehearsal: what the local Slack holds, and the bot's database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def database_url(self) -> str:
        """The bot's own database."""
        return f"sqlite+aiosqlite:///{(self.folder / DATABASE).resolve()}"

    def vault(self) -> Vault:
        """What the bot seals with: a key that is made with the rehearsal and kept beside it.

        Raises `CannotStart` when it cannot be read.
        """
        file = self.folder / KEY
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(new_key(), encoding="ascii")
        try:
            return Vault([file.read_text(encoding="ascii")])
        except ValueError as wrong:
            raise _unreadable(file) from wrong

    @contextmanager
    def held(self) -> Iterator[None]:
        """While it lasts no other process rehearses in this folder. Raises `CannotStart` where one does.

        SQLite locks the file: it does so on every system, and the lock ends with the process.
        """
        self._make()
        with closing(sqlite3.connect(self.folder / LOCK, timeout=0)) as lock:
            try:
                lock.execute("PRAGMA journal_mode = MEMORY")
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as held:
                raise CannotStart(
                    f"Another rehearsal goes on in {self.folder}. "
                    "Stop it, or name another folder with --folder."
                ) from held
            yield

    def clear(self) -> None:
        """Forget what was kept; nothing else in the folder is touched."""
        for name in (STATE, DATABASE, KEY, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal"):
            (self.folder / name).unlink(missing_ok=True)

    def read(self) -> JsonObject | None:
        """What was kept, or None. Raises `CannotStart` when it cannot be read."""
        file = self.folder / STATE
        if not file.exists():
            self.clear()
            return None
        try:
            found: JsonObject = json.loads(file.read_text(encoding="utf-8"))
        except (ValueError, OSError) as wrong:
            raise _unreadable(file) from wrong
        if found.get("version") != VERSION or not found.keys() >= KEYS or found["scenario"] not in names():
            raise _unreadable(file)
        return found

    def write(self, document: JsonObject) -> None:
        """Keep this, wholly or not at all."""
        file = self.folder / STATE
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        beside.replace(file)

    def prepare(self) -> None:
        """Make the database, or bring it up to this version. Raises `CannotStart`."""
        try:
            upgrade(self.database_url)
        except (CommandError, SQLAlchemyError) as wrong:
            raise _unreadable(self.folder / DATABASE) from wrong

    def _make(self) -> None:
        """Make the folder, which git ignores. Raises `CannotStart`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise CannotStart(
                f"Nothing can be kept in {self.folder} ({error.strerror}). Name another folder with --folder."
            ) from error


@asynccontextmanager
async def _set_up(settings: Settings, options: PageOptions, store: Store) -> AsyncIterator[Rehearsal]:
    earlier = store.read()
    store.prepare()
    scenario = load(_chosen(options, earlier))
    seed = int(earlier["seed"]) if earlier else options.seed
    clock = MovableClock(
        aware(earlier["now"]) if earlier else scenario.begins.replace(tzinfo=ZoneInfo(scenario.zone))
    )
    slack = LocalSlack(clock, manifest(), seed=seed, transcript=options.transcript)
    known = _known(slack, scenario, earlier, store) if earlier else None
    await slack.start()
    bot = Backstage(settings, slack, clock, store.database_url, store.vault())
    try:
        await bot.start()
        rehearsal = Rehearsal(
            scenario, slack, clock, bot, seed=seed, known=known, reading_speed=options.reading_speed
        )
        await _begin(rehearsal, earlier)
        rehearsal.keep_by(lambda: store.write(_state(rehearsal)))
        yield rehearsal
        rehearsal.keep()
    finally:
        await bot.close()
        await slack.stop()


async def _begin(rehearsal: Rehearsal, earlier: JsonObject | None) -> None:
    if earlier is None:
        await rehearsal.seat()
        return
    rehearsal.players.restore(earlier["page"]["players"])
    rehearsal.unread = Unread.from_json(earlier["page"]["unread"])
    await rehearsal.settle()
    rehearsal.resumed_at = rehearsal.clock.now()


def _state(rehearsal: Rehearsal) -> JsonObject:
    return {
        "version": VERSION,
        "scenario": rehearsal.scenario.name,
        "seed": rehearsal.seed,
        "now": rehearsal.clock.now().isoformat(),
        "slack": kept(rehearsal.slack),
        "page": rehearsal.state(),
    }


def _chosen(options: PageOptions, earlier: JsonObject | None) -> str:
    """The scenario that was kept, or is asked for."""
    if earlier is None:
        return options.scenario or FIRST
    name = str(earlier["scenario"])
    if options.scenario not in (None, name):
        raise CannotStart(f"The rehearsal that was kept plays {name}. Add --fresh to begin another.")
    return name


def _known(slack: LocalSlack, scenario: Scenario, earlier: JsonObject, store: Store) -> Cast:
    try:
        put_back(slack, earlier["slack"])
        # A process that was killed may have given ids after the last keeping, and the bot knows them.
        slack.world.ids.restore(
            {kind: count + IDS_SKIPPED for kind, count in slack.world.ids.state().items()}
        )
        return Cast.find(scenario, slack)
    except (KeyError, TypeError, ValueError) as wrong:
        raise _unreadable(store.folder / STATE) from wrong


def _unreadable(file: Path) -> CannotStart:
    return CannotStart(f"{file} was not kept by this version of the rehearsal. Begin anew with --fresh.")


def reserved(port: int) -> socket.socket:
    """A socket that listens on loopback; 0 for any free port. Raises `CannotStart` where it cannot be had."""
    if port not in PORTS:
        raise CannotStart(f"{port} is no port of a machine. Name one below {PORTS.stop} with --port.")
    try:
        return socket.create_server((HOST, port))
    except OSError as taken:
        raise CannotStart(
            f"Port {port} of this machine is taken, perhaps by another rehearsal. Name another with --port."
        ) from taken


def _has_screen() -> bool:
    """Whether a browser would have a window, and somebody sits before the terminal."""
    windows = sys.platform in ("darwin", "win32") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())
    return sys.stdout.isatty() and windows
