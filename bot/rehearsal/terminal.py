"""The terminal of a rehearsal: at once, or at the speed at which people read."""

from __future__ import annotations

import asyncio

SECONDS_A_LETTER = 0.015
LONGEST_PAUSE = 3.0


class Terminal:
    """Prints the story. With `slowly`, `pace` waits as long as the lines since the last wait take to read."""

    def __init__(self, *, slowly: bool) -> None:
        self._slowly = slowly
        self._unread = 0

    def tell(self, line: str) -> None:
        """Print one line."""
        print(line, flush=True)
        self._unread += len(line)

    async def pace(self) -> None:
        """Give the reader time."""
        seconds, self._unread = min(self._unread * SECONDS_A_LETTER, LONGEST_PAUSE), 0
        if self._slowly:
            await asyncio.sleep(seconds)
