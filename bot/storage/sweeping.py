"""Deleting what is old, by several processes at once."""

from sqlalchemy import ColumnElement, Delete, Table, delete, select, tuple_


def some_of(table: Table, limit: int, *which: ColumnElement[bool]) -> Delete:
    """Delete up to ``limit`` such rows. What another process holds is left to it, and not waited for: two
    that delete the same rows in different orders would wait for each other.
    """
    key = list(table.primary_key)
    old = select(*key).where(*which).limit(limit).with_for_update(skip_locked=True)
    return delete(table).where(tuple_(*key).in_(old), *which)
