"""Decisions about what people give to a meeting: bids, questions, commitments, report-backs, learning; and
the prompts for them.
"""

from dataclasses import fields, replace
from typing import Any

from bot.domain import calendar
from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.flow import question
from bot.domain.learning_set import (
    SETTLED,
    Bid,
    Commitment,
    LearningLine,
    LearningSet,
    Phase,
    Question,
    QuestionState,
    ReportBack,
    ReportSkip,
    Takeaway,
)
from bot.domain.machine import LEARNING_REVIEW, Moment
from bot.domain.membership import current
from bot.domain.rejections import Reason, Rejected
from bot.domain.turns import proposals


def place_bid(state: LearningSet, command: c.PlaceBid, moment: Moment) -> tuple[e.Event, ...]:
    """A bid asks until the first turn has counted; a second one replaces the first, None takes it back."""
    meeting, actor = current(state), command.actor or ""
    if any(turn.counted_at is not None for turn in meeting.turns) or meeting.phase is Phase.CLOSED:
        raise Rejected(Reason.NO_BIDS_NOW)
    if command.line is None:
        return (e.BidWithdrawn(actor),) if meeting.bid_of(actor) else ()
    return (e.BidPlaced(Bid(actor, command.line)),)


def ask(state: LearningSet, command: c.AskQuestion, moment: Moment) -> tuple[e.Event, ...]:
    """A question lands in the running stage, marked with the one in which it was begun; in a stillness it
    is held.
    """
    meeting = current(state)
    stages = {stage.id: stage for stage in moment.format.stages}
    begun, running = stages.get(command.begun_in), stages.get(meeting.stage or "")
    if begun is None or running is None or not (begun.questions_asked or running.questions_asked):
        raise Rejected(Reason.NO_QUESTIONS_NOW)
    if not any(turn.number == command.turn for turn in meeting.turns):
        raise Rejected(Reason.NO_TURN_NOW)
    asked = Question(
        id=command.id,
        turn=command.turn,
        stage=running.id,
        begun_in=begun.id,
        asker=command.actor or "",
        text=command.text,
        asked_at=moment.now,
        state=QuestionState.HELD if running.held else QuestionState.WAITING,
    )
    return (e.QuestionAsked(asked),)


def edit_question(state: LearningSet, command: c.EditQuestion, moment: Moment) -> tuple[e.Event, ...]:
    """The asker's own words, until the close; a question withdrawn is gone for everybody."""
    found = question(current(state), command.id)
    if found.state is QuestionState.WITHDRAWN:
        raise Rejected(Reason.NO_SUCH_QUESTION)
    if command.text is None:
        return (e.QuestionWithdrawn(found.id),)
    return () if command.text == found.text else (e.QuestionEdited(found.id, command.text),)


def settle_question(state: LearningSet, command: c.SettleQuestion, moment: Moment) -> tuple[e.Event, ...]:
    """The owner takes up one question at a time; what was settled stays settled."""
    found = question(current(state), command.id)
    if command.state not in SETTLED:
        raise Rejected(Reason.NO_SUCH_QUESTION)
    if found.state is not QuestionState.WAITING:
        raise Rejected(Reason.QUESTION_SETTLED)
    return (e.QuestionSettled(found.id, command.state),)


def record_commitment(state: LearningSet, command: c.RecordCommitment, moment: Moment) -> tuple[e.Event, ...]:
    """For any turn of the running meeting, whichever stage it is in; a turn can have several."""
    meeting = current(state)
    turn = next((t for t in meeting.turns if t.number == command.turn), None)
    if turn is None:
        raise Rejected(Reason.NO_TURN_NOW)
    _check_due(state, command.words, command.actor, moment)
    recorded = Commitment(
        id=command.id,
        meeting_id=meeting.id,
        turn=turn.number,
        unit_id=turn.unit_id,
        recorded_by=command.actor or "",
        made_at=moment.now,
        **_words(command.words),
    )
    return (e.CommitmentRecorded(recorded),)


def _check_due(state: LearningSet, words: c.CommitmentWords, actor: str | None, moment: Moment) -> None:
    known = state.people.get(actor or "")
    if words.due_on < calendar.local_date(moment.now, known.zone if known else state.zone):
        raise Rejected(Reason.DATE_PASSED, field="due_on")


def _words(words: c.CommitmentWords) -> dict[str, Any]:
    return {field.name: getattr(words, field.name) for field in fields(words)}


def edit_commitment(state: LearningSet, command: c.EditCommitment, moment: Moment) -> tuple[e.Event, ...]:
    """Completed or reworded until it locks, 24 hours after the close; withdrawn only before the close."""
    found = commitment(state, command.id)
    if found.locks_at is not None and moment.now >= found.locks_at:
        raise Rejected(Reason.COMMITMENT_LOCKED)
    if command.words is None:
        if found.locks_at is not None:
            raise Rejected(Reason.COMMITMENT_LOCKED)
        return (e.CommitmentWithdrawn(found.id),)
    edited = replace(found, **_words(command.words))
    if edited.due_on != found.due_on:
        _check_due(state, command.words, command.actor, moment)
    return () if edited == found else (e.CommitmentEdited(edited),)


