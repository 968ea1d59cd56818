"""Pictures to be looked at, light and dark, wide and narrow: `python -m tests.browser.screenshots FOLDER`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.conftest import NO_BROWSER, served
from tests.browser.desk import Desk

UNTIL = "clarification", 1
BEATS = 4
SIZES = {"1280": (1280, 800), "390": (390, 844)}


async def _meeting(desk: Desk) -> None:
    """The members play by themselves up to a stage of the first turn in which questions have been asked."""
    rehearsal = desk.rehearsal
    here = rehearsal.slack.team_id, rehearsal.cast.home.id
    while rehearsal.players.next is not None and rehearsal.players.next.running != UNTIL:
        await rehearsal.step()
    for _ in range(BEATS):
        await rehearsal.step()
    assert await rehearsal.bot.running_stage(*here) == UNTIL


async def _pictures(desk: Desk, folder: Path, name: str, *, narrow: bool) -> None:
    async def picture(what: str) -> None:
        await desk.page.screenshot(path=folder / f"{what}-{name}.png")

    await desk.board.locator(".replies button").click()
    await expect(desk.thread.locator(".message").first).to_be_visible()
    if not narrow:
        await desk.board.evaluate("(board) => board.scrollIntoView()")
        await desk.page.mouse.move(0, 0)
    await picture("thread" if narrow else "meeting")
    if narrow:
        await desk.page.get_by_label("Back to the channel").click()
        await picture("channel")
        await desk.page.get_by_label("Back to places and people").click()
        await picture("places")
    await desk.visit("Action Learning")
    await expect(desk.page.locator("[data-key=tab-messages][aria-current]")).to_be_visible()
    await picture("messages")
    if narrow:
        await desk.page.get_by_label("Back to places and people").click()
    await desk.visit("App Home")
    await expect(desk.page.locator(".home h3").first).to_be_visible()
    await picture("home")
    if narrow:
        await desk.page.get_by_label("Back to places and people").click()
    await desk.visit("heads-of-department")
    await desk.type("/als new")
    await desk.modal.locator("[type=submit]").click()
    await expect(desk.modal.locator(".field-error").first).to_be_visible()
    await picture("form-with-errors")
    await desk.page.keyboard.press("Escape")
    await expect(desk.modal).to_be_hidden()
    if narrow:
        await desk.page.get_by_label("Clock and simulated members").click()
        await picture("controls")
    await desk.page.get_by_role("button", name="Inspector").click()
    await desk.page.locator(".wire summary").last.click()
    await expect(desk.page.locator(".wire pre[data-filled]")).to_have_count(1)
    await picture("inspector")


async def main(folder: Path) -> None:
    """Write them all into a folder that is there."""
    found = chromium()
    if found is None:
        raise SystemExit(NO_BROWSER)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        with tempfile.TemporaryDirectory() as kept:
            async with served(Path(kept)) as opened:
                first = await Desk.open(browser, *opened, width=1280, height=800, dark=False)
                await _meeting(first)
                for size, (width, height) in SIZES.items():
                    for dark in (False, True):
                        desk = await Desk.open(browser, *opened, width=width, height=height, dark=dark)
                        name = f"{size}-{'dark' if dark else 'light'}"
                        await _pictures(desk, folder, name, narrow=size == "390")
                        desk.check_quiet()
                        await desk.page.context.close()
        await browser.close()


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(where))
