"""The soak's database is really stopped, and keeps what was committed."""

from pathlib import Path
from random import Random
from tempfile import mkdtemp

import psycopg

from tests.databases import postgresql
from tests.soak.outages import CRASHED, KEPT, STOPPED, Outages


async def test_a_server_that_is_stopped_or_crashes_is_back_with_what_was_committed() -> None:
    with postgresql(Path(mkdtemp(prefix="als-")), KEPT) as server:
        begun = [await _begun(server)]
        outages = Outages(server, "postgres", Random(1), stops=True)
        async with await psycopg.AsyncConnection.connect(server, autocommit=True) as connection:
            await connection.execute("CREATE TABLE kept (kind text)")
        for kind in (STOPPED, CRASHED):
            async with await psycopg.AsyncConnection.connect(server, autocommit=True) as connection:
                await connection.execute("INSERT INTO kept VALUES (%s)", (kind,))
                await outages.strike(kind)
            begun.append(await _begun(server))

        async with await psycopg.AsyncConnection.connect(server) as connection:
            kept = await (await connection.execute("SELECT kind FROM kept ORDER BY kind")).fetchall()

    assert [kind for (kind,) in kept] == sorted([STOPPED, CRASHED])
    assert begun == sorted(set(begun)), "it was not started again"


async def _begun(server: str) -> float:
    """When the server began."""
    statement = "SELECT extract(epoch FROM pg_postmaster_start_time())"
    async with await psycopg.AsyncConnection.connect(server) as connection:
        row = await (await connection.execute(statement)).fetchone()
    assert row is not None
    return float(row[0])
