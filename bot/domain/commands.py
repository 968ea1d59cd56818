"""What somebody, or the clock, asks of a learning set. Imperative; one command is one transaction.

``actor`` is the person who asks, or None for the clock. Ids of new things are handed in. Texts are as the
person wrote them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Horizon, Outcome, Person, QuestionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something asked of one set of one workspace."""

    workspace_id: str
    set_id: str
    actor: str | None
    meeting_id: str | None = None
    """The meeting for which the button or modal was drawn, where there was one: an old press never moves a
    new meeting.
    """


# The set


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSet(Command):
    """Create a set. ``members`` in the order picked; with ``in_pairs`` the first two are a pair, the next
    two, and so on.
    """

    name: str
    channel_id: str
    members: tuple[str, ...]
    facilitator: str | None
    first_meeting_at: datetime
    """Naive wall-clock time in ``zone``."""
    zone: str
    every_weeks: int
    clock_id: str
    call_link: str | None = None
    in_pairs: bool = False
    sharing_agreed: bool = False
    """The channel is shared with another organisation, and the creator agrees to that."""
    people: Mapping[str, Person]
    """Everybody named above and the creator, as the directory knows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptInvitation(Command):
    """ "I'm in"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineInvitation(Command):
    """ "Not for me"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinSet(Command):
    """Somebody of the channel joins a set that already meets."""

    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveSet(Command):
    """A member leaves; what they said stays in the set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacilitator(Command):
    """Name another facilitator of the set, or none."""

    facilitator: Person | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSet(Command):
    """End the set for good. Everything stays readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMeeting(Command):
    """Move the next meeting.

    ``starts_at`` is naive wall-clock time in the set's zone; the rhythm stays as it was.
    """

    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelMeeting(Command):
    """Cancel the next meeting; the one after it takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipTurn(Command):
    """The actor's unit says "not this time" and keeps its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapPlaces(Command):
    """The actor's unit and another exchange their places in the turn order, once."""

    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoAway(Command):
    """The actor is away up to and including a day; None means back now."""

    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePerson(Command):
    """The workspace tells of a person's new name or zone."""

    person: Person


# What hinders it


@dataclass(frozen=True, slots=True, kw_only=True)
class HinderSet(Command):
    """The workspace tells that the set cannot meet in its channel: it is paused."""

    cause: Hindrance


@dataclass(frozen=True, slots=True, kw_only=True)
class UnhinderSet(Command):
    """The workspace tells that the set can be reached: it goes on where it stood."""

    shared: bool = False
    """Whether the channel is shared with another organisation; what was agreed about that then stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn(Command):
    """Whoever looks after the set has it go on where it is: they agree to the sharing, or have it tried
    again.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeChannel(Command):
    """The set meets in another channel: a person moves it there, or the same channel has another id."""

    channel_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HinderPerson(Command):
    """The workspace tells that a person of the set is out of reach."""

    person: str
    gone: bool = True
    """False: only that the bot cannot write to them in private."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnhinderPerson(Command):
    """The workspace tells that the person can be reached."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLeaving(Command):
    """The workspace tells that somebody is no longer in the set's channel."""

    person: str


# The clock


@dataclass(frozen=True, slots=True, kw_only=True)
class PassTime(Command):
    """The meeting asked to be woken: something of its time is due."""

    meeting_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForReportBack(Command):
    """A report-back prompt to one person is due. ``rung`` is 1 or 2."""

    meeting_id: str
    person: str
    rung: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TellProposedOwner(Command):
    """The private word to the units proposed for the next meeting is due, to one person."""

    meeting_id: str
    person: str


# The meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMeeting(Command):
    """Begin; possible from ten minutes before the scheduled start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPresence(Command):
    """The actor is here, or the facilitator corrects who is here."""

    present: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOn(Command):
    """Leave the stage of ``version`` for the next one."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack(Command):
    """Return to an earlier stage of the agenda. Nothing that was said is lost."""

    version: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchStage(Command):
    """Give the running stage more time. ``from_others`` agrees to take it from another owner's turn."""

    version: int
    minutes: int
    from_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseMeeting(Command):
    """Hold the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeMeeting(Command):
    """Let the clock run again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseEnding(Command):
    """After time was lost: end on time (the plan shrinks) or later (the end moves)."""

    later: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Command):
    """Hand the facilitator's role to another person, for this meeting."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndMeeting(Command):
    """Before the learning review: go straight to it. From then on: close the meeting."""

    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBid(Command):
    """Ask for airtime in one line; None takes the bid back."""

    line: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOwners(Command):
    """Choose who owns the turns of this meeting, in order, with the reason when it differs from the
    proposal.
    """

    units: tuple[str, ...]
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuestion(Command):
    """Write a question for the owner. ``begun_in`` is the stage in which the modal was opened."""

    id: str
    text: str
    begun_in: str
    turn: int
    """The turn in which the modal was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditQuestion(Command):
    """The asker rewrites their question, or withdraws it (``text`` is None)."""

    id: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleQuestion(Command):
    """The owner answers a question aloud, takes it away, or lets it pass."""

    id: str
    state: QuestionState


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentWords:
    """The words of a commitment as its owner gives them."""

    what: str
    due_on: date
    first_step: str | None = None
    how_known: str | None = None
    if_then: str | None = None
    hope_to_learn: str | None = None
    horizon: Horizon = Horizon.SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCommitment(Command):
    """The owner, or the facilitator for them, records what they will do in a turn of this meeting."""

    id: str
    turn: int
    words: CommitmentWords


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCommitment(Command):
    """Complete or rewrite a commitment until it locks, or withdraw it (``words`` is None)."""

    id: str
    words: CommitmentWords | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNoCommitment(Command):
    """The owner leaves a turn with "none, because ..."."""

    turn: int
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport(Command):
    """Report back on a commitment to the next or running meeting; a second time edits the first."""

    id: str
    commitment_id: str
    outcome: Outcome
    happened: str | None
    learned: str | None
    airtime: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipReport(Command):
    """Leave a person's report-backs out of this meeting: by themselves or by the facilitator."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTakeaway(Command):
    """What a member other than the owner takes away from a turn; None withdraws it."""

    turn: int
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLearning(Command):
    """A member's lines in the learning review; all None is "nothing to add"."""

    about_problem: str | None
    about_self: str | None
    about_set: str | None
