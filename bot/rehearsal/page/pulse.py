"""Tells every open page that something has changed."""

from __future__ import annotations

import asyncio

TOGETHER_SECONDS = 0.03
"""Changes that come so close together are told as one."""


class Pulse:
    """A number that grows with every change, and a way to wait for it."""

    def __init__(self) -> None:
        self.version = 0
        self.stopped = False
        self._beat = asyncio.Event()

    def touch(self) -> None:
        """Something changed."""
        self.version += 1
        self._beat.set()
        self._beat = asyncio.Event()

    def stop(self) -> None:
        """Let everybody who waits go."""
        self.stopped = True
        self.touch()

    async def after(self, seen: int, within: float) -> int:
        """The version, as soon as it is another than `seen`; the same one after `within` seconds."""
        try:
            async with asyncio.timeout(within):
                while self.version == seen and not self.stopped:
                    await self._beat.wait()
                await asyncio.sleep(TOGETHER_SECONDS)
        except TimeoutError:
            return self.version
        return self.version
