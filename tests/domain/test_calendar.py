"""Wall clocks and instants, in zones whose clocks change by an hour, by half an hour and by a whole day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import (
    WorkingHours,
    due_or_moved,
    local_date,
    next_meeting_at,
    owner_notice,
    report_back_prompts,
    resolve,
)

ZONES = (
    "Africa/Casablanca",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "UTC",
)
DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
EPOCH = datetime(2011, 1, 1, tzinfo=UTC)
YEARS = 20 * 365


@cache
def change_days(zone: str) -> tuple[datetime, ...]:
    """The days (UTC) on which the zone's clocks change; New Year 2015 where they never do."""
    days = [EPOCH + n * DAY for n in range(YEARS)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    changed = tuple(day for day, (a, b) in zip(days, pairwise(offsets), strict=False) if a != b)
    return changed or (datetime(2015, 1, 1, tzinfo=UTC),)


def instants(zone: str) -> st.SearchStrategy[datetime]:
    """Any quarter of an hour within eight days of a clock change, or anywhere in twenty years."""
    near = st.builds(
        lambda day, n: day + n * QUARTER, st.sampled_from(change_days(zone)), st.integers(-4 * 24, 8 * 4 * 24)
    )
    return near | st.integers(0, YEARS * 4 * 24).map(lambda n: EPOCH + n * QUARTER)


def shown(iso: str) -> datetime:
    """A naive wall time."""
    return datetime.fromisoformat(iso)


def wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


@st.composite
def zone_and_wall(draw: st.DrawFn) -> tuple[str, datetime]:
    zone = draw(st.sampled_from(ZONES))
    return zone, draw(instants(zone)).replace(tzinfo=None)


@st.composite
def hours_and_instant(draw: st.DrawFn) -> tuple[WorkingHours, datetime]:
    """Any working week, with or without days away near the instant."""
    zone = draw(st.sampled_from(ZONES))
    at = draw(instants(zone))
    first, last = sorted(draw(st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True)))
    start, end = (time(n // 4, n % 4 * 15) for n in (first, last))
    days = draw(st.frozensets(st.integers(0, 6), min_size=1) | st.just(frozenset(range(5))))
    away_from = draw(st.none() | st.integers(-30, 10).map(lambda n: at.date() + n * DAY))
    away_until = None if away_from is None else away_from + draw(st.integers(0, 40)) * DAY
    return WorkingHours(zone, days, start, end, away_from, away_until), at


def is_working_time(at: datetime, hours: WorkingHours) -> bool:
    """What the wall clock says; while it repeats itself it says nothing, and the working day has begun."""
    there = at.astimezone(ZoneInfo(hours.zone))
    return is_working_date(there.date(), hours) and (
        bool(there.fold) or hours.start <= there.time() < hours.end
    )


def is_working_date(day: date, hours: WorkingHours) -> bool:
    away = hours.away_from and hours.away_until and hours.away_from <= day <= hours.away_until
    return day.weekday() in hours.days and not away


def working_dates_before(day: date, hours: WorkingHours) -> Iterator[date]:
    """By brute force: the dates on which some quarter of an hour is working time."""
    while True:
        day -= DAY
        midnight = datetime.combine(day, time(), tzinfo=UTC)
        quarters = (midnight + n * QUARTER for n in range(-16 * 4, 40 * 4))
        if is_working_date(day, hours) and any(
            local_date(at, hours.zone) == day and is_working_time(at, hours) for at in quarters
        ):
            yield day


@given(zone_and_wall())
def test_a_wall_time_is_the_first_instant_that_shows_it_or_the_first_after_the_gap(
    drawn: tuple[str, datetime],
) -> None:
    zone, local = drawn
    at = resolve(local, zone)
    assert at.tzinfo is UTC
    nearby = (at + n * QUARTER for n in range(-8, 0))
    assert local not in [wall(earlier, zone) for earlier in nearby]
    if wall(at, zone) != local:
        assert wall(at - timedelta(seconds=1), zone) < local < wall(at, zone)
        on_clocks = {wall(at + n * QUARTER, zone) for n in range(-200, 200)}
        assert local not in on_clocks


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:30:15.25", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T10:00", "2011-12-30T10:00"),
        ("Asia/Kathmandu", "2026-05-05T10:00", "2026-05-05T04:15"),
    ],
)
def test_gaps_and_overlaps_by_example(zone: str, local: str, expected: str) -> None:
    assert resolve(shown(local), zone) == datetime.fromisoformat(expected + "+00:00")


