"""Each test has a migrated database of its own, on both kinds, and nothing of them outlives the tests."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.databases import REPOSITORY

# Holds the templates until it is killed: says where they are, then waits for an input that never comes.
HOLDER = """
import sys
from pathlib import Path
from tests.databases import migrated_templates
with migrated_templates() as templates:
    print(Path(templates.sqlite).parent, flush=True)
    sys.stdin.read()
"""


def _tables(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


@pytest.mark.parametrize("attempt", [1, 2])
async def test_a_table_made_by_one_test_is_unknown_to_the_next(database_url: str, attempt: int) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        tables = await connection.run_sync(_tables)
        await connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    await engine.dispose()
    assert tables, "the database is not migrated"
    assert "left_behind" not in tables, attempt


@pytest.mark.parametrize("ending", ["kill", "terminate", "communicate"])
def test_no_server_and_no_file_outlives_whoever_made_the_templates(ending: str) -> None:
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", HOLDER],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stderr is not None
        folder = Path(holder.stdout.readline().strip())
        assert (folder / "data" / "postmaster.pid").exists()
        getattr(holder, ending)()
        if not holder.stderr.closed:
            holder.stderr.read()  # ends when the last process that could write to it has ended
    assert not folder.exists()
