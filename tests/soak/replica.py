"""One replica: the bot as `action-learning run` builds it, in a process of its own, on the driver's clock.

It does what is due when the driver says `tick`, and says when it has come to rest. It ends with the driver.

Run as a module this is the nursery: it imports everything once, and forks a replica for each byte that it
reads, so that whoever was killed is back in a moment. The byte says how wrong the new one's own clock is.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import clock
from bot.bootstrap import Bot, build
from bot.clock import SharedClock
from bot.doors.signed_http import Address
from bot.prompt_library import PromptLibrary
from bot.sender import sender
from bot.settings import Settings, beside_the_code
from bot.storage import news
from bot.vault import Vault
from tests.soak.clock import Server, WrongClock, shared
from tests.soak.patience import SOON, wait_for_slack_by_the_played_clock
from tests.soak.planted import Bug, plant

PUBLIC_URL = "https://als.example.org"
SET_BEFORE = ("tick", "send")
"""What `run` does each few seconds, and asks the database for the time before that."""
MIDDLE = 128
SECONDS_OF_ONE = 1 / 16
"""By so much a replica's own clock is ahead for each one that its byte is above the middle: 8 at most."""


async def serve(given: dict[str, Any], library: PromptLibrary, ahead: float) -> None:
    """Serve until the driver lets go, on a machine whose clock is so many seconds ``ahead``."""
    sender.SECONDS_AFTER_AN_ERROR = SOON  # type: ignore[assignment]
    news.SECONDS_TO_RECONNECT = SOON  # type: ignore[assignment]
    wait_for_slack_by_the_played_clock()
    reader, writer = await asyncio.open_unix_connection(given["driver"])
    file = Path(given["clock"])
    own, database = WrongClock(file, ahead), Server(given["database_url"], Vault([given["key"]]), file)
    vars(clock)["monotonic"] = own.monotonic
    told = await shared(database, own)
    bot = build(
        settings=_settings(given),
        clock=told,
        library=library,
        database=database,
        http=Address(port=0) if given["http"] else None,
        ping_seconds=1,
    )
    await bot.connect()
    _say(writer, {"pid": os.getpid(), "port": bot.port})
    await _obey(bot, told, reader, writer)


def _settings(given: dict[str, Any]) -> Settings:
    return Settings(
        slack_client_id=given["client_id"],
        slack_client_secret=SecretStr(given["client_secret"]),
        slack_signing_secret=SecretStr(given["signing_secret"]),
        slack_app_token=SecretStr(given["app_token"]),
        public_url=PUBLIC_URL,
        slack_api_url=given["api_url"],
        database_url=given["database_url"],
    )


async def _obey(
    bot: Bot, told: SharedClock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    tasks: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        task = asyncio.create_task(_do(bot, told, json.loads(line), writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _do(bot: Bot, told: SharedClock, order: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    doing = {"tick": bot.tick, "send": bot._sender.drain, "idle": bot.idle, "tell": _tell}
    try:
        if order["do"] in SET_BEFORE:
            await told.set()
        await doing[order["do"]]()
    except Exception:
        logging.getLogger(__name__).exception("not done: %s", order["do"])
    _say(writer, {"done": order["number"]})


async def _tell() -> None:
    """What hangs, to standard error."""
    for task in asyncio.all_tasks():
        task.print_stack(file=sys.stderr)


def _say(writer: asyncio.StreamWriter, what: dict[str, Any]) -> None:
    writer.write(json.dumps(what).encode() + b"\n")


def nursery(given: dict[str, Any]) -> None:
    """Fork a replica for each byte on standard input, until that ends."""
    library = PromptLibrary.load(beside_the_code("prompts"))
    if bug := given["bug"]:
        plant(Bug(bug), given["forgotten"])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    while born := os.read(sys.stdin.fileno(), 1):
        if os.fork() == 0:
            os.close(sys.stdin.fileno())
            try:
                asyncio.run(serve(given, library, ahead=(born[0] - MIDDLE) * SECONDS_OF_ONE))
            except Exception:
                logging.getLogger(__name__).exception("a replica ended")
            finally:
                os._exit(1)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # what goes wrong is meant to
    nursery(json.loads(sys.argv[1]))
