"""When a set meets and when its members are prompted.

People think in wall clocks, computers in instants. A rhythm ("every second Tuesday at 10:00 in Berlin") and
working hours ("08:00 to 18:00 in Kathmandu") are wall clocks in an IANA zone; everything that goes in or
out as an instant is an aware datetime, and what is computed here is in UTC.

Where the two disagree:

    gap         a wall time that a clock change skips means the first instant after the gap.
    overlap     a wall time that happens twice means the first of the two.
    workday     one stretch of instants, from the start to the end of the hours on that date. Where a clock
                change leaves nothing of it (or of the date: Apia had no 30 December 2011), that date is no
                working day.
    away        from the first date up to and including the last; the day after, work resumes by itself.
                There is no "away for good" that nobody would remember to end: a first date without a last
                is refused.
    night work  hours whose end is not after their start are refused. Who works past midnight gives the part
                of the day in which a prompt is welcome.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_AFTER_OPENING = timedelta(hours=1)
_NOTICE_DAYS = timedelta(days=5)
_EARLY_PROMPT_WORKING_DAYS = 3
# Who works one day a week has three working days in 21 days; a week more, for a date lost to a clock change.
_SEARCH_DAYS = 28


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A member's working week in their own zone, by default Monday to Friday, 08:00 to 18:00 (end excluded).

    ``days`` are numbered as ``date.weekday`` does, Monday 0; none at all means no working day ever.
    ``away_until`` alone means away already. Raises ``ValueError`` for an unknown zone, a day that is none,
    hours that do not end after they start, ``away_from`` without ``away_until``, and an absence that ends
    before it begins.
    """

    zone: str
    days: frozenset[int] = frozenset(range(5))
    start: time = time(8)
    end: time = time(18)
    away_from: date | None = None
    away_until: date | None = None

    def __post_init__(self) -> None:
        _zone(self.zone)
        if not self.days <= frozenset(range(7)):
            raise ValueError("weekdays run from 0, Monday, to 6")
        if self.end <= self.start:
            raise ValueError("working hours end after they start, on the same day")
        if self.away_from is not None and (self.away_until is None or self.away_until < self.away_from):
            raise ValueError("an absence ends on the day it begins, or later")

    def covers(self, at: datetime) -> bool:
        """Whether this instant lies in the member's working hours on one of their working days."""
        hours = self._on(local_date(at, self.zone))
        return hours is not None and hours[0] <= at < hours[1]

    def next_instant(self, at: datetime) -> datetime | None:
        """The first working instant at or after ``at``, in UTC; None for who has no working days."""
        for opens, closes in self.working_days(local_date(at, self.zone), 1):
            if at < closes:
                return max(opens, at.astimezone(UTC))
        return None

    def working_days(self, day: date, step: int) -> Iterator[tuple[datetime, datetime]]:
        """Start and end (UTC) of each working day from ``day`` itself onwards (step 1) or back (step -1).

        Not endless: looks at four weeks of days, those away not counted.
        """
        for _ in range(_SEARCH_DAYS):
            if self._away_on(day):
                edge = self.away_until if step > 0 else self.away_from
                if edge is None:
                    return
                day = edge + step * _DAY
            if (hours := self._on(day)) is not None:
                yield hours
            day += step * _DAY

    def _on(self, day: date) -> tuple[datetime, datetime] | None:
        if day.weekday() not in self.days or self._away_on(day):
            return None
        opens = resolve(datetime.combine(day, self.start), self.zone)
        closes = resolve(datetime.combine(day, self.end), self.zone)
        return (opens, closes) if opens < closes else None

    def _away_on(self, day: date) -> bool:
        if self.away_until is None or day > self.away_until:
            return False
        return self.away_from is None or day >= self.away_from


def resolve(local: datetime, zone: str) -> datetime:
    """The instant (UTC) at which clocks in ``zone`` show ``local``, a naive wall time.

    In an overlap the first of the two; in a gap the first instant after it. Raises ``ValueError`` for an
    unknown zone and for a datetime that is not naive.
    """
    if local.tzinfo is not None:
        raise ValueError("a wall time is naive")
    place = local.replace(tzinfo=_zone(zone), fold=0)
    instant = place.astimezone(UTC)
    if instant.astimezone(place.tzinfo).replace(tzinfo=None, fold=0) == local.replace(fold=0):
        return instant
    return _first_after_gap(place)


