"""The driver's hold on its replicas: it starts them, gives them orders, and kills them."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from itertools import count
from random import Random
from time import monotonic
from typing import Any

from bot.settings import Settings
from tests.databases import REPOSITORY

SECONDS_TO_START = 60
SECONDS_TO_REST = 60
SETTINGS = tuple(name.upper() for name in Settings.model_fields)


class Stuck(Exception):
    """A replica did not start, or did not come to rest."""


class Replica:
    """One process, from its start to its death."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.port: int | None = None
        self.ready = asyncio.Event()
        self.gone = asyncio.Event()
        self._orders: dict[int, asyncio.Event] = {}
        self._numbers = count(1)
        self._listening = asyncio.create_task(self._listen())

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self.ready.is_set() and not self.gone.is_set()

    async def order(self, what: str) -> None:
        """Have it done; back also when the replica died meanwhile. Raises `Stuck`."""
        number = next(self._numbers)
        done = self._orders[number] = asyncio.Event()
        with suppress(ConnectionError):
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps({"do": what, "number": number}).encode() + b"\n")
            if not await _either(SECONDS_TO_REST, done, self.gone):
                raise Stuck(f"a replica did not come to the end of {what}")
        self._orders.pop(number, None)

    async def kill(self) -> None:
        """SIGKILL; back when it is dead."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        self.gone.set()
        self._listening.cancel()

    async def _listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            told = json.loads(line)
            if "ready" in told:
                self.port = told["ready"]
                self.ready.set()
            elif (order := self._orders.get(told["done"])) is not None:
                order.set()
        self.gone.set()


class Replicas:
    """So many at a time: whoever dies is replaced."""

    def __init__(self, given: dict[str, Any], wanted: int, random: Random) -> None:
        self._given = given
        self._wanted = wanted
        self._random = random
        self._all: list[Replica] = []
        self.killings: list[float] = []
        """When, by the monotonic clock."""
        self.started = 0

    @property
    def alive(self) -> list[Replica]:
        return [one for one in self._all if one.alive]

    async def replace(self, *, wait: bool = False) -> None:
        """Start as many as are missing; they join when they are ready."""
        self._all = [one for one in self._all if not one.gone.is_set()]
        for _ in range(self._wanted - len(self._all)):
            self._all.append(Replica(await _start(self._given)))
            self.started += 1
        if wait or not self.alive:
            await self._one_or_all(wait)

    async def idle(self) -> None:
        """Back when nobody is at work."""
        await asyncio.gather(*(one.order("idle") for one in self.alive))

    async def tick(self, how_many: int = 1) -> None:
        """Have what is due done, by some of them at the same time."""
        chosen = self._random.sample(self.alive, min(how_many, len(self.alive)))
        await asyncio.gather(*(one.order("tick") for one in chosen))

    async def kill_one(self) -> None:
        """Any of them, whatever it is at."""
        if self.alive:
            self.killings.append(monotonic())
            await self._random.choice(self.alive).kill()

    async def end(self) -> None:
        """Kill them all."""
        for one in self._all:
            await one.kill()

    async def _one_or_all(self, everybody: bool) -> None:
        starting = [one for one in self._all if not one.ready.is_set()]
        waits = [asyncio.create_task(_either(SECONDS_TO_START, one.ready, one.gone)) for one in starting]
        if waits:
            when = asyncio.ALL_COMPLETED if everybody else asyncio.FIRST_COMPLETED
            await asyncio.wait(waits, return_when=when)
        if not self.alive:
            raise Stuck("no replica started")


async def _start(given: dict[str, Any]) -> Process:
    others = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.soak.replica", json.dumps(given)),
        cwd=REPOSITORY,
        env=others,
        stdin=PIPE,
        stdout=PIPE,
    )


async def _either(seconds: float, *events: asyncio.Event) -> bool:
    """Whether one of them was set in time."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    done, pending = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return bool(done)
