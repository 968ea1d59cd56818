"""The clock, the simulated members, the inspector, trouble, and going on where one was."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from bot.rehearsal.page import inspector
from tests.browser.conftest import OpenDesk, served
from tests.browser.desk import Desk

LATER = re.compile(r"stage (?!1 of)\d+ of|meeting 2")
"""Where the meeting is when the members have gone on by themselves; they may be fast."""


async def _trouble(desk: Desk, name: str) -> None:
    await desk.page.locator("#trouble summary").click()
    await desk.page.locator("#bar").get_by_role("button", name=name).click()


async def test_the_clock_goes_to_every_moment_and_is_told_in_the_readers_zone(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    clock, bar = desk.page.locator(".clock"), desk.page.locator("#bar")
    await expect(clock).to_contain_text("12:58")
    await expect(desk.board).to_contain_text("We start at 13:00")
    await desk.act_as("Farid Rahimi")
    await expect(clock).to_contain_text("15:58")
    await expect(desk.board.locator("header time")).to_have_text("15:50")
    await expect(desk.board).to_contain_text("We start at 16:00")
    await desk.act_as("Inês Carvalho")
    await desk.press("1 minute on", bar)
    await expect(clock).to_contain_text("12:59")
    await desk.press("Next meeting", bar)
    await expect(clock).to_contain_text("13:00")
    await expect(desk.page.get_by_role("button", name="Stage's end")).to_be_disabled()
    await desk.press("Start the meeting")
    await desk.press("Stage's end", bar)
    await expect(desk.board).to_contain_text("The time for Welcome is up")
    await desk.press("Next prompt", bar)
    await expect(clock).to_contain_text("13:06")


async def test_ephemerals_are_marked_and_shown_to_their_reader_alone(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.act_as("Beatrix Novak")
    await desk.type("/als help")
    last = desk.page.locator(".main .message").last
    await expect(last).to_contain_text("Only visible to you")
    await expect(last).to_contain_text("/als swap")
    await desk.act_as("Joan Mbeki")
    await expect(desk.page.locator(".main")).not_to_contain_text("/als swap")


async def test_two_windows_see_each_other_without_a_reload_and_unread_is_marked(open_desk: OpenDesk) -> None:
    ines, ruth = await open_desk(), await open_desk()
    await ruth.act_as("Ruth Adeyemi")
    await ruth.visit("all-staff")
    await ines.press("Start the meeting")
    place = ruth.page.locator(".places button", has_text="heads-of-department")
    await expect(place.locator(".badge")).to_contain_text("1")
    await place.click()
    await expect(ruth.board).to_contain_text("Welcome (stage 1 of")
    await expect(place.locator(".badge")).to_have_count(0)
    await ruth.type("Good morning")
    await expect(ines.page.locator(".main")).to_contain_text("Good morning")
    await expect(ines.page.locator("#news")).to_contain_text("Good morning")


async def test_a_window_for_each_of_seven_people_and_none_is_left_behind(open_desk: OpenDesk) -> None:
    """A browser has six connections to one server for all its windows."""
    first = await open_desk()
    windows = [first]
    for _ in range(7):
        window = Desk(await first.page.context.new_page(), first.rehearsal)
        await window.page.goto(first.page.url)
        windows.append(window)
    await windows[-1].press("Start the meeting")
    for window in windows:
        await expect(window.board).to_contain_text("Welcome (stage 1 of")
    for window in windows[:3]:
        await window.page.close()
    await windows[-1].press("I'm here")
    for window in windows[3:]:
        await expect(window.board).to_contain_text("Here: Inês Carvalho")


async def test_what_somebody_has_begun_to_write_waits_for_them_where_they_wrote_it(
    open_desk: OpenDesk,
) -> None:
    desk = await open_desk()
    composer = desk.page.locator("#composer")
    await composer.fill("I would rather")
    await desk.act_as("Ruth Adeyemi")
    await expect(composer).to_have_value("")
    await desk.visit("all-staff")
    await composer.fill("Good morning")
    await desk.act_as("Inês Carvalho")
    await expect(composer).to_have_value("")
    await desk.visit("heads-of-department")
    await expect(composer).to_have_value("I would rather")
    await desk.type("I would rather wait")
    await desk.visit("all-staff")
    await desk.visit("heads-of-department")
    await expect(composer).to_have_value("")


async def test_what_is_sent_before_another_place_is_drawn_is_said_where_it_was_written(
    open_desk: OpenDesk,
) -> None:
    desk = await open_desk()
    drawn = asyncio.Event()

    async def late(route: Route) -> None:
        await drawn.wait()
        await route.continue_()

    await desk.page.route("**/panes?*", late)
    await desk.page.locator(".who", has_text="Ruth Adeyemi").click()
    await desk.page.locator(".places button", has_text="Action Learning").click()
    await desk.page.locator("#composer").fill("For the set alone")
    await desk.page.locator("#composer").press("Enter")
    drawn.set()
    await expect(desk.page.locator("[data-key=tab-messages]")).to_have_attribute("aria-current", "page")
    await desk.visit("heads-of-department")
    said = desk.page.locator(".main .message", has_text="For the set alone")
    await expect(said).to_contain_text("Inês Carvalho")


async def test_what_is_before_ones_eyes_is_not_told_as_unread(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.press("Start the meeting")
    await desk.press("More time")
    await desk.page.keyboard.press("Escape")
    for name in ("Inês Carvalho", "Ruth Adeyemi"):
        await desk.act_as(name)
        await desk.visit("Action Learning")
        await expect(desk.page.locator("[data-key=tab-messages]")).to_have_attribute("aria-current", "page")
        await expect(desk.page.locator(".main .badge")).to_have_count(0)


async def test_members_play_by_themselves_and_wait_for_whoever_was_taken_over(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    desk.rehearsal.reading_speed = 0.2  # else the meeting may be over before one can look
    status = desk.page.locator(".status")
    await desk.page.get_by_role("button", name="One step").click()
    await expect(desk.board).to_contain_text("Here: Ruth Adeyemi")
    await desk.page.get_by_label("Inês Carvalho is yours").click()
    await desk.page.get_by_role("button", name="Play all").click()
    await expect(status).to_contain_text("The others wait for you as Inês Carvalho")
    await expect(status).to_contain_text("“Start the meeting”")
    await desk.press("Start the meeting")
    await expect(status).not_to_contain_text("“Start the meeting”")
    await desk.page.get_by_label("Inês Carvalho is yours").click()
    await expect(desk.board).to_contain_text(LATER, timeout=30_000)
    await desk.page.locator("#bar").get_by_role("button", name="Pause").click()
    await expect(desk.page.get_by_role("button", name="Play all")).to_be_visible()


async def test_trouble_is_told_and_the_bot_comes_back(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    notice = desk.page.locator("#notice")
    await _trouble(desk, "Kill the bot")
    await expect(desk.page.locator(".status")).to_contain_text("The bot is down")
    await desk.press("I'm here")
    await expect(notice).to_contain_text("did not answer in time")
    await _trouble(desk, "Start the bot again")
    await _trouble(desk, "Too many messages at once")
    await desk.press("I'm here")
    await expect(desk.board).to_contain_text("Here: Inês Carvalho")
    await _trouble(desk, "A slow answer from Slack")
    await desk.press("Start the meeting")
    await expect(desk.board).to_contain_text("Welcome (stage 1 of")
    await _trouble(desk, "Lose the connection")
    await expect(notice).to_contain_text("The connection was broken")
    await desk.rehearsal.slack.connected()
    await desk.type("/als status")
    await expect(desk.page.locator(".main .message.private")).to_have_count(1)

    await desk.page.get_by_role("button", name="Inspector").click()
    wire = desk.page.locator(".wire")
    await expect(wire.locator(".state.refused").first).to_be_visible()
    refused = wire.locator("li", has_text="429").first
    await refused.locator("summary").click()
    await expect(refused.locator("pre")).to_contain_text("ratelimited")
    pressed = wire.locator("li", has_text="block_actions presence.here").first
    await pressed.locator("summary").click()
    await expect(pressed.locator("pre")).to_contain_text('"trigger_id"')


async def test_the_inspector_goes_back_to_the_first_call(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspector, "SHOWN", 4)
    desk = await open_desk()
    await desk.press("Start the meeting")
    await desk.page.get_by_role("button", name="Inspector").click()
    await expect(desk.page.get_by_role("complementary", name="Inspector")).to_be_visible()
    entries, slack = desk.page.locator(".wire details"), desk.rehearsal.slack
    earlier = desk.page.get_by_role("button", name="Show earlier ones")
    await expect(entries).to_have_count(4)
    for times in range(2, len(slack.calls) + len(slack.envelopes)):
        if not await earlier.count():
            break
        await earlier.click()
        await expect(entries).to_have_count(min(4 * times, len(slack.calls) + len(slack.envelopes)))
    await expect(earlier).to_have_count(0)
    await expect(desk.page.locator(".wire .day")).to_have_text(["Tuesday 13 October"])
    await expect(entries).to_have_count(len(slack.calls) + len(slack.envelopes))
    assert len(slack.calls) > 4


async def test_a_bot_killed_in_the_middle_of_its_work_loses_nothing(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    await desk.press("I'm here")
    await expect(desk.board).to_contain_text("Here: Inês Carvalho")
    sending = desk.rehearsal.slack.faults.hold("chat.update")
    desk.rehearsal.slack.faults.drop_before("chat.update")
    await desk.act_as("Ruth Adeyemi")
    button = desk.board.get_by_role("button", name="I'm here")
    await button.click()
    await sending.reached.wait()
    await _trouble(desk, "Kill the bot")
    await expect(desk.page.locator(".status")).to_contain_text("The bot is down")
    sending.release()
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await expect(desk.board).not_to_contain_text("Ruth Adeyemi and")

    await _trouble(desk, "Start the bot again")
    await expect(desk.page.locator("#notice")).to_contain_text("move the clock on by a minute")
    await expect(desk.board).not_to_contain_text("Ruth Adeyemi and")
    await desk.press("1 minute on", desk.page.locator("#bar"))
    await expect(desk.board).to_contain_text("Here: Ruth Adeyemi and Inês Carvalho")


async def test_a_button_is_busy_until_what_it_brought_about_is_shown(open_desk: OpenDesk) -> None:
    """Also where an older drawing is still on its way when the answer comes."""
    desk = await open_desk()
    asked, let_go = [asyncio.Event(), asyncio.Event()], [asyncio.Event(), asyncio.Event()]
    drawings = iter(zip(asked, let_go, strict=True))

    async def slowly(route: Route) -> None:
        reached, released = next(drawings, (None, None))
        drawn = await route.fetch()
        if reached is not None and released is not None:
            reached.set()
            await released.wait()
        await route.fulfill(response=drawn)

    await desk.page.route("**/panes?*", slowly)
    here = desk.board.get_by_role("button", name="I'm here")
    await desk.page.evaluate("dispatchEvent(new Event('popstate'))")
    await asked[0].wait()
    async with desk.page.expect_response("**/act/press"):
        await here.click()
    let_go[0].set()
    await asked[1].wait()
    await expect(here).to_have_attribute("aria-busy", "true")
    let_go[1].set()
    await expect(here).not_to_have_attribute("aria-busy", "true")
    await expect(desk.board).to_contain_text("Here: Inês Carvalho")
    await desk.page.unroute_all(behavior="wait")  # a drawing on its way may not outlive its window


async def test_a_button_is_busy_until_the_answer_is_there_and_gone_when_the_bot_took_it_away(
    open_desk: OpenDesk,
) -> None:
    desk = await open_desk()
    slack = desk.rehearsal.slack
    reached, let_go = asyncio.Event(), asyncio.Event()

    async def slowly(_acknowledgement: object) -> None:
        reached.set()
        await let_go.wait()

    slack.faults.on("interactive", "ack_received", slowly, times=1)
    before = len(slack.envelopes)
    here = desk.board.get_by_role("button", name="I'm here")
    await here.click()
    await reached.wait()
    await expect(here).to_have_attribute("aria-busy", "true")
    await here.click()
    await here.press("Enter")
    let_go.set()
    await expect(here).not_to_have_attribute("aria-busy", "true")
    await expect(desk.board).to_contain_text("Here: Inês Carvalho")
    assert len(slack.envelopes) == before + 1

    start = desk.board.get_by_role("button", name="Start the meeting")
    await desk.press("Start the meeting")
    await expect(start).to_have_count(0)
    ending = desk.board.get_by_role("button", name="End the meeting")
    await ending.click()
    await expect(desk.page.locator("#confirm")).to_be_visible()
    before = len(slack.envelopes)
    await desk.page.locator("#confirm-deny").click()
    await expect(ending).to_be_focused()
    assert len(slack.envelopes) == before
    await desk.press("End the meeting")
    await expect(ending).to_have_count(0)


async def test_light_or_dark_is_chosen_by_key_kept_and_never_flashes(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    page = desk.page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    chosen = page.get_by_role("group", name="Colours").get_by_role("radio", name="System")
    await expect(chosen).to_be_checked()
    await chosen.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    dark = await page.evaluate(ground)
    assert dark != light
    await page.add_init_script("""new MutationObserver((_, watching) => {
        if (!document.body) return;
        window.first = document.documentElement.dataset.theme;
        watching.disconnect();
    }).observe(document, { childList: true, subtree: true });""")
    await page.reload()
    assert await page.evaluate("window.first") == "dark"
    assert await page.evaluate(ground) == dark
    await expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    await page.get_by_role("radio", name="System").check()
    assert await page.evaluate(ground) == light
    await page.emulate_media(color_scheme="dark")
    assert await page.evaluate(ground) == dark


async def test_a_rehearsal_goes_on_where_it_was_or_begins_anew(browser: Browser, folder: Path) -> None:
    async with served(folder) as opened:
        desk = await Desk.open(browser, *opened, width=1280, height=800, dark=False)
        await desk.press("Start the meeting")
        await desk.press("More time")
        await expect(desk.modal).to_be_visible()
        await desk.page.context.close()
        before = opened[1].clock.now()
    async with served(folder) as opened:
        assert opened[1].clock.now() >= before
        desk = await Desk.open(browser, *opened, width=1280, height=800, dark=False)
        await expect(desk.modal).to_be_visible()
        await desk.modal.get_by_label("Close").first.click()
        await expect(desk.board).to_contain_text("Welcome (stage 1 of")
        await desk.press("Next: Report-backs")
        await expect(desk.board).to_contain_text("stage 2 of")
        desk.check_quiet()
        await desk.page.context.close()
    async with served(folder, fresh=True) as opened:
        assert opened[1].clock.now() < before
        desk = await Desk.open(browser, *opened, width=1280, height=800, dark=False)
        await desk.press("Start the meeting")
        await expect(desk.board).to_contain_text("Welcome (stage 1 of")
        desk.check_quiet()
        await desk.page.context.close()
