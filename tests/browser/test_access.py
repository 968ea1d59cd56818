"""For every window and every reader: nothing scrolls sideways, and axe-core finds nothing serious."""

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import expect

from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk

SERIOUS = ("serious", "critical")


async def _faults(desk: Desk) -> list[Any]:
    """What axe-core finds, as far as it matters to somebody."""
    found = await Axe().run(desk.page)
    return [
        (one["id"], [node["html"][:200] for node in one["nodes"]][:3])
        for one in found.response["violations"]
        if one["impact"] in SERIOUS
    ]


async def _check(desk: Desk) -> None:
    assert await _faults(desk) == []
    assert not await desk.scrolls_sideways()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_every_pane_can_be_read_and_fits(open_desk: OpenDesk, width: int, dark: bool) -> None:
    desk = await open_desk(width, 844, dark=dark)
    narrow = width < 900
    await _check(desk)
    await desk.press("Start the meeting")
    await desk.board.locator(".replies button").click()
    await expect(desk.thread.locator(".message")).to_have_count(3)
    await _check(desk)
    if narrow:
        await desk.page.get_by_label("Back to the channel").click()
    await desk.press("More time")
    await expect(desk.modal).to_be_visible()
    await _check(desk)
    await desk.modal.get_by_label("Close").first.click()
    await expect(desk.modal).to_be_hidden()
    if narrow:
        await desk.page.get_by_label("Back to places and people").click()
        await _check(desk)
    await desk.visit("App Home")
    await expect(desk.page.locator(".home h3").first).to_be_visible()
    await _check(desk)
    if narrow:
        await desk.page.get_by_label("Clock and simulated members").click()
    await desk.page.get_by_role("button", name="Inspector").click()
    await desk.page.locator(".wire summary").first.click()
    await expect(desk.page.locator(".wire pre[data-filled]")).to_have_count(1)
    await _check(desk)


async def test_every_kind_of_field_can_be_read_and_fits(open_desk: OpenDesk) -> None:
    desk = await open_desk(390, 844)
    await desk.type("/als new")
    await expect(desk.modal).to_be_visible()
    await _check(desk)
    await desk.modal.locator("[type=submit]").click()
    await expect(desk.modal.locator(".field-error").first).to_be_visible()
    await _check(desk)
    assert await desk.page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"


async def test_what_opens_over_the_page_can_be_read_and_fits(open_desk: OpenDesk) -> None:
    desk = await open_desk(390, 844, dark=True)
    await desk.press("Start the meeting")
    await desk.board.get_by_role("button", name="End the meeting").click()
    await expect(desk.page.locator("#confirm")).to_be_visible()
    await _check(desk)
    await desk.page.locator("#confirm-deny").click()
    await desk.page.get_by_label("Clock and simulated members").click()
    await desk.page.locator("#trouble summary").click()
    await _check(desk)
    for _ in ("the menu", "the sheet"):
        await desk.page.keyboard.press("Escape")
    await desk.type("/als new")
    await desk.modal.locator("[data-block=zone] [role=combobox]").click()
    await expect(desk.modal.get_by_role("group", name="Europe")).to_be_visible()
    await _check(desk)


async def test_a_phone_shows_one_pane_at_a_time(open_desk: OpenDesk) -> None:
    desk = await open_desk(390, 844)
    nav, main = desk.page.locator("#nav"), desk.page.locator("#main")
    await expect(main).to_be_visible()
    await expect(nav).to_be_hidden()
    await desk.page.get_by_label("Back to places and people").click()
    await expect(nav).to_be_visible()
    await expect(main).to_be_hidden()
    await desk.page.locator(".who").nth(1).click()
    await expect(main).to_be_visible()
    await expect(desk.page.locator(".clock")).to_contain_text("Ruth Adeyemi")
    await desk.page.get_by_label("Clock and simulated members").click()
    for _ in range(2):
        await desk.page.get_by_role("button", name="1 minute on").click()
        await expect(desk.page.locator("#notice")).to_contain_text("It is now")
    await expect(desk.page.get_by_role("button", name="Inspector")).to_be_visible()


async def test_nothing_moves_for_whoever_asked_for_less_motion(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    moving = """() => {
        const button = document.querySelector(".main .btn");
        button.setAttribute("aria-busy", "true");
        const style = getComputedStyle(button);
        return [style.animationName, style.transitionDuration];
    }"""
    assert await desk.page.evaluate(moving) == ["none", "0s"]
    await desk.page.emulate_media(reduced_motion="no-preference")
    assert await desk.page.evaluate(moving) == ["wait", "0.12s"]
