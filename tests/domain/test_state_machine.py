"""Anybody says anything in any order, at any time: what must hold, holds.

``walks`` plays the sets; every exception but a ``Rejected`` is a failure. Hypothesis looks for the shortest
way to break something; the long walks go through whole meetings, one after the other.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Answer, LearningSet, Meeting, Phase, QuestionState
from bot.domain.machine import LEARNING_REVIEW, PHASE_COMMANDS, TRANSITIONS
from bot.domain.wakes import WakeKind, forgotten_at, wakes
from tests.domain.builders import classic, play
from tests.domain.walks import STEPS, Said, Walk

CHANCE = st.randoms(use_true_random=False)


class AnybodySaysAnything(RuleBasedStateMachine):
    """One set; each rule is one step of a walk."""

    @initialize(rng=CHANCE)
    def a_new_set(self, rng: Random) -> None:
        self.walk = Walk(rng, check)

    @rule(rng=CHANCE, step=st.sampled_from(STEPS))
    def something_happens(self, rng: Random, step: Callable[[Walk], None]) -> None:
        self.walk.chance.rng = rng
        step(self.walk)

    @invariant()
    def what_must_hold_holds(self) -> None:
        hold(self.walk)


TestAnybodySaysAnything = AnybodySaysAnything.TestCase
TestAnybodySaysAnything.settings = settings(max_examples=40, stateful_step_count=30)


@pytest.mark.parametrize("seed", range(10))
def test_what_must_hold_holds_on_long_walks(seed: int) -> None:
    walk = Walk(Random(seed), check)
    for _ in range(400):
        walk.step()
        hold(walk)


SPANS = (timedelta(), timedelta(minutes=20), timedelta(days=2), timedelta(days=90))


def test_what_was_hindered_for_however_long_is_all_there_when_it_goes_on() -> None:
    phases = set()
    for seed in range(8):
        walk = Walk(Random(seed), check)
        for _ in range(120):
            walk.step()
            if walk.talk.state.hindered_by is None and walk.talk.state.ended_at is None:
                phases.add(walk.talk.meeting.phase)
                for span in SPANS:
                    all_is_there(walk.talk.state, walk.talk.now, span)
    assert phases == {Phase.SCHEDULED, Phase.OPENED, Phase.RUNNING, Phase.PAUSED}


def all_is_there(before: LearningSet, now: datetime, span: timedelta) -> None:
    """Paused now, and on again after a while: as if nothing had been, but for a meeting that is past."""
    whose: dict[str, Any] = {"workspace_id": "T1", "set_id": "heads", "actor": None}
    hindered, _ = play(before, [c.HinderSet(**whose, cause=Hindrance.ARCHIVED)], now)
    assert wakes(hindered) == {}
    assert replace(hindered, hindered_by=None, hindered_at=None) == before
    shared = before.sharing_agreed
    after, events = play(hindered, [c.UnhinderSet(**whose, shared=shared)], now + span)
    assert (after.members, after.places, after.unit_turns) == (
        before.members,
        before.places,
        before.unit_turns,
    )
    assert {x.id for x in before.commitments if not x.finished} <= {x.id for x in after.commitments}
    if meeting_of(after).id == meeting_of(before).id:
        assert after == before
        assert wakes(after) == wakes(before)
    else:
        late = max(now + span, forgotten_at(meeting_of(before)))
        without, _ = play(before, [c.PassTime(**whose, meeting_id=meeting_of(before).id)], late)
        assert meeting_of(after).number == meeting_of(without).number
        if meeting_of(after).starts_at == meeting_of(without).starts_at:
            assert wakes(after).items() <= wakes(without).items()
        assert {*map(type, events)} & {e.MeetingCancelled, e.MeetingClosed}


def hold(walk: Walk) -> None:
    for invariant_of_a_set in INVARIANTS:
        invariant_of_a_set(walk)


# What must hold at any time


def no_twice(things: Iterable[object]) -> bool:
    listed = list(things)
    return len(set(listed)) == len(listed)


def the_meeting_stands_in_its_agenda(walk: Walk) -> None:
    meeting = walk.talk.meeting
    assert (meeting.live and meeting.stage_ends_at is not None) == (meeting.position >= 0)
    assert meeting.position < len(meeting.agenda)
    assert (meeting.slot is None or meeting.slot.turn is None) == (meeting.turn is None)
    assert (meeting.phase is Phase.PAUSED) == (meeting.paused_at is not None)
    assert [turn.number for turn in meeting.turns] == list(range(1, len(meeting.turns) + 1))
    assert no_twice(turn.unit_id for turn in meeting.turns)
    assert no_twice(a.person for a in meeting.attendance)


def every_unit_that_may_own_has_exactly_one_place(walk: Walk) -> None:
    state = walk.talk.state
    belongs = {m.unit_id for m in state.members if m.answer in (Answer.IN, Answer.INVITED)}
    assert sorted(belongs) == sorted(place.unit_id for place in state.places)
    assert no_twice(member.person for member in state.members)


def only_a_stillness_holds_questions(walk: Walk) -> None:
    held = [q for q in walk.talk.meeting.questions if q.state is QuestionState.HELD]
    assert not held or classic().stage(walk.talk.meeting.stage or "").held


def the_clock_comes_back_and_nobody_is_prompted_who_is_not_in(walk: Walk) -> None:
    state = walk.talk.state
    due = wakes(state)
    clocks = [wake for wake in due.values() if wake.kind is WakeKind.PASS_TIME]
    assert len(clocks) == (0 if state.ended_at or state.hindered_by else 1)
    assert not (state.hindered_by and due)
    assert all(state.can_be_written_to(wake.person) for wake in due.values() if wake.person)
    assert walk.done.isdisjoint(wake.key for wake in clocks)
    assert all(state.is_active(wake.person) for wake in due.values() if wake.person is not None)
    assert all(wake.meeting_id == walk.talk.meeting.id for wake in due.values())
    assert all(key == wake.key for key, wake in due.items())


INVARIANTS = (
    the_meeting_stands_in_its_agenda,
    every_unit_that_may_own_has_exactly_one_place,
    only_a_stillness_holds_questions,
    the_clock_comes_back_and_nobody_is_prompted_who_is_not_in,
)


# What must hold of every change


def check(said: Said) -> None:
    kind, events, states = said
    check_phases(kind, events, states)
    for event, (old, new) in zip(events, pairwise(states), strict=True):
        check_event(event, old, new)


ENDS_A_HINDRANCE = frozenset({c.UnhinderSet, c.GoOn, c.ChangeChannel})
"""A meeting whose time has passed meanwhile is over then."""


def check_phases(kind: type[c.Command], events: Iterable[e.Event], states: Sequence[LearningSet]) -> None:
    """The meeting's phase changes only as the table says."""
    first = meeting_of(states[0])
    after = [meeting_of(state) for state in states if meeting_of(state).id == first.id][-1]
    if kind in ENDS_A_HINDRANCE and states[0].hindered_by is not None:
        assert after.phase in {first.phase, Phase.CLOSED, Phase.CANCELLED}
    elif kind not in PHASE_COMMANDS:
        assert after.phase is first.phase
    elif events:
        assert after.phase in TRANSITIONS[first.phase][kind]


