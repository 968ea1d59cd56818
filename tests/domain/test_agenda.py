"""The clock bends, and no stage loses its minimum."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda import NothingLeft, Slot, fit, left, stretch


@st.composite
def slots(draw: st.DrawFn, turn: int | None = None) -> Slot:
    seconds = draw(st.integers(0, 900))
    return Slot("stage", turn, seconds, draw(st.integers(0, seconds)))


@st.composite
def plans(draw: st.DrawFn) -> tuple[Slot, ...]:
    """Shared stages, one to three turns with or without a break between them, shared stages."""
    plan = draw(st.lists(slots(), min_size=1, max_size=3))
    for turn in range(1, draw(st.integers(1, 3)) + 1):
        plan += draw(st.lists(slots(turn), min_size=1, max_size=4))
        plan += draw(st.lists(slots(), max_size=1))
    return (*plan, *draw(st.lists(slots(), min_size=1, max_size=2)))


def total(plan: Sequence[Slot]) -> int:
    return sum(slot.seconds for slot in plan)


def minimums(plan: Sequence[Slot]) -> int:
    return sum(slot.minimum for slot in plan)


def above_minimum(plan: Sequence[Slot]) -> int:
    return total(plan) - minimums(plan)


@given(plans(), st.integers(-600, 12000))
def test_a_fitted_plan_ends_exactly_when_it_can(plan: tuple[Slot, ...], available: int) -> None:
    fitted = fit(plan, available)
    assert sum(fitted) == min(total(plan), max(minimums(plan), available))
    for slot, seconds in zip(plan, fitted, strict=True):
        assert slot.minimum <= seconds <= slot.seconds


@given(plans(), st.floats(0, 1))
def test_what_lies_above_the_minimums_shrinks_in_proportion(plan: tuple[Slot, ...], part: float) -> None:
    available = minimums(plan) + round(above_minimum(plan) * part)
    kept = (available - minimums(plan)) / max(1, above_minimum(plan))
    for slot, seconds in zip(plan, fit(plan, available), strict=True):
        assert abs(seconds - slot.minimum - (slot.seconds - slot.minimum) * kept) < 1


@given(plans(), st.integers(0, 9000), st.integers(0, 900))
def test_more_time_takes_none_away_but_for_a_second_of_rounding(
    plan: tuple[Slot, ...], available: int, more: int
) -> None:
    pairs = zip(fit(plan, available), fit(plan, available + more), strict=True)
    assert all(later >= earlier - 1 for earlier, later in pairs)


@given(plans(), st.integers(0, 9000))
def test_a_fitted_plan_fits(plan: tuple[Slot, ...], available: int) -> None:
    fitted = fit(plan, available)
    settled = [replace(slot, seconds=seconds) for slot, seconds in zip(plan, fitted, strict=True)]
    assert fit(settled, available) == fitted


def test_the_seconds_left_over_go_to_the_largest_fractions_and_then_to_the_earlier_slot() -> None:
    plan = [Slot("one", None, 10, 0), Slot("two", None, 25, 0), Slot("three", None, 10, 0)]
    assert fit(plan, 20) == (5, 11, 4)
    assert fit([Slot("one", None, 3, 0), Slot("two", None, 3, 0)], 3) == (2, 1)
    assert fit([], 10) == ()


@given(slots(), st.integers(0, 2000))
def test_what_is_left_of_a_stage_never_goes_below_nothing(slot: Slot, elapsed: int) -> None:
    rest = left(slot, elapsed)
    assert rest.seconds == max(0, slot.seconds - elapsed)
    assert rest.minimum == max(0, slot.minimum - elapsed)


@pytest.mark.parametrize(("seconds", "minimum"), [(10, 11), (10, -1), (-1, 0)])
def test_a_minimum_lies_between_nothing_and_the_plan(seconds: int, minimum: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Slot("stage", None, seconds, minimum)


@dataclass(frozen=True)
class Sources:
    """What a stretch may take, in this order, worked out apart from the code."""

    in_hand: int
    same_turn: int
    shared: int
    others: int

    @classmethod
    def of(cls, plan: tuple[Slot, ...], available: int) -> "Sources":
        running, *later = plan
        for_later = available - running.seconds
        fitted = [replace(s, seconds=n) for s, n in zip(later, fit(later, for_later), strict=True)]
        same = [s for s in fitted if s.turn == running.turn and s.turn is not None]
        shared = [s for s in fitted if s.turn is None]
        others = [s for s in fitted if s.turn not in (None, running.turn)]
        return cls(
            max(0, for_later - total(fitted)), *(above_minimum(each) for each in (same, shared, others))
        )


@st.composite
def running_plans(draw: st.DrawFn) -> tuple[tuple[Slot, ...], int]:
    plan = draw(plans())
    remaining = plan[draw(st.integers(0, len(plan) - 1)) :]
    return remaining, draw(st.integers(minimums(remaining) - 300, total(remaining) + 600))


@given(running_plans(), st.integers(1, 1800))
def test_a_stretch_takes_each_source_only_after_the_one_before_it(
    drawn: tuple[tuple[Slot, ...], int], seconds: int
) -> None:
    plan, available = drawn
    sources = Sources.of(plan, available)
    most = sources.in_hand + sources.same_turn + sources.shared + sources.others
    if seconds > most:
        with pytest.raises(NothingLeft) as refused:
            stretch(plan, seconds, available)
        assert refused.value.seconds_left == most
        return
    after = Sources.of(stretch(plan, seconds, available).slots, available)
    used = [
        sources.in_hand - after.in_hand,
        sources.same_turn - after.same_turn,
        sources.shared - after.shared,
        sources.others - after.others,
    ]
    expected, still = [], seconds
    for source in (sources.in_hand, sources.same_turn, sources.shared, sources.others):
        expected.append(min(still, source))
        still -= expected[-1]
    assert used == expected


@given(running_plans(), st.integers(1, 1800))
def test_a_stretch_conserves_the_total_and_every_minimum(
    drawn: tuple[tuple[Slot, ...], int], seconds: int
) -> None:
    plan, available = drawn
    try:
        stretched = stretch(plan, seconds, available)
    except NothingLeft:
        return
    running, *later = stretched.slots
    fitted = fit(plan[1:], available - plan[0].seconds)
    assert running == replace(plan[0], seconds=plan[0].seconds + seconds)
    in_hand = Sources.of(plan, available).in_hand
    assert total(stretched.slots) == plan[0].seconds + sum(fitted) + min(seconds, in_hand)
    assert total(stretched.slots) <= available
    for before, after in zip(plan[1:], later, strict=True):
        assert before.minimum <= after.seconds <= before.seconds
        assert replace(after, seconds=before.seconds) == before


@given(running_plans(), st.integers(1, 1800))
def test_the_owners_whose_turns_give_time_are_named(
    drawn: tuple[tuple[Slot, ...], int], seconds: int
) -> None:
    plan, available = drawn
    try:
        stretched = stretch(plan, seconds, available)
    except NothingLeft:
        return
    fitted = (plan[0].seconds, *fit(plan[1:], available - plan[0].seconds))
    shorter = {
        slot.turn for slot, before in zip(stretched.slots, fitted, strict=True) if slot.seconds < before
    }
    assert stretched.taken_from_turns == tuple(sorted(t for t in shorter - {None, plan[0].turn} if t))


def test_a_stretch_by_example() -> None:
    plan = (
        Slot("reflection", 1, 120, 0),
        Slot("analysis", 1, 360, 120),
        Slot("commitments", 1, 300, 240),
        Slot("problem", 2, 300, 60),
        Slot("learning-review", None, 540, 240),
    )
    in_hand = stretch(plan, 60, total(plan) + 60)
    assert [slot.seconds for slot in in_hand.slots] == [180, 360, 300, 300, 540]
    same_turn = stretch(plan, 150, total(plan))
    assert [slot.seconds for slot in same_turn.slots] == [270, 240, 270, 300, 540]
    shared = stretch(plan, 600, total(plan))
    assert [slot.seconds for slot in shared.slots] == [720, 120, 240, 300, 240]
    assert shared.taken_from_turns == ()
    from_another = stretch(plan, 700, total(plan))
    assert [slot.seconds for slot in from_another.slots] == [820, 120, 240, 200, 240]
    assert from_another.taken_from_turns == (2,)
    with pytest.raises(NothingLeft) as refused:
        stretch(plan, 841, total(plan))
    assert refused.value.seconds_left == 840


@pytest.mark.parametrize("seconds", [0, -60])
def test_a_stretch_adds_time(seconds: int) -> None:
    with pytest.raises(ValueError, match="adds time"):
        stretch([Slot("close", None, 120, 120)], seconds, 600)


@dataclass
class Meeting:
    """A meeting that is run by this module alone, in whatever way people run it."""

    plan: list[Slot]
    ends_in: int
    index: int = 0
    elapsed: int = 0
    running: Slot = field(init=False)

    def __post_init__(self) -> None:
        self.enter(0)

    def enter(self, index: int) -> None:
        self.index, self.elapsed = max(0, min(index, len(self.plan) - 1)), 0
        seconds = fit(self.plan[self.index :], self.ends_in)[0]
        self.running = replace(self.plan[self.index], seconds=seconds)

    def remaining(self) -> list[Slot]:
        return [left(self.running, self.elapsed), *self.plan[self.index + 1 :]]

    def do(self, what: str, seconds: int) -> None:
        if what == "forward":
            self.enter(self.index + 1)
        elif what == "back":
            self.enter(self.index - 1)
        elif what == "stretch":
            self.stretch(seconds)
        elif what == "end later":
            self.ends_in += seconds
        else:
            self.ends_in -= seconds
            self.elapsed += seconds if what == "talk" else 0

    def stretch(self, seconds: int) -> None:
        try:
            stretched = stretch(self.remaining(), seconds, self.ends_in)
        except NothingLeft:
            return
        self.running = replace(self.running, seconds=self.elapsed + stretched.slots[0].seconds)
        self.plan[self.index + 1 :] = stretched.slots[1:]


steps = st.tuples(
    st.sampled_from(["forward", "forward", "back", "stretch", "pause", "talk", "end later"]),
    st.integers(1, 1200),
)


@given(plans(), st.lists(steps, max_size=25))
def test_every_stage_keeps_its_minimum_however_the_meeting_is_run(
    plan: tuple[Slot, ...], run: list[tuple[str, int]]
) -> None:
    meeting = Meeting(list(plan), total(plan))
    for what, seconds in run:
        meeting.do(what, seconds)
        assert [slot.minimum for slot in meeting.plan] == [slot.minimum for slot in plan]
        assert meeting.running.seconds >= plan[meeting.index].minimum
        remaining = meeting.remaining()
        fitted = fit(remaining, meeting.ends_in)
        assert all(
            given >= slot.minimum for given, slot in zip(fitted[1:], plan[meeting.index + 1 :], strict=True)
        )
        assert sum(fitted) <= max(meeting.ends_in, minimums(remaining))
