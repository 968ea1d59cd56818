"""`action-learning rehearse` in a process of its own, and what the machine knows of that process."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.rehearsal.page.server import HOST

PROC = Path("/proc")
LISTENS = "0A"


def command(folder: Path) -> tuple[str, ...]:
    """What somebody types, on any port that is free."""
    return sys.executable, "-m", "bot", "rehearse", "--port", "0", "--folder", str(folder)


async def started(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """The process, which leads a session of its own, and the one address that it prints."""
    process = await asyncio.create_subprocess_exec(
        *command(folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    told = (await process.stdout.readline()).decode()
    (address,) = re.findall(rf"http://{re.escape(HOST)}:\d+/", told)
    return process, address


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The same while the block lasts, however it ends."""
    process, address = await started(folder)
    try:
        yield process, address
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


def ports_of(pid: int) -> set[int]:
    """Where a process listens. Linux only."""
    sockets = {link.readlink().name for link in (PROC / str(pid) / "fd").iterdir() if link.is_symlink()}
    lines = [line.split() for line in (PROC / "net" / "tcp").read_text(encoding="ascii").splitlines()[1:]]
    return {
        int(line[1].partition(":")[2], 16)
        for line in lines
        if line[3] == LISTENS and f"socket:[{line[9]}]" in sockets
    }


def session_of(leader: int) -> set[int]:
    """The processes of the session that this one led. Linux only."""
    found = set()
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            _state, _parent, _group, session, *_ = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if int(session) == leader:
            found.add(int(stat.parent.name))
    return found
