"""One replica that claims a backlog: a process that takes lanes until none is left, and sends nothing.

`python -m bench.claim_run URL KEY` says "ready", waits for a line, and writes how many it claimed and when it
began and ended, by the machine's monotonic clock.
"""

import asyncio
import json
import sys
import time

from bench.pace_run import BEGINS
from bot.sender.sender import AT_ONCE
from bot.storage.unit_of_work import Database
from bot.vault import Vault


async def claim_all(database: Database) -> int:
    """As the sender does it, one claim after another. How many rows were claimed."""
    claimed, after, misses = 0, "", 0
    while misses < 2:
        async with database.unit_of_work() as unit:
            found = (await unit.outbox.claim(BEGINS, AT_ONCE, after=after)).deliveries
        claimed += len(found)
        after = found[-1].workspace_id if found else ""
        misses = 0 if found else misses + 1
    return claimed


async def main(url: str, key: str) -> None:
    """A first read opens the connection."""
    database = Database(url, Vault([key]))
    async with database.reading() as unit:
        await unit.outbox.next_due_at()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    began = time.monotonic()
    claimed = await claim_all(database)
    print(json.dumps({"claimed": claimed, "began": began, "ended": time.monotonic()}))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
