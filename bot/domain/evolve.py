"""From a state and an event to the next state. Never refuses, never decides: one small function per event."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import reduce, singledispatch
from typing import Any, TypeVar

from bot.domain import events as e
from bot.domain import ledger
from bot.domain.agenda import Slot
from bot.domain.learning_set import (
    FINISHING_OUTCOMES,
    Answer,
    LearningSet,
    Meeting,
    Member,
    Person,
    Phase,
    Question,
    QuestionState,
    Told,
    Turn,
    UnitTurns,
)
from bot.domain.machine import COMMITMENTS_LOCK_AFTER
from bot.domain.turns import passed_over

Item = TypeVar("Item")


def evolve_all(learning_set: LearningSet | None, events: Iterable[e.Event]) -> LearningSet:
    """The state after all the events, in order. The first event of a new set is ``SetCreated``."""
    state = reduce(_step, events, learning_set)
    if state is None:
        raise ValueError("a set begins with SetCreated")
    return state


def evolve(learning_set: LearningSet, event: e.Event) -> LearningSet:
    """The state after one event."""
    return _apply(event, learning_set)


def _step(learning_set: LearningSet | None, event: e.Event) -> LearningSet:
    if isinstance(event, e.SetCreated):
        return event.learning_set
    if learning_set is None:
        raise ValueError("a set begins with SetCreated")
    return evolve(learning_set, event)


@singledispatch
def _apply(event: e.Event, state: LearningSet) -> LearningSet:
    raise TypeError(f"no rule for {type(event).__name__}")


def _meeting(state: LearningSet, **changes: Any) -> LearningSet:
    """The set with its meeting changed."""
    return replace(state, meeting=replace(_of(state), **changes))


def _of(state: LearningSet) -> Meeting:
    if state.meeting is None:
        raise ValueError("the set has no meeting")
    return state.meeting


def _without(items: tuple[Item, ...], **key: object) -> tuple[Item, ...]:
    """The items that do not have all these attributes."""
    return tuple(i for i in items if any(getattr(i, name) != value for name, value in key.items()))


@_apply.register
def _(event: e.SetCreated, state: LearningSet) -> LearningSet:
    return event.learning_set


@_apply.register
def _(event: e.InvitationAccepted, state: LearningSet) -> LearningSet:
    return _with_place(_answered(state, event.person, Answer.IN, event.first_meeting), event.person)


@_apply.register
def _(event: e.InvitationDeclined, state: LearningSet) -> LearningSet:
    return _leave_ledger(_answered(state, event.person, Answer.DECLINED), event.person)


@_apply.register
def _(event: e.MemberJoined, state: LearningSet) -> LearningSet:
    members = (*_without(state.members, person=event.member.person), event.member)
    return _with_place(replace(_with_person(state, event.person), members=members), event.member.person)


@_apply.register
def _(event: e.MemberLeft, state: LearningSet) -> LearningSet:
    left = _leave_ledger(_answered(state, event.person, Answer.LEFT), event.person)
    if state.meeting is None or state.meeting.facilitator != event.person:
        return left
    return _meeting(left, facilitator=None)


@_apply.register
def _(event: e.FacilitatorChanged, state: LearningSet) -> LearningSet:
    person = event.facilitator
    people = {**state.people, person.id: person} if person else state.people
    return replace(state, facilitator=person.id if person else None, people=people)


@_apply.register
def _(event: e.SetEnded, state: LearningSet) -> LearningSet:
    ended = replace(state, ended_at=event.at)
    if state.meeting is None or state.meeting.phase in (Phase.CLOSED, Phase.CANCELLED):
        return ended
    return _meeting(ended, phase=Phase.CANCELLED)


@_apply.register
def _(event: e.MeetingScheduled, state: LearningSet) -> LearningSet:
    """What was told to a meeting that was cancelled is told to the next one."""
    told = state.reports if state.meeting and state.meeting.phase is Phase.CANCELLED else ()
    reports = tuple(replace(report, meeting_id=event.meeting.id) for report in told)
    shown = {report.commitment_id for report in reports}
    commitments = tuple(c for c in state.commitments if not c.finished or c.id in shown)
    return replace(state, meeting=event.meeting, commitments=commitments, reports=reports)


@_apply.register
def _(event: e.MeetingMoved, state: LearningSet) -> LearningSet:
    return _meeting(
        state,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        phase=Phase.SCHEDULED,
        version=_of(state).version + 1,
        attendance=(),
    )


@_apply.register
def _(event: e.MeetingCancelled, state: LearningSet) -> LearningSet:
    return _meeting(state, phase=Phase.CANCELLED)


@_apply.register
def _(event: e.TurnSkipped, state: LearningSet) -> LearningSet:
    return _meeting(state, turn_skips=(*_of(state).turn_skips, event.skip))


@_apply.register
def _(event: e.PlacesSwapped, state: LearningSet) -> LearningSet:
    return replace(state, places=ledger.swap(state.places, event.one, event.other))


@_apply.register
def _(event: e.PersonWentAway, state: LearningSet) -> LearningSet:
    return _away(state, event.person, event.away_from, event.until)


@_apply.register
def _(event: e.PersonCameBack, state: LearningSet) -> LearningSet:
    return _away(state, event.person, None, None)


@_apply.register
def _(event: e.PersonUpdated, state: LearningSet) -> LearningSet:
    return _with_person(state, event.person)


@_apply.register
def _(event: e.SetHindered, state: LearningSet) -> LearningSet:
    return replace(state, hindered_by=event.cause, hindered_at=event.at)


@_apply.register
def _(event: e.SetUnhindered, state: LearningSet) -> LearningSet:
    return replace(state, hindered_by=None, hindered_at=None, sharing_agreed=event.sharing_agreed)


@_apply.register
def _(event: e.ChannelChanged, state: LearningSet) -> LearningSet:
    """Under another id everything stands where it stood; in another channel a board goes up anew."""
    moved = replace(state, channel_id=event.channel_id)
    if event.by is None or state.meeting is None or state.meeting.boards == 0:
        return moved
    return _meeting(moved, boards=state.meeting.boards + 1)


@_apply.register
def _(event: e.PersonHindered, state: LearningSet) -> LearningSet:
    if event.gone:
        return replace(state, hindered_people=(*state.hindered_people, event.person))
    return replace(state, unwritable_people=(*state.unwritable_people, event.person))


@_apply.register
def _(event: e.PersonUnhindered, state: LearningSet) -> LearningSet:
    return replace(
        state,
        hindered_people=tuple(p for p in state.hindered_people if p != event.person),
        unwritable_people=tuple(p for p in state.unwritable_people if p != event.person),
    )


@_apply.register
def _(event: e.ChannelLeft, state: LearningSet) -> LearningSet:
    return state


@_apply.register
def _(event: e.ReportBackAsked, state: LearningSet) -> LearningSet:
    return state


@_apply.register
def _(event: e.ProposedOwnerTold, state: LearningSet) -> LearningSet:
    return state


@_apply.register
def _(event: e.BoardOpened, state: LearningSet) -> LearningSet:
    return _meeting(state, phase=Phase.OPENED, boards=_of(state).boards + 1)


@_apply.register
def _(event: e.MeetingStarted, state: LearningSet) -> LearningSet:
    meeting = _of(state)
    boards = meeting.boards + (meeting.phase is Phase.SCHEDULED)
    return _meeting(
        state, phase=Phase.RUNNING, started_at=event.at, facilitator=event.facilitator, boards=boards
    )


@_apply.register
def _(event: e.StageEntered, state: LearningSet) -> LearningSet:
    return _meeting(
        state,
        phase=Phase.RUNNING,
        position=event.position,
        version=_of(state).version + 1,
        stage_ends_at=event.ends_at,
        paused_at=None,
        told=Told.NOTHING,
    )


@_apply.register
def _(event: e.StageTimeUp, state: LearningSet) -> LearningSet:
    return _meeting(state, told=Told.TIME_UP)


@_apply.register
def _(event: e.StageOverrun, state: LearningSet) -> LearningSet:
    return _meeting(state, told=Told.OVERRUN)


@_apply.register
def _(event: e.StageStretched, state: LearningSet) -> LearningSet:
    return _meeting(state, agenda=event.agenda, stage_ends_at=event.stage_ends_at, told=Told.NOTHING)


@_apply.register
def _(event: e.MeetingPaused, state: LearningSet) -> LearningSet:
    return _meeting(state, phase=Phase.PAUSED, paused_at=event.at)


@_apply.register
def _(event: e.MeetingResumed, state: LearningSet) -> LearningSet:
    return _meeting(state, phase=Phase.RUNNING, paused_at=None, stage_ends_at=event.stage_ends_at)


@_apply.register
def _(event: e.EndingOffered, state: LearningSet) -> LearningSet:
    return _meeting(state, ending_offer_seconds=event.seconds_lost)


@_apply.register
def _(event: e.EndingChosen, state: LearningSet) -> LearningSet:
    return _meeting(state, ends_at=event.ends_at, ending_offer_seconds=None)


@_apply.register
def _(event: e.FacilitatorHandedOver, state: LearningSet) -> LearningSet:
    return _meeting(state, facilitator=event.to)


@_apply.register
def _(event: e.PresenceSet, state: LearningSet) -> LearningSet:
    rest = _without(_of(state).attendance, person=event.attendance.person)
    return _meeting(state, attendance=(*rest, event.attendance))


@_apply.register
def _(event: e.BidPlaced, state: LearningSet) -> LearningSet:
    return _meeting(state, bids=(*_without(_of(state).bids, person=event.bid.person), event.bid))


@_apply.register
def _(event: e.BidWithdrawn, state: LearningSet) -> LearningSet:
    return _meeting(state, bids=_without(_of(state).bids, person=event.person))


@_apply.register
def _(event: e.OwnersChosen, state: LearningSet) -> LearningSet:
    """The running stage stays, wherever it stands in the new agenda; else old presses are old."""
    meeting = _of(state)
    position = _position_in(event.agenda, meeting)
    version = meeting.version + (position != meeting.position)
    return _meeting(state, turns=event.turns, agenda=event.agenda, position=position, version=version)


@_apply.register
def _(event: e.TurnCounted, state: LearningSet) -> LearningSet:
    """A unit whose people have all left has no place any more; its turn counts all the same."""
    before = next((t for t in state.unit_turns if t.unit_id == event.unit_id), None)
    taken = UnitTurns(event.unit_id, (before.taken if before else 0) + 1, event.at)
    placed = _placed(state, event.unit_id)
    kept = dict.fromkeys((*_of(state).kept_units, *passed_over(state, event.unit_id)))
    return replace(
        _meeting(_turn(state, event.turn, counted_at=event.at), kept_units=tuple(kept)),
        places=ledger.turn_taken(state.places, event.unit_id) if placed else state.places,
        unit_turns=(*_without(state.unit_turns, unit_id=event.unit_id), taken),
    )


@_apply.register
def _(event: e.QuestionAsked, state: LearningSet) -> LearningSet:
    return _meeting(state, questions=(*_of(state).questions, event.question))


@_apply.register
def _(event: e.QuestionEdited, state: LearningSet) -> LearningSet:
    return _questions(state, (event.id,), text=event.text)


@_apply.register
def _(event: e.QuestionWithdrawn, state: LearningSet) -> LearningSet:
    return _questions(state, (event.id,), state=QuestionState.WITHDRAWN)


@_apply.register
def _(event: e.QuestionsReleased, state: LearningSet) -> LearningSet:
    return _questions(state, event.ids, state=QuestionState.WAITING)


@_apply.register
def _(event: e.QuestionSettled, state: LearningSet) -> LearningSet:
    return _questions(state, (event.id,), state=event.state)


@_apply.register
def _(event: e.CommitmentRecorded, state: LearningSet) -> LearningSet:
    """Who commits after all has no longer none."""
    recorded = replace(state, commitments=(*state.commitments, event.commitment))
    return _turn(recorded, event.commitment.turn, none_because=None)


@_apply.register
def _(event: e.CommitmentEdited, state: LearningSet) -> LearningSet:
    edited = event.commitment
    return replace(state, commitments=tuple(edited if c.id == edited.id else c for c in state.commitments))


@_apply.register
def _(event: e.CommitmentWithdrawn, state: LearningSet) -> LearningSet:
    return replace(state, commitments=_without(state.commitments, id=event.id))


@_apply.register
def _(event: e.NoCommitmentRecorded, state: LearningSet) -> LearningSet:
    return _turn(state, event.turn, none_because=event.because)


@_apply.register
def _(event: e.ReportFiled, state: LearningSet) -> LearningSet:
    report = event.report
    finished = report.outcome in FINISHING_OUTCOMES
    return replace(
        state,
        reports=(*_without(state.reports, commitment_id=report.commitment_id), report),
        commitments=tuple(
            replace(c, finished=finished) if c.id == report.commitment_id else c for c in state.commitments
        ),
    )


@_apply.register
def _(event: e.ReportSkipped, state: LearningSet) -> LearningSet:
    return _meeting(state, report_skips=(*_of(state).report_skips, event.skip))


@_apply.register
def _(event: e.TakeawayNoted, state: LearningSet) -> LearningSet:
    noted = event.takeaway
    rest = _without(_of(state).takeaways, person=noted.person, turn=noted.turn)
    return _meeting(state, takeaways=(*rest, noted))


@_apply.register
def _(event: e.TakeawayWithdrawn, state: LearningSet) -> LearningSet:
    return _meeting(state, takeaways=_without(_of(state).takeaways, person=event.person, turn=event.turn))


@_apply.register
def _(event: e.LearningWritten, state: LearningSet) -> LearningSet:
    rest = _without(_of(state).learning, person=event.line.person)
    return _meeting(state, learning=(*rest, event.line))


@_apply.register
def _(event: e.LearningShown, state: LearningSet) -> LearningSet:
    return _meeting(state, learning_shown=True)


@_apply.register
def _(event: e.MeetingClosed, state: LearningSet) -> LearningSet:
    meeting = _of(state)
    closed = _meeting(
        state,
        phase=Phase.CLOSED,
        closed_at=event.at,
        closed_unfinished=event.by is None,
        version=meeting.version + 1,
    )
    locks_at = event.at + COMMITMENTS_LOCK_AFTER
    return replace(
        closed,
        commitments=tuple(
            replace(c, locks_at=locks_at) if c.meeting_id == meeting.id else c for c in state.commitments
        ),
    )


def _answered(
    state: LearningSet, person: str, answer: Answer, first_meeting: int | None = None
) -> LearningSet:
    def changed(member: Member) -> Member:
        if member.person != person:
            return member
        return replace(member, answer=answer, first_meeting=first_meeting or member.first_meeting)

    return replace(state, members=tuple(changed(m) for m in state.members))


def _placed(state: LearningSet, unit_id: str) -> bool:
    return any(place.unit_id == unit_id for place in state.places)


def _with_place(state: LearningSet, person: str) -> LearningSet:
    """The person's unit stands in the turn order: where it stood, or at the back."""
    member = state.member(person)
    if member is None or _placed(state, member.unit_id):
        return state
    return replace(state, places=ledger.join(state.places, member.unit_id))


