"""How the bot is, for whoever watches over it: whether it can serve, and what it has counted."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.metrics import Metrics
from bot.storage.migrate import SchemaState
from bot.storage.overview import Backlog
from bot.storage.unit_of_work import Database

logger = logging.getLogger(__name__)

SECONDS_TO_ANSWER = 3
"""For the database; whoever asks waits no longer than a few seconds either."""
FIT = frozenset({SchemaState.UP_TO_DATE, SchemaState.COMPATIBLE})
"""The schemas on which this version runs: in a rolling deployment the newer version has been there before."""


class Health:
    """Asks the database each time; a database that does not answer is an answer, too."""

    def __init__(self, database: Database, metrics: Metrics, now: Callable[[], datetime]) -> None:
        self._database = database
        self._metrics = metrics
        self._now = now

    async def ready(self) -> bool:
        """Whether the database answers and has a schema on which this version runs."""
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER), self._database.reading() as unit:
                return await unit.overview.schema() in FIT
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            logger.warning("not ready: the database does not answer", extra={"error": type(error).__name__})
            return False

    async def page(self) -> bytes:
        """What was counted and what waits; without a database only what was counted."""
        return self._metrics.page(await self._backlog())

    async def _backlog(self) -> Backlog | None:
        try:
            async with asyncio.timeout(SECONDS_TO_ANSWER), self._database.reading() as unit:
                return await unit.overview.backlog(self._now())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            logger.warning("what waits cannot be counted", extra={"error": type(error).__name__})
            return None
