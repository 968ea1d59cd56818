"""The schema's revisions: bring a database up to date, or say how it stands. Synchronous, as Alembic is."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, create_engine, event, make_url

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


class SchemaState(StrEnum):
    """How a database's schema stands to this version of the bot."""

    EMPTY = "empty"
    OLDER = "older"
    UP_TO_DATE = "up to date"
    NEWER = "newer"
    """Made by a later version of the bot: its revision is not among ours."""


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the schema up to the revision, the newest unless told. Wholly or, when it fails, not at all."""
    with _connection(database_url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the schema back to the revision; "base" leaves nothing. What only newer revisions hold is lost."""
    with _connection(database_url) as connection:
        command.downgrade(_config(connection), revision)


def current_revision(database_url: str) -> str | None:
    """The revision of the database's schema; None when it has none yet."""
    with _connection(database_url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(database_url: str) -> SchemaState:
    """How the database's schema stands to this version of the bot."""
    revision = current_revision(database_url)
    if revision is None:
        return SchemaState.EMPTY
    script = ScriptDirectory.from_config(_config())
    if revision == script.get_current_head():
        return SchemaState.UP_TO_DATE
    known = {known.revision for known in script.walk_revisions()}
    return SchemaState.OLDER if revision in known else SchemaState.NEWER


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
