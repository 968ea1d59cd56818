"""What is due is claimed once, comes back when its holder dies, and never after it was done."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.wakes import Wake, WakeKind
from bot.storage.due_prompts import LEASE, DuePrompt, Ending
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, opened, saved, small_set

MINUTE = timedelta(minutes=1)


def wake(key: str, due_at: datetime = NOW) -> Wake:
    return Wake(key, WakeKind.ASK_FOR_REPORT_BACK, due_at, "s1.1", "U2", 1)


@pytest.fixture
async def database(database: Database) -> Database:
    """With the set to which the wakes belong."""
    await saved(database, small_set())
    return database


async def synced(
    database: Database, *after: Wake, before: tuple[Wake, ...] = (), workspace_id: str = WORKSPACE
) -> None:
    async with database.unit_of_work() as unit:
        await unit.due_prompts.sync(workspace_id, "s1", {w.key: w for w in before}, {w.key: w for w in after})


async def claimed(database: Database, at: timedelta = timedelta(), limit: int = 20) -> list[DuePrompt]:
    async with database.unit_of_work() as unit:
        return await unit.due_prompts.claim(NOW + at, limit)


async def finished(database: Database, prompt: DuePrompt, ending: Ending = "done") -> bool:
    async with database.unit_of_work() as unit:
        return await unit.due_prompts.finish(prompt, ending)


async def next_due_at(database: Database) -> datetime | None:
    async with database.reading() as unit:
        return await unit.due_prompts.next_due_at()


def keys(prompts: list[DuePrompt]) -> list[str]:
    return [prompt.wake.key for prompt in prompts]


async def test_what_is_due_is_claimed_once_the_longest_due_first(database: Database) -> None:
    await synced(database, wake("b"), wake("a", NOW - MINUTE), wake("later", NOW + MINUTE))
    found = await claimed(database)
    assert [prompt.wake for prompt in found] == [wake("a", NOW - MINUTE), wake("b")]
    assert (found[0].workspace_id, found[0].set_id, found[0].attempts) == (WORKSPACE, "s1", 1)
    assert await claimed(database) == []
    assert await next_due_at(database) == NOW + MINUTE


async def test_no_more_are_claimed_than_asked_for(database: Database) -> None:
    await synced(database, wake("a"), wake("b"), wake("c"))
    assert [len(await claimed(database, limit=2)) for _ in range(3)] == [2, 1, 0]


async def test_one_that_moved_is_due_at_its_new_instant(database: Database) -> None:
    await synced(database, wake("a"))
    await synced(database, wake("a", NOW + MINUTE), before=(wake("a"),))
    assert await claimed(database) == []
    assert keys(await claimed(database, MINUTE)) == ["a"]


async def test_one_that_vanished_is_not_due_and_may_come_back(database: Database) -> None:
    await synced(database, wake("a"))
    await synced(database, before=(wake("a"),))
    assert await claimed(database) == []
    assert await next_due_at(database) is None
    await synced(database, wake("a"))
    assert keys(await claimed(database)) == ["a"]


@pytest.mark.parametrize("ending", ["done", "missed", "failed"])
async def test_one_that_ended_never_comes_back(database: Database, ending: Ending) -> None:
    await synced(database, wake("a"))
    [prompt] = await claimed(database)
    assert await finished(database, prompt, ending)
    await synced(database, before=(wake("a"),))
    await synced(database, wake("a"))
    await synced(database, wake("a", NOW - MINUTE), before=(wake("a"),))
    assert await claimed(database, LEASE) == []
    assert await next_due_at(database) is None


async def test_a_claimed_one_is_left_to_who_holds_it(database: Database) -> None:
    await synced(database, wake("a"))
    [prompt] = await claimed(database)
    await synced(database, before=(wake("a"),))
    await synced(database, wake("a"))
    assert await claimed(database) == []
    assert await finished(database, prompt)


async def test_a_dead_holder_loses_it_to_the_next(database: Database) -> None:
    await synced(database, wake("a"))
    [lost] = await claimed(database)
    assert await next_due_at(database) == NOW + LEASE
    assert await claimed(database, LEASE - MINUTE / 60) == []
    [again] = await claimed(database, LEASE)
    assert (again.wake, again.attempts) == (lost.wake, 2)
    assert not await finished(database, lost)
    async with database.unit_of_work() as unit:
        assert not await unit.due_prompts.postpone(lost, NOW)
    assert await finished(database, again)


async def test_a_postponed_one_is_due_later(database: Database) -> None:
    await synced(database, wake("a"))
    [prompt] = await claimed(database)
    async with database.unit_of_work() as unit:
        assert await unit.due_prompts.postpone(prompt, NOW + MINUTE)
    assert await claimed(database) == []
    assert [one.wake for one in await claimed(database, MINUTE)] == [wake("a", NOW + MINUTE)]


async def test_the_rows_tell_what_is_due_for_a_set(database: Database) -> None:
    await synced(database, wake("a"), wake("b", NOW + MINUTE))
    await claimed(database)
    async with database.reading() as unit:
        assert await unit.due_prompts.waiting(WORKSPACE, "s1") == {"b": wake("b", NOW + MINUTE)}
        assert await unit.due_prompts.waiting("T2", "s1") == {}


async def test_identical_keys_of_two_workspaces_never_meet(database: Database) -> None:
    await saved(database, small_set("T2"))
    await synced(database, wake("a"))
    await synced(database, wake("a"), workspace_id="T2")
    one, other = sorted(await claimed(database), key=lambda prompt: prompt.workspace_id)
    assert await finished(database, one)
    await synced(database, before=(wake("a"),))
    again = await claimed(database, LEASE)
    assert [(prompt.workspace_id, prompt.attempts) for prompt in again] == [("T2", 2)]
    assert not await finished(database, replace(other, workspace_id="T1"))


async def test_no_prompt_is_given_to_two_claimers(database: Database, database_url: str) -> None:
    await synced(database, *(wake(f"w{n}") for n in range(40)))
    async with opened(database_url) as other:
        claims = await asyncio.gather(*(claimed(one, limit=3) for one in [database, other] * 10))
    found = [key for claim in claims for key in keys(claim)]
    assert len(found) == len(set(found)) == 40


async def test_a_second_claimer_is_not_given_what_the_first_holds(
    database: Database, database_url: str
) -> None:
    await synced(database, wake("a"), wake("b"))
    async with opened(database_url) as other:
        async with database.unit_of_work() as first:
            assert keys(await first.due_prompts.claim(NOW, limit=1)) == ["a"]
            second = asyncio.create_task(claimed(other))
            if database_url.startswith("postgresql"):
                await second  # there it does not wait for the first to commit
        assert keys(await second) == ["b"]
