"""Processes of one bot wake each other, as far as the database can carry it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
from sqlalchemy import text

from bot.storage import news
from bot.storage.news import News
from bot.storage.unit_of_work import Database

WITHIN = 60


class Process:
    """As much of one as has to do with news."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.heard = asyncio.Event()
        self.count = 0
        self.news = News(database, self._hear)

    def _hear(self) -> None:
        self.count += 1
        self.heard.set()

    async def hears_again(self) -> None:
        async with asyncio.timeout(WITHIN):
            await self.heard.wait()
        self.heard.clear()


@asynccontextmanager
async def process(url: str) -> AsyncIterator[Process]:
    """Its first hearing, that the way is open, is over."""
    one = Process(Database(url))
    running = asyncio.create_task(one.news.run())
    try:
        await one.hears_again()
        yield one
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await one.database.close()


@pytest.fixture
async def two(postgresql_url: str) -> AsyncIterator[tuple[Process, Process]]:
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(process(postgresql_url)),
            await stack.enter_async_context(process(postgresql_url)),
        )


async def test_another_process_hears_what_one_tells_and_the_one_does_not_hear_itself(
    two: tuple[Process, Process],
) -> None:
    one, other = two
    one.news.tell()
    await other.hears_again()
    other.news.tell()
    await one.hears_again()

    assert (one.count, other.count) == (2, 2), "each once at the beginning, and once of the other"


async def test_a_lost_connection_is_made_anew_and_what_may_have_been_missed_is_looked_for(
    two: tuple[Process, Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "SECONDS_TO_RECONNECT", 0.01)
    one, other = two
    async with one.database.outside_transactions() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    await other.hears_again()
    async with asyncio.timeout(WITHIN):
        await other.news.listening.wait()
    one.news.tell()
    await other.hears_again()


async def test_many_commits_in_a_moment_are_told_at_one_go(two: tuple[Process, Process]) -> None:
    one, other = two
    for _ in range(100):
        one.news.tell()
    await other.hears_again()
    other.news.tell()
    await one.hears_again()

    assert other.count == 2


async def test_a_database_that_is_a_file_tells_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('news') / 'any.sqlite3'}")
    told = News(database, lambda: None)
    told.tell()
    async with asyncio.timeout(WITHIN):
        await told.run()
    await database.close()
