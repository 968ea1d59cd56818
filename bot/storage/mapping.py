"""A learning set as rows, and the difference between two of its states as statements.

A column is filled from the field of the same name. A table's row is known by its primary key; so a state
is, for each table, its rows by key, and saving is a comparison of two such collections.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table, bindparam, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.learning_set import LearningSet, Meeting
from bot.storage.dialect import upsert
from bot.storage.sealing import closed
from bot.storage.tables import (
    attendance,
    bids,
    commitments,
    learning_lines,
    learning_sets,
    meetings,
    members,
    people,
    places,
    questions,
    report_backs,
    report_skips,
    takeaways,
    turn_skips,
    turns,
)
from bot.vault import Vault

Key = tuple[Any, ...]
Row = dict[str, Any]
Rows = dict[Table, dict[Key, Row]]

TABLES = (
    people,
    learning_sets,
    members,
    places,
    meetings,
    turns,
    attendance,
    bids,
    turn_skips,
    report_skips,
    questions,
    takeaways,
    learning_lines,
    commitments,
    report_backs,
)
"""Each after those to which its rows belong."""

COMES_AND_GOES = frozenset({people, commitments})
"""A state holds only some of their rows: a place among those shown says nothing about the row itself."""

TOLD_BY_THE_WORKSPACE = ("name", "zone")
"""What a newly named person brings; the rest of a person already known to another set stands."""


SEALED = {questions: frozenset({"triage"}), takeaways: frozenset({"sealed"})}
"""Columns that hold in sealed form what a state has open."""


@cache
def columns_of(table: Table) -> tuple[str, ...]:
    """Names of the table's columns, without those of sealed values."""
    return tuple(column.name for column in table.columns if column.name not in SEALED.get(table, ()))


@cache
def key_of(table: Table) -> tuple[str, ...]:
    """Names of the columns of its primary key."""
    return tuple(column.name for column in table.primary_key)


def rows_of(learning_set: LearningSet, without: Collection[Table] = ()) -> Rows:
    """The state as rows, ``without`` those of some tables.

    ``unit_turns`` has none: it is counted from the turns.
    """
    rows: Rows = {table: {} for table in TABLES}
    for table, row in _rows(learning_set, without):
        rows[table][tuple(row[name] for name in key_of(table))] = row
    return rows


async def save(
    connection: AsyncConnection, vault: Vault, before: LearningSet | None, *states: LearningSet
) -> None:
    """Write what differs between ``before`` and the last of ``states``, which come in order.

    Of a meeting that another replaced on the way, its last state is written and nothing is deleted. People
    stay, because other sets may know them.
    """
    same = _same(before, states)
    old = rows_of(before, same) if before else {}
    new = _last_of_each_meeting(before, states, same)
    for table in reversed(TABLES):
        if table is not people:
            await _delete(connection, table, [key for key in old.get(table, {}) if key not in new[table]])
    for table in TABLES:
        await _write(connection, vault, table, old.get(table, {}), new[table])


def _same(before: LearningSet | None, states: Sequence[LearningSet]) -> frozenset[Table]:
    """The tables of which nothing was touched: on the way the very same collection was passed on."""
    if before is None or any(_meeting_id(state) != _meeting_id(before) for state in states):
        return frozenset()
    last = _collections(states[-1] if states else before)
    return frozenset(table for table, things in _collections(before).items() if things is last[table])


def _last_of_each_meeting(
    before: LearningSet | None, states: Iterable[LearningSet], without: Collection[Table]
) -> Rows:
    """Rows of the last state, and of the last one in which each earlier meeting was the set's meeting."""
    last = {_meeting_id(state): state for state in ((before, *states) if before else states)}
    rows: Rows = {table: {} for table in TABLES}
    for state in last.values():
        for table, of_state in rows_of(state, without).items():
            rows[table] |= of_state
    return rows


def _meeting_id(learning_set: LearningSet) -> str | None:
    return learning_set.meeting.id if learning_set.meeting else None


def _rows(learning_set: LearningSet, without: Collection[Table]) -> Iterator[tuple[Table, Row]]:
    workspace_id, set_id = learning_set.workspace_id, learning_set.id
    meeting = learning_set.meeting
    yield learning_sets, _row(learning_sets, learning_set)
    if meeting is not None:
        yield meetings, _row(meetings, meeting, workspace_id=workspace_id, set_id=set_id)
    known = {"workspace_id": workspace_id, "set_id": set_id, "meeting_id": meeting.id if meeting else None}
    for table, things in _collections(learning_set).items():
        if table not in without:
            for position, thing in enumerate(things.values() if isinstance(things, Mapping) else things):
                yield table, _row(table, thing, position=position, **known)


def _collections(learning_set: LearningSet) -> dict[Table, Collection[object]]:
    """What a state consists of besides the set and its meeting."""
    of_set: dict[Table, Collection[object]] = {
        people: learning_set.people,
        members: learning_set.members,
        places: learning_set.places,
        commitments: learning_set.commitments,
        report_backs: learning_set.reports,
    }
    return of_set | (_given_to(learning_set.meeting) if learning_set.meeting else {})


def _given_to(meeting: Meeting) -> dict[Table, Collection[object]]:
    return {
        turns: meeting.turns,
        attendance: meeting.attendance,
        bids: meeting.bids,
        turn_skips: meeting.turn_skips,
        report_skips: meeting.report_skips,
        questions: meeting.questions,
        takeaways: meeting.takeaways,
        learning_lines: meeting.learning,
    }


def _row(table: Table, thing: object, **known: Any) -> Row:
    """The thing's fields as columns; ``known`` are those that only its surroundings tell."""
    return {name: getattr(thing, name) if hasattr(thing, name) else known[name] for name in columns_of(table)}


async def _delete(connection: AsyncConnection, table: Table, keys: list[Key]) -> None:
    if keys:
        statement = delete(table).where(*_by_key(table))
        await connection.execute(statement, [_key_parameters(table, key) for key in keys])


async def _write(
    connection: AsyncConnection, vault: Vault, table: Table, old: dict[Key, Row], new: dict[Key, Row]
) -> None:
    appeared = [closed(vault, table, row, row) for key, row in sorted(new.items()) if key not in old]
    changed: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for key, row in sorted(new.items()):
        names = _changed_columns(table, old[key], row) if key in old else ()
        if names:
            values = closed(vault, table, row, {name: row[name] for name in names})
            changed[names].append(values | _key_parameters(table, key))
    if appeared:
        await connection.execute(_people(connection) if table is people else insert(table), appeared)
    for parameters in changed.values():
        await connection.execute(_update(table), parameters)


def _changed_columns(table: Table, old: Row, new: Row) -> tuple[str, ...]:
    placed = table in COMES_AND_GOES
    return tuple(name for name in new if new[name] != old[name] and not (placed and name == "position"))


def _people(connection: AsyncConnection) -> Any:
    statement = upsert(connection, people)
    told = {name: statement.excluded[name] for name in TOLD_BY_THE_WORKSPACE}
    return statement.on_conflict_do_update(index_elements=key_of(people), set_=told)


@cache
def _update(table: Table) -> Executable:
    return update(table).where(*_by_key(table))


def _by_key(table: Table) -> list[Any]:
    return [column == bindparam(f"key_{column.name}") for column in table.primary_key]


def _key_parameters(table: Table, key: Key) -> Row:
    return {f"key_{name}": value for name, value in zip(key_of(table), key, strict=True)}
