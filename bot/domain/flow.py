"""Decisions about a meeting's course: start, stages, the clock that bends, presence, roles, the end.

The machine's theory is at the head of ``machine``. Functions here have checked neither authority nor phase:
``decide`` does.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import takewhile

from bot.domain import agenda as clock
from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.authority import is_participant
from bot.domain.learning_set import (
    Attendance,
    LearningSet,
    Meeting,
    Phase,
    Question,
    QuestionState,
    Told,
    Turn,
)
from bot.domain.machine import (
    BIDS,
    COMMITMENTS,
    LEARNING_REVIEW,
    OFFER_ENDING_AFTER,
    PROBLEM,
    REPORT_BACKS,
    Moment,
)
from bot.domain.membership import current, next_meeting, was_never_started
from bot.domain.owners import proposed_owners
from bot.domain.rejections import Reason, Rejected
from bot.domain.wakes import OPENS_BEFORE, OVERRUN_AFTER, forgotten_at


def start(state: LearningSet, command: c.StartMeeting, moment: Moment) -> tuple[e.Event, ...]:
    """From ten minutes before the scheduled start; a late start offers to end later."""
    meeting = current(state)
    if moment.now < meeting.starts_at - OPENS_BEFORE:
        raise Rejected(Reason.TOO_EARLY_TO_START, starts_at=meeting.starts_at)
    lost = moment.now - meeting.starts_at
    started = e.MeetingStarted(moment.now, command.actor or "", state.facilitator)
    return started, _enter(meeting, 0, moment.now, command.actor), *_offer_ending(meeting, lost)


def _offer_ending(meeting: Meeting, lost: timedelta) -> tuple[e.Event, ...]:
    """Once for each loss of time; an offer that still waits for its answer grows."""
    if lost < OFFER_ENDING_AFTER:
        return ()
    return (e.EndingOffered(int(lost.total_seconds()) + (meeting.ending_offer_seconds or 0)),)


def _enter(
    meeting: Meeting, position: int, now: datetime, by: str | None, back: bool = False
) -> e.StageEntered:
    """Enter a stage of the agenda; it lasts as long as the plan, shrunk to the scheduled end, gives it."""
    available = int((meeting.ends_at - now).total_seconds())
    seconds = clock.fit(meeting.agenda[position:], available)[0]
    return e.StageEntered(position, now, now + timedelta(seconds=seconds), by, back)


def check_version(meeting: Meeting, version: int) -> None:
    """Raise ``Rejected`` when the press was drawn before the stage last changed."""
    if version != meeting.version:
        raise Rejected(Reason.ALREADY_MOVED_ON, stage=meeting.stage)


def move_on(state: LearningSet, command: c.MoveOn, moment: Moment) -> tuple[e.Event, ...]:
    """One stage forward, by a press that was drawn for the running stage."""
    check_version(current(state), command.version)
    return advance(state, command.actor, moment)


def advance(state: LearningSet, by: str | None, moment: Moment) -> tuple[e.Event, ...]:
    """Leave the running stage for the next one, or close. Raises ``Rejected`` when its guard is not met."""
    meeting = current(state)
    _check_guard(state, meeting, moment.now)
    leaving = _leave_stage(state, meeting, by, moment)
    agenda = next((event.agenda for event in leaving if isinstance(event, e.OwnersChosen)), meeting.agenda)
    if meeting.position + 1 == len(agenda):
        return *leaving, *close(state, by, moment)
    planned = replace(meeting, agenda=agenda)
    return *leaving, _enter(planned, meeting.position + 1, moment.now, by)


def _check_guard(state: LearningSet, meeting: Meeting, now: datetime) -> None:
    turn = meeting.turn
    held = meeting.stage == REPORT_BACKS and now < (meeting.stage_ends_at or now)
    if held and (waiting := waiting_for_reports(state)):
        raise Rejected(Reason.REPORTS_MISSING, people=waiting)
    if meeting.stage == COMMITMENTS and turn is not None and _leaves_with_nothing(state, turn):
        raise Rejected(Reason.COMMITMENT_MISSING, people=state.owners(turn))


def _leaves_with_nothing(state: LearningSet, turn: Turn) -> bool:
    """Neither a commitment nor a "none, because". Of owners who have left the set neither is wanted."""
    said_something = turn.none_because is not None or state.turn_commitments(turn.number)
    return not said_something and bool(state.owners(turn))


def waiting_for_reports(state: LearningSet) -> tuple[str, ...]:
    """Members who are present and owe a report-back that was not left out; an absent owner holds nobody."""
    meeting = current(state)
    left_out = {skip.person for skip in meeting.report_skips}
    people = (m.person for m in state.active_members if m.person in meeting.present)
    return tuple(p for p in people if p not in left_out and state.reports_missing(p))


def _leave_stage(state: LearningSet, meeting: Meeting, by: str | None, moment: Moment) -> tuple[e.Event, ...]:
    """What leaving the running stage brings with it."""
    turn = meeting.turn
    if meeting.stage == BIDS and not meeting.turns:
        return (proposed_owners(state, meeting, by),)
    if meeting.stage == PROBLEM and turn is not None and turn.counted_at is None:
        return (e.TurnCounted(turn.number, turn.unit_id, moment.now),)
    if meeting.stage is not None and moment.format.stage(meeting.stage).held:
        return _release(meeting)
    if meeting.stage == LEARNING_REVIEW and not meeting.learning_shown:
        return (e.LearningShown(),)
    return ()


def _release(meeting: Meeting) -> tuple[e.Event, ...]:
    held = tuple(q.id for q in meeting.questions if q.state is QuestionState.HELD)
    return (e.QuestionsReleased(held),) if held else ()


def go_back(state: LearningSet, command: c.GoBack, moment: Moment) -> tuple[e.Event, ...]:
    """Back to any earlier stage. Nothing is taken back: turns that counted, and all that was said, stay."""
    meeting = current(state)
    check_version(meeting, command.version)
    if command.position not in stages_before(meeting):
        raise Rejected(Reason.NO_SUCH_STAGE, field="position")
    return *_release(meeting), _enter(meeting, command.position, moment.now, command.actor, back=True)


def stages_before(meeting: Meeting) -> range:
    """Positions to which the meeting can go back: all earlier ones; past the bids only with owners."""
    owned = {None, *(turn.number for turn in meeting.turns)}
    earlier = meeting.agenda[: max(0, meeting.position)]
    return range(len(tuple(takewhile(lambda slot: slot.turn in owned, earlier))))


def stretched(meeting: Meeting, minutes: int, now: datetime) -> clock.Stretch:
    """The plan with the running stage that much longer. Raises ``agenda.NothingLeft``."""
    return clock.stretch(remaining(meeting, now), minutes * 60, int((meeting.ends_at - now).total_seconds()))


def remaining(meeting: Meeting, now: datetime) -> tuple[clock.Slot, ...]:
    """What is left of the running stage, and the slots after it."""
    running = meeting.agenda[meeting.position]
    ends_at = meeting.stage_ends_at or now
    seconds_left = max(0, int((ends_at - now).total_seconds()))
    left = replace(running, seconds=seconds_left, minimum=min(running.minimum, seconds_left))
    return left, *meeting.agenda[meeting.position + 1 :]


def stretch(state: LearningSet, command: c.StretchStage, moment: Moment) -> tuple[e.Event, ...]:
    """More minutes for the running stage. Other owners' turns give only when ``from_others`` agrees."""
    meeting = current(state)
    check_version(meeting, command.version)
    if command.minutes < 1:
        raise Rejected(Reason.EMPTY, field="minutes")
    try:
        plan = stretched(meeting, command.minutes, moment.now)
    except clock.NothingLeft as nothing:
        raise Rejected(Reason.NOTHING_LEFT, field="minutes", minutes=nothing.seconds_left // 60) from nothing
    if plan.taken_from_turns and not command.from_others:
        givers = tuple(t.unit_id for t in meeting.turns if t.number in plan.taken_from_turns)
        raise Rejected(Reason.TAKES_FROM_OTHERS, field="minutes", units=givers)
    running = meeting.agenda[meeting.position]
    longer = replace(running, seconds=running.seconds + command.minutes * 60)
    agenda = (*meeting.agenda[: meeting.position], longer, *plan.slots[1:])
    ends_at = moment.now + timedelta(seconds=plan.slots[0].seconds)
    return (e.StageStretched(agenda, ends_at, command.minutes, plan.taken_from_turns),)


def pause(state: LearningSet, command: c.PauseMeeting, moment: Moment) -> tuple[e.Event, ...]:
    """The running stage keeps what is left of it."""
    return (e.MeetingPaused(moment.now),)


def resume(state: LearningSet, command: c.ResumeMeeting, moment: Moment) -> tuple[e.Event, ...]:
    """The running stage keeps what was left of it; the later ones shrink unless the end moves."""
    meeting = current(state)
    lost = moment.now - (meeting.paused_at or moment.now)
    ends_at = (meeting.stage_ends_at or moment.now) + lost
    return e.MeetingResumed(moment.now, ends_at), *_offer_ending(meeting, lost)


def choose_ending(state: LearningSet, command: c.ChooseEnding, moment: Moment) -> tuple[e.Event, ...]:
    """On time: the plan shrinks. Later: the scheduled end moves by the time that was lost."""
    meeting = current(state)
    if meeting.ending_offer_seconds is None:
        raise Rejected(Reason.NO_ENDING_OFFER)
    later = timedelta(seconds=meeting.ending_offer_seconds if command.later else 0)
    return (e.EndingChosen(meeting.ends_at + later, command.later),)


def hand_over(state: LearningSet, command: c.HandOver, moment: Moment) -> tuple[e.Event, ...]:
    """To anyone who belongs to the meeting; for this meeting alone."""
    if not is_participant(state, command.to) and command.to != state.facilitator:
        raise Rejected(Reason.NOT_IN_THE_SET)
    if command.to == state.acting_facilitator:
        return ()
    return (e.FacilitatorHandedOver(command.to, command.actor or ""),)


def set_presence(state: LearningSet, command: c.SetPresence, moment: Moment) -> tuple[e.Event, ...]:
    """Only what changes; people who do not belong to the meeting are left out."""
    meeting = current(state)
    known = {a.person: a.present for a in meeting.attendance}
    return tuple(
        e.PresenceSet(Attendance(person, present, command.actor or ""))
        for person, present in command.present.items()
        if is_participant(state, person) and known.get(person, False) != present
    )


def end(state: LearningSet, command: c.EndMeeting, moment: Moment) -> tuple[e.Event, ...]:
    """To the learning review, which no meeting closes without; from there, or later, close."""
    meeting = current(state)
    check_version(meeting, command.version)
    review = next(
        (i for i, slot in enumerate(meeting.agenda) if slot.stage == LEARNING_REVIEW), len(meeting.agenda)
    )
    if meeting.position < review < len(meeting.agenda):
        return *_release(meeting), _enter(meeting, review, moment.now, command.actor)
    shown = () if meeting.learning_shown else (e.LearningShown(),)
    return *shown, *close(state, command.actor, moment)


def close(state: LearningSet, by: str | None, moment: Moment) -> tuple[e.Event, ...]:
    """Close the meeting and schedule the next one."""
    meeting = current(state)
    unfinished = tuple(
        turn.number
        for turn in meeting.turns
        if turn.counted_at is not None and _leaves_with_nothing(state, turn)
    )
    return e.MeetingClosed(moment.now, by, unfinished), next_meeting(state, moment)


def pass_time(state: LearningSet, command: c.PassTime, moment: Moment) -> tuple[e.Event, ...]:
    """What the meeting's own clock brings: the board, the end of a stage, a forgotten meeting.

    Often nothing.
    """
    meeting, now = current(state), moment.now
    if meeting.id != command.meeting_id:
        return ()
    if now >= forgotten_at(meeting):
        return forgotten(state, moment)
    if was_never_started(state):
        opens = now >= meeting.starts_at - OPENS_BEFORE and meeting.phase is Phase.SCHEDULED
        return (e.BoardOpened(),) if opens else ()
    if meeting.paused_at is not None or meeting.stage_ends_at is None or meeting.stage is None:
        return ()
    return _stage_time(state, meeting, meeting.stage_ends_at, moment)


def forgotten(state: LearningSet, moment: Moment) -> tuple[e.Event, ...]:
    """The end of a meeting for which nobody is waited any longer; the next one takes its place."""
    meeting = current(state)
    if was_never_started(state):
        return e.MeetingCancelled(None), next_meeting(state, moment)
    shown = () if meeting.learning_shown or not meeting.learning else (e.LearningShown(),)
    return *_release(meeting), *shown, *close(state, None, moment)


def _stage_time(
    state: LearningSet, meeting: Meeting, ends_at: datetime, moment: Moment
) -> tuple[e.Event, ...]:
    """A stage moves on by itself only if its guard is met; else its end is told, like any other's."""
    if moment.now < ends_at:
        return ()
    if meeting.stage is not None and moment.format.stage(meeting.stage).moves_on_by_itself:
        with suppress(Rejected):
            return advance(state, None, moment)
    if meeting.told is Told.NOTHING:
        shows = meeting.stage == LEARNING_REVIEW and not meeting.learning_shown and meeting.learning
        return (e.StageTimeUp(), e.LearningShown()) if shows else (e.StageTimeUp(),)
    if meeting.told is Told.TIME_UP and moment.now >= ends_at + OVERRUN_AFTER:
        return (e.StageOverrun(),)
    return ()


def question(meeting: Meeting, question_id: str) -> Question:
    """A question of the meeting. Raises ``Rejected`` where there is none."""
    found = next((q for q in meeting.questions if q.id == question_id), None)
    if found is None:
        raise Rejected(Reason.NO_SUCH_QUESTION)
    return found
