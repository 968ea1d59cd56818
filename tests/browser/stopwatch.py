"""From `git clone` to a running meeting on screen: `python -m tests.browser.stopwatch REPOSITORY`.

pip's cache is used as the environment has it: `PIP_NO_CACHE_DIR=1` for somebody who never installed anything.
"""

import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.conftest import NO_BROWSER

MOST_SECONDS = 600


async def _meeting(address: str, told: "Stopwatch") -> None:
    """The first click of somebody who has just found the project."""
    found = chromium()
    if found is None:
        raise SystemExit(NO_BROWSER)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        page = await browser.new_page()
        answer = await page.goto(address)
        button = page.get_by_role("button", name="Start the meeting").last
        await expect(button).to_be_visible()
        told(f"the page answers {answer.status if answer else None} and offers to start the meeting")
        await button.click()
        if await page.locator("#confirm-yes").is_visible():
            await page.locator("#confirm-yes").click()
        await expect(page.locator(".main")).to_contain_text("Welcome (stage 1 of")
        told("the board shows the meeting")
        await browser.close()


class Stopwatch:
    """Tells how many seconds have passed since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self._began:6.1f} s  {what}\n")


async def main(repository: str, folder: str) -> None:
    """Clone, `make rehearse`, one click; then stop it."""
    sys.stdout.write(f"load {os.getloadavg()}\n")
    told = Stopwatch()
    clone = await asyncio.create_subprocess_exec("git", "clone", "-q", "--no-local", repository, folder)
    await clone.wait()
    told("cloned")
    environment = {name: one for name, one in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    process = await asyncio.create_subprocess_exec(
        *("make", "rehearse", "ARGS=--port 0"),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for line in process.stdout:
                if found := re.search(r"http://127\.0\.0\.1:\d+/", line.decode()):
                    told("its address is printed")
                    await _meeting(found[0], told)
                    break
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        await process.communicate()
    sys.stdout.write(f"load {os.getloadavg()}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as empty:
        asyncio.run(main(sys.argv[1], str(Path(empty) / "clone")))
