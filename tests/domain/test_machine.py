"""The table of transitions: what is not in it is refused, and everything in it can be reached."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.evolve import evolve
from bot.domain.learning_set import LearningSet, Phase, QuestionState
from bot.domain.machine import PHASE_COMMANDS, TIED_TO_A_MEETING, TRANSITIONS, check_phase
from bot.domain.rejections import Reason, Rejected
from tests.domain.builders import ADA, BEN, CLEO, GUS, START, Conversation, a_set, words

SCHEDULED, OPENED, RUNNING, PAUSED = Phase.SCHEDULED, Phase.OPENED, Phase.RUNNING, Phase.PAUSED
CLOSED, CANCELLED = Phase.CLOSED, Phase.CANCELLED
GIVEN: dict[type[c.Command], dict[str, Any]] = {
    c.MoveMeeting: {"starts_at": datetime(2026, 3, 5, 10)},  # noqa: DTZ001
    c.SetPresence: {"present": {CLEO: False, BEN: True}},
    c.GoBack: {"position": 0},
    c.StretchStage: {"minutes": 1},
    c.ChooseEnding: {"later": True},
    c.ChooseOwners: {"units": (ADA, CLEO), "why": None},
    c.HandOver: {"to": BEN},
    c.AskQuestion: {"id": "q1", "text": "Why?", "begun_in": "analysis", "turn": 1},
    c.EditQuestion: {"id": "q0", "text": "What else?"},
    c.SettleQuestion: {"id": "q0", "state": QuestionState.PASSED},
    c.NoteTakeaway: {"turn": 1, "text": "Wait"},
    c.PlaceBid: {"line": "Mine"},
    c.SkipReport: {"person": ADA},
    c.WriteLearning: {"about_problem": None, "about_self": None, "about_set": None},
    c.RecordCommitment: {"id": "c", "turn": 1, "words": words()},
    c.RecordNoCommitment: {"turn": 1, "because": "no"},
}
ACTORS: dict[type[c.Command], str | None] = {c.PassTime: None, c.EditQuestion: CLEO, c.SettleQuestion: ADA}


def at_a_start() -> Conversation:
    return a_set().until(START - timedelta(minutes=10))


def with_the_board_up() -> Conversation:
    talk = at_a_start()
    talk.tick()
    return talk


def running() -> Conversation:
    """Begun late, and so with an offer to end later; a question waits."""
    talk = a_set().until(START + timedelta(minutes=5)).start([ADA, CLEO]).to("analysis", 1)
    talk.ask(CLEO)
    return talk


def paused() -> Conversation:
    talk = running()
    talk.say(GUS, c.PauseMeeting)
    return talk


def reviewing() -> Conversation:
    return running().to("learning-review")


def reviewing_and_paused() -> Conversation:
    talk = reviewing()
    talk.say(GUS, c.PauseMeeting)
    return talk


def stage_over() -> Conversation:
    return running().wait(minutes=5)


WHERE: dict[Phase, Callable[[], Conversation]] = {
    SCHEDULED: at_a_start,
    OPENED: with_the_board_up,
    RUNNING: running,
    PAUSED: paused,
}
SPECIALLY: dict[tuple[Phase, type[c.Command], Phase], Callable[[], Conversation]] = {
    (SCHEDULED, c.PassTime, CANCELLED): lambda: at_a_start().wait(hours=5),
    (OPENED, c.PassTime, CANCELLED): lambda: with_the_board_up().wait(hours=5),
    (RUNNING, c.PassTime, RUNNING): stage_over,
    (RUNNING, c.PassTime, CLOSED): lambda: running().wait(hours=5),
    (PAUSED, c.PassTime, CLOSED): lambda: paused().wait(hours=5),
    (RUNNING, c.MoveOn, CLOSED): lambda: running().to("close"),
    (RUNNING, c.EndMeeting, CLOSED): reviewing,
    (PAUSED, c.EndMeeting, CLOSED): reviewing_and_paused,
}
"""How to come to where the command leads there, where the usual place of the phase will not do."""

OF_PHASE = {
    SCHEDULED: Reason.NOT_STARTED,
    OPENED: Reason.NOT_STARTED,
    RUNNING: Reason.MEETING_RUNNING,
    PAUSED: Reason.PAUSED,
    CLOSED: Reason.MEETING_CLOSED,
    CANCELLED: Reason.MEETING_CLOSED,
}
SENTENCES = {
    (RUNNING, c.StartMeeting): Reason.ALREADY_STARTED,
    (PAUSED, c.StartMeeting): Reason.ALREADY_STARTED,
    (RUNNING, c.ResumeMeeting): Reason.NOT_PAUSED,
}

LISTED = [
    (phase, kind, to) for phase, row in TRANSITIONS.items() for kind, leads in row.items() for to in leads
]
UNLISTED = [
    (phase, kind)
    for phase, row in TRANSITIONS.items()
    for kind in sorted(PHASE_COMMANDS - set(row), key=lambda kind: kind.__name__)
]


def named(value: object) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


def phase_after(state: LearningSet, events: Iterable[e.Event]) -> Phase:
    """The phase of the meeting that was the set's when the command came."""
    for event in events:
        if isinstance(event, e.MeetingScheduled):
            break
        state = evolve(state, event)
    assert state.meeting is not None
    return state.meeting.phase


def said(talk: Conversation, kind: type[c.Command]) -> tuple[e.Event, ...]:
    return talk.say(ACTORS.get(kind, GUS), kind, **GIVEN.get(kind, {}))


def test_every_phase_has_its_row() -> None:
    assert set(TRANSITIONS) == set(Phase)


@pytest.mark.parametrize(("phase", "kind", "to"), LISTED, ids=named)
def test_every_transition_of_the_table_can_be_reached(phase: Phase, kind: type[c.Command], to: Phase) -> None:
    talk = SPECIALLY.get((phase, kind, to), WHERE[phase])()
    before = talk.state
    assert talk.meeting.phase is phase
    events = said(talk, kind)
    assert events
    assert phase_after(before, events) is to


@pytest.mark.parametrize(("phase", "kind"), UNLISTED, ids=named)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(phase: Phase, kind: type[c.Command]) -> None:
    talk = WHERE.get(phase, running)()
    if phase not in WHERE:
        talk.state = replace(talk.state, meeting=replace(talk.meeting, phase=phase))
    actor = ACTORS.get(kind, ADA if kind is c.EndSet else GUS)
    assert talk.reason(actor, kind, **GIVEN.get(kind, {})) is SENTENCES.get((phase, kind), OF_PHASE[phase])


@pytest.mark.parametrize("kind", sorted(TIED_TO_A_MEETING, key=named), ids=named)
def test_a_press_of_an_earlier_meeting_touches_no_later_one(kind: type[c.Command]) -> None:
    talk = running()
    command = talk.command(GUS, kind, **(GIVEN.get(kind, {}) | {"meeting_id": "heads.0"}))
    with pytest.raises(Rejected) as caught:
        check_phase(talk.meeting, command)
    assert caught.value.reason is Reason.MEETING_CLOSED


def test_where_there_is_no_meeting_nothing_can_be_asked_of_it() -> None:
    command = c.MoveOn(workspace_id="T1", set_id="heads", actor=GUS, version=0)
    with pytest.raises(Rejected) as caught:
        check_phase(None, command)
    assert caught.value.reason is Reason.NO_MEETING
