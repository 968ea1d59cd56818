"""`house` is a bot that workspaces install by themselves, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from tests.install.house import House


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with House.open(database_url) as opened:
        yield opened
