"""How many rows of the outbox two processes claim in a second, against one, of the same backlog."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

import psycopg
from sqlalchemy import make_url

from bench.backlog import filled
from bench.harness import Bar, Figure, Result, compare
from bench.processes import REPOSITORY
from bench.room import Room

WORKSPACES = 100
MESSAGES = 50
SECONDS = 120
FIGURE = Figure("e. claims, two replicas", 1.6, Bar.AT_LEAST, "claims/s", "two processes", "one process")


async def measure(room: Room) -> list[Result]:
    """Each run claims a copy of the same database."""
    backlog, wanted = await filled(room, WORKSPACES, room.of(MESSAGES)), WORKSPACES * room.of(MESSAGES)
    return [
        await compare(
            FIGURE,
            lambda: _rate(room, backlog, replicas=2, wanted=wanted),
            lambda: _rate(room, backlog, replicas=1, wanted=wanted),
            room.rounds,
        )
    ]


async def _rate(room: Room, backlog: str, *, replicas: int, wanted: int) -> float:
    url = copy_of(room, backlog)
    processes = [await _started(url, room.key) for _ in range(replicas)]
    try:
        async with asyncio.timeout(SECONDS):
            for process in processes:
                assert process.stdout is not None
                assert await process.stdout.readline() == b"ready\n"
            said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        drop(room, url)
    told = [json.loads(output) for output, _ in said]
    claimed, before = (sum(one[when] for one in told) for when in ("claimed", "before"))
    assert claimed + before == wanted, f"{claimed + before} of {wanted} were claimed"
    seconds: float = max(one["ended"] for one in told) - min(one["began"] for one in told)
    return float(claimed / seconds)


async def _started(url: str, key: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.claim_run", url, key), cwd=REPOSITORY, stdin=PIPE, stdout=PIPE
    )


def copy_of(room: Room, url: str, end: str = "copy") -> str:
    """The URL of a database that holds the same, and whose name has this ``end``."""
    address = make_url(url)
    name = f"{address.database}_{end}"
    with psycopg.connect(room.server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {address.database}".encode())
    return address.set(database=name).render_as_string(hide_password=False)


def drop(room: Room, url: str) -> None:
    """Have the database no longer."""
    with psycopg.connect(room.server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)".encode())
