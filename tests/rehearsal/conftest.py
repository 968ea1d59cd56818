from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import LocalSlacks
from tests.rehearsal.apps import MANIFEST
from tests.rehearsal.installing import manifest


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
async def slack(clock: MovableClock) -> AsyncIterator[LocalSlack]:
    server = LocalSlack(clock, MANIFEST)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def slacks(clock: MovableClock) -> AsyncIterator[LocalSlacks]:
    server = LocalSlacks(clock, manifest(org_deploy_enabled=True))
    await server.start()
    yield server
    await server.stop()
