"""What the bot takes before anybody presses anything: memory, and the time until it listens.

Against bare Bolt that imports all other people's libraries which the bot has loaded by then.
"""

import json
import subprocess
import sys

from bench.harness import Bar, Figure, Result, Side, compare
from bench.processes import REPOSITORY, bare_bolt, bot
from bench.room import Room
from bench.slack import slow_slack

MEGABYTE = 1024 * 1024
START = Figure("f. start to listening", 2.0, Bar.AT_MOST, "s", "the bot", "bare Bolt, same libraries")
MEMORY = Figure("f. idle memory", 1.3, Bar.AT_MOST, "MB", "the bot", "bare Bolt, same libraries")
LOADED = """
import json, sys
import bot.__main__
ours = {"bot", "__main__", "__mp_main__"} | sys.stdlib_module_names
found = [name for name, module in sys.modules.items() if getattr(module, "__spec__", None) is not None]
print(json.dumps([name for name in found if name.split(".")[0] not in ours]))
"""


async def measure(room: Room) -> list[Result]:
    """Both of each process that is started."""
    url, modules = room.new_database(), libraries()
    memory: dict[str, list[float]] = {"ours": [], "theirs": []}
    async with slow_slack() as slack:

        async def ours() -> float:
            async with bot(slack, url, room.key) as serving:
                memory["ours"].append(serving.memory / MEGABYTE)
                return serving.started_in

        async def theirs() -> float:
            async with bare_bolt(slack, *modules) as serving:
                memory["theirs"].append(serving.memory / MEGABYTE)
                return serving.started_in

        start = await compare(START, ours, theirs, room.rounds)
    sides = Side(MEMORY.ours, tuple(memory["ours"][1:])), Side(MEMORY.theirs, tuple(memory["theirs"][1:]))
    return [Result(MEMORY, *sides), start]


def libraries() -> list[str]:
    """The modules of others that `action-learning` loads, in the order in which it does."""
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOADED], cwd=REPOSITORY, check=True, capture_output=True, text=True
    )
    found: list[str] = json.loads(said.stdout)
    return found