def meeting_of(state: LearningSet) -> Meeting:
    assert state.meeting is not None
    return state.meeting


def check_event(event: e.Event, old: LearningSet, new: LearningSet) -> None:
    if type(event) in CHECKS:
        CHECKS[type(event)](event, old, new)
    if not isinstance(event, e.MeetingScheduled):
        nothing_said_is_lost(event, old, new)
        assert meeting_of(new).version >= meeting_of(old).version


def entered(event: e.StageEntered, old: LearningSet, new: LearningSet) -> None:
    """The version grows; the stage has its minimum, and where there is room, so have all that follow."""
    meeting = meeting_of(new)
    assert meeting.version > meeting_of(old).version
    slot = meeting.agenda[event.position]
    given = (event.ends_at - event.at).total_seconds()
    assert slot.minimum <= given <= slot.seconds
    needed = sum(slot.minimum for slot in meeting.agenda[event.position :])
    if event.at + timedelta(seconds=needed) <= meeting.ends_at:
        assert_minimums_fit(meeting)


def stretched(event: e.StageStretched, old: LearningSet, new: LearningSet) -> None:
    before, after = meeting_of(old), meeting_of(new)
    assert [(s.stage, s.turn, s.minimum) for s in before.agenda] == [
        (s.stage, s.turn, s.minimum) for s in after.agenda
    ]
    assert_minimums_fit(after)


