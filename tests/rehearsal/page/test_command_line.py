"""`action-learning rehearse`, started and stopped as somebody does it at a terminal."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from bot.rehearsal.page.server import HOST
from tests.rehearsal.page.processes import command, ports_of, session_of, started

BROWSER = """#!{python}
import socket, sys
with socket.create_connection(("{host}", {port})) as test:
    test.sendall(sys.argv[1].encode() + b"\\n")
    test.recv(1)
"""
"""Tells the test which address it was given, and stays open until the test closes it."""


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


async def test_where_there_is_a_screen_the_page_opens_and_stopping_waits_for_no_browser(
    tmp_path: Path,
) -> None:
    opened: asyncio.Queue[tuple[str, asyncio.StreamWriter]] = asyncio.Queue()

    async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.put_nowait(((await reader.readline()).decode().strip(), writer))

    browser, terminal, ours = tmp_path / "browser", *os.openpty()
    async with await asyncio.start_server(told, HOST, 0) as test:
        port = test.sockets[0].getsockname()[1]
        browser.write_text(BROWSER.format(python=sys.executable, host=HOST, port=port), encoding="utf-8")
        browser.chmod(0o700)
        process = await asyncio.create_subprocess_exec(
            *command(tmp_path / "kept"),
            stdout=ours,
            env=os.environ | {"DISPLAY": ":0", "BROWSER": str(browser)},
            start_new_session=True,
        )
        address, window = await asyncio.wait_for(opened.get(), 60)
        try:
            assert address in os.read(terminal, 1_000).decode()
            process.send_signal(signal.SIGINT)
            assert await asyncio.wait_for(process.wait(), 20) == 0
        finally:
            window.close()
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            os.close(terminal)
            os.close(ours)
