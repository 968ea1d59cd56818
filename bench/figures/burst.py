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
MESSAGES = 50
REPLICAS = {1: "one replica", 2: "two replicas"}
SECONDS = 600


async def measure(room: Room) -> list[Result]:
    """With one replica and with two, against what a sender would need that knew the limit."""
    workspaces = room.of(WORKSPACES)
    backlog, wanted = await filled(room, workspaces, MESSAGES), workspaces * MESSAGES
    room_for = asyncio.Semaphore(os.cpu_count() or 1)

    async def run(number: int, replicas: int) -> dict[str, float]:
        async with room_for:
            return await _run(room, backlog, number, replicas)

    orders = [(number, replicas) for number in range(room.rounds) for replicas in REPLICAS]
    runs = await asyncio.gather(*(run(*order) for order in orders))
    assert all(one["taken"] == wanted for one in runs), "not each message was taken once"
    found = []
    for replicas, name in REPLICAS.items():
        figure = Figure(f"d. burst, {name}", 1.05, Bar.AT_MOST, "simulated s", name, "optimum")
        seconds = [one["seconds"] for one, order in zip(runs, orders, strict=True) if order[1] == replicas]
        optimum = Side(figure.theirs, (MESSAGES - 1.0,) * room.rounds)
        found.append(Result(figure, Side(name, tuple(seconds)), optimum))
    return found


async def _run(room: Room, backlog: str, number: int, replicas: int) -> dict[str, float]:
    url = copy_of(room, backlog, f"{number}_{replicas}")
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