@given(zone_and_wall(), st.integers(1, 6), st.integers(-100 * 96, 500 * 96))
def test_a_rhythm_keeps_its_wall_clock_and_leaves_nothing_out(
    drawn: tuple[str, datetime], every_weeks: int, quarters: int
) -> None:
    zone, first = drawn
    after = resolve(first, zone) + quarters * QUARTER
    at = next_meeting_at(first, zone, every_weeks, after)
    period = timedelta(weeks=every_weeks)
    occurrences = [resolve(first + n * period, zone) for n in range(80)]
    assert at == min(each for each in occurrences if each > after)
    planned = first + occurrences.index(at) * period
    assert wall(at, zone) == planned or wall(at - timedelta(seconds=1), zone) < planned


@given(zone_and_wall(), st.integers(1, 4), st.integers(0, 300 * 96), st.integers(0, 300 * 96))
def test_a_rhythm_never_runs_backwards(
    drawn: tuple[str, datetime], every_weeks: int, some: int, more: int
) -> None:
    zone, first = drawn
    early = EPOCH + some * QUARTER
    soon = next_meeting_at(first, zone, every_weeks, early)
    assert early < soon <= next_meeting_at(first, zone, every_weeks, early + more * QUARTER)


def test_ten_in_berlin_stays_ten_in_berlin() -> None:
    first = shown("2026-03-17T10:00")
    at, met = datetime(2026, 3, 1, tzinfo=UTC), []
    for _ in range(3):
        at = next_meeting_at(first, "Europe/Berlin", 2, at)
        met.append((at.isoformat(), wall(at, "Europe/Berlin").time()))
    assert met == [
        ("2026-03-17T09:00:00+00:00", time(10)),
        ("2026-03-31T08:00:00+00:00", time(10)),
        ("2026-04-14T08:00:00+00:00", time(10)),
    ]


@given(hours_and_instant())
def test_prompts_come_on_the_third_last_and_the_last_working_day_before_the_meeting(
    drawn: tuple[WorkingHours, datetime],
) -> None:
    hours, meeting_at = drawn
    prompts = report_back_prompts(meeting_at, hours)
    last, _, third = islice(working_dates_before(local_date(meeting_at, hours.zone), hours), 3)
    assert [local_date(at, hours.zone) for at in prompts] == [third, last]
    for at in prompts:
        assert at < meeting_at
        assert is_working_time(at, hours)
        assert hours.covers(at)


@given(hours_and_instant())
def test_a_prompt_comes_an_hour_into_the_working_day(drawn: tuple[WorkingHours, datetime]) -> None:
    hours, meeting_at = drawn
    for at in report_back_prompts(meeting_at, hours):
        begun = at - timedelta(hours=1)
        short = not hours.covers(at + timedelta(hours=1))
        assert (hours.covers(begun) and not hours.covers(begun - timedelta(seconds=1))) or (
            short and not hours.covers(at - timedelta(seconds=1))
        )


@given(hours_and_instant())
def test_the_proposed_owner_hears_on_the_nearest_working_day_five_days_before(
    drawn: tuple[WorkingHours, datetime],
) -> None:
    hours, meeting_at = drawn
    at = owner_notice(meeting_at, hours)
    assert at is not None
    meeting_day = local_date(meeting_at, hours.zone)
    assert local_date(at, hours.zone) == next(working_dates_before(meeting_day - 4 * DAY, hours))
    assert is_working_time(at, hours)


@given(hours_and_instant())
def test_working_hours_are_what_the_wall_clock_says(drawn: tuple[WorkingHours, datetime]) -> None:
    hours, at = drawn
    if is_working_time(at, hours) != hours.covers(at):
        around = {(at + n * QUARTER).astimezone(ZoneInfo(hours.zone)).utcoffset() for n in range(-8, 9)}
        assert len(around) > 1, "only where clocks change"


