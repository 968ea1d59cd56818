"""The bot behind a rehearsal: wired to the local Slack and its clock, killed and started at will."""

import json
from datetime import datetime

from pydantic import SecretStr

from bot.bootstrap import Bot, build
from bot.domain.learning_set import Meeting, Phase
from bot.prompt_library import PromptLibrary
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.server import LocalSlack
from bot.settings import Settings, beside_the_code
from bot.storage.unit_of_work import Database
from bot.vault import Vault


class Backstage:
    """A bot that the page can take away and put back. It has a pool of connections of its own each time."""

    def __init__(
        self, settings: Settings, slack: LocalSlack, clock: MovableClock, database_url: str, vault: Vault
    ) -> None:
        self._settings = connected_to(slack, settings)
        self._slack = slack
        self._clock = clock
        self._library = PromptLibrary.load(settings.prompts_dir)
        self._database = Database(database_url, vault)
        self._bot: Bot | None = None

    @property
    def running(self) -> bool:
        """Whether there is a bot at all just now."""
        return self._bot is not None

    async def start(self) -> None:
        """Put a bot there; nothing happens when there is one. Raises `CannotStart`."""
        if self._bot is not None:
            return
        bot = build(
            settings=self._settings,
            clock=self._clock,
            library=self._library,
            database=self._database,
            sends_by_itself=False,
        )
        await bot.connect()
        await self._slack.connected()
        self._bot = bot

    async def kill(self) -> None:
        """Take it away. Its connection breaks first, so that nothing it is about to say arrives."""
        bot, self._bot = self._bot, None
        if bot is not None:
            await self._slack.close_sockets()
            await bot.close()

    async def close(self) -> None:
        """Let the bot finish, and let go of the database."""
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.close()
        await self._database.close()

    # What the time must know

    @property
    def in_flight(self) -> int:
        """How much is being worked on."""
        return self._bot.in_flight if self._bot is not None else 0

    async def idle(self) -> None:
        """Return when nothing is in flight."""
        if self._bot is not None:
            await self._bot.idle()

    async def tick(self) -> None:
        """Do all that is due now."""
        if self._bot is not None:
            await self._bot.tick()

    async def next_due_at(self) -> datetime | None:
        """When something is due next; None when nothing is, or nobody is there to do it."""
        return await self._bot.next_due_at() if self._bot is not None else None

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


def manifest() -> JsonObject:
    """The app as it would be installed in a workspace."""
    found: JsonObject = json.loads(beside_the_code("manifest.json").read_text(encoding="utf-8"))
    return found


def connected_to(slack: LocalSlack, settings: Settings) -> Settings:
    """The settings of a bot in this local Slack."""
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(slack.bot_token),
            "slack_app_token": SecretStr(slack.app_token),
            "slack_api_url": slack.api_url,
        }
    )
