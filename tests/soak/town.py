"""Workspaces, the people in them, and the channels in which their sets meet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.app_manifest import manifest, wanted_scopes
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import LocalSlacks
from bot.storage.installations import Installation
from bot.storage.unit_of_work import Database
from tests.e2e.people import Place

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""
ZONES = (
    "Africa/Accra", "Europe/London", "America/Bogota", "Asia/Kolkata", "Europe/Istanbul", "Asia/Tokyo",
)  # fmt: skip
WEEKDAYS = 2
"""The sets of the town meet on so many different days, and so several at the same time."""
HOURS = (0, 0, 0, 4)


@dataclass(eq=False)
class Neighbourhood:
    """One workspace, and an index of what the bot posted there."""

    slack: LocalSlack
    people: dict[str, Person] = field(default_factory=dict)
    by_key: dict[str, list[Message]] = field(default_factory=dict)
    """The bot's messages by our key, the oldest first; ephemeral ones have none."""
    new_keys: list[str] = field(default_factory=list)
    _read: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.slack.team_id

    def look(self) -> None:
        """Read what came since the last look."""
        for channel, messages in self.slack.workspace.messages.items():
            for message in messages[self._read.get(channel, 0) :]:
                self._note(message)
            self._read[channel] = len(messages)
        settled = [one for one in self.slack.envelopes if not one.settled]
        self.slack.envelopes[:] = settled

    def newest(self, key: str) -> Message | None:
        """The last message with this key."""
        return self.by_key.get(key, [None])[-1]

    def _note(self, message: Message) -> None:
        key = key_of(message)
        if key:
            self.by_key.setdefault(key, []).append(message)
            self.new_keys.append(key)


def key_of(message: Message) -> str:
    """Our key of a message; empty where it has none."""
    return str((message.metadata or {}).get("event_payload", {}).get("key", ""))


@dataclass(eq=False)
class Circle:
    """One set: its channel, its people, and when it first meets."""

    where: Neighbourhood
    channel: Conversation
    members: Sequence[str]
    facilitator: str | None
    first_meeting_at: datetime

    @property
    def place(self) -> Place:
        return Place(self.where.people, self.channel, self.channel)

    @property
    def runner(self) -> Person:
        """Who leads its meetings."""
        return self.where.people[self.facilitator or self.members[0]]


class Town:
    """All workspaces of one app on one local Slack."""

    def __init__(self, clock: MovableClock, random: Random, seed: int) -> None:
        self.slacks = LocalSlacks(clock, manifest(), seed=seed)
        self.neighbourhoods: list[Neighbourhood] = []
        self.circles: list[Circle] = []
        self._random = random

    def settle(self, workspaces: int, sets: int, people: int = 12) -> None:
        """The second workspace has the same ids as the first: nothing may tell them apart but their own."""
        for number in range(workspaces):
            like = self.slacks.workspaces[0] if number == 1 else None
            where = Neighbourhood(self.slacks.add_workspace(f"Quarter {number}", like=like))
            for one in range(people):
                name = f"p{one}"
                where.people[name] = where.slack.add_person(name, tz=ZONES[one % len(ZONES)])
            self.neighbourhoods.append(where)
            self.circles += [self._circle(where, one) for one in range(sets)]

    async def install(self, database: Database, now: datetime) -> None:
        """The app in every workspace, as OAuth leaves it."""
        for where in self.neighbourhoods:
            installer = where.people["p0"]
            token = where.slack.install(by=installer)
            async with database.unit_of_work() as unit:
                await unit.installations.save(self._installation(where, token, installer, now))
                await unit.installations.restore(where.id, None, now)

    def look(self) -> None:
        """Read everywhere what came since the last look."""
        for where in self.neighbourhoods:
            where.look()

    def next_due(self) -> datetime | None:
        """When Slack has something to do by itself."""
        found = [at for where in self.neighbourhoods if (at := where.slack.next_due()) is not None]
        return min(found, default=None)

    def _circle(self, where: Neighbourhood, number: int) -> Circle:
        names = self._random.sample(sorted(where.people), self._random.randint(3, 4))
        channel = where.slack.add_channel(f"set-{number}", where.people.values(), is_private=True)
        facilitator = names[0] if self._random.random() < 0.5 else None
        day = timedelta(days=1 + number % WEEKDAYS, hours=HOURS[number % len(HOURS)])
        return Circle(where, channel, names, facilitator, BEGINS + day)

    def _installation(
        self, where: Neighbourhood, token: str, installer: Person, now: datetime
    ) -> Installation:
        given: dict[str, Any] = {"refresh_token": None, "token_expires_at": None, "enterprise_id": None}
        return Installation(
            workspace_id=where.id,
            org_wide=False,
            app_id=self.slacks.app_id,
            bot_id=where.slack.workspace.bot_id,
            bot_user_id=where.slack.bot_user_id,
            scopes=frozenset(wanted_scopes()),
            bot_token=token,
            installer=installer.id,
            installed_at=now,
            **given,
        )
