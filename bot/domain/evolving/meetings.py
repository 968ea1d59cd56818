"""What events about a meeting change: its dates, its stages, its owners and their turns."""

from dataclasses import replace

from bot.domain import events as e
from bot.domain import ledger
from bot.domain.agenda import Slot
from bot.domain.evolving.applying import apply, is_placed, meeting_of, with_meeting, with_turn, without
from bot.domain.learning_set import LearningSet, Meeting, Phase, Told, UnitTurns
from bot.domain.machine import COMMITMENTS_LOCK_AFTER
from bot.domain.turns import passed_over


@apply.register
def _(event: e.MeetingScheduled, state: LearningSet) -> LearningSet:
    """What was told to a meeting that was cancelled is told to the next one."""
    told = state.reports if state.meeting and state.meeting.phase is Phase.CANCELLED else ()
    reports = tuple(replace(report, meeting_id=event.meeting.id) for report in told)
    shown = {report.commitment_id for report in reports}
    commitments = tuple(c for c in state.commitments if not c.finished or c.id in shown)
    return replace(state, meeting=event.meeting, commitments=commitments, reports=reports)


@apply.register
def _(event: e.MeetingMoved, state: LearningSet) -> LearningSet:
    return with_meeting(
        state,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        phase=Phase.SCHEDULED,
        version=meeting_of(state).version + 1,
        attendance=(),
    )


@apply.register
def _(event: e.MeetingCancelled, state: LearningSet) -> LearningSet:
    return with_meeting(state, phase=Phase.CANCELLED)


@apply.register
def _(event: e.TurnSkipped, state: LearningSet) -> LearningSet:
    return with_meeting(state, turn_skips=(*meeting_of(state).turn_skips, event.skip))


@apply.register
def _(event: e.ReportBackAsked, state: LearningSet) -> LearningSet:
    return state


@apply.register
def _(event: e.ProposedOwnerTold, state: LearningSet) -> LearningSet:
    return state


@apply.register
def _(event: e.BoardOpened, state: LearningSet) -> LearningSet:
    return with_meeting(state, phase=Phase.OPENED, boards=meeting_of(state).boards + 1)


@apply.register
def _(event: e.MeetingStarted, state: LearningSet) -> LearningSet:
    meeting = meeting_of(state)
    boards = meeting.boards + (meeting.phase is Phase.SCHEDULED)
    return with_meeting(
        state, phase=Phase.RUNNING, started_at=event.at, facilitator=event.facilitator, boards=boards
    )


@apply.register
def _(event: e.StageEntered, state: LearningSet) -> LearningSet:
    return with_meeting(
        state,
        phase=Phase.RUNNING,
        position=event.position,
        version=meeting_of(state).version + 1,
        stage_ends_at=event.ends_at,
        paused_at=None,
        told=Told.NOTHING,
    )


@apply.register
def _(event: e.StageTimeUp, state: LearningSet) -> LearningSet:
    return with_meeting(state, told=Told.TIME_UP)


@apply.register
def _(event: e.StageOverrun, state: LearningSet) -> LearningSet:
    return with_meeting(state, told=Told.OVERRUN)


@apply.register
def _(event: e.StageStretched, state: LearningSet) -> LearningSet:
    return with_meeting(state, agenda=event.agenda, stage_ends_at=event.stage_ends_at, told=Told.NOTHING)


@apply.register
def _(event: e.MeetingPaused, state: LearningSet) -> LearningSet:
    return with_meeting(state, phase=Phase.PAUSED, paused_at=event.at)


@apply.register
def _(event: e.MeetingResumed, state: LearningSet) -> LearningSet:
    return with_meeting(state, phase=Phase.RUNNING, paused_at=None, stage_ends_at=event.stage_ends_at)


@apply.register
def _(event: e.EndingOffered, state: LearningSet) -> LearningSet:
    return with_meeting(state, ending_offer_seconds=event.seconds_lost)


@apply.register
def _(event: e.EndingChosen, state: LearningSet) -> LearningSet:
    return with_meeting(state, ends_at=event.ends_at, ending_offer_seconds=None)


@apply.register
def _(event: e.FacilitatorHandedOver, state: LearningSet) -> LearningSet:
    return with_meeting(state, facilitator=event.to)


@apply.register
def _(event: e.PresenceSet, state: LearningSet) -> LearningSet:
    rest = without(meeting_of(state).attendance, person=event.attendance.person)
    return with_meeting(state, attendance=(*rest, event.attendance))


@apply.register
def _(event: e.BidPlaced, state: LearningSet) -> LearningSet:
    return with_meeting(state, bids=(*without(meeting_of(state).bids, person=event.bid.person), event.bid))


@apply.register
def _(event: e.BidWithdrawn, state: LearningSet) -> LearningSet:
    return with_meeting(state, bids=without(meeting_of(state).bids, person=event.person))


@apply.register
def _(event: e.OwnersChosen, state: LearningSet) -> LearningSet:
    """The running stage stays, wherever it stands in the new agenda; else old presses are old."""
    meeting = meeting_of(state)
    position = _position_in(event.agenda, meeting)
    version = meeting.version + (position != meeting.position)
    return with_meeting(state, turns=event.turns, agenda=event.agenda, position=position, version=version)


@apply.register
def _(event: e.TurnCounted, state: LearningSet) -> LearningSet:
    """A unit whose people have all left has no place any more; its turn counts all the same."""
    before = next((t for t in state.unit_turns if t.unit_id == event.unit_id), None)
    taken = UnitTurns(event.unit_id, (before.taken if before else 0) + 1, event.at)
    placed = is_placed(state, event.unit_id)
    kept = dict.fromkeys((*meeting_of(state).kept_units, *passed_over(state, event.unit_id)))
    return replace(
        with_meeting(with_turn(state, event.turn, counted_at=event.at), kept_units=tuple(kept)),
        places=ledger.turn_taken(state.places, event.unit_id) if placed else state.places,
        unit_turns=(*without(state.unit_turns, unit_id=event.unit_id), taken),
    )


@apply.register
def _(event: e.MeetingClosed, state: LearningSet) -> LearningSet:
    meeting = meeting_of(state)
    closed = with_meeting(
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


def _position_in(agenda: tuple[Slot, ...], meeting: Meeting) -> int:
    running = meeting.slot
    for position, slot in enumerate(agenda):
        if running is not None and (slot.stage, slot.turn) == (running.stage, running.turn):
            return position
    return meeting.position
