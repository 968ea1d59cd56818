"""Who may do and see what. One function is asked for every command and every read; one without a rule here is
refused to everybody.

A presence of a connection means nothing: roles move only by hand-over, or by the stand-in rule after two
minutes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.domain import commands as c
from bot.domain import reads as r
from bot.domain.learning_set import Answer, Commitment, LearningSet, Phase, Question
from bot.domain.machine import STAND_IN_AFTER
from bot.domain.rejections import Reason, Rejected

Asked = c.Command | r.Read
Rule = Callable[[LearningSet, Any, datetime], Reason | None]
"""Why the actor may not, or None when they may.

Each rule is typed by the commands and reads that ``RULES`` gives to it.
"""


def authorise(learning_set: LearningSet, asked: Asked, now: datetime) -> None:
    """Raise ``Rejected`` unless the actor may ask for this now."""
    if (reason := why_not(learning_set, asked, now)) is not None:
        raise Rejected(reason)


def why_not(learning_set: LearningSet, asked: Asked, now: datetime) -> Reason | None:
    """The same as an answer: None when they may."""
    if (asked.workspace_id, asked.set_id) != (learning_set.workspace_id, learning_set.id):
        return Reason.NO_SET_HERE
    return RULES.get(type(asked), _nobody)(learning_set, asked, now)


def is_participant(learning_set: LearningSet, person: str | None) -> bool:
    """A member who is in, or whoever facilitates."""
    return person is not None and (
        learning_set.is_active(person) or person == learning_set.acting_facilitator
    )


def may_see(learning_set: LearningSet, person: str) -> bool:
    """Whether the set's content may be shown to the person: what is said in the set stays in the set."""
    return is_participant(learning_set, person) or person == learning_set.facilitator


def may_run(learning_set: LearningSet, person: str | None, now: datetime) -> bool:
    """Whether the person may run the meeting now: the facilitator; without one, or when they do not act,
    any member.
    """
    if person is None:
        return False
    facilitator = learning_set.acting_facilitator
    if person == facilitator:
        return True
    if not learning_set.is_active(person):
        return False
    return facilitator is None or now >= _facilitator_awaited_since(learning_set, now) + STAND_IN_AFTER


def may_manage(learning_set: LearningSet, person: str | None) -> bool:
    """Whether the person looks after the set: its creator, its facilitator; any member where neither is
    there.
    """
    if person is None:
        return False
    keepers = {
        p
        for p in (learning_set.creator, learning_set.facilitator)
        if p and is_participant(learning_set, p) and p not in learning_set.hindered_people
    }
    return (
        person in keepers
        or person == learning_set.creator
        or (not keepers and learning_set.is_active(person))
    )


def keeper(learning_set: LearningSet) -> str | None:
    """Who is told when something of the set is to be put right: the facilitator, else the creator, else a
    member who is in; nobody where none of them can be reached.
    """
    members = (member.person for member in learning_set.active_members)
    people = (learning_set.facilitator, learning_set.creator, *members)
    reached = (p for p in people if p and learning_set.can_be_written_to(p))
    return next((p for p in reached if not learning_set.is_former(p)), None)


def _facilitator_awaited_since(learning_set: LearningSet, now: datetime) -> datetime:
    meeting = learning_set.meeting
    if meeting is None:
        return now
    if meeting.phase is Phase.PAUSED and meeting.paused_at is not None:
        return meeting.paused_at
    return meeting.stage_ends_at if meeting.live and meeting.stage_ends_at else meeting.starts_at


def _nobody(learning_set: LearningSet, asked: Asked, now: datetime) -> Reason | None:
    return Reason.NOT_IN_THE_SET


def _clock(learning_set: LearningSet, command: c.Command, now: datetime) -> Reason | None:
    return None if command.actor is None else Reason.NOT_IN_THE_SET


def _invited(learning_set: LearningSet, command: c.Command, now: datetime) -> Reason | None:
    member = learning_set.member(command.actor) if command.actor else None
    return None if member and member.answer is not Answer.LEFT else Reason.NOT_INVITED


def _joins(learning_set: LearningSet, command: c.JoinSet, now: datetime) -> Reason | None:
    return None if command.actor == command.person.id else Reason.NOT_IN_THE_SET


def _member(learning_set: LearningSet, command: c.Command, now: datetime) -> Reason | None:
    return None if command.actor and learning_set.is_active(command.actor) else Reason.NOT_IN_THE_SET


def _participant(learning_set: LearningSet, command: c.Command, now: datetime) -> Reason | None:
    return None if is_participant(learning_set, command.actor) else Reason.NOT_IN_THE_SET


def _manager(learning_set: LearningSet, command: c.Command, now: datetime) -> Reason | None:
    return None if may_manage(learning_set, command.actor) else Reason.NOT_ALLOWED_TO_MANAGE


def _channel(learning_set: LearningSet, command: c.ChangeChannel, now: datetime) -> Reason | None:
    """The workspace may give the channel another id; a keeper may have the set meet elsewhere."""
    return None if command.actor is None else _manager(learning_set, command, now)


def _runs(learning_set: LearningSet, command: c.Command, now: datetime) -> Reason | None:
    if may_run(learning_set, command.actor, now):
        return None
    return (
        Reason.NOT_THE_FACILITATOR if is_participant(learning_set, command.actor) else Reason.NOT_IN_THE_SET
    )


def _presence(learning_set: LearningSet, command: c.SetPresence, now: datetime) -> Reason | None:
    if set(command.present) == {command.actor}:
        return _participant(learning_set, command, now)
    return _runs(learning_set, command, now)


