"""Fixtures of the end-to-end tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.e2e.world import World
from tests.trust.statements import StatementWatch


@pytest.fixture(autouse=True)
def _each_statement_keeps_to_a_workspace() -> Iterator[None]:
    """Whatever the bot asks of its database in any of these tests; see `tests/trust/statements.py`."""
    watch = StatementWatch()
    watch.listen()
    yield
    watch.leave()
    assert watch.wrong == {}


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A workspace with the bot in it; whatever Slack refused without being told to is an error."""
    async with World.open(database_url) as world:
        yield world
        assert world.refused_by_slack() == []


@pytest.fixture
async def forgers_world(database_url: str) -> AsyncIterator[World]:
    """The same, for tests that name people and channels which are not there: Slack may say so, no more."""
    async with World.open(database_url) as world:
        yield world
        said = [
            one
            for one in world.refused_by_slack()
            if not one.startswith(("users.info:", "conversations.info:"))
        ]
        assert said == []


@pytest.fixture
async def troubled_world(database_url: str) -> AsyncIterator[World]:
    """The same, for tests in which something goes out of reach: Slack says so to whoever asks or posts."""
    async with World.open(database_url) as world:
        yield world
