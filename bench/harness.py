"""How two sides are compared: in alternating rounds, by their medians, against a bar.

Only ratios are judged. The machine may be slow or busy; as the sides take turns it is so for both.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

ROUNDS = 5
"""The fewest that are measured."""

Measure = Callable[[], Awaitable[float]]


class Bar(StrEnum):
    """On which side of its bar a ratio has to be."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is compared: ``ours`` over ``theirs``. ``unit`` is that of both sides."""

    name: str
    bar: float
    kind: Bar
    unit: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Side:
    """What one side measured, a number for each round."""

    name: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the rounds."""
        return median(self.rounds)

    def as_json(self) -> dict[str, Any]:
        """Median and spread, for `bench/latest.json`."""
        return {
            "name": self.name,
            "median": rounded(self.median),
            "lowest": rounded(min(self.rounds)),
            "highest": rounded(max(self.rounds)),
            "rounds": [rounded(each) for each in self.rounds],
        }


@dataclass(frozen=True, slots=True)
class Result:
    """A figure that was measured. ``also`` is what must hold besides the bar, each with whether it does."""

    figure: Figure
    ours: Side
    theirs: Side
    also: tuple[tuple[str, bool], ...] = ()

    @property
    def ratio(self) -> float:
        """Of the two medians."""
        return self.ours.median / self.theirs.median

    @property
    def holds(self) -> bool:
        """Whether the ratio is on the right side of its bar, and all else that must hold does."""
        bar = self.figure.bar
        good = self.ratio >= bar if self.figure.kind is Bar.AT_LEAST else self.ratio <= bar
        return good and all(holds for _, holds in self.also)

    def as_json(self) -> dict[str, Any]:
        """An entry of `bench/latest.json`."""
        return {
            "name": self.figure.name,
            "ratio": rounded(self.ratio),
            "bar": self.figure.bar,
            "must_be": self.figure.kind.value,
            "holds": self.holds,
            "unit": self.figure.unit,
            "ours": self.ours.as_json(),
            "theirs": self.theirs.as_json(),
            "also": [{"what": what, "holds": holds} for what, holds in self.also],
        }


async def compare(
    figure: Figure,
    ours: Measure,
    theirs: Measure,
    rounds: int = ROUNDS,
    also: Callable[[], Sequence[tuple[str, bool]]] = tuple,
) -> Result:
    """Measure both sides in turn, ours first in every other round; ``also`` is asked at the end.

    One round before them warms both sides up, and does not count.
    """
    await ours()
    await theirs()
    measured: dict[Measure, list[float]] = {ours: [], theirs: []}
    for number in range(rounds):
        for side in (ours, theirs) if number % 2 == 0 else (theirs, ours):
            measured[side].append(await side())
    sides = Side(figure.ours, tuple(measured[ours])), Side(figure.theirs, tuple(measured[theirs]))
    return Result(figure, *sides, also=tuple(also()))


def rounded(number: float) -> float:
    """To four digits that count."""
    return float(f"{number:.4g}")


def table(results: Sequence[Result]) -> str:
    """The results as text, a line each, and below it what must hold besides."""
    heads = ("figure", "ratio", "bar", "holds", "ours: median (lowest-highest)", "theirs")
    lines = [heads, *(_line(result) for result in results)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    rows = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    also = [
        f"{result.figure.name}: {what}: {'holds' if holds else 'DOES NOT HOLD'}"
        for result in results
        for what, holds in result.also
    ]
    return "\n".join(row.rstrip() for row in [rows[0], "-" * len(rows[0]), *rows[1:], *also])


def _line(result: Result) -> tuple[str, ...]:
    figure = result.figure
    bar = f"{'>=' if figure.kind is Bar.AT_LEAST else '<='} {figure.bar}"
    return (
        figure.name,
        f"{result.ratio:.3f}",
        bar,
        "yes" if result.holds else "NO",
        f"{_told(result.ours)} {figure.unit}",
        _told(result.theirs),
    )


def _told(side: Side) -> str:
    return f"{rounded(side.median):g} ({rounded(min(side.rounds)):g}-{rounded(max(side.rounds)):g})"
