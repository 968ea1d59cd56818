"""What a command does to a set: the one entrance of the domain.

``decide`` asks in this order: does the set still run, may the actor (``authority``), does the meeting's
phase allow it (``machine``), and then the command's own rule. A refusal raises ``Rejected`` and changes
nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain import commands as c
from bot.domain import contributions, flow, hindering, membership, owners
from bot.domain import events as e
from bot.domain.authority import authorise, is_participant
from bot.domain.learning_set import Attendance, LearningSet
from bot.domain.machine import Moment, check_hindrance, check_phase
from bot.domain.rejections import Reason, Rejected

Decision = Callable[[LearningSet, Any, Moment], tuple[e.Event, ...]]

DECISIONS: Mapping[type[c.Command], Decision] = {
    c.AcceptInvitation: membership.accept,
    c.DeclineInvitation: membership.decline,
    c.JoinSet: membership.join,
    c.LeaveSet: membership.leave,
    c.ChangeFacilitator: membership.change_facilitator,
    c.EndSet: membership.end_set,
    c.MoveMeeting: membership.move_meeting,
    c.CancelMeeting: membership.cancel_meeting,
    c.SkipTurn: membership.skip_turn,
    c.SwapPlaces: membership.swap_places,
    c.GoAway: membership.go_away,
    c.UpdatePerson: membership.update_person,
    c.HinderSet: hindering.hinder_set,
    c.UnhinderSet: hindering.unhinder_set,
    c.GoOn: hindering.go_on,
    c.ChangeChannel: hindering.change_channel,
    c.HinderPerson: hindering.hinder_person,
    c.UnhinderPerson: hindering.unhinder_person,
    c.NoticeLeaving: hindering.notice_leaving,
    c.PassTime: flow.pass_time,
    c.StartMeeting: flow.start,
    c.SetPresence: flow.set_presence,
    c.MoveOn: flow.move_on,
    c.GoBack: flow.go_back,
    c.StretchStage: flow.stretch,
    c.PauseMeeting: flow.pause,
    c.ResumeMeeting: flow.resume,
    c.ChooseEnding: flow.choose_ending,
    c.HandOver: flow.hand_over,
    c.EndMeeting: flow.end,
    c.ChooseOwners: owners.choose_owners,
    c.PlaceBid: contributions.place_bid,
    c.AskQuestion: contributions.ask,
    c.EditQuestion: contributions.edit_question,
    c.SettleQuestion: contributions.settle_question,
    c.RecordCommitment: contributions.record_commitment,
    c.EditCommitment: contributions.edit_commitment,
    c.RecordNoCommitment: contributions.record_no_commitment,
    c.FileReport: contributions.file_report,
    c.SkipReport: contributions.skip_report,
    c.NoteTakeaway: contributions.note_takeaway,
    c.WriteLearning: contributions.write_learning,
    c.AskForReportBack: contributions.ask_for_report_back,
    c.TellProposedOwner: contributions.tell_proposed_owner,
}

OF_THE_CLOCK = frozenset({c.PassTime, c.AskForReportBack, c.TellProposedOwner})
"""What comes due by itself. In a set that is hindered it comes to nothing."""

NOT_AN_APPEARANCE = frozenset(
    {
        c.SkipTurn,
        c.SwapPlaces,
        c.GoAway,
        c.GoOn,
        c.ChangeChannel,
        c.LeaveSet,
        c.EndSet,
        c.UpdatePerson,
        c.SetPresence,
    }
)
"""Everything else that somebody does while the meeting runs shows that they are there."""


def decide(learning_set: LearningSet | None, command: c.Command, moment: Moment) -> tuple[e.Event, ...]:
    """The events that the command brings about.

    Raises ``Rejected``; KeyError for a command that has no rule.
    """
    if isinstance(command, c.CreateSet):
        return membership.create(command, moment)
    if learning_set is None:
        raise Rejected(Reason.NO_SET_HERE)
    if learning_set.ended_at is not None:
        return _after_the_end(command)
    authorise(learning_set, command, moment.now)
    if learning_set.hindered_by is not None and type(command) in OF_THE_CLOCK:
        return ()
    check_hindrance(learning_set, command)
    check_phase(learning_set.meeting, command)
    events = DECISIONS[type(command)](learning_set, command, moment)
    return *_appearance(learning_set, command), *events


def _after_the_end(command: c.Command) -> tuple[e.Event, ...]:
    """An ended set refuses people; what the clock or the workspace still tells it changes nothing."""
    if command.actor is None:
        return ()
    raise Rejected(Reason.SET_ENDED)


def _appearance(learning_set: LearningSet, command: c.Command) -> tuple[e.Event, ...]:
    """Present is who pressed "I'm here" or did anything."""
    meeting, actor = learning_set.meeting, command.actor
    begins = isinstance(command, c.StartMeeting)
    if meeting is None or actor is None or type(command) in NOT_AN_APPEARANCE or not (meeting.live or begins):
        return ()
    if actor in meeting.present or not is_participant(learning_set, actor):
        return ()
    return (e.PresenceSet(Attendance(actor, True, actor)),)