def commitment(state: LearningSet, commitment_id: str) -> Commitment:
    """A commitment of the set's window. Raises ``Rejected`` where there is none."""
    found = next((each for each in state.commitments if each.id == commitment_id), None)
    if found is None:
        raise Rejected(Reason.NO_SUCH_COMMITMENT)
    return found


def record_no_commitment(
    state: LearningSet, command: c.RecordNoCommitment, moment: Moment
) -> tuple[e.Event, ...]:
    """The owner of a turn leaves with "none, because ..."; the words can be changed until the close."""
    if not any(turn.number == command.turn for turn in current(state).turns):
        raise Rejected(Reason.NO_TURN_NOW)
    return (e.NoCommitmentRecorded(command.turn, command.because, command.actor or ""),)


def file_report(state: LearningSet, command: c.FileReport, moment: Moment) -> tuple[e.Event, ...]:
    """A report-back to the next or running meeting. It can be edited until that meeting closes."""
    meeting, found = current(state), commitment(state, command.commitment_id)
    before = state.report_on(found.id)
    if found.meeting_id == meeting.id:
        raise Rejected(Reason.NO_SUCH_COMMITMENT)
    if found.finished and before is None:
        raise Rejected(Reason.COMMITMENT_FINISHED)
    report = ReportBack(
        id=before.id if before else command.id,
        commitment_id=found.id,
        meeting_id=meeting.id,
        person=command.actor or "",
        outcome=command.outcome,
        happened=command.happened,
        learned=command.learned,
        airtime=command.airtime,
        filed_at=moment.now,
    )
    return (e.ReportFiled(report, edited=before is not None),)


def skip_report(state: LearningSet, command: c.SkipReport, moment: Moment) -> tuple[e.Event, ...]:
    """ "Skip today": the person's report-backs are not waited for, and not asked for again before this
    meeting.
    """
    if not state.is_active(command.person):
        raise Rejected(Reason.NOT_IN_THE_SET)
    if any(skip.person == command.person for skip in current(state).report_skips):
        return ()
    return (e.ReportSkipped(ReportSkip(command.person, command.actor or "")),)


def note_takeaway(state: LearningSet, command: c.NoteTakeaway, moment: Moment) -> tuple[e.Event, ...]:
    """One per person and turn; a second one replaces the first, None takes it back."""
    meeting, actor = current(state), command.actor or ""
    if not any(turn.number == command.turn for turn in meeting.turns):
        raise Rejected(Reason.NO_TURN_NOW)
    noted = next((t for t in meeting.takeaways if (t.person, t.turn) == (actor, command.turn)), None)
    if command.text is None:
        return (e.TakeawayWithdrawn(actor, command.turn),) if noted else ()
    return (e.TakeawayNoted(Takeaway(actor, command.turn, command.text)),)


def write_learning(state: LearningSet, command: c.WriteLearning, moment: Moment) -> tuple[e.Event, ...]:
    """Lines appear together when all present members are in, or when the stage ends; later ones join them.

    Whoever still writes when the meeting goes back from the review is not refused: their line lands.
    """
    meeting, actor = current(state), command.actor or ""
    review = next((i for i, slot in enumerate(meeting.agenda) if slot.stage == LEARNING_REVIEW), None)
    reached = review is not None and meeting.position >= review
    if not reached and not meeting.turns:
        raise Rejected(Reason.NO_LEARNING_NOW)
    line = LearningLine(actor, command.about_problem, command.about_self, command.about_set)
    written = {each.person for each in meeting.learning} | {actor}
    awaited = {m.person for m in state.active_members if m.person in meeting.present} - written
    shown = () if awaited or meeting.learning_shown or not reached else (e.LearningShown(),)
    return e.LearningWritten(line), *shown


def ask_for_report_back(
    state: LearningSet, command: c.AskForReportBack, moment: Moment
) -> tuple[e.Event, ...]:
    """One nudge; none where a report, a skip or the meeting itself makes it needless."""
    meeting = current(state)
    if (
        meeting.id != command.meeting_id
        or meeting.phase is not Phase.SCHEDULED
        or not state.is_active(command.person)
        or not state.can_be_written_to(command.person)
    ):
        return ()
    if not state.reports_missing(command.person) or any(
        s.person == command.person for s in meeting.report_skips
    ):
        return ()
    return (e.ReportBackAsked(command.person, command.rung),)


def tell_proposed_owner(
    state: LearningSet, command: c.TellProposedOwner, moment: Moment
) -> tuple[e.Event, ...]:
    """Nothing, where the proposal has passed to somebody else by now."""
    meeting, member = current(state), state.member(command.person)
    if meeting.id != command.meeting_id or meeting.phase is not Phase.SCHEDULED or member is None:
        return ()
    if not state.can_be_written_to(command.person):
        return ()
    proposed = any(proposal.unit_id == member.unit_id for proposal in proposals(state))
    return (e.ProposedOwnerTold(command.person),) if proposed and state.is_active(command.person) else ()
