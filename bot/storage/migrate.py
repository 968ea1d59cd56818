"""The schema's revisions: bring a database up to date, or say how it stands. Synchronous, as Alembic is.

Beside Alembic's own table stands one more, with the oldest revision whose code may run on this database: so
an older version of the bot knows of a newer schema whether it may go on (docs/decisions/0011).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import (
    URL,
    Column,
    Connection,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)

from bot.storage.proxies import name_nothing_through_a_proxy

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"

COMPATIBILITY = Table("schema_compatibility", MetaData(), Column("oldest_code", String(32), nullable=False))
"""One row; like Alembic's own table it is about the schema, and no part of it."""

LOCK = 0x414C53
"""Names the lock of whoever migrates; any number that no one else uses."""


class SchemaState(StrEnum):
    """How a database's schema stands to this version of the bot."""

    EMPTY = "empty"
    OLDER = "older"
    UP_TO_DATE = "up to date"
    COMPATIBLE = "newer, and made so that this version may still run on it"
    NEWER = "newer"
    """Made by a later version of the bot, and not for this one."""


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the schema up to the revision, the newest unless told. Wholly or, when it fails, not at all."""
    with _connection(database_url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the schema back to the revision; "base" leaves nothing. What only newer revisions hold is lost.

    Raises alembic's `CommandError` where there is no such revision below.
    """
    with _connection(database_url) as connection:
        command.downgrade(_config(connection), revision)


def current_revision(database_url: str) -> str | None:
    """The revision of the database's schema; None when it has none yet."""
    with _connection(database_url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(database_url: str) -> SchemaState:
    """How the database's schema stands to this version of the bot."""
    with _connection(database_url) as connection:
        return standing(connection)


def standing(connection: Connection) -> SchemaState:
    """How the schema behind this connection stands to this version of the bot. Two short reads."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return SchemaState.EMPTY
    head, known = _ours(MIGRATIONS)
    if revision == head:
        return SchemaState.UP_TO_DATE
    if revision in known:
        return SchemaState.OLDER
    return SchemaState.COMPATIBLE if _oldest_code(connection) in known else SchemaState.NEWER


def somebody_holds_it(error: BaseException) -> bool:
    """Whether this is why a migration gave up: somebody worked in the database for too long."""
    why = getattr(error, "orig", None)
    if isinstance(why, sqlite3.OperationalError):
        return why.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return isinstance(why, LockNotAvailable)


def one_at_a_time(connection: Connection) -> None:
    """Let other processes that migrate the same database wait until this transaction ends.

    migrations/env.py calls it before it looks at what there is. Of SQLite the whole file is locked anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def note_oldest_code(connection: Connection) -> None:
    """Write down which code may run on the schema as it is now. migrations/env.py calls it after each change.

    A revision that says `additive = True` may be met by the code of the revision before it; any other only by
    its own.
    """
    COMPATIBILITY.create(connection, checkfirst=True)
    connection.execute(COMPATIBILITY.delete())
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None:
        oldest = oldest_code(ScriptDirectory.from_config(_config()), revision)
        connection.execute(COMPATIBILITY.insert().values(oldest_code=oldest))


def oldest_code(script: ScriptDirectory, revision: str) -> str:
    """The oldest revision whose code may run on the schema of this one."""
    found = script.get_revision(revision)
    while getattr(found.module, "additive", False) and isinstance(found.down_revision, str):
        found = script.get_revision(found.down_revision)
    return found.revision


def _oldest_code(connection: Connection) -> str | None:
    if not inspect(connection).has_table(COMPATIBILITY.name):
        return None
    return connection.scalar(select(COMPATIBILITY.c.oldest_code))


@cache
def _ours(folder: Path) -> tuple[str | None, frozenset[str]]:
    """The newest revision of this version, and all that it knows."""
    script = ScriptDirectory(str(folder))
    return script.get_current_head(), frozenset(one.revision for one in script.walk_revisions())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(database_url: str) -> Iterator[Connection]:
    url = _synchronous(make_url(database_url))
    engine = create_engine(url, hide_parameters=True, poolclass=NullPool)
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "connect", name_nothing_through_a_proxy)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _synchronous(url: URL) -> URL:
    return url.set(drivername="sqlite") if url.get_backend_name() == "sqlite" else url


def _leave_transactions_to_us(connection: Any, _record: Any) -> None:
    """Without this a failed migration would leave half of its tables: the driver begins none for DDL."""
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
