"""The one thing that the two databases spell alike and SQLAlchemy does not: INSERT ... ON CONFLICT."""

from functools import cache

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def upsert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that takes ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
    return _insert(connection.dialect.name, table)


@cache
def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Made once, as it never changes, and its ``excluded`` has a column for each of the table's."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
