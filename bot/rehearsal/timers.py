"""Things to do at an instant of the clock, whether that clock is moved by hand or runs by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.rehearsal.clock import Clock, MovableClock


@dataclass(eq=False)
class Timer:
    """One thing to do at `due`; `cancel` forgets it."""

    due: datetime
    action: Callable[[], None]
    done: bool = False
    handle: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        self.done = True
        if self.handle is not None:
            self.handle.cancel()

    def run(self) -> None:
        if not self.done:
            self.done = True
            self.action()


@dataclass
class Timers:
    """Runs actions when the clock reaches their instant, in order of time."""

    clock: Clock
    _waiting: list[Timer] = field(default_factory=list)
    _unsubscribe: Callable[[], None] | None = None

    def start(self) -> None:
        if isinstance(self.clock, MovableClock):
            self._unsubscribe = self.clock.subscribe(self.run_due)

    def stop(self) -> None:
        for timer in self._waiting:
            timer.cancel()
        self._waiting.clear()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def at(self, due: datetime, action: Callable[[], None]) -> Timer:
        """Do `action` at `due`; needs a running event loop when the clock runs by itself."""
        timer = Timer(due, action)
        self._waiting = [one for one in self._waiting if not one.done]
        self._waiting.append(timer)
        if not isinstance(self.clock, MovableClock):
            delay = max(0.0, (due - self.clock.now()).total_seconds())
            timer.handle = asyncio.get_running_loop().call_later(delay, timer.run)
        return timer

    def run_due(self) -> None:
        now = self.clock.now()
        for timer in sorted((one for one in self._waiting if one.due <= now), key=lambda one: one.due):
            timer.run()
        self._waiting = [one for one in self._waiting if not one.done]

    def next_due(self) -> datetime | None:
        """When the earliest waiting action falls due, or None."""
        return min((one.due for one in self._waiting if not one.done), default=None)
