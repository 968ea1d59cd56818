from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import MANIFEST


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
async def slack(clock: MovableClock) -> AsyncIterator[LocalSlack]:
    server = LocalSlack(clock, MANIFEST)
    await server.start()
    yield server
    await server.stop()
