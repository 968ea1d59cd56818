"""What a message is drawn from: a set at one moment, and the language and format in which to speak of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import Event
from bot.domain.formats import Format
from bot.domain.learning_set import LearningSet, Meeting
from bot.prompt_library import Language, Line, StageWords, When, WhenStyle, Words
from bot.surfaces import keys
from bot.surfaces.names import listed, unit_name
from bot.surfaces.text import shorten
from bot.surfaces.values import Carried

NAME_LIMIT = 40
"""Display names may have 80 characters; a message that names many must stay short enough for Slack."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One set, as it is when a message about it is drawn. ``now`` is aware and in UTC."""

    learning_set: LearningSet
    language: Language
    format: Format
    now: datetime

    @property
    def words(self) -> Words:
        """The words of the set's language."""
        return self.language.words

    @property
    def meeting(self) -> Meeting:
        """The meeting that is next or running. Raises ValueError where there is none."""
        if self.learning_set.meeting is None:
            raise ValueError("the set has no meeting")
        return self.learning_set.meeting

    @property
    def board_key(self) -> str:
        """Our key of the meeting's board."""
        return keys.board(self.meeting.id, self.meeting.boards)

    def board_key_of(self, meeting_id: str) -> str:
        """The same for any meeting of the set; of one that is over, the first."""
        known = self.learning_set.meeting
        return self.board_key if known and known.id == meeting_id else keys.board(meeting_id)

    @property
    def stage_words(self) -> StageWords:
        """The words of the running stage. Raises ValueError before the start."""
        if self.meeting.stage is None:
            raise ValueError("the meeting has not begun")
        return self.words_of(self.meeting.stage)

    def words_of(self, stage_id: str) -> StageWords:
        """The words of any stage of the format."""
        return self.language.stage_words(self.learning_set.format_id, stage_id)

    def stage_name(self, stage_id: str) -> Line:
        """What a stage is called; a stage that the format lost since is called by its id."""
        known = any(stage.id == stage_id for stage in self.format.stages)
        return Line.ours(self.words_of(stage_id).name if known else stage_id)

    def called(self, person: str) -> Line:
        """A display name, as its person wrote it, shortened; a plain word for whom the set does not know, or
        not any more.
        """
        known = self.learning_set.people.get(person)
        if known is None:
            return self.words.rich("people.somebody")
        return Line.of(shorten(known.name, NAME_LIMIT)) if known.name else self.words.rich("people.former")

    def people(self, people: Iterable[str]) -> Line:
        """Display names: "Ama, Ben and Chidi"."""
        return listed([self.called(person) for person in people], self.language)

    def unit(self, unit_id: str) -> Line:
        """The names of a unit's people."""
        return unit_name(self.learning_set, unit_id, self.language)

    def owners(self, turn_number: int) -> Line:
        """The names of those who own a turn of the meeting, even if they left; empty when nobody does."""
        turn = next((turn for turn in self.meeting.turns if turn.number == turn_number), None)
        if turn is None:
            return Line()
        owners = self.learning_set.owners(turn)
        return self.people(owners) if owners else self.unit(turn.unit_id)

    def time(self, at: datetime) -> Line:
        """The time of day, in each reader's own zone."""
        return Line.of(When(at, self.learning_set.zone, WhenStyle.TIME))

    def date_time(self, at: datetime) -> Line:
        """Date and time, in each reader's own zone."""
        return Line.of(When(at, self.learning_set.zone, WhenStyle.DATE_TIME))

    def carried(self, turn: int | None = None, person: str | None = None, item: str | None = None) -> str:
        """What a button about the meeting carries: the stage and version with which it was drawn, and what it
        is about.
        """
        meeting = self.meeting
        running = meeting.slot.turn if meeting.slot else None
        return Carried(
            set_id=self.learning_set.id,
            meeting_id=meeting.id,
            version=meeting.version,
            stage=meeting.stage,
            turn=running if turn is None else turn,
            person=person,
            item=item,
        ).packed()


@dataclass(frozen=True, slots=True)
class Step:
    """One event on the way: the set before it and right after it, all events of its command, and how the set
    ends up.
    """

    before: Scene | None
    after: Scene
    final: Scene
    events: Sequence[Event]
