"""Sets and meetings brought by real commands to the moment that a test wants."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.domain import commands as c
from bot.domain.decide import decide
from bot.domain.evolve import evolve_all
from bot.domain.formats import Format
from bot.domain.learning_set import LearningSet, Meeting, Outcome, Person
from bot.domain.machine import Moment
from bot.prompt_library import Language, PromptLibrary
from bot.surfaces.scene import Scene

LIBRARY = PromptLibrary.load(Path(__file__).parents[2] / "prompts")
LANGUAGE: Language = LIBRARY.language("en")
FORMAT: Format = LANGUAGE.format("classic")
CREATED = datetime(2027, 2, 1, 9, tzinfo=UTC)
FIRST_MEETING = datetime(2027, 2, 15, 10)  # noqa: DTZ001 - wall-clock time in the set's zone
ZONE = "Europe/London"
FACILITATOR = "UFACILITATOR"
LONGEST_NAME = "Wilhelmina Antoinette *de* <Montmorency> & Sons :wave: " + "x" * 25


def member(number: int) -> str:
    """The id of a member, from 1."""
    return f"U000000{number}"


@dataclass
class Play:
    """A set in the course of its life. Commands move it on; the clock moves only when told."""

    clock_id: str = "90x2"
    members: int = 4
    pairs: bool = False
    names: dict[str, str] = field(default_factory=dict)
    name: str = "Heads of department"
    now: datetime = CREATED
    questions: int = 0

    def __post_init__(self) -> None:
        people = [member(number) for number in range(1, self.members + 1)]
        create = c.CreateSet(
            workspace_id="T1",
            set_id="set1",
            actor=people[0],
            name=self.name,
            channel_id="C0000001",
            members=tuple(people),
            facilitator=FACILITATOR,
            first_meeting_at=FIRST_MEETING,
            zone=ZONE,
            every_weeks=4,
            clock_id=self.clock_id,
            call_link="https://call.example.org/room",
            in_pairs=self.pairs,
            people={person: self._person(person) for person in (*people, FACILITATOR)},
        )
        self.learning_set = evolve_all(None, decide(None, create, self._moment))
        for person in people:
            self.do(c.AcceptInvitation, person)

    @property
    def meeting(self) -> Meeting:
        assert self.learning_set.meeting is not None
        return self.learning_set.meeting

    @property
    def scene(self) -> Scene:
        return Scene(self.learning_set, LANGUAGE, FORMAT, self.now)

    @property
    def _moment(self) -> Moment:
        return Moment(self.now, FORMAT)

    def do(self, command: type[c.Command], actor: str | None, **values: object) -> "Play":
        asked = command(workspace_id="T1", set_id="set1", actor=actor, **values)  # type: ignore[arg-type]
        self.learning_set = evolve_all(self.learning_set, decide(self.learning_set, asked, self._moment))
        return self

    def start(self) -> "Play":
        """Everybody is here, on time."""
        self.now = self.meeting.starts_at
        self.do(c.StartMeeting, FACILITATOR)
        for number in range(1, self.members + 1):
            self.do(c.SetPresence, member(number), present={member(number): True})
        return self

    def go_to(self, stage: str, turn: int | None = None) -> "Play":
        """Forward, a minute in each stage, with a commitment of each owner on the way."""
        while self.meeting.stage != stage or (turn is not None and self._slot_turn != turn):
            self.next_stage()
        return self

    def next_stage(self) -> "Play":
        if self.meeting.stage == "report-backs" and self.meeting.stage_ends_at is not None:
            self.now = max(self.now, self.meeting.stage_ends_at)
        if self.meeting.stage == "commitments":
            self.commit()
        self.now += timedelta(minutes=1)
        return self.do(c.MoveOn, FACILITATOR, version=self.meeting.version)

    def commit(self, what: str = "Talk to two colleagues", due_on: date = date(2027, 3, 1)) -> "Play":
        words = c.CommitmentWords(what=what, due_on=due_on)
        turn = self._slot_turn
        identity = f"commitment{self.meeting.number}{turn}{len(self.learning_set.commitments)}"
        return self.do(c.RecordCommitment, FACILITATOR, id=identity, turn=turn, words=words)

    def ask(self, person: str, text: str = "What have you not tried yet?") -> "Play":
        self.questions += 1
        stage = self.meeting.stage
        return self.do(
            c.AskQuestion, person, id=f"q{self.questions}", text=text, begun_in=stage, turn=self._slot_turn
        )

    def finish(self) -> "Play":
        """To the end of the meeting; the next one is then scheduled."""
        number = self.meeting.number
        while self.meeting.number == number:
            self.next_stage()
        return self

    def report(self, person: str, commitment_id: str, outcome: Outcome = Outcome.PARTLY) -> "Play":
        return self.do(
            c.FileReport,
            person,
            id="r1",
            commitment_id=commitment_id,
            outcome=outcome,
            happened="It rained.",
            learned=None,
            airtime=True,
        )

    def with_set(self, **changes: object) -> LearningSet:
        return replace(self.learning_set, **changes)  # type: ignore[arg-type]

    @property
    def _slot_turn(self) -> int | None:
        return self.meeting.slot.turn if self.meeting.slot else None

    def _person(self, person: str) -> Person:
        return Person(person, self.names.get(person, f"Member {person[-1]}"), ZONE)


def with_longest_names(members: int = 12, clock_id: str = "120x3") -> Play:
    """Twelve people whose names are as long and as awkward as Slack allows, in a set called likewise."""
    people = [*(member(number) for number in range(1, members + 1)), FACILITATOR]
    return Play(
        clock_id=clock_id,
        members=members,
        pairs=True,
        names=dict.fromkeys(people, LONGEST_NAME),
        name=LONGEST_NAME[:80],
    )
