"""Sets and meetings for tests, made by the domain itself: whatever a test sees can happen.

A `Play` is a set whose members do things: `play.do(commands.AskQuestion, AMA, ...)` decides, moves the state
on and keeps what was announced. Time moves only when a test says so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.domain import commands as c
from bot.domain.decide import decide
from bot.domain.events import Event
from bot.domain.evolve import evolve_all
from bot.domain.learning_set import LearningSet, Meeting, Outcome, Person
from bot.domain.machine import Moment
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Language, PromptLibrary
from bot.surfaces.announce import announce

WORKSPACE = "T1"
SET_ID = "s1"
CHANNEL = "C1HEADS"
AMA, BEN, CHIDI, DEE, EVA, FELA = SIX = ("U1AMA", "U2BEN", "U3CHIDI", "U4DEE", "U5EVA", "U6FELA")
GUIDE = "U7GUIDE"
"""Facilitates without being a member."""
ZONE = "Europe/Berlin"
FIRST_LOCAL = datetime(2026, 11, 9, 10)  # noqa: DTZ001 -- wall clock, a Monday
FIRST_AT = datetime(2026, 11, 9, 9, tzinfo=UTC)
CREATED_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
DUE_ON = date(2026, 12, 18)


@cache
def english() -> Language:
    """The words and formats that ship."""
    return PromptLibrary.load(Path(__file__).parents[1] / "prompts").language("en")


def person(person_id: str, name: str | None = None, zone: str = ZONE) -> Person:
    """By default named after the id: U1AMA is Ama."""
    return Person(person_id, name or person_id[2:].capitalize(), zone)


def words_for_commitment(what: str = "Talk to the board", **details: Any) -> c.CommitmentWords:
    return c.CommitmentWords(what=what, due_on=DUE_ON, **details)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event on the way, the set before and after it, and what its whole command announced."""

    before: LearningSet | None
    event: Event
    after: LearningSet
    now: datetime
    events: tuple[Event, ...]
    final: LearningSet
    told: list[Outgoing]


@dataclass
class Play:
    """A set and what people do in it. `said` is everything that was announced, in order."""

    now: datetime = CREATED_AT
    state: LearningSet | None = None
    happened: list[Happened] = field(default_factory=list)
    said: list[Outgoing] = field(default_factory=list)
    ids: int = 0

    @property
    def learning_set(self) -> LearningSet:
        assert self.state is not None
        return self.state

    @property
    def meeting(self) -> Meeting:
        assert self.learning_set.meeting is not None
        return self.learning_set.meeting

    def new_id(self) -> str:
        self.ids += 1
        return f"id{self.ids}"

    def do(self, kind: type[c.Command], actor: str | None, **values: Any) -> list[Outgoing]:
        """Decide, move on, announce; what this one command announced. Raises Rejected."""
        command = kind(workspace_id=WORKSPACE, set_id=SET_ID, actor=actor, **values)
        moment = Moment(self.now, english().format("classic"))
        events = decide(self.state, command, moment)
        if not events:
            return []
        before, final = self.state, evolve_all(self.state, events)
        told = announce(before, events, final, self.now, english(), moment.format)
        for event in events:
            after = evolve_all(self.state, (event,))
            self.happened.append(Happened(self.state, event, after, self.now, events, final, told))
            self.state = after
        self.said += told
        return told

    def wait(self, **units: float) -> list[Outgoing]:
        """Let time pass, and let the meeting notice."""
        self.now += timedelta(**units)
        return self.do(c.PassTime, None, meeting_id=self.meeting.id)

    def until(self, at: datetime) -> list[Outgoing]:
        self.now = at
        return self.do(c.PassTime, None, meeting_id=self.meeting.id)

    def move_on(self) -> list[Outgoing]:
        """By whoever may, after the guard of the stage is met."""
        return self.do(c.MoveOn, self.mover, version=self.meeting.version)

    @property
    def mover(self) -> str:
        return self.learning_set.acting_facilitator or min(self.meeting.present)

    def to(self, stage: str, turn: int | None = None) -> list[Outgoing]:
        """Move on until that stage (of that turn) is reached; what the last step announced."""
        told: list[Outgoing] = []
        while (self.meeting.stage, self.meeting.slot.turn if self.meeting.slot else None) != (stage, turn):
            self._meet_guard()
            told = self.move_on()
        return told

    def _meet_guard(self) -> None:
        """Do what the running stage demands before it may be left."""
        turn = self.meeting.turn if self.meeting.stage == "commitments" else None
        if turn and not turn.none_because and not self.learning_set.turn_commitments(turn.number):
            owner = self.learning_set.owners(turn)[0]
            words = words_for_commitment()
            self.do(c.RecordCommitment, owner, id=self.new_id(), turn=turn.number, words=words)
        if self.meeting.stage == "report-backs":
            for each in self.learning_set.active_members:
                if self.learning_set.reports_missing(each.person):
                    self.do(c.SkipReport, each.person, person=each.person)

    def ask(self, asker: str, text: str = "What matters most?", begun_in: str | None = None) -> str:
        """A question to the owner of the running turn; its id."""
        turn = self.meeting.slot.turn if self.meeting.slot else None
        question_id, begun = self.new_id(), begun_in or self.meeting.stage
        self.do(c.AskQuestion, asker, id=question_id, text=text, begun_in=begun, turn=turn)
        return question_id

    def report(self, reporter: str, outcome: Outcome = Outcome.PARTLY, **values: Any) -> list[Outgoing]:
        """A report-back on the reporter's first commitment that is due."""
        commitment = self.learning_set.due_commitments(reporter)[0]
        texts = {"happened": "We met twice", "learned": "Listening first", "airtime": False}
        given = {"id": self.new_id(), "commitment_id": commitment.id, "outcome": outcome, **texts, **values}
        return self.do(c.FileReport, reporter, **given)


