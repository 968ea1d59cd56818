"""Sets and meetings to talk about: what is said, one after the other, and what comes of it.

The usual set: six heads of department, Gus facilitates from outside, every second Tuesday at 10:00 in Berlin
from 3 March 2026, 90 minutes with two turns. Clocks there change on 29 March.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.decide import decide
from bot.domain.evolve import evolve_all
from bot.domain.flow import waiting_for_reports
from bot.domain.formats import Format
from bot.domain.learning_set import Commitment, LearningSet, Meeting, Outcome, Person
from bot.domain.machine import Moment
from bot.domain.rejections import Reason, Rejected
from bot.domain.turns import proposals
from bot.domain.wakes import Wake, WakeKind, wakes
from bot.prompt_library import PromptLibrary

PROMPTS = Path(__file__).parents[2] / "prompts"

ADA, BEN, CLEO, DAN, EVA, FAY = SIX = ("ada", "ben", "cleo", "dan", "eva", "fay")
GUS = "gus"
STRANGER = "sam"
BERLIN = "Europe/Berlin"
CREATED = datetime(2026, 2, 2, 12, tzinfo=UTC)
FIRST = datetime(2026, 3, 3, 10)  # noqa: DTZ001  a wall time is naive
START = datetime(2026, 3, 3, 9, tzinfo=UTC)
FORTNIGHT = timedelta(weeks=2)
DUE_ON = date(2026, 6, 1)

Events = tuple[e.Event, ...]


@cache
def classic() -> Format:
    return PromptLibrary.load(PROMPTS).language("en").format("classic")


def person(name: str, zone: str = BERLIN) -> Person:
    return Person(name, name.title(), zone)


def words(what: str = "Ask Mia what she needs", due_on: date = DUE_ON, **more: Any) -> c.CommitmentWords:
    return c.CommitmentWords(what=what, due_on=due_on, **more)


def play(
    state: LearningSet | None, commands: Iterable[c.Command], now: datetime = START
) -> tuple[LearningSet, Events]:
    """The state after all the commands, said at one instant, and the events they brought about."""
    came: list[e.Event] = []
    for command in commands:
        events = decide(state, command, Moment(now, classic()))
        state = evolve_all(state, events)
        came += events
    assert state is not None
    return state, tuple(came)


class Conversation:
    """A set, the time, and what people say to it. ``say`` raises ``Rejected``; ``refused`` wants it."""

    def __init__(self, state: LearningSet, now: datetime) -> None:
        self.state = state
        self.now = now

    @property
    def meeting(self) -> Meeting:
        assert self.state.meeting is not None
        return self.state.meeting

    def command(self, actor: str | None, kind: type[c.Command], **given: Any) -> c.Command:
        known: dict[str, Any] = {"workspace_id": "T1", "set_id": "heads", "meeting_id": self.meeting.id}
        if "version" in kind.__dataclass_fields__:
            known["version"] = self.meeting.version
        return kind(actor=actor, **(known | given))

    def say(self, actor: str | None, kind: type[c.Command], **given: Any) -> Events:
        self.state, events = play(self.state, [self.command(actor, kind, **given)], self.now)
        return events

    def refused(self, actor: str | None, kind: type[c.Command], **given: Any) -> Rejected:
        before = self.state
        with pytest.raises(Rejected) as caught:
            self.say(actor, kind, **given)
        assert self.state is before
        return caught.value

    def reason(self, actor: str | None, kind: type[c.Command], **given: Any) -> Reason:
        return self.refused(actor, kind, **given).reason

    def wait(self, **span: float) -> "Conversation":
        self.now += timedelta(**span)
        return self

    def until(self, instant: datetime) -> "Conversation":
        self.now = instant
        return self

    def tick(self) -> Events:
        """The clock comes back, due or not."""
        return self.say(None, c.PassTime)

    def let_time_pass(self, **span: float) -> Events:
        """Time goes by, and the clock comes back whenever the meeting asked for it."""
        until, came = self.now + timedelta(**span), list[e.Event]()
        while (due := self.clock().due_at) <= until:
            self.now = max(self.now, due)
            came += self.tick()
        self.now = until
        return tuple(came)

    def clock(self) -> Wake:
        """When the meeting wants the clock back."""
        (wake,) = (w for w in wakes(self.state).values() if w.kind is WakeKind.PASS_TIME)
        return wake

    def move_on(self) -> Events:
        return self.say(self.who_runs, c.MoveOn)

    @property
    def who_runs(self) -> str:
        return self.state.acting_facilitator or self.state.active_members[0].person

    def to(self, stage: str, turn: int | None = None, *, on_time: bool = False) -> "Conversation":
        """Move on until this stage, at once or each time that a stage's time is up."""
        while (self.meeting.stage, self.meeting.slot and self.meeting.slot.turn) != (stage, turn):
            if on_time and self.meeting.stage_ends_at is not None:
                self.now = self.meeting.stage_ends_at
            self.step()
        return self

    def step(self) -> Events:
        """On to the next stage. What its gate wants is given: "skip today", and a commitment."""
        turn = self.meeting.turn
        if self.meeting.stage == "report-backs":
            for name in waiting_for_reports(self.state):
                self.say(name, c.SkipReport, person=name)
        gated = self.meeting.stage == "commitments" and turn is not None and turn.none_because is None
        if gated and turn and not self.state.turn_commitments(turn.number):
            self.commit()
        return self.move_on()

    def commit(self, actor: str | None = None, **given: Any) -> Commitment:
        """The owner of the running turn, or the one named, commits."""
        running = self.meeting.slot
        turn = given.pop("turn", running.turn if running else None)
        owner = actor or self.state.current_owners[0]
        made = len(self.state.commitments)
        said: dict[str, Any] = {"id": f"{self.meeting.id}-{made}", "turn": turn, "words": words()}
        self.say(owner, c.RecordCommitment, **(said | given))
        return self.state.commitments[-1]

    def report(
        self, actor: str, commitment: Commitment, outcome: Outcome = Outcome.DONE, **given: Any
    ) -> Events:
        said: dict[str, Any] = {"happened": None, "learned": None, "airtime": False}
        said |= {"id": f"r-{commitment.id}", "commitment_id": commitment.id, "outcome": outcome}
        return self.say(actor, c.FileReport, **(said | given))

    def ask(self, asker: str, text: str = "What do you hope for?", **given: Any) -> str:
        """A question to the running turn's owner, begun in the running stage; its id."""
        running = self.meeting.slot
        assert running is not None
        said: dict[str, Any] = {"begun_in": running.stage, "turn": running.turn or 1}
        question_id = f"q{len(self.meeting.questions)}"
        self.say(asker, c.AskQuestion, **({"id": question_id, "text": text} | said | given))
        return question_id

    def start(self, present: Iterable[str] = ()) -> "Conversation":
        """Start now or at the scheduled time, with these people, or all who are in, present."""
        self.now = max(self.now, self.meeting.starts_at)
        self.say(self.who_runs, c.StartMeeting)
        for name in present or [m.person for m in self.state.active_members]:
            self.say(name, c.SetPresence, present={name: True})
        return self

    def meet(self, present: Iterable[str] = ()) -> "Conversation":
        """A whole meeting, from its start until it is closed."""
        self.until(self.meeting.starts_at).start(present)
        number = self.meeting.number
        while self.meeting.number == number:
            self.step()
        return self

    def proposed(self) -> tuple[str, ...]:
        return tuple(proposal.unit_id for proposal in proposals(self.state))

    def end(self) -> Events:
        return self.say(self.who_runs, c.EndMeeting)


