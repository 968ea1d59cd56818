from collections.abc import AsyncIterator

import pytest

from bot.storage.unit_of_work import Database
from tests.storage.examples import opened


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database
