"""What has happened to a learning set. Past tense; facts only, never refused."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.agenda import Slot
from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import (
    Attendance,
    Bid,
    Commitment,
    LearningLine,
    LearningSet,
    Meeting,
    Member,
    Person,
    Question,
    QuestionState,
    ReportBack,
    ReportSkip,
    Takeaway,
    Turn,
    TurnSkip,
)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact about one set."""


# The set


@dataclass(frozen=True, slots=True)
class SetCreated(Event):
    learning_set: LearningSet


@dataclass(frozen=True, slots=True)
class InvitationAccepted(Event):
    person: str
    first_meeting: int


@dataclass(frozen=True, slots=True)
class InvitationDeclined(Event):
    person: str


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    member: Member
    person: Person


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    person: str


@dataclass(frozen=True, slots=True)
class FacilitatorChanged(Event):
    facilitator: Person | None


@dataclass(frozen=True, slots=True)
class SetEnded(Event):
    at: datetime


@dataclass(frozen=True, slots=True)
class MeetingScheduled(Event):
    meeting: Meeting


@dataclass(frozen=True, slots=True)
class MeetingMoved(Event):
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingCancelled(Event):
    by: str | None
    """None: nobody started it until long after its scheduled end."""


@dataclass(frozen=True, slots=True)
class TurnSkipped(Event):
    skip: TurnSkip


@dataclass(frozen=True, slots=True)
class PlacesSwapped(Event):
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class PersonWentAway(Event):
    person: str
    away_from: date
    until: date


@dataclass(frozen=True, slots=True)
class PersonCameBack(Event):
    person: str


@dataclass(frozen=True, slots=True)
class PersonUpdated(Event):
    person: Person


# What hinders it


@dataclass(frozen=True, slots=True)
class SetHindered(Event):
    """It is paused: nothing is due by itself, and its meetings are not moved on."""

    cause: Hindrance
    at: datetime


@dataclass(frozen=True, slots=True)
class SetUnhindered(Event):
    """It goes on where it stood."""

    sharing_agreed: bool


@dataclass(frozen=True, slots=True)
class ChannelChanged(Event):
    channel_id: str
    by: str | None
    """None: it is the same channel under another id."""


@dataclass(frozen=True, slots=True)
class PersonHindered(Event):
    person: str
    gone: bool
    """False: they only cannot be written to in private."""


@dataclass(frozen=True, slots=True)
class PersonUnhindered(Event):
    person: str


@dataclass(frozen=True, slots=True)
class ChannelLeft(Event):
    """A member left the channel, or was taken out of it, and belongs to the set all the same."""

    person: str


# Prompts


@dataclass(frozen=True, slots=True)
class ReportBackAsked(Event):
    person: str
    rung: int


@dataclass(frozen=True, slots=True)
class ProposedOwnerTold(Event):
    person: str


# The meeting


@dataclass(frozen=True, slots=True)
class BoardOpened(Event):
    """Ten minutes before the start."""


@dataclass(frozen=True, slots=True)
class MeetingStarted(Event):
    at: datetime
    by: str
    facilitator: str | None


@dataclass(frozen=True, slots=True)
class StageEntered(Event):
    position: int
    at: datetime
    ends_at: datetime
    by: str | None
    """None: it moved on by itself."""
    back: bool = False


@dataclass(frozen=True, slots=True)
class StageTimeUp(Event):
    """The running stage's time is over; nobody is moved."""


@dataclass(frozen=True, slots=True)
class StageOverrun(Event):
    """One minute over: a private word to whoever facilitates."""


@dataclass(frozen=True, slots=True)
class StageStretched(Event):
    agenda: tuple[Slot, ...]
    stage_ends_at: datetime
    minutes: int
    taken_from_turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MeetingPaused(Event):
    at: datetime


@dataclass(frozen=True, slots=True)
class MeetingResumed(Event):
    at: datetime
    stage_ends_at: datetime


@dataclass(frozen=True, slots=True)
class EndingOffered(Event):
    seconds_lost: int


@dataclass(frozen=True, slots=True)
class EndingChosen(Event):
    ends_at: datetime
    later: bool


@dataclass(frozen=True, slots=True)
class FacilitatorHandedOver(Event):
    to: str
    by: str


@dataclass(frozen=True, slots=True)
class PresenceSet(Event):
    attendance: Attendance


@dataclass(frozen=True, slots=True)
class BidPlaced(Event):
    bid: Bid


@dataclass(frozen=True, slots=True)
class BidWithdrawn(Event):
    person: str


@dataclass(frozen=True, slots=True)
class OwnersChosen(Event):
    turns: tuple[Turn, ...]
    agenda: tuple[Slot, ...]
    """Without the turns that nobody owns."""


@dataclass(frozen=True, slots=True)
class TurnCounted(Event):
    turn: int
    unit_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QuestionAsked(Event):
    question: Question


@dataclass(frozen=True, slots=True)
class QuestionEdited(Event):
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class QuestionWithdrawn(Event):
    id: str


@dataclass(frozen=True, slots=True)
class QuestionsReleased(Event):
    """Held during a stillness, now shown."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionSettled(Event):
    id: str
    state: QuestionState


@dataclass(frozen=True, slots=True)
class CommitmentRecorded(Event):
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class CommitmentEdited(Event):
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class CommitmentWithdrawn(Event):
    id: str


@dataclass(frozen=True, slots=True)
class NoCommitmentRecorded(Event):
    turn: int
    because: str
    by: str


@dataclass(frozen=True, slots=True)
class ReportFiled(Event):
    report: ReportBack
    edited: bool


@dataclass(frozen=True, slots=True)
class ReportSkipped(Event):
    skip: ReportSkip


@dataclass(frozen=True, slots=True)
class TakeawayNoted(Event):
    takeaway: Takeaway


@dataclass(frozen=True, slots=True)
class TakeawayWithdrawn(Event):
    person: str
    turn: int


@dataclass(frozen=True, slots=True)
class LearningWritten(Event):
    line: LearningLine


@dataclass(frozen=True, slots=True)
class LearningShown(Event):
    """All who are present are in, or the stage ended: the lines appear together."""


@dataclass(frozen=True, slots=True)
class MeetingClosed(Event):
    at: datetime
    by: str | None
    """None: it was forgotten and closed itself."""
    unfinished_turns: tuple[int, ...]
    """Turns whose owners left with neither a commitment nor a "none, because"."""
