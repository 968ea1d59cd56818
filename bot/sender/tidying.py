"""Now and then, what the outbox no longer needs is deleted."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.storage.unit_of_work import Database

BETWEEN_STEPS = timedelta(minutes=10)


class Tidying:
    """A step of upkeep, which does something every ten minutes."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._next_at: datetime | None = None

    async def __call__(self) -> None:
        """Delete a little, if it is time to."""
        now = self._now()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + BETWEEN_STEPS
        async with self._database.unit_of_work() as unit:
            await unit.tidying.step(now)
