"""A workspace with the wired bot in it, and short ways to bring a set as far as a test needs it."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pydantic import SecretStr

from bot.bootstrap import Bot, build
from bot.domain.learning_set import LearningSet
from bot.prompt_library import PromptLibrary
from bot.queries import Queries
from bot.rehearsal.acts import Act
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.timekeeper import Timekeeper
from bot.settings import Settings, beside_the_code
from bot.storage.unit_of_work import Database
from bot.surfaces.ids import Action
from tests.keys import VAULT

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""
FIRST_MEETING = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
MANIFEST: dict[str, Any] = json.loads(beside_the_code("manifest.json").read_text(encoding="utf-8"))
LIBRARY = PromptLibrary.load(beside_the_code("prompts"))


@dataclass
class Stage:
    """Ama facilitates, Ben, Chi and Dot are members; Eve is in the workspace and in the channel."""

    slack: LocalSlack
    bot: Bot
    clock: MovableClock
    database: Database
    channel: Conversation
    ama: Person
    ben: Person
    chi: Person
    dot: Person
    eve: Person

    @property
    def members(self) -> list[Person]:
        return [self.ama, self.ben, self.chi, self.dot]

    async def rest(self) -> None:
        """Let the bot answer and send everything, though Slack takes one message a second in a channel."""
        time = Timekeeper(self.clock, self.slack, self.bot)
        await time.rest()
        await time.pass_to(self.clock.now() + timedelta(seconds=8))

    async def pass_to(self, at: datetime) -> None:
        await Timekeeper(self.clock, self.slack, self.bot).pass_to(at)

    async def fill_new_set(self, **other: Any) -> Act:
        """Ama describes a set in the modal that she has open, and sends it."""
        answers: dict[str, Any] = {
            "name": "North",
            "channel": self.channel.id,
            "members": [person.id for person in self.members],
            "facilitator": self.ama.id,
            "first_date": "2026-03-03",
            "first_time": "10:00",
        }
        return await self.ama.submit(answers | other)

    async def create_set(self, **other: Any) -> LearningSet:
        await self.ama.command("/als new", self.channel)
        await self.ama.see_modal()
        act = await self.fill_new_set(**other)
        assert not act.errors
        await self.ama.close_modal()
        await self.rest()
        return await self.learning_set()

    async def accept(self, people: Iterable[Person] | None = None) -> None:
        for person in people or self.members:
            await person.press(self.invitation, Action.ACCEPT_INVITATION)
        await self.rest()

    async def running(self) -> LearningSet:
        """A set whose first meeting has been started by its facilitator."""
        await self.create_set()
        await self.accept()
        await self.pass_to(FIRST_MEETING)
        await self.ama.press(self.board, Action.START_MEETING)
        await self.rest()
        return await self.learning_set()

    async def walk_to(self, stage: str) -> LearningSet:
        """Ama moves the running meeting on until a stage runs."""
        while (found := await self.learning_set()).meeting is not None and found.meeting.stage != stage:
            act = await self.ama.press(self.board, Action.MOVE_ON)
            assert act.acknowledged
            await self.rest()
        return found

    async def walk_to_the_first_question(self) -> LearningSet:
        """Somebody who owns nothing has asked the owner a question."""
        found = await self.running()
        for person in self.members:
            await person.press(self.board, Action.I_AM_HERE)
        await self.rest()
        found = await self.walk_to("clarification")
        asker = next(person for person in self.members if person.id not in found.current_owners)
        await asker.press(self.board, Action.ASK_QUESTION)
        await asker.see_modal()
        await asker.submit({"text": "What have you tried?"})
        await self.rest()
        return await self.learning_set()

    @property
    def invitation(self) -> Message:
        return self._last_with(Action.ACCEPT_INVITATION)

    @property
    def board(self) -> Message:
        return self._last_with(Action.I_AM_HERE)

    async def learning_set(self) -> LearningSet:
        scene = await self.queries.scene_in_channel(self.slack.team_id, self.channel.id)
        assert scene is not None
        return scene.learning_set

    @property
    def queries(self) -> Queries:
        return Queries(self.database, LIBRARY, self.clock.now)

    def _last_with(self, action: Action) -> Message:
        found = [
            message
            for message in self.ama.messages(self.channel)
            if action in [button.action_id for button in self.ama.buttons(message)]
        ]
        return found[-1]


def settings_for(slack: LocalSlack, **other: Any) -> Settings:
    given: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.api_url,
    }
    return Settings(**(given | other))


@asynccontextmanager
async def staged(database_url: str, ping_seconds: float = 10) -> AsyncIterator[Stage]:
    """The bot, connected to a local Slack by real sockets, while the block lasts."""
    clock, database, ids = MovableClock(START), Database(database_url, VAULT), count(1)
    slack = LocalSlack(clock, MANIFEST)
    await slack.start()
    bot = build(
        settings=settings_for(slack),
        clock=clock,
        library=LIBRARY,
        database=database,
        new_id=lambda: f"id{next(ids)}",
        ping_seconds=ping_seconds,
    )
    try:
        await bot.connect()
        await slack.connected()
        people = [
            slack.add_person(name, display_name=name.title()) for name in ("ama", "ben", "chi", "dot", "eve")
        ]
        channel = slack.add_channel("north", people, is_private=True)
        yield Stage(slack, bot, clock, database, channel, *people)
    finally:
        await bot.close()
        await database.close()
        await slack.stop()
