"""A database that a bot of the first schema left in the middle of a meeting, brought up and taken back again.

`rows_of_0001.json` holds its rows as SQLite gave them: instants in UTC without a zone, flags as 0 and 1.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    MetaData,
    Table,
    Time,
    delete,
    insert,
    select,
)

from bot.command_handler import CommandHandler, Result
from bot.domain import commands as c
from bot.domain.learning_set import Phase, QuestionState
from bot.storage import migrate
from bot.storage.migrate import COMPATIBILITY, SchemaState, check, downgrade, upgrade
from bot.storage.resealing import SEALED_TABLES
from tests.e2e.bots import library
from tests.storage.examples import opened

ROWS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("rows_of_0001.json").read_text(encoding="utf-8")
)
FIRST = "0001"
NOW = datetime(2026, 3, 23, 10, 0, 20, tzinfo=UTC)
Rows = dict[str, list[str]]


def revisions() -> list[str]:
    """The oldest first."""
    found = ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()
    return [one.revision for one in reversed(list(found))]


def read(kind: Any, value: Any) -> Any:
    """A value of the file for a column of this type."""
    if value is None:
        return None
    known: list[tuple[Any, Callable[[Any], Any]]] = [
        (Boolean, bool),
        (JSON, json.loads),
        (Date, date.fromisoformat),
        (Time, time.fromisoformat),
    ]
    for one, convert in known:
        if isinstance(kind, one):
            return convert(value)
    if isinstance(kind, DateTime):
        zone = UTC if getattr(kind, "timezone", False) else None
        return datetime.fromisoformat(value).replace(tzinfo=zone)
    return value


def tables(connection: Connection) -> list[Table]:
    """As they are in the database, each after those to which its rows belong."""
    found = MetaData()
    found.reflect(connection)
    about = {"alembic_version", COMPATIBILITY.name}
    return [table for table in found.sorted_tables if table.name not in about]


def rows(url: str) -> Rows:
    """Everything that is there, in an order of its own."""
    with migrate._connection(url) as connection:
        return {
            table.name: sorted(str(dict(row)) for row in connection.execute(select(table)).mappings())
            for table in tables(connection)
        }


@pytest.fixture
def left_by_the_first(database_url: str) -> str:
    """A database at the first revision, with these rows and no others."""
    downgrade(database_url, FIRST)
    with migrate._connection(database_url) as connection:
        for table in tables(connection):
            connection.execute(delete(table))
            for row in ROWS.get(table.name, []):
                values = {name: read(table.c[name].type, value) for name, value in row.items()}
                connection.execute(insert(table).values(values))
        connection.commit()
    return database_url


def step_by_step(url: str) -> None:
    for revision in revisions()[1:]:
        upgrade(url, revision)
    assert check(url) is SchemaState.UP_TO_DATE


def test_the_rows_are_those_of_a_whole_set_in_the_middle_of_a_meeting(left_by_the_first: str) -> None:
    there = rows(left_by_the_first)
    assert {name: len(of) for name, of in there.items() if of} == {name: len(of) for name, of in ROWS.items()}
    assert len(ROWS) > 15


def test_all_the_way_up_and_down_every_row_is_what_it_was(left_by_the_first: str) -> None:
    before = rows(left_by_the_first)
    step_by_step(left_by_the_first)
    for revision in reversed(revisions()[:-1]):
        downgrade(left_by_the_first, revision)
    assert rows(left_by_the_first) == before


async def the_meeting_goes_on(url: str) -> None:
    """The bot of today reads the set of `ROWS`, claims what waits, and moves its meeting on."""
    ((workspace_id, set_id),) = {(row["workspace_id"], row["id"]) for row in ROWS["learning_sets"]}
    async with opened(url) as database:
        async with database.reading() as unit:
            found = await unit.learning_sets.load(workspace_id, set_id)
        assert found is not None
        assert found.meeting is not None
        assert found.meeting.phase is Phase.RUNNING
        assert [one.what for one in found.commitments] == ["Call the ministry", "Write to the board"]
        assert found.meeting.questions[0].state is QuestionState.TAKEN_AWAY
        async with database.unit_of_work() as unit:
            (waited,) = (await unit.outbox.claim(NOW)).deliveries
        assert waited.outgoing.key == min(ROWS["outbox"], key=lambda row: row["position"])["key"]
        handler = CommandHandler(database, library(), lambda: NOW, lambda: None)
        move = c.MoveOn(
            workspace_id=workspace_id,
            set_id=set_id,
            actor=found.meeting.facilitator,
            meeting_id=found.meeting.id,
            version=found.meeting.version,
        )
        assert (await handler.handle(move, request="first:1")).result is Result.DONE
        async with database.reading() as unit:
            due = await unit.due_prompts.waiting(workspace_id, set_id)
            gone_on = await unit.learning_sets.load(workspace_id, set_id)
        assert due
        assert gone_on is not None
        assert gone_on.meeting is not None
        assert gone_on.meeting.position == found.meeting.position + 1


async def test_the_bot_reads_such_a_set_and_the_meeting_goes_on(left_by_the_first: str) -> None:
    step_by_step(left_by_the_first)
    await the_meeting_goes_on(left_by_the_first)


async def test_what_lay_open_is_sealed_by_rotate_keys_and_what_is_sealed_is_lost_on_the_way_down(
    left_by_the_first: str,
) -> None:
    step_by_step(left_by_the_first)
    async with opened(left_by_the_first) as database:
        for table in SEALED_TABLES:
            async with database.unit_of_work() as unit:
                await unit.resealing.step(table, None, 100)
    downgrade(left_by_the_first, FIRST)
    there = rows(left_by_the_first)
    states = [row["state"] for row in ROWS["questions"]]
    assert "taken-away" in states
    assert not any("taken-away" in row for row in there["questions"])
    assert there["outbox"] == []
    assert all(len(there[name]) == len(of) for name, of in ROWS.items() if name != "outbox")
