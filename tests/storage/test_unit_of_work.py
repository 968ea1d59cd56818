"""A unit of work happens as a whole or not at all, and units on one set come one after the other."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, failing, loaded, opened, saved, small_set


async def first(database: Database, request: str = "Ev1", workspace_id: str = WORKSPACE) -> bool:
    async with database.unit_of_work() as unit:
        return await unit.requests.first(workspace_id, request, NOW)


async def test_a_request_is_first_once(database: Database) -> None:
    assert [await first(database) for _ in range(3)] == [True, False, False]
    assert await first(database, "Ev2")
    assert await first(database, workspace_id="T2")


async def test_a_request_whose_unit_failed_is_first_again(database: Database) -> None:
    async with failing(database) as unit:
        assert await unit.requests.first(WORKSPACE, "Ev1", NOW)
    assert await first(database)


async def test_of_two_arrivals_at_once_one_is_first(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        assert sorted(await asyncio.gather(*(first(database) for database in [one, other] * 5))) == [
            *[False] * 9,
            True,
        ]


async def test_old_requests_are_forgotten(database: Database) -> None:
    await first(database)
    for before, forgotten in [(NOW, False), (NOW + timedelta(seconds=1), True)]:
        async with database.unit_of_work() as unit:
            await unit.requests.forget(before)
        assert await first(database) is forgotten


async def test_a_unit_that_raises_leaves_nothing(database: Database) -> None:
    async with failing(database) as unit:
        await unit.learning_sets.save(None, small_set())
    async with database.reading() as unit:
        assert await unit.learning_sets.load(WORKSPACE, "s1") is None


async def test_reading_changes_nothing(database: Database) -> None:
    with suppress(DBAPIError):
        async with database.reading() as unit:
            await unit.learning_sets.save(None, small_set())
    async with database.reading() as unit:
        assert await unit.learning_sets.load(WORKSPACE, "s1") is None


async def test_what_is_committed_is_there_after_a_restart(database_url: str) -> None:
    async with opened(database_url) as database:
        await saved(database, small_set())
    async with opened(database_url) as database:
        assert await loaded(database) == small_set()


async def renamed_by_one_letter(database: Database) -> None:
    async with database.unit_of_work() as unit:
        before = await unit.learning_sets.load(WORKSPACE, "s1", lock=True)
        assert before is not None
        await unit.learning_sets.save(before, replace(before, name=before.name + "!"))


async def test_no_change_is_lost_when_many_change_one_set_at_once(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        await saved(one, small_set())
        await asyncio.gather(*(renamed_by_one_letter(database) for database in [one, other] * 5))
        assert (await loaded(one)).name == small_set().name + "!" * 10