def _leave_ledger(state: LearningSet, person: str) -> LearningSet:
    """A unit leaves the turn order when nobody of it is in or may still answer."""
    member = state.member(person)
    unit_id = member.unit_id if member else ""
    remains = any(m.unit_id == unit_id and m.answer in (Answer.IN, Answer.INVITED) for m in state.members)
    if remains or not _placed(state, unit_id):
        return state
    return replace(state, places=ledger.leave(state.places, unit_id))


def _with_person(state: LearningSet, person: Person) -> LearningSet:
    return replace(state, people={**state.people, person.id: person})


def _away(state: LearningSet, person: str, away_from: date | None, until: date | None) -> LearningSet:
    return _with_person(state, replace(state.people[person], away_from=away_from, away_until=until))


def _turn(state: LearningSet, number: int, **changes: Any) -> LearningSet:
    def changed(turn: Turn) -> Turn:
        return replace(turn, **changes) if turn.number == number else turn

    return _meeting(state, turns=tuple(changed(t) for t in _of(state).turns))


def _position_in(agenda: tuple[Slot, ...], meeting: Meeting) -> int:
    running = meeting.slot
    for position, slot in enumerate(agenda):
        if running is not None and (slot.stage, slot.turn) == (running.stage, running.turn):
            return position
    return meeting.position


def _questions(learning_set: LearningSet, ids: tuple[str, ...], **changes: Any) -> LearningSet:
    def changed(question: Question) -> Question:
        return replace(question, **changes) if question.id in ids else question

    return _meeting(learning_set, questions=tuple(changed(q) for q in _of(learning_set).questions))
