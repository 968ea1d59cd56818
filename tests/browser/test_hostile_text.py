"""What people write does nothing on the page but stand there: every field of every modal, and the rest.

The fields are those of the modals on the tour, and a test of the tour sees to it that it leaves no modal out.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.rehearsal.page.panes import HOME, MESSAGES
from bot.rehearsal.people import Person
from bot.rehearsal.view_desk import OpenView
from bot.storage.migrate import upgrade
from bot.surfaces.ids import Callback
from tests.browser.desk import Desk, plainly, words_of
from tests.browser.hostile import DRAWN, HARM, IN_A_FORM, Texts, page_of, typed_fields
from tests.e2e.hostile import LINK
from tests.e2e.test_hostile_text import choose_another
from tests.e2e.tour import Tour, Way
from tests.e2e.world import World
from tests.surfaces.form_cases import good_values


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'tour.sqlite3'}"
    upgrade(url)
    async with World.open(url) as world:
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def desk(world: World, browser: Browser) -> AsyncIterator[Desk]:
    async with page_of(world) as opened:
        desk = await Desk.open(browser, *opened, width=1280, height=800, dark=False)
        await desk.page.add_init_script(HARM)
        await desk.page.reload()
        yield desk
        assert await desk.page.evaluate("window.harm") == []
        desk.check_quiet()
        await desk.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b onerror=h()>')")
        assert await desk.page.evaluate("window.harm.length"), "whoever watches sees nothing"
        await desk.page.context.close()


async def _everything_drawn(desk: Desk, world: World, person: Person) -> str:
    """All that this person finds on the page, wherever they look."""
    channels = (world.place.channel, world.place.open_channel)
    looks = [{"as": person.id, "place": place} for place in (HOME, MESSAGES)]
    looks.append({"as": person.id, "inspect": "1"})
    for channel in channels:
        roots = [one.ts for one in person.messages(channel) if not one.is_reply and person.thread(one)]
        looks += [{"as": person.id, "place": channel.id, "thread": ts} for ts in roots or [""]]
    return str(await desk.page.evaluate(DRAWN, looks))


async def _act_as(desk: Desk, person: Person) -> None:
    await desk.page.locator(f".who[data-as='{person.id}']").click()
    await expect(desk.page.locator(f".who[data-as='{person.id}']")).to_have_attribute("aria-current", "true")


async def _fill(desk: Desk, way: Way, view: OpenView, texts: Texts) -> list[str]:
    """Type something hostile into every field; what no such field takes is told, and then answered well."""
    written = []
    for block in typed_fields(view):
        element, id_ = block["element"], block["block_id"]
        place = desk.modal.locator(f"[data-field=text][data-block='{id_}']")
        text = texts.next(element.get("max_length", 3_000))
        texts.fields.add((way.callback, id_))
        await place.fill(text)
        assert await place.input_value() == text
        if element["type"] == "plain_text_input":
            written.append(text)
        else:
            await desk.modal.locator("[type=submit]").click()
            await expect(desk.modal.locator(f".bad [data-block='{id_}']")).to_have_value(text)
            await expect(desk.modal.locator("[aria-busy=true]")).to_have_count(0)
            good = LINK if element["type"] == "url_text_input" else element["min_value"]
            await place.fill(str(good))
    return written


async def _try(desk: Desk, tour: Tour, way: Way, texts: Texts) -> list[str]:
    """Open one modal, fill it and send it off in the browser. Returns what is not on the page at once."""
    person = tour.person(way)
    await _act_as(desk, person)
    view = await tour.open(way)
    if way.sends:
        view.values = good_values(view.document, tour.samples)
        if way.callback is Callback.CHOOSE_OWNERS:
            choose_another(view.document, view.values)
        await desk.page.reload()  # so that what was filled in here stands in the form before it is sent
    desk.rehearsal.pulse.touch()
    form = desk.page.locator(f"form[data-view-id='{view.id}']")
    await expect(form).to_be_visible()
    shown = plainly(await form.evaluate(IN_A_FORM))
    assert [one for one in words_of(view.document) if one not in shown] == []
    written = await _fill(desk, way, view, texts)
    if way.sends:
        await form.locator("[type=submit]").click()
        await expect(form.and_(desk.page.locator(":has([type=submit])"))).to_have_count(0)
    await tour.close(way)
    await expect(desk.modal).to_be_hidden()
    drawn = await _everything_drawn(desk, tour.world, person)
    return [text for text in written if text not in drawn]


@pytest.mark.timeout(300)
async def test_every_modal_shows_all_its_words_and_every_field_takes_markup_as_it_was_written(
    desk: Desk, world: World
) -> None:
    texts = Texts()
    names = {name: texts.next() for name in ("ama", "ben", "carla")}
    for name, text in names.items():
        world.person(name).account.display_name = text
    world.place.channel.name, world.place.open_channel.name = texts.next(), texts.next()
    tour = Tour(world, name=texts.next())
    to_come: list[str] = []
    async for stop in tour.stops():
        for way in stop.ways:
            to_come += await _try(desk, tour, way, texts)
        drawn = await _everything_drawn(desk, world, world.person("ama"))
        to_come = [text for text in to_come if text not in drawn]
    assert to_come == []
    assert {(Callback.CREATE_SET, "call_link"), (Callback.FILE_REPORT, "learned")} <= texts.fields

    drawn = await _everything_drawn(desk, world, world.person("ama"))
    for text in (*names.values(), world.place.channel.name, world.place.open_channel.name, tour.name_of_set):
        assert text in drawn


async def test_whatever_is_typed_elsewhere_shows_as_it_was_written(desk: Desk, world: World) -> None:
    texts = Texts()
    await world.new_set(accepted=("ama", "ben"))
    oscar, ben = world.person("oscar"), world.person("ben")
    ben.account.display_name = texts.next()
    await _act_as(desk, oscar)
    for place in (world.place.channel.name, "Action Learning"):
        await desk.visit(place)
        said = texts.next()
        await desk.type(said)
        await expect(desk.page.locator(".main .message").last).to_contain_text(said)
        await desk.type(f"/als {texts.next()}")
        await desk.type(f"/{texts.next()}")
        await expect(desk.page.locator("#notice")).to_contain_text(f"n{texts.given}n <img")
    await desk.visit(world.place.channel.name)
    root = world.person("ama").say("A thread", world.place.channel)
    world.person("ama").say("begins", world.place.channel, thread=root)
    await desk.page.locator(f"[data-thread='{root.ts}']").click()
    said = texts.next()
    await desk.thread.locator("textarea").fill(said)
    await desk.thread.locator("textarea").press("Enter")
    await expect(desk.thread.locator(".message").last).to_contain_text(said)

    await desk.page.get_by_role("button", name="Inspector").click()
    typed = desk.page.locator(".wire li", has_text="/als n").last
    await typed.locator("summary").click()
    await expect(typed.locator("pre")).to_contain_text("<img src=x onerror=h()>")
    await desk.page.get_by_label("Close the inspector").click()

    await desk.type("/als new")
    for box in await desk.modal.locator("[role=combobox]").all():
        said = texts.next()
        await box.fill(said)
        await expect(box).to_have_value(said)
        await box.fill("n1n <img")
        await box.press("Escape")
    people = desk.modal.locator("[data-block=members] [role=combobox]")
    await people.fill("n1n <img")
    await people.press("Enter")
    await expect(desk.modal.locator(".chips li", has_text=ben.account.shown_name)).to_have_count(1)
