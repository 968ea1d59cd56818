"""`action-learning rehearse`, started and stopped as somebody does it at a terminal."""

import asyncio
import re
import signal
import sys
from pathlib import Path

import aiohttp
import pytest


async def _started(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """The process, and the one address that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "rehearse", "--port", "0", "--folder", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    told = (await process.stdout.readline()).decode()
    (address,) = re.findall(r"http://127.0.0.1:\d+/", told)
    return process, address


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_prints_one_address_and_stopping_leaves_nothing_running(
    tmp_path: Path, how: signal.Signals
) -> None:
    process, address = await _started(tmp_path)
    async with aiohttp.ClientSession() as browser:
        async with browser.get(address) as answer:
            assert "Start the meeting" in await answer.text()
        process.send_signal(how)
        _, complaints = await process.communicate()
        assert (process.returncode, complaints) == (0, b"")
        with pytest.raises(aiohttp.ClientConnectionError):
            await browser.get(address)
    assert (tmp_path / "rehearsal.json").exists()
