"""Somebody at a browser window: they click and type what stands on the page, and read what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

from bot.rehearsal.page.rehearsal import Rehearsal

PATIENCE = 30_000


@dataclass
class Desk:
    """One window. `noise` is what the browser complained of."""

    page: Page
    rehearsal: Rehearsal
    noise: list[str] = field(default_factory=list)

    @classmethod
    async def open(
        cls, browser: Browser, address: str, rehearsal: Rehearsal, *, width: int, height: int, dark: bool
    ) -> Desk:
        """A window of this size, on the page."""
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        await context.route(lambda url: not url.startswith(address), lambda route: route.abort())
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        desk = cls(page, rehearsal)
        page.on("console", desk._hear)
        page.on("pageerror", lambda error: desk.noise.append(str(error)))
        await page.goto(address)
        return desk

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.noise.append(message.text)

    def check_quiet(self) -> None:
        """The browser had nothing to complain of."""
        assert self.noise == []

    # Where

    @property
    def board(self) -> Locator:
        """The newest board in the channel."""
        return self.page.locator(".main .message", has=self.page.locator("h3")).last

    @property
    def thread(self) -> Locator:
        return self.page.locator(".side")

    @property
    def modal(self) -> Locator:
        return self.page.locator("#modal")

    async def see_places(self) -> None:
        """In a narrow window, go back to where people and places are listed."""
        for label in ("Back", "Back to the channel", "Back to places and people"):
            button = self.page.get_by_label(label, exact=True)
            if await button.is_visible():
                await button.click()

    async def act_as(self, name: str) -> None:
        """Choose whom one acts as."""
        await self.see_places()
        row = self.page.locator(".who", has_text=name)
        await row.click()
        await expect(row).to_have_attribute("aria-current", "true")

    async def visit(self, place: str) -> None:
        """Go to a place of the sidebar."""
        await self.see_places()
        entry = self.page.locator(".places button", has_text=place).first
        await entry.click()
        await expect(entry).to_have_attribute("aria-current", "page")

    # Doing

    async def press(self, label: str, within: Locator | None = None) -> None:
        """Press a button, and say yes where Slack asks whether one means it."""
        place = within if within is not None else self.board
        button = place.get_by_role("button", name=label).last
        asks = await button.get_attribute("data-confirm") is not None
        await button.click()
        if asks:
            await self.page.locator("#confirm-yes").click()
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    async def go_on(self) -> None:
        """To the next stage, by the facilitator's button; a silence ends by itself."""
        (number,) = re.findall(r"stage \d+ of", await self.board.inner_text())
        forward = self.board.locator("[data-action='stage.move_on']")
        if await forward.count():
            await self.press(await forward.inner_text())
        else:
            await self.move_clock("Stage's end")
        await expect(self.board).not_to_contain_text(number)

    async def move_clock(self, label: str) -> None:
        """Press one of the clock's buttons, which a narrow window keeps in a sheet."""
        sheet = self.page.get_by_label("Clock and simulated members")
        narrow = await sheet.is_visible()
        if narrow:
            await sheet.click()
        await self.page.get_by_role("button", name=label).click()
        if narrow:
            await self.page.keyboard.press("Escape")
            await expect(self.page.locator("#controls")).to_be_hidden()

    async def fill(self, values: dict[str, str]) -> None:
        """Type into the open modal, by label."""
        await expect(self.modal).to_be_visible()
        for label, value in values.items():
            await self.modal.get_by_label(label, exact=False).first.fill(value)

    async def send(self) -> None:
        """Send the modal; it must close."""
        await self.modal.locator("[type=submit]").click()
        await expect(self.modal).to_be_hidden()

    async def type(self, text: str) -> None:
        """Write into the conversation that is open."""
        await self.page.locator("#composer").fill(text)
        await self.page.locator("#composer").press("Enter")
        await expect(self.page.locator("#composer")).to_have_value("")

    # Reading

    async def scrolls_sideways(self) -> bool:
        """Whether anything is wider than the window."""
        wider: bool = await self.page.evaluate(
            "document.documentElement.scrollWidth > innerWidth"
            " || [...document.querySelectorAll('.scroll, .nav, .modal-body, .bar')]"
            ".some((one) => one.scrollWidth > one.clientWidth + 1)"
        )
        return wider

    async def text(self, place: str = "body") -> str:
        """All that stands in a place, with single blanks."""
        return plainly(await self.page.locator(place).inner_text())


def plainly(text: str) -> str:
    """Without line breaks and doubled blanks."""
    return " ".join(text.split())


def words_of(document: Any) -> set[str]:
    """Every text in a view, also those in menus, of placeholders and of questions."""
    if isinstance(document, list):
        return {text for one in document for text in words_of(one)}
    if not isinstance(document, dict):
        return set()
    if document.get("type") in ("plain_text", "mrkdwn", "text"):
        return {plainly(line) for line in str(document["text"]).splitlines()} - {""}
    if document.get("type") == "date":
        return set()
    return {text for one in document.values() for text in words_of(one)}


def texts_of(blocks: Any) -> set[str]:
    """Every text in Block Kit that a member reads, line by line; dates are drawn for each reader."""
    found: set[str] = set()
    if isinstance(blocks, list):
        for one in blocks:
            found |= texts_of(one)
    elif isinstance(blocks, dict):
        if blocks.get("type") in ("plain_text", "mrkdwn", "text", "raw_text"):
            found |= {plainly(line) for line in str(blocks["text"]).splitlines()}
        elif blocks.get("type") != "date":
            for name, one in blocks.items():
                if name not in ("confirm", "accessibility_label", "placeholder", "options", "value"):
                    found |= texts_of(one)
    return {one for one in found if one}
