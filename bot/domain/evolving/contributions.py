"""What events about questions, commitments, report-backs and learning change."""

from dataclasses import replace
from typing import Any

from bot.domain import events as e
from bot.domain.evolving.applying import apply, meeting_of, with_meeting, with_turn, without
from bot.domain.learning_set import FINISHING_OUTCOMES, LearningSet, Question, QuestionState


@apply.register
def _(event: e.QuestionAsked, state: LearningSet) -> LearningSet:
    return with_meeting(state, questions=(*meeting_of(state).questions, event.question))


@apply.register
def _(event: e.QuestionEdited, state: LearningSet) -> LearningSet:
    return _questions(state, (event.id,), text=event.text)


@apply.register
def _(event: e.QuestionWithdrawn, state: LearningSet) -> LearningSet:
    return _questions(state, (event.id,), state=QuestionState.WITHDRAWN)


@apply.register
def _(event: e.QuestionsReleased, state: LearningSet) -> LearningSet:
    return _questions(state, event.ids, state=QuestionState.WAITING)


@apply.register
def _(event: e.QuestionSettled, state: LearningSet) -> LearningSet:
    return _questions(state, (event.id,), state=event.state)


@apply.register
def _(event: e.CommitmentRecorded, state: LearningSet) -> LearningSet:
    """Who commits after all has no longer none."""
    recorded = replace(state, commitments=(*state.commitments, event.commitment))
    return with_turn(recorded, event.commitment.turn, none_because=None)


@apply.register
def _(event: e.CommitmentEdited, state: LearningSet) -> LearningSet:
    edited = event.commitment
    return replace(state, commitments=tuple(edited if c.id == edited.id else c for c in state.commitments))


@apply.register
def _(event: e.CommitmentWithdrawn, state: LearningSet) -> LearningSet:
    return replace(state, commitments=without(state.commitments, id=event.id))


@apply.register
def _(event: e.NoCommitmentRecorded, state: LearningSet) -> LearningSet:
    return with_turn(state, event.turn, none_because=event.because)


@apply.register
def _(event: e.ReportFiled, state: LearningSet) -> LearningSet:
    report = event.report
    finished = report.outcome in FINISHING_OUTCOMES
    return replace(
        state,
        reports=(*without(state.reports, commitment_id=report.commitment_id), report),
        commitments=tuple(
            replace(c, finished=finished) if c.id == report.commitment_id else c for c in state.commitments
        ),
    )


@apply.register
def _(event: e.ReportSkipped, state: LearningSet) -> LearningSet:
    return with_meeting(state, report_skips=(*meeting_of(state).report_skips, event.skip))


@apply.register
def _(event: e.TakeawayNoted, state: LearningSet) -> LearningSet:
    noted = event.takeaway
    rest = without(meeting_of(state).takeaways, person=noted.person, turn=noted.turn)
    return with_meeting(state, takeaways=(*rest, noted))


@apply.register
def _(event: e.TakeawayWithdrawn, state: LearningSet) -> LearningSet:
    return with_meeting(
        state, takeaways=without(meeting_of(state).takeaways, person=event.person, turn=event.turn)
    )


@apply.register
def _(event: e.LearningWritten, state: LearningSet) -> LearningSet:
    rest = without(meeting_of(state).learning, person=event.line.person)
    return with_meeting(state, learning=(*rest, event.line))


@apply.register
def _(event: e.LearningShown, state: LearningSet) -> LearningSet:
    return with_meeting(state, learning_shown=True)


def _questions(learning_set: LearningSet, ids: tuple[str, ...], **changes: Any) -> LearningSet:
    def changed(question: Question) -> Question:
        return replace(question, **changes) if question.id in ids else question

    return with_meeting(learning_set, questions=tuple(changed(q) for q in meeting_of(learning_set).questions))
