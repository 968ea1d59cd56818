"""The migrations make the tables that the code names, on both databases, wholly or not at all."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from bot.storage import migrate
from bot.storage.migrate import COMPATIBILITY, SchemaState, check, current_revision, downgrade, upgrade
from bot.storage.tables import METADATA, RowState, lanes, outbox

ABOUT_THE_SCHEMA = {"alembic_version", COMPATIBILITY.name}
NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, additive = "9999", "{head}", {additive}


def upgrade() -> None:
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    {then}
"""


AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
LANES_BEFORE: list[dict[str, Any]] = [
    {"lane": "C1", "lease_until": None},
    {"lane": "C2", "lease_until": AT + A_MINUTE},
    {"lane": "C3", "lease_until": None},
]
ROWS_BEFORE: list[dict[str, Any]] = [
    {"lane": "C1", "key": "a", "state": RowState.WAITING, "payload": {"thread_key": "board"}},
    {"lane": "C2", "key": "b", "state": RowState.SENDING, "payload": {}},
    {"lane": "C3", "key": "c", "state": RowState.DEAD, "payload": {}},
]


def newer_version(
    monkeypatch: pytest.MonkeyPatch, folder: Path, head: str, then: str, *, additive: bool = False
) -> None:
    """Our migrations and one more."""
    shutil.copytree(migrate.MIGRATIONS, folder)
    text = NEXT_REVISION.format(head=head, then=then, additive=additive)
    (folder / "versions" / "9999_more.py").write_text(text)
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)


def tables(url: str) -> set[str]:
    with migrate._connection(url) as connection:
        return set(inspect(connection).get_table_names())


def comparing(connection: Connection) -> MigrationContext:
    """Leaves out the table that is about the schema, as migrations/env.py does."""
    ours = {"include_name": lambda name, kind, _parents: kind != "table" or name != COMPATIBILITY.name}
    return MigrationContext.configure(connection, opts=ours)


def test_models_and_migrations_agree(database_url: str) -> None:
    with migrate._connection(database_url) as connection:
        assert compare_metadata(comparing(connection), METADATA) == []


def test_a_missing_column_would_be_seen(database_url: str) -> None:
    with migrate._connection(database_url) as connection:
        connection.execute(text("ALTER TABLE bids DROP COLUMN line"))
        assert len(compare_metadata(comparing(connection), METADATA)) == 1


def test_the_way_down_and_up_again(database_url: str) -> None:
    head = current_revision(database_url)
    assert check(database_url) is SchemaState.UP_TO_DATE
    downgrade(database_url, "base")
    assert check(database_url) is SchemaState.EMPTY
    assert tables(database_url) == ABOUT_THE_SCHEMA
    upgrade(database_url)
    upgrade(database_url)
    assert current_revision(database_url) == head
    assert tables(database_url) == {*ABOUT_THE_SCHEMA, *METADATA.tables}


def test_older_and_newer_schemas_are_told_apart(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        newer_version(patched, tmp_path / "migrations", str(current_revision(database_url)), "pass")
        assert check(database_url) is SchemaState.OLDER
        upgrade(database_url)
        assert check(database_url) is SchemaState.UP_TO_DATE
    assert check(database_url) is SchemaState.NEWER


@pytest.mark.parametrize("additive", [True, False])
def test_a_newer_schema_is_taken_where_it_only_adds_and_refused_where_it_does_not(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, additive: bool
) -> None:
    head = str(current_revision(database_url))
    with monkeypatch.context() as patched:
        newer_version(patched, tmp_path / "migrations", head, "pass", additive=additive)
        upgrade(database_url)
    assert check(database_url) is (SchemaState.COMPATIBLE if additive else SchemaState.NEWER)


def test_a_newer_schema_that_does_not_say_for_whom_it_is_is_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as patched:
        newer_version(
            patched, tmp_path / "migrations", str(current_revision(database_url)), "pass", additive=True
        )
        upgrade(database_url)
    with migrate._connection(database_url) as connection, connection.begin():
        connection.execute(text("DROP TABLE schema_compatibility"))
    assert check(database_url) is SchemaState.NEWER


def test_code_is_too_old_from_the_newest_revision_on_that_does_more_than_add(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two revisions ahead, of which the first changes something and the second only adds."""
    folder = tmp_path / "migrations"
    with monkeypatch.context() as patched:
        newer_version(patched, folder, str(current_revision(database_url)), "pass")
        more = NEXT_REVISION.format(head="9999", then="pass", additive=True).replace("half", "other")
        (folder / "versions" / "99999_more.py").write_text(more.replace('"9999", "9999"', '"99999", "9999"'))
        upgrade(database_url)
        with migrate._connection(database_url) as connection:
            assert connection.scalar(text("SELECT oldest_code FROM schema_compatibility")) == "9999"
    assert check(database_url) is SchemaState.NEWER


def test_a_migration_that_fails_leaves_the_schema_as_it_was(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = tables(database_url)
    newer_version(
        monkeypatch, tmp_path / "migrations", str(current_revision(database_url)), 'raise RuntimeError("no")'
    )
    with pytest.raises(RuntimeError):
        upgrade(database_url)
    assert tables(database_url) == before
    assert check(database_url) is SchemaState.OLDER


def test_what_waited_before_turns_were_given_is_claimed_after(database_url: str) -> None:
    downgrade(database_url, "0002")
    with migrate._connection(database_url) as connection:
        everywhere: dict[str, Any] = {"workspace_id": "T1", "last_position": 1, "next_at": AT}
        connection.execute(insert(lanes), [everywhere | lane for lane in LANES_BEFORE])
        always: dict[str, Any] = {"position": 1, "kind": "message", "update_only": False, "attempts": 0}
        always["workspace_id"] = "T1"
        connection.execute(insert(outbox), [always | row for row in ROWS_BEFORE])
        connection.commit()
    upgrade(database_url)
    with migrate._connection(database_url) as connection:
        found = connection.execute(
            select(lanes.c.lane, lanes.c.ready_at).where(lanes.c.workspace_id == "T1").order_by(lanes.c.lane)
        )
        ready = {row.lane: row.ready_at for row in found}
        threads = connection.scalars(select(outbox.c.thread_key).where(outbox.c.workspace_id == "T1")).all()
    assert ready == {"C1": AT, "C2": AT + A_MINUTE, "C3": None}
    assert set(threads) == {"board", None}


def test_every_revision_says_whether_it_only_adds() -> None:
    first, *later = reversed(list(ScriptDirectory(str(migrate.MIGRATIONS)).walk_revisions()))
    assert first.down_revision is None
    said = {one.revision: getattr(one.module, "additive", None) for one in later}
    assert [revision for revision, additive in said.items() if not isinstance(additive, bool)] == []


def test_every_primary_and_foreign_key_begins_with_the_workspace() -> None:
    for table in METADATA.sorted_tables:
        assert next(iter(table.primary_key)).name == "workspace_id", table.name
        for key in table.foreign_key_constraints:
            assert key.column_keys[0] == "workspace_id", key.name
