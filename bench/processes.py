"""The processes of both sides, and of their client. None outlives its block."""

import asyncio
import json
import os
import re
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from bench.load import Done, Order
from bench.slack import SECRET, TOKEN
from bot.surfaces.ids import Action

REPOSITORY = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PORT = "port"
"""Stands for a free port among the words of a command."""
SECONDS_TO_START = 60
SECONDS_BETWEEN_LOOKS = 0.002
SECONDS_OF_LOAD = 120


class DidNotStart(Exception):
    """A process ended before it listened; what it said is in the text."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that listens. ``started_in`` are the seconds from its start until then."""

    process: Process
    url: str
    started_in: float

    @property
    def memory(self) -> int:
        """Its proportional set size in bytes: what it shares with others counts in part."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii")
        kilobytes = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        assert kilobytes is not None
        return int(kilobytes[1]) * 1024


@asynccontextmanager
async def bot(slack_api_url: str, database_url: str, key: str) -> AsyncIterator[Serving]:
    """`action-learning run --http`, with the settings that an operator has who sets none."""
    more = {"DATABASE_URL": database_url, "ENCRYPTION_KEYS": key}
    async with _serving(["-m", "bot", "run", "--http", "--port", PORT], slack_api_url, more) as serving:
        yield serving


@asynccontextmanager
async def bare_bolt(slack_api_url: str, *modules: str) -> AsyncIterator[Serving]:
    """Bolt's own app, with these ``modules`` imported as well."""
    async with _serving(
        ["-m", "bench.bare", PORT, Action.MOVE_ON.value, *modules], slack_api_url, {}
    ) as serving:
        yield serving


async def load(serving: Serving, bodies: list[str], at_once: int) -> Done:
    """Let the client post these. Raises `AssertionError` where not all of them were acknowledged."""
    order = Order(f"{serving.url}/slack/events", SECRET, bodies, at_once)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load"), cwd=REPOSITORY, stdin=PIPE, stdout=PIPE
    )
    try:
        async with asyncio.timeout(SECONDS_OF_LOAD):
            said, _ = await process.communicate(json.dumps(asdict(order)).encode())
    finally:
        await _end(process)
    done = Done(**json.loads(said))
    assert done.refused == 0, f"{done.refused} of {len(bodies)} were not acknowledged"
    return done


@asynccontextmanager
async def _serving(words: list[str], slack_api_url: str, more: Mapping[str, str]) -> AsyncIterator[Serving]:
    settings = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack_api_url}
    port = _free_port()
    with TemporaryFile() as told:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *(str(port) if word == PORT else word for word in words)),
            cwd=REPOSITORY,
            env={**os.environ, **settings, **more},
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=told,
        )
        try:
            await _listens(process, port, told)
            yield Serving(process, f"http://{HOST}:{port}", time.perf_counter() - began)
        finally:
            await _end(process)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


async def _listens(process: Process, port: int, told: IO[bytes]) -> None:
    """Return as soon as somebody listens there."""
    async with asyncio.timeout(SECONDS_TO_START):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(HOST, port)
                writer.close()
                return
            if process.returncode is not None:
                raise DidNotStart(os.pread(told.fileno(), 65536, 0).decode())
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
