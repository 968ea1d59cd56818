"""A revision that says `additive = True` promises that the version before may still run on its schema.

Its process goes on to write rows with the columns that it knows, and the next version reads them. (Whether it
can read what the next version writes, only whoever wrote both can say.)
"""

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, Table, delete, insert, inspect, select, update

from bot.storage import migrate
from bot.storage.migrate import current_revision, downgrade, upgrade
from tests.storage.test_migrate import newer_version
from tests.storage.test_migrate_data import left_by_the_first, tables, the_meeting_goes_on

__all__ = ["left_by_the_first"]


def additive() -> list[tuple[str, str]]:
    """The revisions that say so, each with the one before."""
    found = ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()
    return [(str(one.down_revision), one.revision) for one in found if getattr(one.module, "additive", False)]


class Kept(NamedTuple):
    """A column, as whoever writes rows meets it."""

    kind: str
    nullable: bool
    filled: bool
    """By the database, where nothing is given."""


class Shape(NamedTuple):
    """What a writer has to know of a schema."""

    columns: dict[tuple[str, str], Kept]
    rules: set[tuple[str, ...]]
    """What rows have to keep to besides: keys of other tables, and what may be there once only."""


def shape(url: str) -> Shape:
    with migrate._connection(url) as connection:
        found = inspect(connection)
        columns = {
            (table, one["name"]): Kept(str(one["type"]), one["nullable"], one["default"] is not None)
            for table in found.get_table_names()
            for one in found.get_columns(table)
        }
        return Shape(columns, {rule for table in found.get_table_names() for rule in _rules(found, table)})


def _rules(found: Inspector, table: str) -> set[tuple[str, ...]]:
    of = {("primary key", table, *found.get_pk_constraint(table)["constrained_columns"])}
    of |= {("foreign key", table, *one["constrained_columns"]) for one in found.get_foreign_keys(table)}
    of |= {("once only", table, *one["column_names"]) for one in found.get_unique_constraints(table)}
    of |= {("check", table, str(one["sqltext"])) for one in found.get_check_constraints(table)}
    unique = (one for one in found.get_indexes(table) if one["unique"])
    return of | {("once only", table, *map(str, one["column_names"])) for one in unique}


def in_the_way(before: Shape, after: Shape) -> list[str]:
    """What stops code that knows only the shape before."""
    known = {table for table, _ in before.columns}
    wrong = [f"{'.'.join(one)} is gone" for one in before.columns if one not in after.columns]
    for place, now in after.columns.items():
        was = before.columns.get(place)
        if was is None:
            if place[0] in known and not (now.nullable or now.filled):
                wrong.append(f"{'.'.join(place)} has to be given")
        elif (was.kind, was.filled) != (now.kind, now.filled) or now.nullable < was.nullable:
            wrong.append(f"{'.'.join(place)} is not what it was")
    wrong += [" ".join(one) for one in after.rules - before.rules if one[1] in known]
    return wrong


@pytest.mark.parametrize(("before", "revision"), additive())
def test_a_revision_that_says_that_it_only_adds_only_adds(
    database_url: str, before: str, revision: str
) -> None:
    downgrade(database_url, revision)
    after = shape(database_url)
    downgrade(database_url, before)
    assert in_the_way(shape(database_url), after) == []


BROKEN = {
    'op.add_column("bids", sa.Column("x", sa.Integer(), nullable=False))': ["bids.x has to be given"],
    'op.alter_column("bids", "line", new_column_name="text")': ["bids.line is gone"],
    'op.drop_column("questions", "triage")': ["questions.triage is gone"],
    'op.create_index("ix_x", "bids", ["line"], unique=True)': ["once only bids line"],
}


@pytest.mark.parametrize(("step", "wrong"), BROKEN.items(), ids=["wants", "renames", "drops", "restricts"])
def test_one_that_does_more_would_be_seen(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str, wrong: list[str]
) -> None:
    before = shape(database_url)
    head = str(current_revision(database_url))
    newer_version(monkeypatch, tmp_path / "migrations", head, step, additive=True)
    upgrade(database_url)
    assert in_the_way(before, shape(database_url))[:1] == wrong


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    by_key = select(table).order_by(*table.primary_key)
    return [dict(row) for row in connection.execute(by_key).mappings()]


def _write_again(connection: Connection, known: list[Table], was: dict[str, list[dict[str, Any]]]) -> None:
    for table in reversed(known):
        connection.execute(delete(table))
    for table in known:
        for row in was[table.name]:
            connection.execute(insert(table).values(row))
            key = [one == row[one.name] for one in table.primary_key]
            connection.execute(update(table).where(*key).values(row))


@pytest.mark.parametrize(("before", "revision"), additive())
async def test_what_the_version_before_writes_then_is_read_by_the_next(
    left_by_the_first: str, before: str, revision: str
) -> None:
    url = left_by_the_first
    upgrade(url, before)
    with migrate._connection(url) as connection:
        known = tables(connection)
        was = {table.name: _rows(connection, table) for table in known}
    upgrade(url, revision)
    with migrate._connection(url) as connection:
        _write_again(connection, known, was)
        connection.commit()
        assert {table.name: _rows(connection, table) for table in known} == was
    upgrade(url)
    await the_meeting_goes_on(url)
