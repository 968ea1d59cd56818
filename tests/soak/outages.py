"""The database goes away, and comes back."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random
from signal import SIGINT, SIGQUIT, Signals

import psycopg
from sqlalchemy import make_url

LONGEST_SECONDS = 0.6
SECONDS_TO_COME_BACK = 30
LOOKS_EVERY = 0.02
KEPT = "synchronous_commit = on"
"""A server that will crash needs this line, so that what was committed is there afterwards."""
SHUT, STOPPED, CRASHED = "database shut", "database stopped", "database crashed"


class Outages:
    """One at a time. Whoever is called ``driver`` is spared by the gentlest kind."""

    def __init__(self, server: str, database: str, random: Random, *, stops: bool) -> None:
        """``server`` is PostgreSQL's address, ``database`` the name of what is lost. Only with ``stops`` is
        the server itself stopped: it must be nobody else's, and be started again by who watches it.
        """
        self._server = server
        self._database = database
        self._random = random
        self._turn = asyncio.Lock()
        self._kinds: dict[str, Callable[[], Awaitable[None]]] = {SHUT: self._shut}
        if stops:
            self._kinds |= {STOPPED: partial(self._stop, SIGINT), CRASHED: partial(self._stop, SIGQUIT)}

    async def strike(self, kind: str | None = None) -> str:
        """This or any; back with its name when it is over."""
        async with self._turn:
            kind = kind or self._random.choice(list(self._kinds))
            await self._kinds[kind]()
            return kind

    async def _shut(self) -> None:
        """Everybody is thrown out, and for a moment nobody gets in."""
        async with await psycopg.AsyncConnection.connect(self._server, autocommit=True) as connection:
            await connection.execute(_allow(self._database, allowed=False))
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                " AND application_name <> 'driver'",
                (self._database,),
            )
            await asyncio.sleep(self._random.uniform(0, LONGEST_SECONDS))
            await connection.execute(_allow(self._database, allowed=True))

    async def _stop(self, how: Signals) -> None:
        """As `pg_ctl stop` does: SIGINT is its ``fast``; after SIGQUIT, its ``immediate``, the server has
        to recover what it has not written out.
        """
        folder = Path(str(make_url(self._server).query["host"]))
        pid = int((folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(pid, how)
        async with asyncio.timeout(SECONDS_TO_COME_BACK):
            while _lives(pid) or not await self._answers():  # noqa: ASYNC110 -- nobody would tell
                await asyncio.sleep(LOOKS_EVERY)

    async def _answers(self) -> bool:
        try:
            async with await psycopg.AsyncConnection.connect(self._server):
                return True
        except psycopg.OperationalError:
            return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _allow(database: str, *, allowed: bool) -> bytes:
    return f"ALTER DATABASE {database} ALLOW_CONNECTIONS {'true' if allowed else 'false'}".encode()
