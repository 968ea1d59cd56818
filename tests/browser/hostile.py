"""The rehearsal page in front of the world of the end-to-end tests, and text that would do harm there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.rehearsal.cast import Cast
from bot.rehearsal.page.rehearsal import Rehearsal
from bot.rehearsal.page.server import HOST, PageServer
from bot.rehearsal.scenario import FIRST, Player, load
from bot.rehearsal.view_desk import OpenView
from bot.rehearse_page import reserved
from tests.e2e.world import World

TEXT = """<img src=x onerror=h()><!channel>*b*</pre><javascript:h()|p>&lt;b>{{7*7}}"""
"""Markup and mrkdwn at once, in fewer characters than the shortest field takes."""
HARM = """
window.harm = [];
const bad = "script:not([src]), img, iframe, object, embed, [onerror], [onload], "
    + "form:not([data-composer], .modal, [method=dialog]), a[href^='javascript' i], .rich strong strong";
window.harmIn = (place) => [...place.querySelectorAll(bad)].map((one) => one.outerHTML);
new MutationObserver(() => window.harm.push(...window.harmIn(document))).observe(
    document, { childList: true, subtree: true });
"""
"""Watches the page as long as it is there for whatever our templates never draw."""
DRAWN = """async (looks) => {
    const texts = [];
    for (const look of looks) {
        const { panes } = await (await fetch(`/panes?${new URLSearchParams(look)}`)).json();
        for (const html of Object.values(panes)) {
            const drawn = new DOMParser().parseFromString(html, "text/html");
            window.harm.push(...window.harmIn(drawn));
            texts.push(drawn.body.textContent);
        }
    }
    return texts.join("\\n");
}"""
"""The text of several looks, as the browser reads what the server drew for them."""
IN_A_FORM = """(form) => [form, ...form.querySelectorAll("*")].flatMap((one) => [
    ...["placeholder", "aria-label"].map((name) => one.getAttribute(name) ?? ""),
    ...Object.values(JSON.parse(one.dataset.confirm ?? "{}")),
    one === form ? form.textContent : ""]).join("\\n")"""
"""All words of a modal: what is seen at once, what a menu holds, and what a field or a button asks."""
TYPED = {"plain_text_input", "url_text_input", "number_input", "email_text_input", "rich_text_input"}
"""The kinds of field into which one types, by their names in Block Kit."""


@dataclass
class Texts:
    """Hostile texts, each with a mark of its own."""

    given: int = 0
    fields: set[tuple[str, str]] = field(default_factory=set)
    """The callback and block of every field in which one was tried."""

    def next(self, limit: int = len(TEXT) + 6) -> str:
        self.given += 1
        text = f"n{self.given}n {TEXT}"
        assert len(text) <= limit, f"a field takes only {limit} characters: make TEXT shorter"
        return text


def typed_fields(view: OpenView) -> Iterator[dict[str, Any]]:
    """Every block of a modal into which one types."""
    for block in view.blocks:
        if block["type"] == "input" and block["element"]["type"] in TYPED:
            yield block


class Onlooker:
    """The world's bot, which nobody kills here; the world moves the time."""

    running = True

    def __init__(self, world: World) -> None:
        self._bot = world.bot

    @property
    def in_flight(self) -> int:
        return self._bot.in_flight

    async def idle(self) -> None:
        await self._bot.idle()

    async def tick(self) -> None:
        await self._bot.tick()

    async def next_due_at(self) -> datetime | None:
        return await self._bot.next_due_at()

    async def kill(self) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        raise NotImplementedError

    async def running_stage(self, _team: str, _channel: str) -> tuple[str, int | None] | None:
        return None

    async def stage_ends_at(self, _team: str, _channel: str) -> datetime | None:
        return None

    async def next_prompt_at(self) -> datetime | None:
        return None

    async def next_meeting_at(self, _team: str, _channel: str) -> datetime | None:
        return None


@asynccontextmanager
async def page_of(world: World) -> AsyncIterator[tuple[str, Rehearsal]]:
    """The page on this world, and its address."""
    place, players = world.place, {}
    channels = (place.channel, place.open_channel)
    for name, person in world.place.people.items():
        players[name] = Player(name=name, title="Head of something", zone=person.account.tz)
    scenario = load(FIRST).model_copy(update={"cast": players})
    cast = Cast(dict(place.people), {one.name: one for one in channels}, place.channel)
    rehearsal = Rehearsal(scenario, world.slack, world.clock, Onlooker(world), known=cast, reading_speed=0)
    server = PageServer(rehearsal)
    with reserved(0) as door:
        address = await server.start(door)
        assert address.startswith(f"http://{HOST}:")
        try:
            yield address, rehearsal
        finally:
            await rehearsal.stop()
            await server.stop()
