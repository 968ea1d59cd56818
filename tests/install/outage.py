"""Takes the database away from whoever uses it, and gives it back unharmed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bot.storage.unit_of_work import Database


@asynccontextmanager
async def without(database: Database, database_url: str) -> AsyncIterator[None]:
    """Nobody reaches the database while the block lasts."""
    taking = _without_file if database_url.startswith("sqlite") else _without_server
    async with taking(database, database_url):
        yield


@asynccontextmanager
async def _without_file(database: Database, database_url: str) -> AsyncIterator[None]:
    file = Path(str(make_url(database_url).database))
    await database.close()
    with _moved_away(file):
        yield


@contextmanager
def _moved_away(file: Path) -> Iterator[None]:
    away = file.rename(file.with_suffix(".away"))
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        away.rename(file)


@asynccontextmanager
async def _without_server(_database: Database, database_url: str) -> AsyncIterator[None]:
    """A server that lets nobody in, as while it restarts."""
    url = make_url(database_url)
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database]
        )
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true".encode())
