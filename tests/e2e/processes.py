"""The command `action-learning` in a process of its own, which a test starts, stops and kills."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import randrange
from socket import socket
from tempfile import TemporaryFile
from typing import IO

from aiohttp import ClientConnectionError, ClientSession

from bot.doors.signed_http import EVENTS_PATH
from bot.rehearsal.server import LocalSlack
from bot.settings import Settings
from tests.databases import REPOSITORY
from tests.keys import KEY

SECONDS_TO_START = 60
SECONDS_TO_END = 60
LOOK_AGAIN_SECONDS = 0.02
"""What another process does wakes nobody here."""
SETTINGS = tuple(name.upper() for name in Settings.model_fields)


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative: the signal), and all that it wrote."""

    code: int
    output: str
    errors: str


@dataclass
class Command:
    """A running `action-learning`."""

    process: Process
    output: IO[bytes]
    errors: IO[bytes]

    async def ended(self) -> Ended:
        """Wait until it ends by itself. Raises TimeoutError."""
        async with asyncio.timeout(SECONDS_TO_END):
            code = await self.process.wait()
        return Ended(code, _whole(self.output), _whole(self.errors))

    async def kill(self) -> None:
        """SIGKILL: it has no chance to finish anything."""
        self.process.kill()
        await self.process.wait()

    async def terminate(self) -> Ended:
        """SIGTERM, as an operator stops it."""
        self.process.terminate()
        return await self.ended()


@asynccontextmanager
async def command(*words: str, **settings: str) -> AsyncIterator[Command]:
    """Start `action-learning` with these words and no settings but these and a key; killed at the end."""
    others = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    with TemporaryFile() as output, TemporaryFile() as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.e2e.leash", "bot", *words),
            cwd=REPOSITORY,
            env=others | {"ENCRYPTION_KEYS": KEY} | settings,
            stdin=PIPE,
            stdout=output,
            stderr=errors,
        )
        try:
            yield Command(process, output, errors)
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def run_to_end(*words: str, **settings: str) -> Ended:
    """The same, for what ends by itself."""
    async with command(*words, **settings) as started:
        return await started.ended()


@asynccontextmanager
async def bot_process(slack: LocalSlack, database_url: str, **more: str) -> AsyncIterator[Command]:
    """`action-learning run`, connected to this local Slack."""
    await slack.until(lambda: not slack.hub.connections, told="an earlier bot is still connected")
    async with command("run", **settings_for(slack, database_url) | more) as started:
        await slack.until(
            lambda: slack.hub.connections or started.process.returncode is not None, SECONDS_TO_START
        )
        assert slack.hub.connections, _whole(started.errors)
        yield started


@asynccontextmanager
async def http_bot_process(slack: LocalSlack, database_url: str, **more: str) -> AsyncIterator[Command]:
    """`action-learning run --http`, to which this local Slack posts from now on."""
    address = f"http://127.0.0.1:{(port := _free_port())}"
    settings = settings_for(slack, database_url) | {"SLACK_SIGNING_SECRET": slack.signing_secret}
    async with command("run", "--http", "--port", str(port), **settings | more) as started:
        async with asyncio.timeout(SECONDS_TO_START):
            while started.process.returncode is None and not await _is_ready(address):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        assert started.process.returncode is None, _whole(started.errors)
        slack.deliver_over_http(address + EVENTS_PATH)
        yield started


def settings_for(slack: LocalSlack, database_url: str) -> dict[str, str]:
    """What `run` needs to connect to this local Slack."""
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
    }


async def _is_ready(address: str) -> bool:
    """False, too, where nobody listens yet."""
    try:
        async with ClientSession() as session, session.get(f"{address}/readyz") as response:
            return response.status == 200
    except ClientConnectionError:
        return False


def _free_port() -> int:
    """Below those that systems give to whoever asks for any, so that nobody is given it meanwhile."""
    while True:
        port = randrange(20_000, 30_000)
        with socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port


def _whole(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