def create(**given: Any) -> c.CreateSet:
    """The command that creates the usual set."""
    usual: dict[str, Any] = {
        "workspace_id": "T1",
        "set_id": "heads",
        "actor": ADA,
        "name": "Heads of department",
        "channel_id": "C1",
        "members": SIX,
        "facilitator": GUS,
        "first_meeting_at": FIRST,
        "zone": BERLIN,
        "every_weeks": 2,
        "clock_id": "90x2",
    }
    asked = usual | given
    people = {asked["actor"], *asked["members"], asked["facilitator"]} - {None}
    return c.CreateSet(**asked, people={name: person(name) for name in people})


def invited(**given: Any) -> Conversation:
    """A new set; nobody has answered yet."""
    state, _ = play(None, [create(**given)], CREATED)
    return Conversation(state, CREATED)


def a_set(accept: Sequence[str] | None = None, **given: Any) -> Conversation:
    """A set whose members have all said that they are in, or those named."""
    talk = invited(**given)
    for name in [m.person for m in talk.state.members] if accept is None else accept:
        talk.say(name, c.AcceptInvitation)
    return talk


def a_meeting(present: Iterable[str] = (), **given: Any) -> Conversation:
    """The first meeting of a set has just been started; it is in its welcome."""
    return a_set(**given).start(present)


def a_second_meeting(**given: Any) -> tuple[Conversation, Commitment, Commitment]:
    """The set has met once; what Ada and Ben committed to is open, and the second meeting is next."""
    talk = a_meeting(**given).to("close")
    talk.move_on()
    first, second = talk.state.commitments
    return talk, first, second


def only(events: Events, kind: type[e.Event]) -> Any:
    """The one event of this kind."""
    (found,) = (event for event in events if isinstance(event, kind))
    return found


def kinds(events: Events) -> list[type[e.Event]]:
    return [type(event) for event in events]
