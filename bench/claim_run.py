"""One replica that claims a backlog: a process that takes lanes until none is left, and sends nothing.

`python -m bench.claim_run URL KEY` makes one claim to warm up, says "ready", waits for a line, and writes how
many it claimed by then and after, and when it began and ended, by the machine's monotonic clock.
"""

import asyncio
import json
import sys
import time

from bench.pace_run import BEGINS
from bot.sender.sender import AT_ONCE
from bot.storage.outbox import Delivery
from bot.storage.unit_of_work import Database
from bot.vault import Vault


async def claim_all(database: Database) -> int:
    """As the sender does it, one claim after another. How many rows were claimed.

    It ends when one claim finds nothing from the first workspace on.
    """
    claimed, after = 0, ""
    while True:
        found = await claim_once(database, after)
        if not (found or after):
            return claimed
        claimed, after = claimed + len(found), found[-1].workspace_id if found else ""


async def claim_once(database: Database, after: str = "") -> list[Delivery]:
    """From the workspace on that follows ``after``."""
    async with database.unit_of_work() as unit:
        return (await unit.outbox.claim(BEGINS, AT_ONCE, after=after)).deliveries


async def main(url: str, key: str) -> None:
    """See above."""
    database = Database(url, Vault([key]))
    before = len(await claim_once(database))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    began = time.monotonic()
    claimed = await claim_all(database)
    ended = time.monotonic()
    print(json.dumps({"before": before, "claimed": claimed, "began": began, "ended": ended}))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