def _asker(learning_set: LearningSet, command: c.EditQuestion, now: datetime) -> Reason | None:
    question = _question(learning_set, command.id)
    if question is None:
        return None
    if question.asker != command.actor:
        return Reason.NOT_THE_AUTHOR
    return None if may_see(learning_set, question.asker) else Reason.NOT_IN_THE_SET


def _owner_of_question(learning_set: LearningSet, command: c.SettleQuestion, now: datetime) -> Reason | None:
    question = _question(learning_set, command.id)
    return (
        None
        if question is None or _owns_turn(learning_set, command.actor, question.turn)
        else Reason.NOT_THE_OWNER
    )


def _records_commitment(
    learning_set: LearningSet, command: c.RecordCommitment | c.RecordNoCommitment, now: datetime
) -> Reason | None:
    if _owns_turn(learning_set, command.actor, command.turn) or may_run(learning_set, command.actor, now):
        return None
    return Reason.NOT_THE_OWNER if is_participant(learning_set, command.actor) else Reason.NOT_IN_THE_SET


def _edits_commitment(learning_set: LearningSet, command: c.EditCommitment, now: datetime) -> Reason | None:
    found = _commitment(learning_set, command.id)
    if found is None or command.actor in (*learning_set.unit_people(found.unit_id), found.recorded_by):
        return None if is_participant(learning_set, command.actor) else Reason.NOT_IN_THE_SET
    return Reason.NOT_THE_OWNER


def _reports(learning_set: LearningSet, command: c.FileReport, now: datetime) -> Reason | None:
    found = _commitment(learning_set, command.commitment_id)
    if not learning_set.is_active(command.actor or ""):
        return Reason.NOT_IN_THE_SET
    return (
        None
        if found is None or command.actor in learning_set.unit_people(found.unit_id)
        else Reason.NOT_THE_OWNER
    )


def _skips_report(learning_set: LearningSet, command: c.SkipReport, now: datetime) -> Reason | None:
    return (
        _member(learning_set, command, now)
        if command.person == command.actor
        else _runs(learning_set, command, now)
    )


def _sees(learning_set: LearningSet, read: r.Read, now: datetime) -> Reason | None:
    """What is said in the set stays in the set, but for whoever looks after it."""
    seen = may_see(learning_set, read.actor) or may_manage(learning_set, read.actor)
    return None if seen else Reason.NOT_IN_THE_SET


def _belongs(learning_set: LearningSet, read: r.Read, now: datetime) -> Reason | None:
    """In or invited, or one who looks after it."""
    member = learning_set.member(read.actor)
    waits = member is not None and member.answer is Answer.INVITED
    return None if waits else _sees(learning_set, read, now)


def _knows(learning_set: LearningSet, read: r.Read, now: datetime) -> Reason | None:
    """Whoever was ever in it, as they may say when they are away. What they send has its own rule."""
    return None if read.actor in learning_set.people else _belongs(learning_set, read, now)


def _own_person(learning_set: LearningSet, command: c.Command, now: datetime) -> Reason | None:
    return None if command.actor in learning_set.people else Reason.NOT_IN_THE_SET


def _owns_turn(learning_set: LearningSet, person: str | None, number: int) -> bool:
    turns = learning_set.meeting.turns if learning_set.meeting else ()
    return any(turn.number == number and person in learning_set.unit_people(turn.unit_id) for turn in turns)


def _question(learning_set: LearningSet, question_id: str) -> Question | None:
    questions = learning_set.meeting.questions if learning_set.meeting else ()
    return next((q for q in questions if q.id == question_id), None)


def _commitment(learning_set: LearningSet, commitment_id: str) -> Commitment | None:
    return next((found for found in learning_set.commitments if found.id == commitment_id), None)


RULES: Mapping[type[Asked], Rule] = {
    r.SeeNextMeeting: _sees,
    r.SeeStatus: _sees,
    r.SeeOwnPart: _belongs,
    r.SeeForm: _knows,
    c.AcceptInvitation: _invited,
    c.DeclineInvitation: _invited,
    c.JoinSet: _joins,
    c.LeaveSet: _member,
    c.ChangeFacilitator: _manager,
    c.EndSet: _manager,
    c.MoveMeeting: _manager,
    c.CancelMeeting: _manager,
    c.SkipTurn: _member,
    c.SwapPlaces: _member,
    c.HinderSet: _clock,
    c.UnhinderSet: _clock,
    c.GoOn: _manager,
    c.ChangeChannel: _channel,
    c.HinderPerson: _clock,
    c.UnhinderPerson: _clock,
    c.NoticeLeaving: _clock,
    c.GoAway: _own_person,
    c.UpdatePerson: _clock,
    c.PassTime: _clock,
    c.AskForReportBack: _clock,
    c.TellProposedOwner: _clock,
    c.StartMeeting: _runs,
    c.SetPresence: _presence,
    c.MoveOn: _runs,
    c.GoBack: _runs,
    c.StretchStage: _runs,
    c.PauseMeeting: _runs,
    c.ResumeMeeting: _runs,
    c.ChooseEnding: _runs,
    c.HandOver: _runs,
    c.EndMeeting: _runs,
    c.PlaceBid: _member,
    c.ChooseOwners: _runs,
    c.AskQuestion: _participant,
    c.EditQuestion: _asker,
    c.SettleQuestion: _owner_of_question,
    c.RecordCommitment: _records_commitment,
    c.EditCommitment: _edits_commitment,
    c.RecordNoCommitment: _records_commitment,
    c.FileReport: _reports,
    c.SkipReport: _skips_report,
    c.NoteTakeaway: _participant,
    c.WriteLearning: _participant,
}
