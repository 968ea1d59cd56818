"""Formats: which stages a meeting has, in which order, and how long each lasts on each clock.

A format is an ordered list of stages. A clock ("90x2": 90 minutes, two turns) gives every stage its minutes;
its turn stages are repeated once per turn. Formats are data (`prompts/<language>/formats/`); this module says
what a sound one is and lays it out as slots. The words of a stage are not here: they belong to a language.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn

from bot.domain.agenda import Slot

SECONDS_PER_MINUTE = 60


class Part(StrEnum):
    """Where in the meeting a stage stands: before the turns, in each turn, between turns, or after them."""

    OPENING = "opening"
    TURN = "turn"
    BREAK = "break"
    CLOSING = "closing"


class MovesOn(StrEnum):
    """Who may move the meeting on from a stage. Who stands in for a facilitator is the meeting's rule."""

    FACILITATOR = "facilitator"


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a turn or of the meeting. `minutes` has one entry per clock id; 0: does not occur there.

    `minimum_minutes` is never taken away by an overrun. `questions_asked`: members may write questions here.
    `held`: what is asked waits unseen until the stage ends. `moves_on_by_itself`: its end needs no press.
    """

    id: str
    part: Part
    minutes: Mapping[str, int] = field(hash=False)
    minimum_minutes: int
    questions_asked: bool = False
    moves_on_by_itself: bool = False
    held: bool = False
    who_moves_on: MovesOn = MovesOn.FACILITATOR

    def slot(self, clock_id: str, turn: int | None = None) -> Slot:
        """This stage on that clock. Raises KeyError for an unknown clock."""
        return Slot(
            stage=self.id,
            turn=turn,
            seconds=self.minutes[clock_id] * SECONDS_PER_MINUTE,
            minimum=self.minimum_minutes * SECONDS_PER_MINUTE,
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """The length of a meeting in minutes and its number of turns; the id is the two joined, as in "60x1"."""

    id: str
    length_minutes: int
    turns: int

    @property
    def break_after_turn(self) -> int:
        """The turn after which a break stands: the one that ends nearest the middle of the meeting."""
        return (self.turns + 1) // 2


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a format cannot be used: a sentence that ends with the fix, and what it is about."""

    sentence: str
    stage: str | None = None
    clock: str | None = None
    detail: str = "minutes"


@dataclass(frozen=True, slots=True)
class Format:
    """An ordered list of stages and the clocks on which it can run. Use only one without `flaws()`."""

    id: str
    stages: tuple[Stage, ...]
    clocks: tuple[Clock, ...]

    def stage(self, stage_id: str) -> Stage:
        """Raises KeyError for a stage that this format does not have."""
        return next((stage for stage in self.stages if stage.id == stage_id), None) or _missing(stage_id)

    def clock(self, clock_id: str) -> Clock:
        """Raises KeyError for a clock on which this format does not run."""
        return next((clock for clock in self.clocks if clock.id == clock_id), None) or _missing(clock_id)

    def slots(self, clock_id: str) -> tuple[Slot, ...]:
        """The whole meeting in order: opening, each turn (numbered from 1, the break in the middle), closing.

        A stage with 0 minutes on this clock does not occur. Raises KeyError for an unknown clock.
        """
        return tuple(
            stage.slot(clock_id, turn)
            for stage, turn in self._sequence(self.clock(clock_id))
            if stage.minutes[clock_id] > 0
        )

    def flaws(self) -> Iterator[Flaw]:
        """Everything that makes this format unusable; nothing, if it is sound."""
        yield from self._repeated_stages()
        for clock in self.clocks:
            missing = tuple(self._stages_without_minutes(clock))
            yield from missing
            if not missing:
                yield from self._wrong_minutes(clock)

    def _of(self, part: Part) -> tuple[Stage, ...]:
        return tuple(stage for stage in self.stages if stage.part is part)

    def _sequence(self, clock: Clock) -> Iterator[tuple[Stage, int | None]]:
        for stage in self._of(Part.OPENING):
            yield stage, None
        for turn in range(1, clock.turns + 1):
            for stage in self._of(Part.TURN):
                yield stage, turn
            if turn == clock.break_after_turn:
                for stage in self._of(Part.BREAK):
                    yield stage, None
        for stage in self._of(Part.CLOSING):
            yield stage, None

    def _repeated_stages(self) -> Iterator[Flaw]:
        seen: set[str] = set()
        for stage in self.stages:
            if stage.id in seen:
                yield Flaw(
                    f"stage `{stage.id}` stands twice: give each stage an id of its own",
                    stage.id,
                    detail="id",
                )
            seen.add(stage.id)

    def _stages_without_minutes(self, clock: Clock) -> Iterator[Flaw]:
        for stage in self.stages:
            if clock.id not in stage.minutes:
                yield Flaw(
                    f"stage `{stage.id}` has no minutes for clock `{clock.id}`: add them (0 leaves it out)",
                    stage.id,
                )

    def _wrong_minutes(self, clock: Clock) -> Iterator[Flaw]:
        for stage in self.stages:
            minutes = stage.minutes[clock.id]
            if 0 < minutes < stage.minimum_minutes:
                yield Flaw(
                    f"stage `{stage.id}` has {minutes} minutes on clock `{clock.id}`, fewer than its minimum "
                    f"of {stage.minimum_minutes}: give it more minutes or lower the minimum",
                    stage.id,
                    clock.id,
                )
            if minutes and stage.part is Part.BREAK and clock.turns == 1:
                yield Flaw(
                    f"clock `{clock.id}` has one turn, hence no stage `{stage.id}`: give it 0 minutes",
                    stage.id,
                    clock.id,
                )
        total = sum(stage.minutes[clock.id] for stage, _ in self._sequence(clock))
        if total != clock.length_minutes:
            yield Flaw(_sum_sentence(clock, total), clock=clock.id)


def _sum_sentence(clock: Clock, total: int) -> str:
    difference = total - clock.length_minutes
    fix = f"take {difference} away" if difference > 0 else f"add {-difference}"
    return f"the stages of clock `{clock.id}` sum to {total} minutes, not {clock.length_minutes}: {fix}"


def _missing(name: str) -> NoReturn:
    raise KeyError(name)
