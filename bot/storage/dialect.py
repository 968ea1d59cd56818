"""The one thing that the two databases spell alike and SQLAlchemy does not: INSERT ... ON CONFLICT.

What every press executes is built once for each dialect, and filled by parameters: to build a statement
takes about as long as to have it executed.
"""

from functools import cache

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def upsert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that takes ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
    return insert_into(connection.dialect.name, table)


@cache
def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same, by the dialect's name. Made once: its ``excluded`` has a column for each of the table's."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
