"""One replica: the bot as `action-learning run` builds it, in a process of its own, on the driver's clock.

It does what is due when the driver says `tick`, and says when it has come to rest. It ends with the driver.
"""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.bootstrap import Bot, build
from bot.doors.signed_http import Address
from bot.prompt_library import PromptLibrary
from bot.sender import sender
from bot.settings import Settings, beside_the_code
from bot.storage import news
from bot.storage.unit_of_work import Database
from bot.vault import Vault
from tests.soak.clock import ReplicasClock
from tests.soak.planted import Bug, plant

PUBLIC_URL = "https://als.example.org"
SOON = 0.2
"""Seconds of real time, in place of five, after which what a lost database stopped goes on."""


async def main(given: dict[str, Any]) -> None:
    """Serve until the driver's end of the pipe is closed."""
    if bug := given.get("bug"):
        plant(Bug(bug), given["forgotten"])
    sender.SECONDS_AFTER_AN_ERROR = SOON  # type: ignore[misc,assignment]
    news.SECONDS_TO_RECONNECT = SOON  # type: ignore[assignment]
    database = Database(given["database_url"], Vault([given["key"]]))
    bot = build(
        settings=_settings(given),
        clock=ReplicasClock(Path(given["clock"])),
        library=PromptLibrary.load(beside_the_code("prompts")),
        database=database,
        http=Address(port=0) if given["http"] else None,
        ping_seconds=1,
    )
    await bot.connect()
    _say({"ready": bot.port})
    await _obey(bot)


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


async def _obey(bot: Bot) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        task = asyncio.create_task(_do(bot, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


async def _do(bot: Bot, order: dict[str, Any]) -> None:
    try:
        await {"tick": bot.tick, "idle": bot.idle}[order["do"]]()
    except Exception:
        logging.getLogger(__name__).exception("not done: %s", order["do"])
    _say({"done": order["number"]})


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(level=os.environ.get("SOAK_LOG_LEVEL", "CRITICAL"), stream=sys.stderr)
    asyncio.run(main(json.loads(sys.argv[1])))
    os._exit(0)
