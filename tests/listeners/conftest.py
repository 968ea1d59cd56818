from collections.abc import AsyncIterator

import pytest

from tests.listeners.stage import Stage, staged


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with staged(database_url) as made:
        yield made
        assert made.slack.invalid == [], "Slack could not use an answer"
