"""A workspace's pace is learned from what Slack refuses, and forgotten when Slack refuses no more."""

from datetime import datetime, timedelta

import pytest

from bot.storage.paces import FORGOTTEN, HORIZON, LONG_AFTER, LONGEST, SHORTEST, Pace, Slot
from bot.storage.tables import Call
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, opened

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)


def pace(**known: object) -> Pace:
    new = Pace.unlimited(WORKSPACE, Call.POST, NOW)
    for name, value in known.items():
        setattr(new, name, value)
    return new


def turns(one: Pace, count: int, now: datetime) -> list[Slot | None]:
    return [one.admit(now, None) for _ in range(count)]


def test_without_a_refusal_there_is_no_pace() -> None:
    unlimited = pace()
    assert not unlimited.counts(NOW)
    assert turns(unlimited, 3, NOW) == [None, None, None]


def test_a_refusal_blocks_for_as_long_as_slack_says() -> None:
    limited = pace()
    limited.limit(NOW, 7 * SECOND)
    assert limited.counts(NOW)
    assert not limited.is_open(NOW + 7 * SECOND - MILLISECOND)
    assert limited.is_open(NOW + 7 * SECOND)
    assert limited.admit(NOW, None) == Slot(NOW + 7 * SECOND, 1)


def test_after_a_refusal_each_has_a_turn_of_its_own_and_keeps_it() -> None:
    limited = pace()
    limited.limit(NOW, SECOND)
    first, second = turns(limited, 2, NOW)
    assert (first, second) == (Slot(NOW + SECOND, 1), Slot(NOW + SECOND + SHORTEST, 1))
    assert limited.admit(NOW + SECOND, second) == second
    assert limited.admit(NOW + SECOND + SHORTEST, second) is None
    assert limited.admit(NOW + SECOND, first) is None
    assert limited.admit(NOW + SECOND, None) == Slot(NOW + SECOND + 2 * SHORTEST, 1)


def test_turns_of_an_earlier_round_are_void() -> None:
    limited = pace()
    limited.limit(NOW, SECOND)
    [given] = turns(limited, 1, NOW)
    limited.limit(NOW + 2 * SECOND, 5 * SECOND)
    assert limited.admit(NOW + 2 * SECOND, given) == Slot(NOW + 7 * SECOND, 2)


def test_a_long_wait_is_waited_for_once() -> None:
    limited = pace()
    limited.limit(NOW, 10 * HORIZON)
    assert limited.admit(NOW, None) == Slot(NOW + 10 * HORIZON, 1)


def test_no_turn_is_given_far_ahead() -> None:
    limited = pace(interval_ms=1000, next_at=NOW + HORIZON, limited_at=NOW, round=1)
    assert limited.admit(NOW, None) == Slot(NOW + HORIZON, 1)
    assert limited.admit(NOW, None) == Slot(NOW + HORIZON, None)
    assert limited.next_at == NOW + HORIZON + SECOND


def test_answers_to_calls_that_were_under_way_teach_nothing_but_may_block_longer() -> None:
    limited = pace()
    limited.limit(NOW, 2 * SECOND)
    limited.limit(NOW + SECOND, 4 * SECOND)
    limited.limit(NOW + SECOND, SECOND)
    assert (limited.round, limited.interval_ms) == (1, SHORTEST // MILLISECOND)
    assert limited.blocked_until == NOW + 5 * SECOND


@pytest.mark.parametrize(
    ("before", "wait", "passed", "after"),
    [
        (400, 60, SECOND, 800),
        (100, 60, SECOND, 200),
        (800, 1, SECOND, 1000),
        (8000, 60, SECOND, LONGEST // MILLISECOND),
        (400, 0, SECOND, SHORTEST // MILLISECOND),
        (1000, 60, LONG_AFTER, 1012),
        (1000, 60, FORGOTTEN, SHORTEST // MILLISECOND),
    ],
    ids=["doubled", "early", "as asked for", "longest", "no wait", "long after", "forgotten"],
)
def test_each_round_raises_the_interval(before: int, wait: int, passed: timedelta, after: int) -> None:
    limited = pace(interval_ms=before, limited_at=NOW - passed)
    limited.limit(NOW, wait * SECOND)
    assert limited.interval_ms == after


def test_minute_by_minute_the_interval_shrinks_until_it_is_forgotten() -> None:
    limited = pace(interval_ms=1000, limited_at=NOW)
    intervals = [limited.interval(NOW + minutes * 60 * SECOND) // MILLISECOND for minutes in (0, 1, 2, 9, 10)]
    assert intervals == [1000, 900, 810, 387, 0]


def test_a_clock_that_is_behind_makes_no_difference() -> None:
    limited = pace(interval_ms=1000, limited_at=NOW)
    assert limited.interval(NOW - 5 * SECOND) == SECOND


async def test_processes_share_what_was_learned(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        async with one.unit_of_work() as unit:
            await unit.outbox._paces.limit(WORKSPACE, Call.POST, NOW, SECOND)
            await unit.outbox._paces.limit("T2", Call.UPDATE, NOW, SECOND)
        async with other.unit_of_work() as unit:
            found = await unit.outbox._paces.of([WORKSPACE], NOW)
    assert set(found) == {(WORKSPACE, Call.POST)}
    assert found[WORKSPACE, Call.POST].blocked_until == NOW + SECOND


async def test_what_no_refusal_confirms_is_forgotten(database: Database) -> None:
    async with database.unit_of_work() as unit:
        paces = unit.outbox._paces
        await paces.limit(WORKSPACE, Call.POST, NOW, SECOND)
        assert await paces.of([WORKSPACE], NOW + FORGOTTEN - SECOND)
        assert not await paces.of([WORKSPACE], NOW + FORGOTTEN)
