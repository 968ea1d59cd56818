"""`action-learning run --http`, set up for workspaces to install the app, as an operator starts it."""

import asyncio
from pathlib import Path

from aiohttp import ClientConnectionError, ClientSession

from bot.clock import SystemClock
from bot.doors.signed_http import EVENTS_PATH
from bot.install.slack_app import INSTALL_PATH, START_PATH
from bot.rehearsal.several import LocalSlacks
from bot.storage.migrate import upgrade
from tests.e2e.processes import LOOK_AGAIN_SECONDS, SECONDS_TO_START, _free_port, command
from tests.install.house import PUBLIC_URL, Browser, manifest_with


async def _listens(session: ClientSession, address: str) -> None:
    async with asyncio.timeout(SECONDS_TO_START):
        while True:
            try:
                async with session.get(f"{address}/readyz"):
                    return
            except ClientConnectionError:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def test_a_process_is_installed_by_a_browser_and_keeps_nothing_in_files(tmp_path: Path) -> None:
    database_url, home = f"sqlite:///{tmp_path}/bot.sqlite3", tmp_path / "home"
    await asyncio.to_thread(home.mkdir)
    upgrade(database_url)
    slacks = LocalSlacks(SystemClock(), manifest_with())
    await slacks.start()
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {
        "SLACK_CLIENT_ID": slacks.client_id,
        "SLACK_CLIENT_SECRET": slacks.client_secret,
        "SLACK_SIGNING_SECRET": slacks.signing_secret,
        "SLACK_API_URL": slacks.api_url,
        "PUBLIC_URL": PUBLIC_URL,
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "DEBUG",
        "HOME": str(home),
    }
    try:
        async with (
            command("run", "--http", "--port", str(port), **settings) as bot,
            ClientSession() as session,
        ):
            await _listens(session, address)
            slacks.deliver_over_http(address + EVENTS_PATH)
            north = slacks.add_workspace("North")
            ama = north.add_person("ama")
            browser = Browser(session, address)
            assert START_PATH in (await browser.get(INSTALL_PATH)).text
            url = (await browser.get(START_PATH)).headers["Location"]
            assert (await browser.get(north.approve(url, ama))).status == 200
            await slacks.until(lambda: len(ama.dm()) == 1)
            assert (await ama.command("/als help")).text
            ended = await bot.terminate()
    finally:
        await slacks.stop()
    assert ended.code == 0
    for secret in (north.bot_token, slacks.client_secret, slacks.signing_secret):
        assert secret not in ended.errors + ended.output
    assert "installed" in ended.errors
    assert list(home.rglob("*")) == []