def assert_minimums_fit(meeting: Meeting) -> None:
    later = sum(slot.minimum for slot in meeting.agenda[meeting.position + 1 :])
    assert meeting.stage_ends_at is not None
    assert meeting.stage_ends_at + timedelta(seconds=later) <= meeting.ends_at


def counted(event: e.TurnCounted, old: LearningSet, new: LearningSet) -> None:
    (turn,) = (turn for turn in meeting_of(old).turns if turn.number == event.turn)
    assert turn.counted_at is None
    assert turn.unit_id == event.unit_id
    taken = [sum(unit.taken for unit in state.unit_turns) for state in (old, new)]
    assert taken[1] == taken[0] + 1


def closed(event: e.MeetingClosed, old: LearningSet, new: LearningSet) -> None:
    """Only through the learning review, or because it was forgotten."""
    meeting = meeting_of(old)
    review = [slot.stage for slot in meeting.agenda].index(LEARNING_REVIEW)
    if event.by is None:
        assert event.at >= forgotten_at(meeting)
    else:
        assert meeting.position >= review
    assert meeting_of(new).version > meeting.version


def owners_chosen(event: e.OwnersChosen, old: LearningSet, new: LearningSet) -> None:
    """Nobody is moved, and no turn that counted changes hands."""
    assert meeting_of(old).stage == meeting_of(new).stage
    kept = {turn.number: turn for turn in event.turns}
    assert all(kept[turn.number] == turn for turn in meeting_of(old).turns if turn.counted_at is not None)


CHECKS: dict[type[e.Event], Callable[[Any, LearningSet, LearningSet], None]] = {
    e.StageEntered: entered,
    e.StageStretched: stretched,
    e.TurnCounted: counted,
    e.MeetingClosed: closed,
    e.OwnersChosen: owners_chosen,
}


def nothing_said_is_lost(event: e.Event, old: LearningSet, new: LearningSet) -> None:
    """What an event does not itself take back or rewrite is there afterwards, word for word."""
    gone = given(old) - given(new)
    own = {
        e.QuestionEdited: 1,
        e.CommitmentEdited: 1,
        e.CommitmentWithdrawn: 1,
        e.CommitmentRecorded: 1,
        e.NoCommitmentRecorded: 1,
        e.ReportFiled: 1,
        e.TakeawayNoted: 1,
        e.TakeawayWithdrawn: 1,
        e.LearningWritten: 1,
        e.BidPlaced: 1,
        e.BidWithdrawn: 1,
    }
    assert len(gone) <= own.get(type(event), 0), gone


def given(state: LearningSet) -> set[tuple[object, ...]]:
    meeting = meeting_of(state)
    return {
        *(("question", q.id, q.text, q.stage, q.begun_in) for q in meeting.questions),
        *(("takeaway", t.person, t.turn, t.text) for t in meeting.takeaways),
        *(("learning", x.person, x.about_problem, x.about_self, x.about_set) for x in meeting.learning),
        *(("bid", bid.person, bid.line) for bid in meeting.bids),
        *(("none", t.number, t.none_because) for t in meeting.turns if t.none_because),
        *(("commitment", x.id, x.what, x.due_on) for x in state.commitments),
        *(("report", r.commitment_id, r.outcome, r.happened, r.learned) for r in state.reports),
    }
