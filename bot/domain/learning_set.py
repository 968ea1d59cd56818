"""The state of one learning set: its members, their turns, the meeting that is next or running.

Everything is frozen; ``bot.domain.evolve`` makes new states from events. People are opaque ids: the domain
does not know what a Slack user is. A *unit* owns a turn: one member, or a pair that owns its problem
together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from bot.domain.agenda import Slot
from bot.domain.calendar import WorkingHours
from bot.domain.hindrances import Hindrance
from bot.domain.ledger import Places


class Answer(StrEnum):
    """What a person said to the invitation. Unanswered is not in: no turns, no nudges."""

    INVITED = "invited"
    IN = "in"
    DECLINED = "declined"
    LEFT = "left"


class Phase(StrEnum):
    """Where a meeting stands."""

    SCHEDULED = "scheduled"
    OPENED = "opened"
    """The board is up, ten minutes before the start; nobody has started yet."""
    RUNNING = "running"
    PAUSED = "paused"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class QuestionState(StrEnum):
    """What became of a question. Only the owner sees which; ``HELD`` waits for the end of a stillness."""

    HELD = "held"
    WAITING = "waiting"
    ANSWERED = "answered"
    TAKEN_AWAY = "taken-away"
    PASSED = "passed"
    WITHDRAWN = "withdrawn"


SETTLED = frozenset({QuestionState.ANSWERED, QuestionState.TAKEN_AWAY, QuestionState.PASSED})
"""What an owner may do with a question: their own affair."""


class Outcome(StrEnum):
    """The five honest answers of a report-back."""

    DONE = "done"
    PARTLY = "partly"
    NOT_YET = "not-yet"
    CHANGED_COURSE = "changed-course"
    DROPPED = "dropped"


class Horizon(StrEnum):
    """How far a commitment reaches."""

    SHORT = "short"
    LONG = "long"


class Told(StrEnum):
    """What has been said about the running stage's time, so that it is said once."""

    NOTHING = "nothing"
    TIME_UP = "time-up"
    OVERRUN = "overrun"


