"""Meetings up to the point where a test begins, arranged by commands: quicker than presses, same database.

What a test proves goes through Slack; what was before it need not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.command_handler import CommandHandler, Result
from bot.domain import commands as c
from bot.domain.learning_set import LearningSet, Meeting
from bot.domain.machine import COMMITMENTS
from bot.sender import Sender
from bot.storage.tables import outbox
from tests.e2e.bots import library
from tests.e2e.people import FACILITATOR, SIX
from tests.e2e.world import World

CLOCKS = {1: "90x1", 2: "120x2", 3: "120x3"}
"""A clock with so many turns."""
_IDS = count(1)


@dataclass(frozen=True)
class Promise:
    """A commitment to arrange: of whom, what, and by when."""

    owner: str
    what: str
    due_on: date = date(2026, 3, 20)


class History:
    """Commands to the newest set of a world."""

    def __init__(self, world: World, learning_set: LearningSet) -> None:
        self.world = world
        self.learning_set = learning_set
        self._handler = CommandHandler(world.database, library(), world.clock.now, lambda: None)

    @property
    def meeting(self) -> Meeting:
        assert self.learning_set.meeting is not None
        return self.learning_set.meeting

    async def say(self, actor: str, kind: type[c.Command], **given: Any) -> None:
        """One command, which must not be refused. The version of the meeting is filled in."""
        if "version" in kind.__dataclass_fields__:
            given["version"] = self.meeting.version
        command = kind(
            workspace_id=self.learning_set.workspace_id,
            set_id=self.learning_set.id,
            actor=self.world.person(actor).id,
            **given,
        )
        outcome = await self._handler.handle(command, request=None)
        assert outcome.result is Result.DONE, outcome.rejected
        assert outcome.learning_set is not None
        self.learning_set = outcome.learning_set

    async def start(self, runner: str, present: Sequence[str]) -> None:
        """At the time of the meeting, with these people here."""
        await self.world.move_to(max(self.world.now, self.meeting.starts_at))
        await self.say(runner, c.StartMeeting)
        await self.say(runner, c.SetPresence, present={self.world.person(name).id: True for name in present})

    async def lead_to(self, runner: str, stage: str, turn: int = 1) -> None:
        """Move on, with "none, because" where a commitment is wanted."""
        while (slot := self.meeting.slot) is None or slot.stage != stage or slot.turn not in (None, turn):
            if self.meeting.stage == COMMITMENTS and self.meeting.turn is not None:
                because = {"turn": self.meeting.turn.number, "because": "It needs more thought."}
                await self.say(runner, c.RecordNoCommitment, **because)
            await self.say(runner, c.MoveOn)

    async def close(self, runner: str) -> None:
        """End the meeting from where it stands."""
        number = self.meeting.number
        while self.meeting.number == number:
            await self.say(runner, c.EndMeeting)


async def newest(world: World) -> History:
    """The newest set as it is."""
    return History(world, await world.learning_set())


async def at_stage(
    world: World,
    stage: str = "welcome",
    *,
    turn: int = 1,
    present: Sequence[str] | None = None,
    facilitator: str | None = FACILITATOR,
    **options: Any,
) -> Meeting:
    """A new set's first meeting, begun in time and led to a stage. As `World.running_meeting`, but quick."""
    await world.new_set(facilitator=facilitator, **options)
    here = present if present is not None else options.get("members", SIX)
    history, runner = await newest(world), facilitator or here[0]
    await history.start(runner, here)
    await history.lead_to(runner, stage, turn)
    await catch_up(world)
    return history.meeting


async def has_met(
    world: World, *promises: Promise, present: Sequence[str] = SIX, every_weeks: int = 2, **options: Any
) -> Meeting:
    """A new set that has met once, on Monday 9 March; who promised something owned a turn. The next meeting.

    It is on Monday 23 March at 10:00 in London, which is 10:00 UTC as well.
    """
    owners = list(dict.fromkeys(promise.owner for promise in promises))
    options.setdefault("clock", CLOCKS[max(1, len(owners))])
    await world.new_set(every_weeks=every_weeks, **options)
    history = await newest(world)
    await history.start(FACILITATOR, present)
    await history.lead_to(FACILITATOR, "bids")
    if owners:
        units = tuple(_unit(history.learning_set, world.person(owner).id) for owner in owners)
        await history.say(FACILITATOR, c.ChooseOwners, units=units, why="So it was agreed.")
    await history.lead_to(FACILITATOR, "problem")
    await history.say(FACILITATOR, c.MoveOn)
    for promise in promises:
        await history.say(promise.owner, c.RecordCommitment, **_recorded(promise, owners))
    await history.close(FACILITATOR)
    await catch_up(world)
    return history.meeting


async def catch_up(world: World) -> None:
    """Let everything be posted that waits. A channel takes a message a second, so that is the step."""
    client = AsyncWebClient(world.slack.bot_token, base_url=world.slack.api_url)

    async def client_for(_workspace_id: str) -> AsyncWebClient:
        return client

    sender = Sender(world.database, client_for, world.clock, jitter=lambda: 0.0)
    await sender.drain()
    while await world.rows(outbox):
        world.clock.advance(1)
        await sender.drain()
    await world.quiet()


def _recorded(promise: Promise, owners: Sequence[str]) -> Mapping[str, Any]:
    words = c.CommitmentWords(what=promise.what, due_on=promise.due_on)
    return {"id": f"promise{next(_IDS)}", "turn": owners.index(promise.owner) + 1, "words": words}


def _unit(learning_set: LearningSet, person: str) -> str:
    member = learning_set.member(person)
    assert member is not None
    return member.unit_id
