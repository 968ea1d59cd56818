"""Sets that anybody says anything to: a walk through all that can be asked, with chance as the guide.

The right people and the wrong ones ask for everything there is, with new and old versions, for this meeting
and for another, while time goes forward and the clock comes back when it was asked to.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.decide import DECISIONS, decide
from bot.domain.evolve import evolve
from bot.domain.hindrances import OF_A_CHANNEL, Hindrance
from bot.domain.learning_set import LearningSet, Outcome, Phase, QuestionState
from bot.domain.machine import TRANSITIONS, Moment
from bot.domain.rejections import Rejected
from bot.domain.wakes import WakeKind, due_now, wakes
from tests.domain.builders import (
    ADA,
    BERLIN,
    GUS,
    SIX,
    STRANGER,
    Conversation,
    classic,
    invited,
    person,
    words,
)

CAST = (*SIX, GUS, STRANGER, None)
ZONES = (BERLIN, "Asia/Tokyo", "America/New_York")
STAGES = [stage.id for stage in classic().stages]
GIFTS = (
    c.PlaceBid,
    c.AskQuestion,
    c.EditQuestion,
    c.SettleQuestion,
    c.RecordCommitment,
    c.EditCommitment,
    c.FileReport,
    c.NoteTakeaway,
    c.WriteLearning,
)
RARE = (c.PassTime, c.EndSet, c.EndMeeting, c.CancelMeeting)
MOMENTS = [timedelta(seconds=s) for s in (0.25, 1, 30, 60, 121, 300, 1800)]
DAYS = [timedelta(hours=3), timedelta(days=1), timedelta(days=8)]

Said = tuple[type[c.Command], Sequence[e.Event], Sequence[LearningSet]]
"""A command that was allowed, its events, and the states before and after each."""


def in_order(kinds: Iterable[type[c.Command]]) -> list[type[c.Command]]:
    return sorted(kinds, key=lambda kind: kind.__name__)


Thing = TypeVar("Thing")


class Chance:
    """Picks what is said; ``pick`` of several, each as likely."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._ids = count()

    def fresh(self) -> str:
        """An id that nothing has yet."""
        return f"n{next(self._ids)}"

    def pick(self, *things: Thing) -> Thing:
        return things[self.rng.randrange(len(things))]

    def some(self, things: Sequence[Thing], most: int) -> list[Thing]:
        return [self.pick(*things) for _ in range(self.rng.randint(0, most))]

    def yes(self) -> bool:
        return self.pick(True, False)

    def text(self) -> str:
        return self.pick("Why?", "What else?")

    def text_or_none(self) -> str | None:
        return self.pick("Why?", "What else?", None)

    def anyone(self) -> str:
        return self.pick(*SIX, GUS, STRANGER)

    def one_of(self, things: Iterable[Any]) -> str:
        """The id of one of these, or of none."""
        ids: list[str] = [thing.id for thing in things]
        return self.pick(*ids, "nobody's")


def arguments(talk: Conversation, kind: type[c.Command], chance: Chance) -> dict[str, Any]:
    """What may be said with a command, sensible or not."""
    meeting, pick = talk.meeting, chance.pick
    given: dict[str, Any] = {"meeting_id": pick(*[meeting.id] * 9, "heads.0")}
    if "version" in kind.__dataclass_fields__:
        given["version"] = meeting.version + pick(*[0] * 8, 1, -1)
    if kind in TO_SAY:
        given |= TO_SAY[kind](talk, chance)
    return given


def _some_day(talk: Conversation, chance: Chance) -> datetime:
    """A naive wall time, from three days ago to five weeks ahead."""
    at_ten = talk.now.replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    return at_ten + timedelta(days=chance.rng.randint(-3, 35))


def _units(talk: Conversation) -> list[str]:
    return [*sorted({member.unit_id for member in talk.state.members}), STRANGER]


