"""The command `action-learning` in a process of its own, which a test starts, stops and kills."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from bot.rehearsal.server import LocalSlack
from bot.settings import Settings
from tests.databases import REPOSITORY
from tests.keys import KEY

SECONDS_TO_START = 30
SECONDS_TO_END = 30
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
    settings = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
    }
    await slack.until(lambda: not slack.hub.connections, told="an earlier bot is still connected")
    async with command("run", **settings | more) as started:
        await slack.until(
            lambda: slack.hub.connections or started.process.returncode is not None, SECONDS_TO_START
        )
        assert slack.hub.connections, _whole(started.errors)
        yield started


def _whole(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
