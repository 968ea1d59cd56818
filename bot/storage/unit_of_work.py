"""The database, and the one place where a transaction ends.

``async with database.unit_of_work() as unit`` commits when its block ends and rolls back when it raises;
there is no other commit in the house. A unit is never opened within another: SQLite has one connection.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Any

from sqlalchemy import AsyncAdaptedQueuePool, Connection, Dialect, event, func, make_url, select
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.storage.audit import Audit
from bot.storage.due_prompts import DuePrompts
from bot.storage.exports import Exports
from bot.storage.forgetting import Forgetting
from bot.storage.installations import Installations
from bot.storage.learning_sets import LearningSets
from bot.storage.life import Life
from bot.storage.oauth_states import OAuthStates
from bot.storage.outbox import Outbox
from bot.storage.overview import Overview
from bot.storage.people import People
from bot.storage.proxies import name_nothing_through_a_proxy
from bot.storage.requests import Requests
from bot.storage.resealing import Resealing
from bot.storage.retentions import Retentions
from bot.storage.tidying import Tidying
from bot.vault import Vault

CONNECTIONS = 10
"""Of one process to PostgreSQL; as many more for a short while."""
RESTS_SINCE = "rests_since"
SECONDS_OF_REST = 1.0
"""Until then a connection that was given back is taken to be alive."""
SQLITE_PATIENCE_MS = 30_000
"""How long one process waits for another that writes to the same file."""


class UnitOfWork:
    """One transaction and all that can be done in it."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self.audit = Audit(connection)
        self.exports = Exports(connection, vault)
        self.forgetting = Forgetting(connection)
        self.resealing = Resealing(connection, vault)
        self.retentions = Retentions(connection)
        self.learning_sets = LearningSets(connection, vault)
        self.people = People(connection)
        self.requests = Requests(connection)
        self.due_prompts = DuePrompts(connection)
        self.outbox = Outbox(connection, vault)
        self.overview = Overview(connection)
        self.tidying = Tidying(connection)
        self.installations = Installations(connection, vault)
        self.life = Life(connection, vault)
        self.oauth_states = OAuthStates(connection)


class Database:
    """The database of one process, SQLite or PostgreSQL, by a URL with an asynchronous driver.

    ``vault`` seals and opens what is not kept as it is. Without one, whatever meets such a value raises
    `NoKeys`.
    """

    def __init__(self, url: str, vault: Vault | None = None) -> None:
        self._vault = vault or Vault()
        self._engine = _sqlite(url) if make_url(url).get_backend_name() == "sqlite" else _postgresql(url)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """A transaction that is committed when the block ends, and rolled back when it raises."""
        async with self._engine.begin() as connection:
            yield UnitOfWork(connection, self._vault)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[UnitOfWork]:
        """A transaction that sees one state of the database and changes nothing."""
        async with self._engine.connect() as connection:
            await connection.execution_options(postgresql_readonly=True, reading=True)
            yield UnitOfWork(connection, self._vault)

    async def time(self) -> datetime | None:
        """The time of the database's server; None where there is no server, but a file."""
        if self._engine.dialect.name != "postgresql":
            return None
        async with self._engine.connect() as connection:
            told: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
        return told.astimezone(UTC)

    @property
    def is_a_file(self) -> bool:
        """SQLite: there is no server that could tell anybody anything."""
        return self._engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def outside_transactions(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which nothing is ever held open; not for anything that has to be kept."""
        async with self._engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()


def _postgresql(url: str) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True, pool_size=CONNECTIONS, max_overflow=CONNECTIONS)
    event.listen(engine.sync_engine, "connect", name_nothing_through_a_proxy)
    event.listen(engine.sync_engine, "checkin", _note_the_time)
    event.listen(engine.sync_engine, "checkout", partial(_ping_after_a_rest, engine.dialect))
    return engine


def _note_the_time(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[RESTS_SINCE] = monotonic()


def _ping_after_a_rest(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """See that a connection is still one. SQLAlchemy's own way asks each time, which costs as much as a
    statement. When the server goes away within the rest, the first to notice empties the pool.
    """
    if monotonic() - record.info.get(RESTS_SINCE, monotonic()) < SECONDS_OF_REST:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _sqlite(url: str) -> AsyncEngine:
    """One connection, for which the tasks of the process queue up: SQLite has one writer."""
    engine = create_async_engine(
        url, hide_parameters=True, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0
    )
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own: `_begin_sqlite` does
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_PATIENCE_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once, as a transaction that begins by reading could be refused it later."""
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