def local_date(at: datetime, zone: str) -> date:
    """The date in ``zone`` at this instant. Raises ``ValueError`` for a naive one."""
    return _local(at, zone).date()


def next_meeting_at(first: datetime, zone: str, every_weeks: int, after: datetime) -> datetime:
    """The first meeting (UTC) strictly after ``after`` of a rhythm that starts at ``first``.

    ``first`` is a naive wall time in ``zone``. The wall clock stays the same across clock changes. Raises
    ``ValueError`` when ``every_weeks`` is less than one.
    """
    if every_weeks < 1:
        raise ValueError("a set meets every week or less often")
    period = timedelta(weeks=every_weeks)
    past = max(0, (_local(after, zone) - first) // period)
    local = first + past * period
    while (meeting_at := resolve(local, zone)) <= after:
        local += period
    return meeting_at


def report_back_prompts(meeting_at: datetime, hours: WorkingHours) -> tuple[datetime, ...]:
    """When a member who owes a report is prompted (UTC, earliest first): at most twice, on different days.

    Three working days before the date of the meeting in the member's own zone, and once more on the last
    working day before it; each an hour into their working hours, or at their start where they last no
    longer. Days away are no working days, so prompts move to before them. Empty for who has no working
    days. May lie in the past: the caller knows the time, and ``due_or_moved`` what to do.
    """
    day_before = local_date(meeting_at, hours.zone) - _DAY
    working_days = list(islice(hours.working_days(day_before, -1), _EARLY_PROMPT_WORKING_DAYS))
    last = working_days[:1]
    early = working_days[_EARLY_PROMPT_WORKING_DAYS - 1 :]
    return tuple(_prompt_time(*day) for day in early + last)


def owner_notice(meeting_at: datetime, hours: WorkingHours) -> datetime | None:
    """When the proposed owner is told (UTC): five calendar days before the date of the meeting in their own
    zone.

    On the nearest earlier working day when that is none. None for who has no working day before it.
    """
    day = local_date(meeting_at, hours.zone) - _NOTICE_DAYS
    working_day = next(hours.working_days(day, -1), None)
    return None if working_day is None else _prompt_time(*working_day)


def due_or_moved(
    due_at: datetime,
    now: datetime,
    meeting_at: datetime,
    hours: WorkingHours,
    next_prompt_at: datetime | None = None,
) -> datetime | None:
    """When to send a prompt (UTC) that comes late, or whose member's hours, zone or absence changed since
    it was set.

    The first working instant that is neither before ``due_at`` nor before ``now``; so ``now`` means send it
    at once. None when that is too late: not before ``meeting_at``, or not before the member's date of
    ``next_prompt_at``, the prompt that follows this one. Late prompts do not pile up: the later of two on
    one day is enough.
    """
    moved = hours.next_instant(max(due_at, now))
    if moved is None or moved >= meeting_at:
        return None
    if next_prompt_at is not None and local_date(moved, hours.zone) >= local_date(next_prompt_at, hours.zone):
        return None
    return moved


def _prompt_time(opens: datetime, closes: datetime) -> datetime:
    return opens + _AFTER_OPENING if opens + _AFTER_OPENING < closes else opens


def _first_after_gap(skipped: datetime) -> datetime:
    """The instant of the clock change that skips this wall time.

    The two offsets around the gap put the wall time on either side of the change; halving finds it, to the
    second.
    """
    whole = skipped.replace(microsecond=0)
    before, after = whole.replace(fold=1).astimezone(UTC), whole.astimezone(UTC)
    old_offset = before.astimezone(skipped.tzinfo).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        if middle.astimezone(skipped.tzinfo).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after


def _local(at: datetime, zone: str) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant is aware")
    return at.astimezone(_zone(zone)).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    # ZoneInfo names a folder of zones, a path and a missing zone by three different errors.
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"unknown time zone: {name}") from error
