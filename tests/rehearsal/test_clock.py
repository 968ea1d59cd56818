from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.timers import Timers

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_clock_tells_utc_whatever_zone_it_was_set_in() -> None:
    clock = MovableClock(datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == NINE
    assert clock.now().tzinfo is UTC


def test_the_clock_stands_still_or_goes_forward_and_never_back() -> None:
    clock = MovableClock(NINE)
    clock.move_to(NINE)
    clock.advance(90)
    assert clock.now() == NINE + timedelta(seconds=90)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.move_to(NINE)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(-1)
    assert clock.now() == NINE + timedelta(seconds=90)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        MovableClock(datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001


def test_timers_run_in_order_of_time_and_a_cancelled_one_never() -> None:
    clock = MovableClock(NINE)
    timers = Timers(clock)
    timers.start()
    done: list[str] = []
    timers.at(NINE + timedelta(seconds=20), lambda: done.append("second"))
    timers.at(NINE + timedelta(seconds=10), lambda: done.append("first"))
    timers.at(NINE + timedelta(seconds=15), lambda: done.append("never")).cancel()
    assert timers.next_due() == NINE + timedelta(seconds=10)
    clock.advance(9)
    assert done == []
    clock.advance(11)
    assert done == ["first", "second"]
    assert timers.next_due() is None
    timers.stop()


async def test_a_clock_that_runs_by_itself_drives_timers_too() -> None:
    class Running:
        def now(self) -> datetime:
            return NINE

    timers = Timers(Running())
    timers.start()
    done: list[str] = []
    timer = timers.at(NINE, lambda: done.append("now"))
    assert timer.handle is not None
    timers.stop()
    assert timer.handle.cancelled()
