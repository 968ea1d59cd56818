"""The one clock that the local Slack and the bot under rehearsal both read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class MovableClock:
    """A clock that stands still until it is moved, and never goes back."""

    def __init__(self, start: datetime) -> None:
        """Begin at `start`, which must be aware; any zone is turned into UTC."""
        self._now = _in_utc(start)
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._now

    def move_to(self, at: datetime) -> None:
        """Jump to `at`. Raises ValueError when that lies in the past or is naive."""
        target = _in_utc(at)
        if target < self._now:
            raise ValueError(
                f"the clock stands at {self._now.isoformat()} and cannot go back to {target.isoformat()}"
            )
        self._now = target
        for listener in list(self._listeners):
            listener()

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`. Raises ValueError when negative."""
        self.move_to(self._now + timedelta(seconds=seconds))

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each move; returns the function that ends the subscription."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


def aware(written: str) -> datetime:
    """An instant as `isoformat` wrote it. Raises ValueError for one without a zone."""
    return _in_utc(datetime.fromisoformat(written))


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time without a zone says nothing; give an aware datetime")
    return at.astimezone(UTC)


def wall_seconds() -> float:
    """The machine's own time, for request signatures only: who checks them reads the machine's clock too."""
    return time.time()
