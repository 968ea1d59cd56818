"""The meeting's state machine: what can happen next.

Theory of operation ------------------- A meeting is in one phase. ``TRANSITIONS`` says for each phase which
commands may be decided there at all; everything that is not in the table is refused with the sentence of
``REFUSED_IN``, and changes nothing. A command that is in the table may still be refused by its own guard
(who asks: ``authority``; what is missing: the guards in ``flow``). The state diagram in ``docs/`` is drawn
from this table.

Within ``RUNNING`` the meeting walks along its agenda: an ordered tuple of slots, one per stage and turn,
laid out from the format. ``MoveOn`` goes one slot forward, ``GoBack`` to any earlier one, ``EndMeeting`` to
the learning review and from there to the end; nothing that was said is touched by moving.
``Meeting.version`` grows with each change of stage; a press carries the version that it was drawn with, so
the second of two presses is told that the first has already moved on.

Time never moves the meeting, with two exceptions: a stage that moves on by itself (stillness), and a
forgotten meeting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import commands as c
from bot.domain.formats import Format
from bot.domain.learning_set import LearningSet, Meeting, Phase
from bot.domain.rejections import Reason, Rejected

REPORT_BACKS = "report-backs"
BIDS = "bids"
PROBLEM = "problem"
COMMITMENTS = "commitments"
LEARNING_REVIEW = "learning-review"
BREAK = "break"
"""Stage ids to which the machine gives a meaning of its own; a format that uses one gets its guard."""

STAND_IN_AFTER = timedelta(minutes=2)
"""Where the facilitator does not act, any present member may run the meeting after this long."""
OFFER_ENDING_AFTER = timedelta(minutes=2)
"""Time lost to a late start or a pause from which "end on time or later?" is asked."""
COMMITMENTS_LOCK_AFTER = timedelta(hours=24)
"""Commitments can be completed until this long after the close; then the wording stands."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a decision is handed in: the time, and the format of the set."""

    now: datetime
    format: Format


SCHEDULED, OPENED, RUNNING, PAUSED = Phase.SCHEDULED, Phase.OPENED, Phase.RUNNING, Phase.PAUSED
CLOSED, CANCELLED = Phase.CLOSED, Phase.CANCELLED

TRANSITIONS: Mapping[Phase, Mapping[type[c.Command], tuple[Phase, ...]]] = {
    SCHEDULED: {
        c.PassTime: (OPENED, CANCELLED),
        c.StartMeeting: (RUNNING,),
        c.MoveMeeting: (SCHEDULED,),
        c.CancelMeeting: (CANCELLED,),
        c.EndSet: (CANCELLED,),
    },
    OPENED: {
        c.PassTime: (CANCELLED,),
        c.StartMeeting: (RUNNING,),
        c.MoveMeeting: (SCHEDULED,),
        c.CancelMeeting: (CANCELLED,),
        c.EndSet: (CANCELLED,),
        c.SetPresence: (OPENED,),
    },
    RUNNING: {
        c.PassTime: (RUNNING, CLOSED),
        c.MoveOn: (RUNNING, CLOSED),
        c.GoBack: (RUNNING,),
        c.EndMeeting: (RUNNING, CLOSED),
        c.StretchStage: (RUNNING,),
        c.PauseMeeting: (PAUSED,),
        c.ChooseEnding: (RUNNING,),
        c.ChooseOwners: (RUNNING,),
        c.HandOver: (RUNNING,),
        c.SetPresence: (RUNNING,),
        c.AskQuestion: (RUNNING,),
        c.EditQuestion: (RUNNING,),
        c.SettleQuestion: (RUNNING,),
        c.NoteTakeaway: (RUNNING,),
        c.WriteLearning: (RUNNING,),
        c.RecordCommitment: (RUNNING,),
        c.RecordNoCommitment: (RUNNING,),
    },
    PAUSED: {
        c.PassTime: (CLOSED,),
        c.ResumeMeeting: (RUNNING,),
        c.EndMeeting: (RUNNING, CLOSED),
        c.ChooseEnding: (PAUSED,),
        c.ChooseOwners: (PAUSED,),
        c.HandOver: (PAUSED,),
        c.SetPresence: (PAUSED,),
        c.AskQuestion: (PAUSED,),
        c.EditQuestion: (PAUSED,),
        c.SettleQuestion: (PAUSED,),
        c.NoteTakeaway: (PAUSED,),
        c.WriteLearning: (PAUSED,),
        c.RecordCommitment: (PAUSED,),
        c.RecordNoCommitment: (PAUSED,),
    },
    CLOSED: {},
    CANCELLED: {},
}

PHASE_COMMANDS = frozenset(command for row in TRANSITIONS.values() for command in row)
"""The commands that a phase allows or refuses; all others are possible at any time."""

TIED_TO_A_MEETING = PHASE_COMMANDS | {c.PlaceBid, c.SkipTurn, c.SkipReport}
"""Meant for the meeting for which their button was drawn; an old press never touches a new meeting."""

POSSIBLE_WHILE_HINDERED = frozenset({c.MoveMeeting, c.CancelMeeting, c.EndSet})
"""What can be asked of the meeting of a set that is hindered."""
LANDS_WHILE_HINDERED = frozenset(
    {
        c.AskQuestion,
        c.EditQuestion,
        c.SettleQuestion,
        c.NoteTakeaway,
        c.WriteLearning,
        c.RecordCommitment,
        c.RecordNoCommitment,
    }
)
"""Nothing of this is begun then; but what somebody was writing lands, and is shown when the set goes on."""

REFUSED_IN: Mapping[Phase, Reason] = {
    SCHEDULED: Reason.NOT_STARTED,
    OPENED: Reason.NOT_STARTED,
    RUNNING: Reason.MEETING_RUNNING,
    PAUSED: Reason.PAUSED,
    CLOSED: Reason.MEETING_CLOSED,
    CANCELLED: Reason.MEETING_CLOSED,
}


def check_phase(meeting: Meeting | None, command: c.Command) -> None:
    """Raise ``Rejected`` when the meeting's phase does not allow the command, or it was meant for another
    meeting.
    """
    if type(command) not in TIED_TO_A_MEETING:
        return
    if meeting is None:
        raise Rejected(Reason.NO_MEETING)
    if command.actor is not None and command.meeting_id not in (None, meeting.id):
        raise Rejected(Reason.MEETING_CLOSED)
    if type(command) not in PHASE_COMMANDS or type(command) in TRANSITIONS[meeting.phase]:
        return
    if isinstance(command, c.StartMeeting) and meeting.live:
        raise Rejected(Reason.ALREADY_STARTED)
    if isinstance(command, c.ResumeMeeting) and meeting.phase is RUNNING:
        raise Rejected(Reason.NOT_PAUSED)
    raise Rejected(REFUSED_IN[meeting.phase])


def check_hindrance(learning_set: LearningSet, command: c.Command, *, begins: bool = False) -> None:
    """Raise ``Rejected`` when the set is hindered and a person wants to move its meeting on: nobody would see
    it. ``begins``: somebody is about to write something that could not be shown either.
    """
    possible = POSSIBLE_WHILE_HINDERED if begins else POSSIBLE_WHILE_HINDERED | LANDS_WHILE_HINDERED
    if learning_set.hindered_by is None or command.actor is None:
        return
    if type(command) in PHASE_COMMANDS - possible:
        raise Rejected(Reason.SET_HINDERED)
