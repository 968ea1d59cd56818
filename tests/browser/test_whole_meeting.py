"""A whole meeting by clicks, as seven people, each seeing what is theirs."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk, texts_of

EVERYBODY = ["Ruth Adeyemi", "Tomás Andrade", "Beatrix Novak", "Farid Rahimi", "Joan Mbeki", "Leila Haddad"]
ONE_LINE = 45
"""Pixels that a button of one line stays below."""
ASKING = ["Clarification", "Reflection", "Analysis", "Reframing", "Action"]


async def _sees_all_of_the_modal(desk: Desk, person: str) -> None:
    """Everything that the bot put into the modal stands in it."""
    await expect(desk.modal).to_be_visible()
    view = next(one.modal for one in desk.rehearsal.cast.people.values() if one.account.shown_name == person)
    assert view is not None
    shown = await desk.text("#modal")
    assert [one for one in texts_of(view.document["blocks"]) if one not in shown] == []
    assert view.title in shown


async def _ask(desk: Desk, asker: str, question: str) -> None:
    await desk.act_as(asker)
    await desk.press("Ask a question")
    await _sees_all_of_the_modal(desk, asker)
    await desk.fill({"Your question": question})
    await desk.send()
    await expect(desk.board).to_contain_text(question)


async def _stage(desk: Desk) -> str:
    return str(await desk.board.locator(".rich strong").first.inner_text())


async def _in_stage(desk: Desk, thread: Locator, stage: str, turn: int) -> None:
    """What the members do in this stage, besides waiting; `thread` is where it is to be found."""
    owner = ["Ruth Adeyemi", "Tomás Andrade"][turn - 1]
    if any(stage.startswith(one) for one in ASKING):
        asker = next(one for one in EVERYBODY[2:5] if one != owner)
        question = f"What would {stage.lower()} show in turn {turn}?"
        await _ask(desk, asker, question)
        await desk.act_as(owner)
        await desk.press("I have answered this question")
        await expect(desk.board).not_to_contain_text(question)
    elif stage.startswith("Commitments"):
        await desk.act_as(owner)
        await desk.press("Write a commitment")
        await _sees_all_of_the_modal(desk, owner)
        await desk.fill({"What will you do?": f"Speak with the board {turn}", "By when?": "2026-11-02"})
        await desk.send()
        await expect(thread).to_contain_text(f"Speak with the board {turn}")
    elif stage.startswith("Learning"):
        for name in ["Ruth Adeyemi", "Tomás Andrade", "Beatrix Novak"]:
            await desk.act_as(name)
            await desk.press("Write what I learned")
            await desk.fill({"About myself": f"{name} learned to wait"})
            await desk.send()


@pytest.mark.timeout(300)
async def test_seven_people_hold_a_whole_meeting_by_clicks(open_desk: OpenDesk) -> None:
    """The first turn at 1280 pixels, the second and the end at 390; each window sees what the other does."""
    wide, narrow = await open_desk(1280), await open_desk(390, 844)
    await wide.press("Start the meeting")
    await expect(wide.board).to_contain_text("Welcome (stage 1 of")
    await wide.board.locator(".replies button").click()
    await wide.act_as("Leila Haddad")
    await wide.type("/als join")
    for name in EVERYBODY:
        await wide.act_as(name)
        await wide.press("I'm here")
    await expect(wide.board).to_contain_text("Joan Mbeki, Leila Haddad and Inês Carvalho")

    seen: list[str] = []
    desk = wide
    while "(stage " in await desk.board.inner_text():
        stage = await _stage(desk)
        turn = 2 if "turn 2 of 2" in await desk.board.inner_text() else 1
        desk = narrow if turn == 2 else desk
        await expect(desk.board).to_contain_text(stage)
        await _in_stage(desk, wide.thread, stage, turn)
        seen.append(stage)
        for window in (wide, narrow):
            assert not await window.scrolls_sideways(), stage
        await desk.act_as("Inês Carvalho")
        await desk.go_on()

    assert desk is narrow
    assert len(seen) == 24
    await expect(narrow.page.locator(".main")).to_contain_text("The meeting is over")
    await expect(wide.page.locator(".main")).to_contain_text("The meeting is over")
    await expect(wide.thread).to_contain_text("Speak with the board 1")
    await expect(wide.thread).to_contain_text("Beatrix Novak learned to wait")
    assert desk.rehearsal.slack.invalid == []


def _things_sent(desk: Desk, person: Any) -> dict[str, list[Any]]:
    """All blocks that the bot sent and that this person sees, by the place in the sidebar."""
    home = desk.rehearsal.cast.home
    found = {home.name: [one.blocks for one in person.messages(home)]}
    for root in [one for one in person.messages(home) if not one.is_reply and person.thread(one)]:
        title = root.blocks[0]["text"]["text"]
        found[title] = [one.blocks for one in [root, *person.thread(root)]]
    return found | {"Action Learning": [one.blocks for one in person.dm()]}


@pytest.mark.timeout(300)
async def test_every_text_that_the_bot_sent_is_found_on_the_page(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    desk.rehearsal.play()
    await desk.rehearsal.slack.until(
        lambda: (
            desk.rehearsal.players.next is None or desk.rehearsal.players.next.chapter.part == "between-1"
        ),
        within=240,
    )
    desk.rehearsal.pause()
    await desk.rehearsal.settle()
    assert desk.rehearsal.players.stumbles == 0
    beside: list[int] = []
    for person in desk.rehearsal.cast.people.values():
        await desk.act_as(person.account.shown_name)
        for place, sent in _things_sent(desk, person).items():
            await desk.visit(place)
            pane = ".side" if place.startswith("Heads of department: ") else ".main"
            await expect(desk.page.locator(f"{pane} .message")).to_have_count(len(sent))
            shown = await desk.text(pane)
            assert [one for one in texts_of(sent) if one not in shown] == []
        async with desk.page.expect_response("**/act/home"):
            await desk.visit("App Home")
        home = person.home
        assert home is not None
        for text in texts_of(home.document["blocks"]):
            await expect(desk.page.locator(".home")).to_contain_text(text)
        heights = "(buttons) => buttons.map((one) => one.offsetHeight)"
        beside += await desk.page.locator(".home .accessory .btn").evaluate_all(heights)
    assert beside, "nobody's Home has a button beside a text"
    assert max(beside) < ONE_LINE
