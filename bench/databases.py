"""Databases to measure on: a PostgreSQL of our own on a disk, which forgets nothing, and SQLite files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from bot.storage.migrate import upgrade
from tests.databases import postgresql

DURABLE = ("fsync = on", "full_page_writes = on", "synchronous_commit = on", "shared_buffers = '256MB'")
"""As a company would run it: an acknowledged press outlives a power cut."""


@contextmanager
def server() -> Iterator[str]:
    """The address of a PostgreSQL, as long as the block lasts."""
    with postgresql(Path(mkdtemp(prefix="als-bench-", dir=_disk())), *DURABLE) as address:
        yield address


def new_database(server_address: str) -> str:
    """The URL of a migrated database of its own; it goes with its server."""
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(server_address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = make_url(server_address).set(drivername="postgresql+psycopg", database=name)
    written = url.render_as_string(hide_password=False)
    upgrade(written)
    return written


@contextmanager
def sqlite() -> Iterator[str]:
    """The URL of a migrated SQLite file."""
    with TemporaryDirectory(prefix="als-bench-", dir=_disk()) as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.sqlite3"
        upgrade(url)
        yield url


def _disk() -> str | None:
    """Where temporary files lie; never in memory, where nothing is durable."""
    return os.environ.get("TMPDIR")
