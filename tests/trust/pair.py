"""Two workspaces of one bot, side by side, whose people, channels, sets and questions have the same ids."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Table, select

from bot.app_manifest import manifest
from bot.bootstrap import Bot, build
from bot.doors.signed_http import EVENTS_PATH, Address
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import LocalSlacks
from bot.rehearsal.timekeeper import Timekeeper
from bot.settings import Settings
from bot.storage.installations import Installation
from bot.storage.tables import METADATA
from bot.storage.unit_of_work import Database
from tests.e2e.bots import library
from tests.e2e.world import BEGINS, World
from tests.keys import VAULT

Rows = Mapping[str, list[tuple[Any, ...]]]
Act = Callable[[World], Awaitable[object]]


class OneOfTwo(World):
    """A workspace that has a twin: it looks at its own rows alone, and time passes for both."""

    async def rows(self, table: Table) -> list[Mapping[str, Any]]:
        return [row for row in await super().rows(table) if row["workspace_id"] == self.slack.team_id]

    async def everything(self) -> Rows:
        """Every row of every table that is of this workspace."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        async with self.database._engine.connect() as connection:
            for table in METADATA.sorted_tables:
                own = select(table).where(table.c.workspace_id == self.slack.team_id)
                rows = await connection.execute(own.order_by(*table.primary_key.columns))
                found[table.name] = [tuple(row) for row in rows]
        return found

    def heard(self) -> list[object]:
        """Everything that the bot sent to this workspace."""
        answers = [one.answer for one in self.slack.envelopes if one.answer]
        return [*((call.method, call.arguments) for call in self.slack.calls), *answers]


class Pair:
    """Both, and what was noticed in one while somebody acted in the other."""

    def __init__(self, clock: MovableClock, slacks: LocalSlacks, worlds: Mapping[str, OneOfTwo]) -> None:
        self.clock = clock
        self.slacks = slacks
        self.worlds = worlds
        self.north, self.south = worlds["North"], worlds["South"]
        self.leaks: list[str] = []

    @classmethod
    @asynccontextmanager
    async def open(cls, database_url: str) -> AsyncIterator["Pair"]:
        """Both have the app installed; nothing has happened yet."""
        clock = MovableClock(BEGINS)
        slacks = LocalSlacks(clock, manifest())
        await slacks.start()
        north = slacks.add_workspace("North")
        both = {"North": north, "South": slacks.add_workspace("South", like=north)}
        database, ids = Database(database_url, VAULT), Ids()
        try:
            await _install(database, slacks, both.values())
            async with _running(slacks, clock, database_url, database, ids) as bot:
                worlds = {name: OneOfTwo(database_url, clock, slack, bot) for name, slack in both.items()}
                for world in worlds.values():
                    world._time = Timekeeper(clock, slacks, bot)
                yield cls(clock, slacks, worlds)
                for world in worlds.values():
                    await world.database.close()
        finally:
            await slacks.stop()

    async def each(self, what: str, act: Act) -> None:
        """Do the same in one and then in the other; whatever changes in the other meanwhile is a leak."""
        for world, other in ((self.north, self.south), (self.south, self.north)):
            await self.alone(what, world, other, act)

    async def alone(self, what: str, world: OneOfTwo, other: OneOfTwo, act: Act) -> None:
        """Act in one of them only."""
        rows, heard = await other.everything(), len(other.heard())
        Ids.now_in = world.slack.team_id
        await act(world)
        await world.settle()
        changed = [table for table, now in (await other.everything()).items() if now != rows[table]]
        self.leaks += [f"{what}: {table} of the other changed" for table in changed]
        self.leaks += [f"{what}: the other was told {told}" for told in other.heard()[heard:]]


class Ids:
    """New ids: each workspace counts for itself, so that they are the same in both."""

    now_in = ""

    def __init__(self) -> None:
        self._counters: dict[str, Any] = {}

    def __call__(self) -> str:
        return f"id{next(self._counters.setdefault(Ids.now_in, count(1)))}"


async def _install(database: Database, slacks: LocalSlacks, both: Iterable[LocalSlack]) -> None:
    """As the pages of installing leave it; these are tried in tests of their own."""
    for slack in both:
        token = slack.install(by=slack.add_person("ingrid"))
        told = await AsyncWebClient(token, base_url=slacks.api_url).auth_test()
        installation = Installation(
            workspace_id=slack.team_id,
            enterprise_id=None,
            org_wide=False,
            app_id=slacks.app_id,
            bot_id=str(told["bot_id"]),
            bot_user_id=str(told["user_id"]),
            scopes=frozenset(manifest()["oauth_config"]["scopes"]["bot"]),
            bot_token=token,
            refresh_token=None,
            token_expires_at=None,
            installer="U0",
            installed_at=slack.clock.now(),
        )
        async with database.unit_of_work() as unit:
            await unit.installations.save(installation)
            await unit.installations.meet(slack.team_id, None, slack.clock.now())


@asynccontextmanager
async def _running(
    slacks: LocalSlacks, clock: MovableClock, database_url: str, database: Database, ids: Ids
) -> AsyncIterator[Bot]:
    """Connected by Socket Mode where it runs on SQLite, else by HTTP."""
    settings = Settings(
        slack_app_token=SecretStr(slacks.app_token),
        slack_signing_secret=SecretStr(slacks.signing_secret),
        slack_client_id=slacks.client_id,
        slack_client_secret=SecretStr(slacks.client_secret),
        public_url="https://als.example.org",
        slack_api_url=slacks.api_url,
        database_url=database_url,
    )
    http = database_url.startswith("postgresql")
    bot = build(
        settings=settings,
        clock=clock,
        library=library(),
        database=database,
        new_id=ids,
        http=Address(port=0) if http else None,
    )
    try:
        await bot.connect()
        if http:
            slacks.deliver_over_http(f"http://127.0.0.1:{bot.port}{EVENTS_PATH}")
        else:
            await slacks.connected()
        yield bot
    finally:
        await bot.close()
        await database.close()
