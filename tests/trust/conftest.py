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


@pytest.fixture
async def forgers_world(database_url: str) -> AsyncIterator[World]:
    """The same, for tests after which Slack may say that people and channels are not there."""
    async with World.open(database_url) as world:
        yield world
