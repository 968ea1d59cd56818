"""The bot behind a rehearsal: wired to the local Slack and its clock, killed and started at will."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from pydantic import SecretStr

from bot.bootstrap import Bot, build
from bot.domain.learning_set import Meeting, Phase
from bot.prompt_library import PromptLibrary
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from bot.settings import Settings
from bot.storage.unit_of_work import Database, UnitOfWork
from bot.vault import Vault


class Mortal(Database):
    """The database of a bot that may be killed: from then on nothing is begun, and nothing is committed."""

    dead = False

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """As of any database, while it lives. Raises `Killed`."""
        self._check()
        async with super().unit_of_work() as unit:
            yield unit
            self._check()

    def _check(self) -> None:
        if self.dead:
            raise Killed


class Killed(Exception):
    """The bot that wanted something of its database is dead."""


class Backstage:
    """A bot that the page can kill and start again. It has a pool of connections of its own each time."""

    def __init__(
        self, settings: Settings, slack: LocalSlack, clock: MovableClock, database_url: str, vault: Vault
    ) -> None:
        self._settings = connected_to(slack, settings)
        self._slack = slack
        self._clock = clock
        self._library = PromptLibrary.load(settings.prompts_dir)
        self._database = Database(database_url, vault)
        """For what the page itself wants to know."""
        self._of_the_bot = partial(Mortal, database_url, vault)
        self._life: _Life | None = None

    @property
    def running(self) -> bool:
        """Whether there is a bot at all just now."""
        return self._life is not None

    async def start(self) -> None:
        """Put a bot there; nothing happens when there is one. Raises `CannotStart`."""
        if self._life is not None:
            return
        database = self._of_the_bot()
        bot = build(
            settings=self._settings,
            clock=self._clock,
            library=self._library,
            database=database,
            sends_by_itself=False,
        )
        await bot.connect()
        await self._slack.connected()
        self._life = _Life(bot, database)

    async def kill(self) -> None:
        """End it as the operating system ends a process: whatever it did just now stays undone.

        What it had claimed is claimed still, and comes back when the lease ends.
        """
        life, self._life = self._life, None
        if life is not None:
            await life.end()
            await self._slack.close_sockets()

    async def close(self) -> None:
        """Let the bot finish, and let go of the database."""
        life, self._life = self._life, None
        if life is not None:
            await life.bot.close()
            await life.database.close()
        await self._database.close()

    # What the time must know

    @property
    def in_flight(self) -> int:
        """How much is being worked on."""
        return self._life.bot.in_flight if self._life is not None else 0

    async def idle(self) -> None:
        """Return when nothing is in flight."""
        if self._life is not None:
            await self._life.bot.idle()

    async def tick(self) -> None:
        """Do all that is due now, unless the bot dies over it."""
        if self._life is not None:
            await self._life.tick()

    async def next_due_at(self) -> datetime | None:
        """When something is due next; None when nothing is, or nobody is there to do it."""
        return await self._life.bot.next_due_at() if self._life is not None else None

    # What the page asks

    async def running_stage(self, team: str, channel: str) -> tuple[str, int | None] | None:
        """The stage of the meeting in this channel, and of which turn; None when none is under way."""
        meeting = await self._meeting(team, channel)
        if meeting is None or meeting.slot is None or meeting.phase not in (Phase.RUNNING, Phase.PAUSED):
            return None
        return meeting.slot.stage, meeting.slot.turn

    async def stage_ends_at(self, team: str, channel: str) -> datetime | None:
        """When the running stage's time is over; None when none runs."""
        meeting = await self._meeting(team, channel)
        return meeting.stage_ends_at if meeting and meeting.phase is Phase.RUNNING else None

    async def next_prompt_at(self) -> datetime | None:
        """When the bot will next say something by itself; None when it never will."""
        async with self._database.reading() as unit:
            return await unit.due_prompts.next_due_at()

    async def next_meeting_at(self, team: str, channel: str) -> datetime | None:
        """When the next meeting is to start; None when none is planned, or one is under way."""
        meeting = await self._meeting(team, channel)
        waiting = meeting is not None and meeting.phase in (Phase.SCHEDULED, Phase.OPENED)
        return meeting.starts_at if meeting is not None and waiting else None

    async def _meeting(self, team: str, channel: str) -> Meeting | None:
        async with self._database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(team, channel)
            found = await unit.learning_sets.load(team, set_id) if set_id else None
        return found.meeting if found else None


class _Life:
    """One bot, from its start to its end."""

    def __init__(self, bot: Bot, database: Mortal) -> None:
        self.bot = bot
        self.database = database
        self._ticks: set[asyncio.Task[None]] = set()

    async def tick(self) -> None:
        """Return when all that is due is done, or the bot is dead."""
        tick = asyncio.create_task(self.bot.tick())
        self._ticks.add(tick)
        tick.add_done_callback(self._ticks.discard)
        await asyncio.wait([tick])
        if not tick.cancelled() and not self.database.dead:
            tick.result()

    async def end(self) -> None:
        """Cut everything off where it stands."""
        self.database.dead = True
        ticks = list(self._ticks)
        for tick in ticks:
            tick.cancel()
        await self.bot.die()
        await asyncio.gather(*ticks, return_exceptions=True)
        await self.database.close()


def connected_to(slack: LocalSlack, settings: Settings) -> Settings:
    """The settings of a bot in this local Slack."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(slack.bot_token),
            "slack_app_token": SecretStr(slack.app_token),
            "slack_signing_secret": SecretStr(slack.signing_secret),
            "slack_api_url": slack.api_url,
        }
    )
