"""The bot as `run --http` wires it, reached by Slack and by browsers, and workspaces that may install it."""

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from itertools import count
from typing import Any

from aiohttp import ClientSession
from pydantic import SecretStr

from bot.app_manifest import manifest
from bot.bootstrap import Bot, build
from bot.connecting import workspaces_of
from bot.doors.signed_http import EVENTS_PATH, Address
from bot.install.slack_app import INSTALL_PATH, REDIRECT_PATH, START_PATH
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import Enterprise, LocalSlacks
from bot.rehearsal.timekeeper import Timekeeper
from bot.settings import Settings
from bot.storage.tables import METADATA
from bot.storage.unit_of_work import Database
from bot.workspaces import Workspaces
from tests.e2e.bots import kept, library
from tests.keys import VAULT

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PUBLIC_URL = "https://als.example.org"


@dataclass
class Page:
    """What a browser got."""

    status: int
    text: str
    headers: dict[str, str]


@dataclass
class Browser:
    """A browser, which reaches the public address as through the operator's proxy. It keeps cookies."""

    session: ClientSession
    local_url: str
    cookies: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    async def get(self, url: str) -> Page:
        """One request; a redirect is not followed."""
        url = url if "://" in url else PUBLIC_URL + url
        self.visited.append(url)
        ours = url.startswith(PUBLIC_URL)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie} if ours and cookie else {}
        address = url.replace(PUBLIC_URL, self.local_url, 1)
        async with self.session.get(address, allow_redirects=False, headers=headers) as answer:
            for line in answer.headers.getall("Set-Cookie", []):
                self._keep(line)
            return Page(answer.status, await answer.text(), dict(answer.headers))

    def _keep(self, line: str) -> None:
        for name, cookie in SimpleCookie(line).items():
            if cookie["expires"].endswith("1970 00:00:00 GMT"):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value


class House:
    """See the head of this file."""

    def __init__(
        self,
        database_url: str,
        clock: MovableClock,
        slacks: LocalSlacks,
        session: ClientSession,
        **settings: Any,
    ) -> None:
        self.database_url = database_url
        self.clock = clock
        self.slacks = slacks
        self.settings = settings_for(slacks, database_url, **settings)
        self.database = Database(database_url, VAULT)
        self.bot = self._new_bot()
        self._session = session

    @classmethod
    @asynccontextmanager
    async def open(cls, database_url: str, **app: Any) -> AsyncIterator["House"]:
        """With the bot connected, and no workspace. ``app``: settings of the manifest."""
        clock = MovableClock(BEGINS)
        slacks = LocalSlacks(clock, manifest_with(**app))
        await slacks.start()
        async with ClientSession() as session:
            house = cls(database_url, clock, slacks, session)
            try:
                await house.bot.connect()
                slacks.deliver_over_http(f"{house.local_url}{EVENTS_PATH}")
                yield house
            finally:
                await house.bot.close()
                await house.database.close()
                await slacks.stop()

    @asynccontextmanager
    async def set_up_with(self, **settings: Any) -> AsyncIterator["House"]:
        """Another process of the same, with other settings, that only browsers reach."""
        other = House(self.database_url, self.clock, self.slacks, self._session, **settings)
        try:
            await other.bot.connect()
            yield other
        finally:
            await other.bot.close()
            await other.database.close()

    @property
    def local_url(self) -> str:
        return f"http://127.0.0.1:{self.bot.port}"

    def browser(self) -> Browser:
        return Browser(self._session, self.local_url)

    def workspaces(self) -> Workspaces:
        """What another process would see of the same database."""
        return workspaces_of(self.settings, self.database, self.clock.now)

    async def set_out(self, browser: Browser) -> str:
        """From the landing page to Slack: the address of Slack's page."""
        assert START_PATH in (await browser.get(INSTALL_PATH)).text
        answer = await browser.get(START_PATH)
        assert answer.status == 302, answer.text
        return answer.headers["Location"]

    async def install(self, where: LocalSlack | Enterprise, by: Person) -> Page:
        """The whole way; the page at its end. The welcome has been sent."""
        browser = self.browser()
        page = await browser.get(where.approve(await self.set_out(browser), by))
        await self.rest()
        return page

    async def rest(self) -> None:
        """Let happen what can happen now."""
        for slack in self.slacks.workspaces:
            await Timekeeper(self.clock, slack, self.bot).rest()

    async def rows(self, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in await kept(self.database_url, METADATA.tables[table])]

    async def everything_kept(self) -> str:
        """All that the database holds, as text."""
        return "\n".join([str(await self.rows(name)) for name in METADATA.tables])

    def another_bot(self) -> Bot:
        """Another process on the same database; it is not connected."""
        return self._new_bot()

    def _new_bot(self) -> Bot:
        ids = count(1)
        return build(
            settings=self.settings,
            clock=self.clock,
            library=library(),
            database=self.database,
            new_id=lambda: f"id{next(ids)}",
            http=Address(port=0),
        )


def settings_for(slacks: LocalSlacks, database_url: str, **other: Any) -> Settings:
    given: dict[str, Any] = {
        "slack_client_id": slacks.client_id,
        "slack_client_secret": SecretStr(slacks.client_secret),
        "slack_signing_secret": SecretStr(slacks.signing_secret),
        "public_url": PUBLIC_URL,
        "slack_api_url": slacks.api_url,
        "database_url": database_url,
    }
    return Settings(**(given | other))


def manifest_with(**settings: Any) -> dict[str, Any]:
    made = copy.deepcopy(manifest())
    made["oauth_config"]["redirect_urls"] = [PUBLIC_URL + REDIRECT_PATH]
    made["settings"] |= settings
    return made