def new_set(
    members: tuple[str, ...] = SIX,
    facilitator: str | None = GUIDE,
    clock: str = "90x2",
    in_pairs: bool = False,
    call: Callable[[str], str] = lambda what: what,
    people: Mapping[str, Person] | None = None,
    **changes: Any,
) -> Play:
    """A set just created by its first member; nobody has answered yet. ``call`` changes its name."""
    play = Play()
    known = {each: person(each) for each in (*members, *([facilitator] if facilitator else []))}
    values: dict[str, Any] = {
        "name": call("Heads of department"),
        "channel_id": CHANNEL,
        "members": members,
        "facilitator": facilitator,
        "first_meeting_at": FIRST_LOCAL,
        "zone": ZONE,
        "every_weeks": 2,
        "clock_id": clock,
        "in_pairs": in_pairs,
        "people": {**known, **(people or {})},
        **changes,
    }
    play.do(c.CreateSet, members[0], **values)
    return play


def ready_set(**given: Any) -> Play:
    """A set whose members are all in, before its first meeting."""
    play = new_set(**given)
    for member in play.learning_set.members:
        play.do(c.AcceptInvitation, member.person)
    return play


def running_meeting(absent: tuple[str, ...] = (), **given: Any) -> Play:
    """A set in its first meeting, in the welcome, with everybody here but the absent."""
    play = ready_set(**given)
    play.until(play.meeting.starts_at - timedelta(minutes=10))
    begin(play, absent)
    return play


def begin(play: Play, absent: tuple[str, ...] = ()) -> None:
    """Start the meeting on time, and let everybody say that they are here."""
    play.now = play.meeting.starts_at
    present = [m.person for m in play.learning_set.active_members if m.person not in absent]
    play.do(c.StartMeeting, play.learning_set.facilitator or present[0])
    for each in present:
        play.do(c.SetPresence, each, present={each: True})


def between_meetings(**given: Any) -> Play:
    """A set after its first meeting, with open commitments and the second one scheduled."""
    play = running_meeting(**given)
    play.to("close")
    play.move_on()
    return play


def messages(outgoing: list[Outgoing]) -> dict[str, Message]:
    """The messages among them by key."""
    return {each.key: each for each in outgoing if isinstance(each, Message)}
