"""Databases for tests: one migrated template of each kind, and a fresh copy of it for every test."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory, mkdtemp
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

from bot.storage.migrate import upgrade

REPOSITORY = Path(__file__).resolve().parent.parent
KINDS = ("sqlite", "postgresql")
MEMORY_WANTED = 1_000_000_000
TEMPLATE = "template_migrated"


@dataclass(frozen=True)
class Templates:
    """Where the migrated templates are: a file, and the address of a PostgreSQL server."""

    sqlite: str
    postgresql: str


@contextmanager
def migrated_templates(*settings: str) -> Iterator[Templates]:
    """Both templates, for as long as the block lasts. Nothing of them is left afterwards.

    ``settings`` are lines of PostgreSQL's configuration.
    """
    folder = _folder()
    with postgresql(folder, *settings) as server:
        templates = Templates(sqlite=str(folder / "template.sqlite3"), postgresql=server)
        upgrade(f"sqlite+aiosqlite:///{templates.sqlite}")
        _execute(server, f"CREATE DATABASE {TEMPLATE}")
        upgrade(_url(server, TEMPLATE))
        yield templates


@contextmanager
def sqlite_copy(templates: Templates) -> Iterator[str]:
    """The URL of a fresh SQLite file, removed at the end."""
    with TemporaryDirectory(dir=Path(templates.sqlite).parent) as folder:
        file = shutil.copyfile(templates.sqlite, Path(folder) / "test.sqlite3")
        yield f"sqlite+aiosqlite:///{file}"


@contextmanager
def postgresql_copy(templates: Templates) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, dropped at the end even where a killed bot still holds it."""
    name = f"test_{uuid4().hex}"
    _execute(templates.postgresql, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    try:
        yield _url(templates.postgresql, name)
    finally:
        _execute(templates.postgresql, f"DROP DATABASE {name} WITH (FORCE)")


def _folder() -> Path:
    """In memory where there is room: to copy a template takes 6 ms there, over 100 ms on a busy disk."""
    memory = Path("/dev/shm")  # noqa: S108
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_WANTED
    return Path(mkdtemp(prefix="als-", dir=memory if roomy else None))


@contextmanager
def postgresql(folder: Path, *settings: str) -> Iterator[str]:
    """The address of a server whose life hangs on the pipe that this process holds.

    ``settings`` are lines such as "fsync = on"; see `tests/postgresql_server.py`, which removes the folder.
    """
    command = [sys.executable, "-m", "tests.postgresql_server", str(folder), *settings]
    with Popen(  # noqa: S603
        command, cwd=REPOSITORY, env=_environment(folder), stdin=PIPE, stdout=PIPE, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with closing(process.stdin):
            assert process.stdout.readline(), "PostgreSQL did not start; its reason is above"
            yield f"postgresql://postgres@/postgres?host={folder / 'data'}"


def _environment(folder: Path) -> dict[str, str]:
    """The server's lock stays in our folder; run by root, it needs `useradd`, which an empty PATH lacks."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    return {**os.environ, "PATH": path, "XDG_RUNTIME_DIR": str(folder)}


def _url(server: str, database: str) -> str:
    url: URL = make_url(server).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())
