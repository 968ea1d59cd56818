"""Fixtures of the trust tests."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.world import World


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A workspace with the bot in it; whatever Slack refused without being told to is an error."""
    async with World.open(database_url) as world:
        yield world
        assert world.refused_by_slack() == []
