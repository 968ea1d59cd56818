"""Ten thousand messages at once over two hundred workspaces, each of which takes one a second and no more.

The seconds are those of a clock that is moved, so they tell how well the sender uses the time that Slack
gives it, and nothing of the machine. So as many runs go on at once as there are cores.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress

from bench.backlog import filled, make_quick
from bench.figures.claims import copy_of, drop
from bench.harness import Bar, Figure, Result, Side
from bench.processes import REPOSITORY
from bench.room import Room

WORKSPACES = 200
FEWER = 20
"""In all rounds but the first: a whole one takes minutes of real time, and a workspace knows of no other."""
MESSAGES = 50
OPTIMUM = MESSAGES - 1.0
BAR = 1.05
REPLICAS = {1: "one replica", 2: "two replicas"}
SECONDS = 600


async def measure(room: Room) -> list[Result]:
    """With one replica and with two, against what a sender would need that knew the limit."""
    sizes = [room.of(WORKSPACES), *[room.of(FEWER)] * (room.rounds - 1)]
    backlogs = {size: await filled(room, size, MESSAGES) for size in dict.fromkeys(sizes)}
    free = asyncio.Semaphore(os.cpu_count() or 1)

    async def seconds(number: int, replicas: int) -> float:
        async with free:
            told = await _run(room, backlogs[sizes[number]], f"{number}_{replicas}", replicas)
        assert told["taken"] == sizes[number] * MESSAGES, "not each message was taken once"
        return told["seconds"]

    runs = {(number, each): seconds(number, each) for number in range(room.rounds) for each in REPLICAS}
    found = dict(zip(runs, await asyncio.gather(*runs.values()), strict=True))
    return [
        _result(name, sizes[0], tuple(found[number, each] for number in range(room.rounds)))
        for each, name in REPLICAS.items()
    ]


def _result(name: str, workspaces: int, seconds: tuple[float, ...]) -> Result:
    figure = Figure(f"d. burst, {name}", BAR, Bar.AT_MOST, "simulated s", name, "optimum")
    whole = f"all {workspaces * MESSAGES} messages over {workspaces} workspaces ({seconds[0]} s)"
    optimum = Side(figure.theirs, (OPTIMUM,) * len(seconds))
    return Result(figure, Side(name, seconds), optimum, ((whole, seconds[0] <= BAR * OPTIMUM),))


async def _run(room: Room, backlog: str, name: str, replicas: int) -> dict[str, float]:
    url = copy_of(room, backlog, name)
    make_quick(url)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.pace_run", url, room.key, str(replicas)),
        cwd=REPOSITORY,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await process.communicate()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        drop(room, url)
    told: dict[str, float] = json.loads(said)
    return told