FINISHING_OUTCOMES = frozenset({Outcome.DONE, Outcome.CHANGED_COURSE, Outcome.DROPPED})
"""After one of these a commitment is no longer open; partly and not yet keep it open."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the workspace, as far as the set must know them."""

    id: str
    name: str
    zone: str
    work_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    work_start: time = time(8)
    work_end: time = time(18)
    away_from: date | None = None
    away_until: date | None = None

    @property
    def hours(self) -> WorkingHours:
        """Their own working hours, in their own zone, without the days they are away."""
        return WorkingHours(
            zone=self.zone,
            days=frozenset(self.work_days),
            start=self.work_start,
            end=self.work_end,
            away_from=self.away_from,
            away_until=self.away_until,
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A person's place in one set."""

    person: str
    unit_id: str
    answer: Answer = Answer.INVITED
    first_meeting: int = 1
    """Number of the first meeting after they joined: a newcomer is not proposed in it unless they ask."""


@dataclass(frozen=True, slots=True)
class UnitTurns:
    """How many turns a unit has had in this set, and when the last one counted."""

    unit_id: str
    taken: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """One slot of airtime in a meeting and who owns it."""

    number: int
    unit_id: str
    reason: str
    """A ``ledger.Reason``, or ``chosen`` when somebody was chosen instead of the proposal."""
    why: str | None = None
    """The words kept when the turn was handed on."""
    chosen_by: str | None = None
    counted_at: datetime | None = None
    """When its problem stage ended: from then on the turn counts in the ledger."""
    none_because: str | None = None
    """The owner leaves without a commitment, and why."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Whether a person is at the meeting; ``by`` is another person when the facilitator corrected it."""

    person: str
    present: bool
    by: str


@dataclass(frozen=True, slots=True)
class Bid:
    """One line by which somebody asks for airtime in this meeting."""

    person: str
    line: str


@dataclass(frozen=True, slots=True)
class TurnSkip:
    """A unit said "not this time"; it keeps its place at the front."""

    unit_id: str
    by: str


@dataclass(frozen=True, slots=True)
class ReportSkip:
    """A person's report-backs are left out of this meeting, by themselves or by the facilitator."""

    person: str
    by: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question written for the owner of a turn."""

    id: str
    turn: int
    stage: str
    """The stage in which it landed."""
    begun_in: str
    """The stage in which its modal was opened."""
    asker: str
    text: str
    asked_at: datetime
    state: QuestionState = QuestionState.WAITING


@dataclass(frozen=True, slots=True)
class Commitment:
    """What an owner will do, by when. A small experiment."""

    id: str
    meeting_id: str
    turn: int
    unit_id: str
    recorded_by: str
    what: str
    due_on: date
    made_at: datetime
    first_step: str | None = None
    how_known: str | None = None
    if_then: str | None = None
    hope_to_learn: str | None = None
    horizon: Horizon = Horizon.SHORT
    locks_at: datetime | None = None
    """Set at the close of its meeting (24 hours later); from then on the wording stands and only progress
    is added.
    """
    finished: bool = False
    """A report-back said done, changed course or dropped."""


@dataclass(frozen=True, slots=True)
class ReportBack:
    """What became of a commitment, told to one meeting."""

    id: str
    commitment_id: str
    meeting_id: str
    person: str
    outcome: Outcome
    happened: str | None
    learned: str | None
    airtime: bool
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Takeaway:
    """What a member other than the owner takes away from a turn."""

    person: str
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class LearningLine:
    """A member's lines in the learning review. None in all three is a valid answer."""

    person: str
    about_problem: str | None
    about_self: str | None
    about_set: str | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting: its plan, its clock, and what people gave to it."""

    id: str
    number: int
    planned_at: datetime
    """The occurrence of the set's rhythm that this meeting uses up, wherever it is moved to."""
    starts_at: datetime
    ends_at: datetime
    """The scheduled end; the plan shrinks to it. "End later" moves it."""
    agenda: tuple[Slot, ...]
    phase: Phase = Phase.SCHEDULED
    position: int = -1
    """Index of the running stage in the agenda; -1 before the start."""
    version: int = 0
    """Grows with each change of stage; buttons carry it, so that an old press is told from a new one."""
    facilitator: str | None = None
    """Who facilitates this meeting; a hand-over changes it for this meeting alone."""
    started_at: datetime | None = None
    stage_ends_at: datetime | None = None
    paused_at: datetime | None = None
    told: Told = Told.NOTHING
    ending_offer_seconds: int | None = None
    """Seconds lost to a late start or a pause, while "end on time or later?" waits for an answer."""
    learning_shown: bool = False
    closed_at: datetime | None = None
    closed_unfinished: bool = False
    boards: int = 0
    """How many boards it has had: a new one goes up when it was moved after the first was up, or to another
    channel.
    """
    kept_units: tuple[str, ...] = ()
    """Units that were passed over (absent, new, "not this time", or handed on) and kept their place."""
    turns: tuple[Turn, ...] = ()
    attendance: tuple[Attendance, ...] = ()
    bids: tuple[Bid, ...] = ()
    turn_skips: tuple[TurnSkip, ...] = ()
    report_skips: tuple[ReportSkip, ...] = ()
    questions: tuple[Question, ...] = ()
    takeaways: tuple[Takeaway, ...] = ()
    learning: tuple[LearningLine, ...] = ()

    @property
    def slot(self) -> Slot | None:
        """The running stage's slot, or None before the start."""
        return self.agenda[self.position] if self.position >= 0 else None

    @property
    def stage(self) -> str | None:
        """The running stage's id, or None before the start."""
        return self.slot.stage if self.slot else None

    @property
    def turn(self) -> Turn | None:
        """The turn to which the running stage belongs, where it belongs to one."""
        number = self.slot.turn if self.slot else None
        return next((turn for turn in self.turns if turn.number == number), None)

    @property
    def live(self) -> bool:
        """It has begun and has not ended."""
        return self.phase in (Phase.RUNNING, Phase.PAUSED)

    @property
    def present(self) -> frozenset[str]:
        """The people who are at the meeting."""
        return frozenset(a.person for a in self.attendance if a.present)

    def turn_skipped(self, unit_id: str) -> bool:
        """Whether the unit said "not this time" to this meeting."""
        return any(skip.unit_id == unit_id for skip in self.turn_skips)

    def bid_of(self, person: str) -> Bid | None:
        """The person's bid for airtime in this meeting."""
        return next((bid for bid in self.bids if bid.person == person), None)


@dataclass(frozen=True, slots=True)
class LearningSet:
    """One set, with the meeting that is next or running.

    The unit of consistency: one command changes one set.
    """

    workspace_id: str
    id: str
    name: str
    channel_id: str
    creator: str
    facilitator: str | None
    zone: str
    first_meeting_at: datetime
    """Naive wall-clock time of the first meeting in ``zone``: the rhythm counts from here."""
    every_weeks: int
    format_id: str
    clock_id: str
    created_at: datetime
    call_link: str | None = None
    language: str = "en"
    ended_at: datetime | None = None
    hindered_by: Hindrance | None = None
    """Why the set is paused; None while it can be reached."""
    hindered_at: datetime | None = None
    sharing_agreed: bool = False
    """Whoever looks after the set agreed that it meets in a channel shared with another organisation."""
    hindered_people: tuple[str, ...] = ()
    """Who of its people is out of reach: not prompted, not proposed, not present, and never lost."""
    unwritable_people: tuple[str, ...] = ()
    """To whom the bot cannot write in private, as to many from other organisations: not prompted."""
    members: tuple[Member, ...] = ()
    places: Places = ()
    unit_turns: tuple[UnitTurns, ...] = ()
    meeting: Meeting | None = None
    commitments: tuple[Commitment, ...] = ()
    """The open ones of earlier meetings, and all that were made in ``meeting``."""
    reports: tuple[ReportBack, ...] = ()
    """The report-backs told to ``meeting``."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """Everybody who is or was a member, the facilitator and the creator, by id."""

    @property
    def active_members(self) -> tuple[Member, ...]:
        """Those who said that they are in."""
        return tuple(m for m in self.members if m.answer is Answer.IN)

    @property
    def pairs(self) -> bool:
        """Whether any two members own their problems together."""
        units = [m.unit_id for m in self.members]
        return len(units) != len(frozenset(units))

    def member(self, person: str) -> Member | None:
        """The person's membership, whatever they answered."""
        return next((m for m in self.members if m.person == person), None)

    def can_be_written_to(self, person: str | None) -> bool:
        """Whether the bot reaches the person in private."""
        return person not in self.hindered_people and person not in self.unwritable_people

    def is_active(self, person: str) -> bool:
        """Whether the person is in."""
        found = self.member(person)
        return found is not None and found.answer is Answer.IN

    @property
    def acting_facilitator(self) -> str | None:
        """Who facilitates now: of a live meeting whoever holds the role there, else the set's facilitator.

        Nobody, while that person cannot be reached.
        """
        holder = self.meeting.facilitator if self.meeting and self.meeting.live else self.facilitator
        return None if holder in self.hindered_people else holder

    def unit_people(self, unit_id: str) -> tuple[str, ...]:
        """The people of a unit who are in."""
        return tuple(m.person for m in self.active_members if m.unit_id == unit_id)

    def is_former(self, person: str) -> bool:
        """Whether the set knows of this person only that they were there: their name was deleted."""
        known = self.people.get(person)
        return known is not None and not known.name

    def owners(self, turn: Turn) -> tuple[str, ...]:
        """Who owns the turn: the unit's people who are present, or all of them when none is."""
        people = self.unit_people(turn.unit_id)
        present = self.meeting.present if self.meeting else frozenset()
        return tuple(p for p in people if p in present) or people

    @property
    def current_owners(self) -> tuple[str, ...]:
        """The owners of the running turn; nobody outside a turn."""
        turn = self.meeting.turn if self.meeting else None
        return self.owners(turn) if turn else ()

    def turn_commitments(self, turn: int) -> tuple[Commitment, ...]:
        """What the owners of a turn of this meeting have committed to."""
        meeting = self.meeting
        return tuple(c for c in self.commitments if meeting and c.meeting_id == meeting.id and c.turn == turn)

    def due_commitments(self, person: str | None = None) -> tuple[Commitment, ...]:
        """Commitments of earlier meetings that this meeting wants a report-back on: all, or those of one
        person's unit.
        """
        member = self.member(person) if person else None
        return tuple(
            c
            for c in self.commitments
            if not (self.meeting and c.meeting_id == self.meeting.id)
            and (not c.finished or self.report_on(c.id) is not None)
            and (person is None or (member is not None and member.unit_id == c.unit_id))
        )

    def report_on(self, commitment_id: str) -> ReportBack | None:
        """The report-back that this meeting has on a commitment."""
        return next((r for r in self.reports if r.commitment_id == commitment_id), None)

    def reports_missing(self, person: str) -> tuple[Commitment, ...]:
        """The person's commitments that still lack a report-back to this meeting."""
        return tuple(c for c in self.due_commitments(person) if self.report_on(c.id) is None)
