"""What is kept is kept for a time: sets that ended long ago are erased, a few at each tick."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.privacy.erasure import Erasure
from bot.storage.unit_of_work import Database

logger = logging.getLogger(__name__)

AT_ONCE = 5
"""Sets erased in one step, so that no transaction and no tick takes long."""
BETWEEN_LOOKS = timedelta(hours=1)
"""Days are counted; nobody waits for the hour."""


class Retention:
    """Erases what has outlived its days. ``default_days`` hold where a workspace chose none; 0 is for ever.

    A set that goes on is kept whole, open commitments and all: the days count from its end.
    """

    def __init__(
        self, database: Database, erasure: Erasure, now: Callable[[], datetime], default_days: int
    ) -> None:
        self._database = database
        self._erasure = erasure
        self._now = now
        self._default_days = default_days
        self._next_look: datetime | None = None

    async def __call__(self) -> None:
        """Look whether anything has outlived its time, at most once an hour while nothing has."""
        now = self._now()
        if self._next_look is not None and now < self._next_look:
            return
        async with self._database.reading() as unit:
            outlived = await unit.forgetting.outlived(self._default_days, now, AT_ONCE)
        for workspace_id, set_id in outlived:
            async with self._database.unit_of_work() as unit:
                if not await unit.forgetting.locked(workspace_id, set_id):
                    continue
                await self._erasure.learning_set(unit, workspace_id, set_id)
            logger.info("erased after its time", extra={"workspace": workspace_id, "set": set_id})
        self._next_look = now if len(outlived) == AT_ONCE else now + BETWEEN_LOOKS
