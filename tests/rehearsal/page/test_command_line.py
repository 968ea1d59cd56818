"""`action-learning rehearse`, started and stopped as somebody does it at a terminal."""

import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from bot.rehearsal.page.server import HOST
from tests.rehearsal.page.processes import ports_of, session_of, started


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_prints_one_address_and_stops_without_a_complaint(
    tmp_path: Path, how: signal.Signals
) -> None:
    process, address = await started(tmp_path)
    async with aiohttp.ClientSession() as browser:
        async with browser.get(address) as answer:
            assert "Start the meeting" in await answer.text()
        process.send_signal(how)
        _, complaints = await process.communicate()
        assert (process.returncode, complaints) == (0, b"")
        with pytest.raises(aiohttp.ClientConnectionError):
            await browser.get(address)
    assert (tmp_path / "rehearsal.json").exists()


async def test_stopping_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    process, address = await started(tmp_path)
    ports = ports_of(process.pid)
    assert len(ports) == 2, "the page, and the local Slack"
    assert session_of(process.pid) == {process.pid}
    async with aiohttp.ClientSession() as browser, browser.get(f"{address}events") as stream:
        await stream.content.readline()
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert session_of(process.pid) == set()
    for port in ports:
        socket.create_server((HOST, port)).close()
