"""A meeting by keyboard alone: every step by Tab, Shift+Tab, arrows, Enter, Space and Escape."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk

MOST_STEPS = 150


async def _reach(desk: Desk, selector: str, *, backwards: bool = False) -> None:
    """Tab until the focus is on what the selector says; it must be visible there."""
    key = "Shift+Tab" if backwards else "Tab"
    for _ in range(MOST_STEPS):
        if await desk.page.evaluate("(sought) => document.activeElement.matches(sought)", selector):
            style = "getComputedStyle(document.activeElement).outlineStyle"
            assert await desk.page.evaluate(style) != "none"
            return
        await desk.page.keyboard.press(key)
    raise AssertionError(f"no Tab leads to {selector}")


async def _press(desk: Desk, action: str) -> None:
    """A button of the newest board, confirmed where Slack asks."""
    selector = f".main .message:has(h3) [data-action='{action}']"
    await _reach(desk, selector)
    asks = await desk.page.locator(selector).get_attribute("data-confirm") is not None
    await desk.page.keyboard.press("Enter")
    if asks:
        await expect(desk.page.locator("#confirm")).to_be_visible()
        await _reach(desk, "#confirm-yes")
        await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator("[aria-busy=true]")).to_have_count(0)


async def _act_as(desk: Desk, name: str) -> None:
    key = next(key for key, one in desk.rehearsal.cast.people.items() if one.account.shown_name == name)
    await _reach(desk, f"[data-key='as|{key}']", backwards=True)
    await desk.page.keyboard.press("Space")
    await expect(desk.page.locator(".clock")).to_contain_text(name)


@pytest.mark.timeout(300)
async def test_a_whole_meeting_can_be_held_by_keyboard_alone(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await _press(desk, "meeting.start")
    await expect(desk.board).to_contain_text("stage 1 of")
    assert await desk.page.evaluate("document.activeElement.closest('.message') !== null")
    for name in ("Ruth Adeyemi", "Tomás Andrade"):
        await _act_as(desk, name)
        await _press(desk, "presence.here")
    await _act_as(desk, "Inês Carvalho")
    for number in range(2, 6):
        await _press(desk, "stage.move_on")
        await expect(desk.board).to_contain_text(f"stage {number} of")

    await _act_as(desk, "Beatrix Novak")
    await _press(desk, "question.ask")
    await expect(desk.modal).to_be_visible()
    assert await desk.page.evaluate("document.activeElement.matches('#modal textarea')")
    await desk.page.keyboard.type("What do you fear?")
    await _reach(desk, "#modal [type=submit]")
    await desk.page.keyboard.press("Enter")
    await expect(desk.modal).to_be_hidden()
    await expect(desk.board).to_contain_text("What do you fear?")

    await _act_as(desk, "Inês Carvalho")
    await _press(desk, "stage.stretch")
    await expect(desk.modal).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await expect(desk.modal).to_be_hidden()
    await _reach(desk, "#composer")
    await desk.page.keyboard.type("/als status")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.locator(".main .message").last).to_contain_text("Only visible to you")

    await _press(desk, "meeting.end")
    await expect(desk.board).to_contain_text("Learning review (stage")
    await _press(desk, "learning.write")
    await expect(desk.modal).to_be_visible()
    await desk.page.keyboard.type("We waited for each other.")
    await _reach(desk, "#modal [type=submit]")
    await desk.page.keyboard.press("Enter")
    await expect(desk.modal).to_be_hidden()
    await _press(desk, "stage.move_on")
    await expect(desk.board).to_contain_text("Close (stage")
    await _press(desk, "stage.move_on")
    await expect(desk.page.locator(".main")).to_contain_text("The meeting is over")


async def test_people_and_channels_are_found_by_typing(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.type("/als new")
    await expect(desk.modal).to_be_visible()
    await _reach(desk, "#modal [data-field=several] [role=combobox]")
    chips = desk.modal.locator("[data-field=several] .chips li")
    already = await chips.count()
    for letters in ("tomas", "bea"):
        await desk.page.keyboard.type(letters)
        await desk.page.keyboard.press("Enter")
    await expect(chips).to_have_count(already + 2)
    await expect(chips.filter(has_text="Tomás Andrade")).to_have_count(1)
    await desk.page.keyboard.press("Backspace")
    await expect(chips).to_have_count(already + 1)
    await desk.page.keyboard.type("ru")
    await desk.page.keyboard.press("Escape")
    await expect(desk.modal).to_be_visible()
    await expect(desk.modal.locator("[role=listbox]:visible")).to_have_count(0)
