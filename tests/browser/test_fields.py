"""Every kind of field that the bot's forms have says beside itself what is wrong with it."""

from collections.abc import Iterator

from playwright.async_api import Locator, expect

from bot.surfaces import picks
from bot.surfaces.fields import Field
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk

EMPTY = "Please fill in this field."
LEFT_EMPTY = {
    "name": "plain_text_input",
    "channel": "conversations_select",
    "members": "multi_users_select",
    "first_date": "datepicker",
    "first_time": "timepicker",
    "zone": "static_select",
    "every_weeks": "number_input",
    "length": "static_select",
    "turns": "static_select",
}
"""The fields of `/als new` that must be filled in, and their kinds."""
MISTYPED = (
    ("name", "n" * 81, "At most 80 characters."),
    ("call_link", "the usual room", "Not an address."),
    ("every_weeks", "four", "Not a number."),
    ("every_weeks", "2.5", "Whole numbers only."),
    ("every_weeks", "0", "At least 1."),
    ("every_weeks", "13", "At most 12."),
)
ELSEWHERE = {"url_text_input", "users_select", "radio_buttons"}
"""Kinds that are tried otherwise than by leaving them empty there."""
NEVER_WRONG = {"checkboxes", "multi_static_select"}
"""Always optional, and they offer nothing that cannot be taken."""


def _kinds(kind: type[Field] = Field) -> Iterator[str]:
    for one in kind.__subclasses__():
        yield from [one.slack_type] if "slack_type" in vars(one) else []
        yield from _kinds(one)


def _input(desk: Desk, block: str) -> Locator:
    return desk.modal.locator(f".input:has([data-block='{block}'])")


async def _set(desk: Desk, block: str, value: str) -> None:
    """As somebody does it: choose in a menu, pick from a list by typing, or type."""
    box = _input(desk, block)
    if await box.locator("select").count():
        await box.locator("select").select_option(value)
        return
    field = box.locator("input").last
    await field.fill(value)
    if value and await field.get_attribute("role") == "combobox":
        await field.press("Enter")


async def _refused(desk: Desk, errors: dict[str, str]) -> None:
    """Send it; these fields and no others are marked, each with what is wrong as its description."""
    await desk.modal.locator("[type=submit]").click()
    for block, text in errors.items():
        error = _input(desk, block).locator(".field-error")
        await expect(error).to_contain_text(text)
        marked = _input(desk, block).locator("[aria-invalid=true]")
        await expect(marked).to_have_count(1)
        described = await marked.get_attribute("aria-describedby") or ""
        assert await error.get_attribute("id") in described.split()
    await expect(desk.modal.locator(".field-error")).to_have_count(len(errors))
    await expect(desk.modal.locator("[aria-busy=true]")).to_have_count(0)


async def test_each_kind_of_field_says_what_is_wrong_with_it(open_desk: OpenDesk) -> None:
    assert picks.Radio.slack_type in _kinds()
    assert set(_kinds()) == {*LEFT_EMPTY.values(), *ELSEWHERE, *NEVER_WRONG}
    desk = await open_desk()
    await desk.type("/als new")
    await expect(desk.modal).to_be_visible()
    await _input(desk, "members").locator("[data-remove]").click()
    for block in LEFT_EMPTY.keys() - {"members"}:
        await _set(desk, block, "")
    await _refused(desk, dict.fromkeys(LEFT_EMPTY, EMPTY))
    empty = dict.fromkeys(LEFT_EMPTY, EMPTY)
    for block, value, told in MISTYPED:
        await _set(desk, block, value)
        empty[block] = told
        await _refused(desk, empty)


async def test_what_the_app_objects_to_stands_beside_its_field_too(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.type("/als new")
    await expect(desk.modal).to_be_visible()
    for block, value in {"name": "Heads", "channel": "all-staff", "zone": "Lisbon"}.items():
        await _set(desk, block, value)
    await _refused(desk, {"members": "Please choose 2 to 12 people."})
    for name in ("ruth", "beatrix"):
        await _set(desk, "members", name)
    await _set(desk, "first_date", "2026-01-05")
    await _set(desk, "length", "60")
    await _set(desk, "turns", "3")
    clocks = "These do not go together."
    await _refused(desk, {"first_date": "That has passed already.", "turns": clocks})
    await _set(desk, "first_date", "2026-12-01")
    await _set(desk, "turns", "1")
    await _set(desk, "facilitator", "action")
    bot = "Only people can be chosen here. Please take out Action Learning."
    await _refused(desk, {"channel": "I am not in that channel yet.", "facilitator": bot})


async def test_a_choice_that_was_not_made_is_asked_for(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.press("Start the meeting")
    await desk.press("More time")
    await expect(desk.modal.locator("[role=radiogroup]")).to_be_visible()
    await _refused(desk, {"choice": EMPTY})


async def test_a_long_menu_has_its_headings_and_tells_when_it_finds_nothing(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.type("/als new")
    zone = _input(desk, "zone")
    await zone.locator("input").click()
    europe = zone.get_by_role("group", name="Europe")
    await expect(europe.locator(".heading")).to_have_text("Europe")
    await zone.locator("input").fill("Tunis")
    await expect(europe).to_be_hidden()
    await expect(zone.get_by_role("group", name="Africa").get_by_role("option")).to_have_text(
        ["Africa/Tunis"]
    )
    await zone.locator("input").fill("Atlantis")
    await expect(zone.get_by_role("option")).to_have_count(0)
    told = "(list) => getComputedStyle(list, '::after').content"
    assert await zone.get_by_role("listbox").evaluate(told) == '"Nothing found"'
