"""The harness computes ratios right, takes turns, and tells what does not hold."""

from collections.abc import Iterator

import pytest

from bench.harness import ROUNDS, Bar, Figure, Result, Side, compare, table


def figure(bar: float, kind: Bar) -> Figure:
    return Figure("x. a figure", bar, kind, "presses/s", "ours", "theirs")


def result(ratio: float, bar: float, kind: Bar, also: bool = True) -> Result:
    ours, theirs = Side("ours", (ratio * 10, 0, 900)), Side("theirs", (10, 10, 10))
    return Result(figure(bar, kind), ours, theirs, (("something else", also),))


@pytest.mark.parametrize(
    ("ratio", "bar", "kind", "holds"),
    [
        (0.6, 0.6, Bar.AT_LEAST, True),
        (0.59, 0.6, Bar.AT_LEAST, False),
        (1.15, 1.15, Bar.AT_MOST, True),
        (1.16, 1.15, Bar.AT_MOST, False),
    ],
)
def test_a_figure_holds_on_its_side_of_the_bar(ratio: float, bar: float, kind: Bar, holds: bool) -> None:
    measured = result(ratio, bar, kind)
    assert measured.ratio == pytest.approx(ratio)
    assert measured.holds is holds
    assert ("yes" in table([measured])) is holds


def test_what_must_hold_besides_can_fail_a_figure() -> None:
    measured = result(2.0, 0.6, Bar.AT_LEAST, also=False)
    assert not measured.holds
    assert "something else: DOES NOT HOLD" in table([measured])


def test_a_result_tells_both_medians_with_their_spread() -> None:
    told = result(0.5, 0.6, Bar.AT_LEAST).as_json()
    assert {name: told[name] for name in ("name", "ratio", "bar", "holds")} == {
        "name": "x. a figure",
        "ratio": 0.5,
        "bar": 0.6,
        "holds": False,
    }
    assert (told["ours"]["median"], told["ours"]["lowest"], told["ours"]["highest"]) == (5, 0, 900)
    assert told["theirs"]["rounds"] == [10, 10, 10]


async def test_the_sides_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def side(name: str, numbers: Iterator[float]) -> float:
        order.append(name)
        return next(numbers)

    ours, theirs = iter([999.0, 1, 2, 3, 4, 5]), iter([999.0, 10, 20, 30, 40, 50])

    async def measure_ours() -> float:
        return side("ours", ours)

    async def measure_theirs() -> float:
        return side("theirs", theirs)

    measured = await compare(figure(0.6, Bar.AT_LEAST), measure_ours, measure_theirs)
    assert ROUNDS >= 5
    assert list(measured.ours.rounds) == [1, 2, 3, 4, 5]
    assert list(measured.theirs.rounds) == [10, 20, 30, 40, 50]
    assert measured.ratio == pytest.approx(0.1)
    assert order[:6] == ["ours", "theirs", "ours", "theirs", "theirs", "ours"]
