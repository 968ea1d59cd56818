"""The driver's hold on its replicas: it has them born, gives them orders, and kills them."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from bot.settings import Settings
from tests.databases import REPOSITORY

SECONDS_TO_START = 60
SECONDS_TO_REST = 40
SETTINGS = tuple(name.upper() for name in Settings.model_fields)


class Stuck(Exception):
    """A replica did not start, or did not come to rest."""


class Replica:
    """One process that serves, until it is dead."""

    def __init__(self, hello: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self.port: int | None = hello["port"]
        self.gone = asyncio.Event()
        self._pid: int = hello["pid"]
        self._writer = writer
        self._orders: dict[int, asyncio.Event] = {}
        self._numbers = count(1)

    async def order(self, what: str) -> None:
        """Have it done; back also when the replica died meanwhile. Raises `Stuck`."""
        number = next(self._numbers)
        done = self._orders[number] = asyncio.Event()
        self._writer.write(json.dumps({"do": what, "number": number}).encode() + b"\n")
        try:
            async with asyncio.timeout(SECONDS_TO_REST):
                await done.wait()
        except TimeoutError as late:
            if what != "tell":
                await self.order("tell")
            raise Stuck(f"a replica did not come to the end of {what}") from late
        finally:
            self._orders.pop(number, None)

    async def kill(self) -> None:
        """SIGKILL; back when it is dead."""
        if not self.gone.is_set():
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            await self.gone.wait()

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Until its end of the socket is closed, which is its death."""
        with suppress(ConnectionError):
            while line := await reader.readline():
                if (order := self._orders.get(json.loads(line)["done"])) is not None:
                    order.set()
        self.gone.set()
        for order in self._orders.values():
            order.set()
        self._writer.close()


class Replicas:
    """So many at a time: whoever dies is replaced."""

    def __init__(self, given: dict[str, Any], wanted: int, folder: Path, random: Random) -> None:
        self._given = given | {"driver": str(folder / "driver")}
        self._wanted = wanted
        self._random = random
        self._nursery: Process | None = None
        self._server: asyncio.Server | None = None
        self._asked = 0
        self._came = asyncio.Condition()
        self.alive: list[Replica] = []

    async def start(self) -> None:
        """Back when all of them serve. Raises `Stuck`."""
        self._server = await asyncio.start_unix_server(self._meet, self._given["driver"])
        others = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        self._nursery = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.soak.replica", json.dumps(self._given)),
            cwd=REPOSITORY,
            env=others,
            stdin=PIPE,
        )
        await self.replace(wait=True)

    async def replace(self, *, wait: bool = False) -> None:
        """Have as many born as are missing; they join when they serve, for which one may `wait`."""
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        missing = self._wanted - len(self.alive) - self._asked
        self._asked += missing
        self._nursery.stdin.write(self._random.randbytes(missing))
        try:
            async with asyncio.timeout(SECONDS_TO_START), self._came:
                await self._came.wait_for(lambda: len(self.alive) >= (self._wanted if wait else 1))
        except TimeoutError as late:
            raise Stuck("a replica did not start") from late

    async def idle(self) -> None:
        """Back when nobody is at work."""
        await asyncio.gather(*(one.order("idle") for one in self.alive))

    async def have(self, what: str, how_many: int = 1) -> None:
        """Have it done, by some of them at the same time."""
        chosen = self._random.sample(self.alive, min(how_many, len(self.alive)))
        await asyncio.gather(*(one.order(what) for one in chosen))

    async def kill_one(self) -> None:
        """Any of them, whatever it is at."""
        if self.alive:
            await self._random.choice(self.alive).kill()

    async def end(self) -> None:
        """Nobody is born any more; kill them all."""
        if self._nursery is not None:
            with suppress(ProcessLookupError):
                self._nursery.kill()
            await self._nursery.wait()
        for one in list(self.alive):
            await one.kill()
        if self._server is not None:
            self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readline()
        self._asked -= 1
        if not first:
            writer.close()
            return
        replica = Replica(json.loads(first), writer)
        self.alive.append(replica)
        async with self._came:
            self._came.notify_all()
        await replica.listen(reader)
        self.alive.remove(replica)