TO_SAY: dict[type[c.Command], Callable[[Conversation, Chance], dict[str, Any]]] = {
    c.JoinSet: lambda talk, x: {"person": person(x.anyone())},
    c.ChangeFacilitator: lambda talk, x: {"facilitator": x.pick(person(x.anyone()), None)},
    c.MoveMeeting: lambda talk, x: {"starts_at": _some_day(talk, x)},
    c.SwapPlaces: lambda talk, x: {"other": x.anyone()},
    c.GoAway: lambda talk, x: {"until": x.pick(_some_day(talk, x).date(), None)},
    c.UpdatePerson: lambda talk, x: {"person": person(x.anyone(), x.pick(*ZONES))},
    c.AskForReportBack: lambda talk, x: {"person": x.anyone(), "rung": x.pick(1, 2)},
    c.TellProposedOwner: lambda talk, x: {"person": x.anyone()},
    c.HinderSet: lambda talk, x: {"cause": x.pick(*Hindrance)},
    c.UnhinderSet: lambda talk, x: {"shared": x.yes()},
    c.ChangeChannel: lambda talk, x: {"channel_id": x.pick("C1", "C2", "C3")},
    c.HinderPerson: lambda talk, x: {"person": x.anyone(), "gone": x.yes()},
    c.UnhinderPerson: lambda talk, x: {"person": x.anyone()},
    c.NoticeLeaving: lambda talk, x: {"person": x.anyone()},
    c.SetPresence: lambda talk, x: {"present": {name: x.yes() for name in x.some(CAST[:-1], 3)}},
    c.GoBack: lambda talk, x: {"position": x.rng.randint(-1, talk.meeting.position + 1)},
    c.StretchStage: lambda talk, x: {"minutes": x.rng.randint(-1, 20), "from_others": x.yes()},
    c.ChooseEnding: lambda talk, x: {"later": x.yes()},
    c.HandOver: lambda talk, x: {"to": x.anyone()},
    c.PlaceBid: lambda talk, x: {"line": x.text_or_none()},
    c.ChooseOwners: lambda talk, x: {"units": tuple(x.some(_units(talk), 3)), "why": x.text_or_none()},
    c.AskQuestion: lambda talk, x: {
        "id": x.fresh(),
        "text": x.text(),
        "begun_in": x.pick(talk.meeting.stage or "", *STAGES),
        "turn": x.pick(1, 1, 2, 3),
    },
    c.EditQuestion: lambda talk, x: {"id": x.one_of(talk.meeting.questions), "text": x.text_or_none()},
    c.SettleQuestion: lambda talk, x: {
        "id": x.one_of(talk.meeting.questions),
        "state": x.pick(*QuestionState),
    },
    c.RecordCommitment: lambda talk, x: {
        "id": x.fresh(),
        "turn": x.pick(1, 1, 2, 3),
        "words": words(x.text()),
    },
    c.EditCommitment: lambda talk, x: {
        "id": x.one_of(talk.state.commitments),
        "words": x.pick(words(x.text()), words(x.text()), None),
    },
    c.RecordNoCommitment: lambda talk, x: {"turn": x.pick(1, 1, 2, 3), "because": x.text()},
    c.FileReport: lambda talk, x: {
        "id": x.fresh(),
        "commitment_id": x.one_of(talk.state.commitments),
        "outcome": x.pick(*Outcome),
        "happened": x.text_or_none(),
        "learned": x.text_or_none(),
        "airtime": x.yes(),
    },
    c.SkipReport: lambda talk, x: {"person": x.anyone()},
    c.NoteTakeaway: lambda talk, x: {"turn": x.pick(1, 1, 2, 3), "text": x.text_or_none()},
    c.WriteLearning: lambda talk, x: {
        name: x.text_or_none() for name in ("about_problem", "about_self", "about_set")
    },
}
"""The arguments of each command that has any."""


