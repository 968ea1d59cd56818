"""Waiting for something to become true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

SAFETY_SECONDS = 20.0
# What lies outside the local Slack cannot wake a waiter, so it looks again this often.
LOOK_AGAIN_SECONDS = 0.02


class Changes:
    """Woken at every change of the local Slack, so that a waiter can look again."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self.listeners: list[Callable[[], None]] = []
        """Called at every change."""

    def notify(self) -> None:
        """Something changed."""
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in self.listeners:
            listener()

    async def until(
        self, condition: Callable[[], object], within: float = SAFETY_SECONDS, told: str = ""
    ) -> None:
        """Return when `condition()` is true.

        TimeoutError, saying `told`, after `within` seconds of real time.
        """
        try:
            async with asyncio.timeout(within):
                while not condition():
                    await self._changed_or_a_moment()
        except TimeoutError as late:
            raise TimeoutError(told or "what was waited for did not happen") from late

    async def _changed_or_a_moment(self) -> None:
        try:
            async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            return
