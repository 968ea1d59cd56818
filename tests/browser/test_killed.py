"""The whole rehearsal killed in the middle of use, and started again."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.desk import PATIENCE
from tests.rehearsal.page.processes import running

ACTS = (
    ("I'm here", "Here: Inês Carvalho", False),
    ("Start the meeting", "Welcome (stage 1 of", True),
    ("Next: Report-backs", "Report-backs (stage 2 of", False),
)
"""What is pressed, what the board then says, and whether it says so already when the rehearsal is killed."""


def _board(page: Page) -> Locator:
    return page.locator(".main .message", has=page.locator("h3")).last


async def _press(page: Page, label: str) -> None:
    """Until the request is on its way, and no longer."""
    button = _board(page).get_by_role("button", name=label)
    async with page.expect_request("**/act/press"):
        asks = await button.get_attribute("data-confirm") is not None
        await button.click()
        if asks:
            await page.locator("#confirm-yes").click()


async def _come_back(page: Page, label: str, expected: str) -> None:
    """Within a minute what was pressed has happened, or it can be pressed again."""
    await expect(page.locator(".status")).to_contain_text("The rehearsal goes on where you were")
    clock = page.locator(".clock")
    before = await clock.inner_text()
    await page.get_by_role("button", name="1 minute on").click()
    await expect(page.locator("#notice")).to_contain_text("It is now")
    await expect(clock).not_to_have_text(before)  # drawn with the board, after the notice
    if expected not in await _board(page).inner_text():
        await _press(page, label)
    await expect(_board(page)).to_contain_text(expected)


@pytest.mark.timeout(300)
async def test_a_rehearsal_that_is_killed_in_the_middle_of_an_act_goes_on(
    browser: Browser, folder: Path
) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE)
    for label, expected, done in ACTS:
        async with running(folder) as (process, address):
            await page.goto(address)
            await _press(page, label)
            if done:
                await expect(_board(page)).to_contain_text(expected)
            process.kill()
            await process.communicate()
            await expect(page.locator("#lost")).to_be_visible()
        async with running(folder) as (_, address):
            await page.goto(address)
            await _come_back(page, label, expected)
            await page.get_by_role("button", name="Inspector").click()
            await expect(page.locator(".side")).to_contain_text("The list begins anew")
    await page.close()