@given(hours_and_instant())
def test_the_next_working_instant_is_the_first(drawn: tuple[WorkingHours, datetime]) -> None:
    hours, at = drawn
    found = hours.next_instant(at)
    assert found is not None
    assert found >= at
    assert hours.covers(found)
    assert is_working_time(found, hours)
    earlier = (at + n * QUARTER for n in range((found - at) // QUARTER))
    assert not any(hours.covers(each) for each in islice(earlier, 1000))
    assert found == at or not hours.covers(found - timedelta(seconds=1))


@given(hours_and_instant(), st.integers(-960, 960), st.integers(0, 960))
def test_a_late_prompt_comes_in_working_hours_before_the_meeting_or_not_at_all(
    drawn: tuple[WorkingHours, datetime], until_now: int, until_meeting: int
) -> None:
    hours, due_at = drawn
    now, meeting_at = due_at + until_now * QUARTER, due_at + until_meeting * QUARTER
    moved = due_or_moved(due_at, now, meeting_at, hours)
    if moved is not None:
        assert max(due_at, now) <= moved < meeting_at
        assert is_working_time(moved, hours)
    else:
        start = max(due_at, now)
        in_time = (start + n * QUARTER for n in range((meeting_at - start) // QUARTER))
        assert not any(hours.covers(each) for each in in_time)


@given(hours_and_instant(), st.integers(0, 40 * 96))
def test_after_any_outage_two_prompts_never_come_on_one_day(
    drawn: tuple[WorkingHours, datetime], quarters: int
) -> None:
    hours, meeting_at = drawn
    early, last = report_back_prompts(meeting_at, hours)
    now = early + quarters * QUARTER
    sent = [
        due_or_moved(early, now, meeting_at, hours, next_prompt_at=last),
        due_or_moved(last, now, meeting_at, hours),
    ]
    dates = [local_date(at, hours.zone) for at in sent if at is not None]
    assert len(dates) == len(set(dates))


BERLIN = WorkingHours("Europe/Berlin")


@pytest.mark.parametrize("zone", ZONES)
def test_the_last_nudge_for_a_monday_meeting_is_friday(zone: str) -> None:
    monday = resolve(shown("2026-11-02T10:00"), zone)
    prompted = [wall(at, zone) for at in report_back_prompts(monday, WorkingHours(zone))]
    assert prompted == [shown("2026-10-28T09:00"), shown("2026-10-30T09:00")]


def test_days_are_counted_to_the_date_the_member_sees() -> None:
    monday_evening_in_new_york = resolve(shown("2026-11-02T19:00"), "America/New_York")
    hours = WorkingHours("Pacific/Apia")
    assert [wall(at, hours.zone).date() for at in report_back_prompts(monday_evening_in_new_york, hours)] == [
        date(2026, 10, 29),
        date(2026, 11, 2),
    ]


def test_nobody_is_prompted_while_away_and_work_resumes_by_itself() -> None:
    away = WorkingHours("Europe/Berlin", away_from=date(2026, 10, 26), away_until=date(2026, 11, 4))
    meeting_at = resolve(shown("2026-11-05T10:00"), "Europe/Berlin")
    dates = [local_date(at, away.zone) for at in report_back_prompts(meeting_at, away)]
    assert dates == [date(2026, 10, 21), date(2026, 10, 23)]
    last_day_away = resolve(shown("2026-11-04T12:00"), away.zone)
    assert not away.covers(last_day_away)
    assert away.next_instant(last_day_away) == resolve(shown("2026-11-05T08:00"), away.zone)


def test_the_end_of_the_working_day_is_no_longer_in_it() -> None:
    six_on_friday = resolve(shown("2026-10-30T18:00"), BERLIN.zone)
    assert BERLIN.covers(six_on_friday - timedelta(seconds=1))
    assert not BERLIN.covers(six_on_friday)
    assert BERLIN.next_instant(six_on_friday) == resolve(shown("2026-11-02T08:00"), BERLIN.zone)


def test_years_away_end_too() -> None:
    away = WorkingHours("Europe/Berlin", away_from=date(2026, 1, 1), away_until=date(2029, 12, 31))
    assert away.next_instant(datetime(2026, 5, 5, tzinfo=UTC)) == resolve(
        shown("2030-01-01T08:00"), away.zone
    )


def test_who_has_been_away_for_ever_is_not_prompted_and_comes_back() -> None:
    away = WorkingHours("Europe/Berlin", away_until=date(2026, 11, 4))
    meeting_at = resolve(shown("2026-11-06T10:00"), away.zone)
    assert [local_date(at, away.zone) for at in report_back_prompts(meeting_at, away)] == [date(2026, 11, 5)]
    assert owner_notice(meeting_at, away) is None


def test_who_has_no_working_days_is_never_prompted() -> None:
    never = WorkingHours("Europe/Berlin", days=frozenset())
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert never.next_instant(at) is None
    assert report_back_prompts(at, never) == ()
    assert owner_notice(at, never) is None
    assert due_or_moved(at, at, at + DAY, never) is None


def test_a_date_that_never_was_is_no_working_day() -> None:
    hours = WorkingHours("Pacific/Apia")
    monday = resolve(shown("2012-01-02T10:00"), hours.zone)
    dates = [local_date(at, hours.zone) for at in report_back_prompts(monday, hours)]
    assert dates == [date(2011, 12, 27), date(2011, 12, 29)]


def test_a_prompt_set_for_another_zone_moves_into_the_new_working_day() -> None:
    meeting_at = resolve(shown("2026-11-02T10:00"), "Europe/Berlin")
    due_at = report_back_prompts(meeting_at, BERLIN)[1]
    in_new_york = WorkingHours("America/New_York")
    moved = due_or_moved(due_at, due_at, meeting_at, in_new_york)
    assert moved == resolve(shown("2026-10-30T08:00"), "America/New_York")


def test_a_prompt_that_comes_late_in_working_hours_is_sent_at_once() -> None:
    meeting_at = resolve(shown("2026-11-02T10:00"), "Europe/Berlin")
    due_at = report_back_prompts(meeting_at, BERLIN)[0]
    now = due_at + timedelta(hours=3, seconds=7)
    assert due_or_moved(due_at, now, meeting_at, BERLIN) == now


def test_a_prompt_that_would_come_after_the_meeting_began_is_missed() -> None:
    meeting_at = resolve(shown("2026-11-02T08:00"), "Europe/Berlin")
    due_at = report_back_prompts(meeting_at, BERLIN)[1]
    assert due_or_moved(due_at, due_at + DAY, meeting_at, BERLIN) is None


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America", "", "/etc/passwd", "../UTC"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone: " + zone):
        resolve(shown("2026-01-01T00:00"), zone)
    with pytest.raises(ValueError, match="unknown time zone: " + zone):
        WorkingHours(zone)


@pytest.mark.parametrize(
    ("start", "end", "days", "away_from", "away_until"),
    [
        (time(22), time(6), {0}, None, None),
        (time(8), time(8), {0}, None, None),
        (time(8), time(18), {7}, None, None),
        (time(8), time(18), {0}, date(2026, 1, 2), None),
        (time(8), time(18), {0}, date(2026, 1, 2), date(2026, 1, 1)),
    ],
)
def test_hours_that_cannot_be_are_refused(
    start: time, end: time, days: set[int], away_from: date | None, away_until: date | None
) -> None:
    with pytest.raises(ValueError, match=r"weekdays|working hours|absence"):
        WorkingHours("UTC", frozenset(days), start, end, away_from, away_until)


def test_naive_and_aware_times_are_not_mixed_up() -> None:
    naive, aware = shown("2026-01-01T09:00"), datetime(2026, 1, 1, 9, tzinfo=UTC)
    with pytest.raises(ValueError, match="naive"):
        resolve(aware, "UTC")
    for call in (BERLIN.covers, BERLIN.next_instant):
        with pytest.raises(ValueError, match="aware"):
            call(naive)
    with pytest.raises(ValueError, match="aware"):
        next_meeting_at(naive, "UTC", 1, naive)
    with pytest.raises(ValueError, match="less often"):
        next_meeting_at(naive, "UTC", 0, aware)