class Walk:
    """One set, from its creation on. Each command that was allowed is shown to ``watch``."""

    def __init__(self, rng: Random, watch: Callable[[Said], None]) -> None:
        x = self.chance = Chance(rng)
        self.watch = watch
        self.done: set[str] = set()
        clock = x.pick(*classic().clocks)
        self.talk = invited(clock_id=clock.id, facilitator=x.pick(GUS, ADA, None), in_pairs=x.yes())
        silent = x.some(SIX, 3)
        for name in SIX:
            if name not in silent:
                self.ask(name, c.AcceptInvitation)

    def step(self) -> None:
        """One of the things that happen."""
        self.chance.pick(*STEPS)(self)

    def ask(self, actor: str | None, kind: type[c.Command], **given: Any) -> bool:
        """Whether it was allowed. Any exception but ``Rejected`` comes through."""
        command = self.talk.command(actor, kind, **given)
        try:
            events = decide(self.talk.state, command, Moment(self.talk.now, classic()))
        except Rejected:
            return False
        states = [self.talk.state]
        for event in events:
            states.append(evolve(states[-1], event))
        self.talk.state = states[-1]
        self.watch((kind, events, states))
        return True

    def anybody_asks_anything(self) -> None:
        kind = self.chance.pick(*in_order(DECISIONS))
        self.ask(self.chance.pick(*CAST), kind, **arguments(self.talk, kind, self.chance))

    def somebody_asks_what_fits_the_phase(self) -> None:
        fitting = set(TRANSITIONS[self.talk.meeting.phase]) - {*RARE}
        if fitting:
            self.whoever_may_asks(self.chance.pick(*in_order(fitting)))

    def somebody_gives_something(self) -> None:
        self.whoever_may_asks(self.chance.pick(*GIFTS))

    def whoever_may_asks(self, kind: type[c.Command]) -> None:
        for _ in range(3):
            given = arguments(self.talk, kind, self.chance)
            if any(self.ask(actor, kind, **given) for actor in CAST):
                return

    def something_rare(self) -> None:
        if self.chance.rng.random() < 0.2:
            self.whoever_may_asks(self.chance.pick(*RARE))

    def something_hinders_the_set(self) -> None:
        """For a moment, or for days; whatever else is said meanwhile."""
        if self.talk.state.hindered_by is None:
            cause = self.chance.pick(*sorted(OF_A_CHANNEL))
            self.ask(None, c.HinderSet, cause=cause)
        else:
            self.what_hindered_it_goes_away()

    def what_hindered_it_goes_away(self) -> None:
        self.talk.now += self.chance.pick(timedelta(), *MOMENTS, *DAYS)
        if self.chance.yes():
            self.ask(None, c.UnhinderSet, shared=self.chance.yes())
        else:
            self.whoever_may_asks(c.GoOn)

    def a_moment_passes(self) -> None:
        self.talk.now += self.chance.pick(*MOMENTS)

    def days_pass(self) -> None:
        if not self.talk.meeting.live:
            self.talk.now += self.chance.pick(*DAYS)

    def what_is_due_first_comes(self) -> None:
        waiting = (wake for wake in wakes(self.talk.state).values() if wake.key not in self.done)
        wake = min(waiting, key=lambda wake: (wake.due_at, wake.key), default=None)
        if wake is None:
            return
        self.talk.now = max(self.talk.now, wake.due_at)
        self.done.add(wake.key)
        if wake.kind is WakeKind.PASS_TIME:
            self.ask(None, c.PassTime)
        elif due_now(self.talk.state, wake, self.talk.now) == self.talk.now:
            kind = c.AskForReportBack if wake.rung else c.TellProposedOwner
            self.ask(None, kind, person=wake.person, **({"rung": wake.rung} if wake.rung else {}))

    def people_meet(self) -> None:
        if self.talk.meeting.phase not in (Phase.SCHEDULED, Phase.OPENED):
            return
        self.talk.now = max(self.talk.now, self.talk.meeting.starts_at + self.chance.pick(*MOMENTS))
        for actor in (self.talk.state.acting_facilitator, *SIX):
            self.ask(actor, c.StartMeeting)
        for actor in SIX:
            self.ask(actor, c.SetPresence, present={actor: True})

    def the_meeting_goes_on(self) -> None:
        """As people do: reports are left out, owners say none, whoever may presses forward."""
        for _ in range(self.chance.rng.randint(1, 6) if self.talk.meeting.live else 0):
            meeting = self.talk.meeting
            if meeting.stage == "report-backs":
                for name in SIX:
                    self.ask(name, c.SkipReport, person=name)
            if meeting.stage == "commitments" and meeting.turn is not None:
                for name in self.talk.state.current_owners:
                    self.ask(name, c.RecordNoCommitment, turn=meeting.turn.number, because="Later")
            any(self.ask(actor, c.MoveOn) for actor in (self.talk.state.acting_facilitator, *SIX))


STEPS: tuple[Callable[[Walk], None], ...] = (
    Walk.anybody_asks_anything,
    Walk.anybody_asks_anything,
    Walk.somebody_asks_what_fits_the_phase,
    Walk.somebody_asks_what_fits_the_phase,
    Walk.somebody_gives_something,
    Walk.something_rare,
    Walk.something_hinders_the_set,
    Walk.a_moment_passes,
    Walk.days_pass,
    Walk.what_is_due_first_comes,
    Walk.people_meet,
    Walk.the_meeting_goes_on,
)
