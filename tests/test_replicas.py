"""Two processes on one database that do the same at the same moment: it is done once, and neither fails.

What is claimed by lease (messages, prompts) is proved by `tests/soak`; here is all that a tick does besides.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from bot.bootstrap import Bot
from bot.domain.hindrances import Hindrance, Trouble
from bot.install import States
from bot.lifecycle import BETWEEN_LOOKS
from bot.privacy.erasure import FORMER, Erasure
from bot.storage.tables import (
    WorkspaceState,
    audit,
    learning_sets,
    oauth_states,
    people,
    sent_messages,
    workspaces,
)
from bot.storage.tidying import MESSAGE_REMEMBERED
from bot.storage.unit_of_work import Database, UnitOfWork
from tests.e2e.bots import kept, library, running_bot
from tests.e2e.world import World
from tests.storage.examples import NOW, opened

SECONDS = 60
"""After which somebody waits for a lock that he should not wait for."""
LONG = timedelta(days=400)
MANY = 12
"""So many that some would go to either process, if both were sent to."""
BARRIER: ContextVar[asyncio.Barrier | None] = ContextVar("barrier", default=None)


@pytest.fixture
async def world(postgresql_url: str) -> AsyncIterator[World]:
    async with World.open(postgresql_url) as world:
        yield world


@asynccontextmanager
async def second_bot(world: World) -> AsyncIterator[Bot]:
    async with running_bot(world.slack, world.clock, world.database_url) as bot:
        yield bot


@pytest.fixture
def in_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each reading the two tasks of `both` wait for each other, so that they have seen the same."""
    reading = Database.reading

    @asynccontextmanager
    async def together(self: Database) -> AsyncIterator[UnitOfWork]:
        async with reading(self) as unit:
            yield unit
        if (barrier := BARRIER.get()) is not None:
            with suppress(asyncio.BrokenBarrierError):
                await barrier.wait()

    monkeypatch.setattr(Database, "reading", together)


async def both(*steps: Awaitable[Any]) -> list[Any]:
    """Do these two at the same moment, each to its end."""
    barrier = asyncio.Barrier(2)

    async def to_its_end(step: Awaitable[Any]) -> Any:
        BARRIER.set(barrier)
        try:
            return await step
        finally:
            await barrier.abort()

    async with asyncio.timeout(SECONDS):
        return await asyncio.gather(*(to_its_end(step) for step in steps))


async def acts(url: str) -> list[str]:
    return sorted(row["act"] for row in await kept(url, audit))


async def change(world: World, statement: Any) -> None:
    async with world.database.unit_of_work() as unit:
        await unit.outbox._connection.execute(statement)


async def until_somebody_waits(database: Database) -> None:
    """Until a transaction waits for what another holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(SECONDS):
        while True:
            async with database.reading() as unit:
                if await unit.outbox._connection.scalar(waiting):
                    return


async def test_once_one_of_two_stops_all_that_is_pressed_goes_to_the_other(postgresql_url: str) -> None:
    async with World.open(postgresql_url, http=False) as world, second_bot(world) as ending:
        await world.slack.connected(4)
        await ending.stop()
        acts = [world.person("ama").commanding("/als help", world.place.channel) for _ in range(MANY)]
        await world.at_once(*acts)
        assert [act.acknowledged for act in acts] == [True] * MANY
        assert len(world.slack.hub.connections) == 2


async def test_what_is_pressed_while_the_last_answers_are_given_is_answered(postgresql_url: str) -> None:
    async with World.open(postgresql_url, http=False) as world:
        ama, ben = world.person("ama"), world.person("ben")
        asked = world.slack.faults.hold("views.open")
        typing = asyncio.create_task(ama.command("/als new", world.place.channel))
        async with asyncio.timeout(SECONDS):
            await asked.reached.wait()
            stopping = asyncio.create_task(world.bot.stop())
            late = await ben.command("/als help", world.place.channel)
            asked.release()
            assert [(await typing).acknowledged, late.acknowledged] == [True, True]
            await stopping
        assert world.slack.hub.connections == []


async def test_two_processes_arrive_in_the_same_workspace(world: World) -> None:
    async with AsyncExitStack() as stack:
        await asyncio.gather(*(stack.enter_async_context(second_bot(world)) for _ in range(2)))
        (row,) = await kept(world.database_url, workspaces)
        assert row["workspace_id"] == world.slack.team_id


@pytest.mark.usefixtures("in_step")
async def test_a_set_that_has_outlived_its_time_is_erased_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.new_set()
    await change(world, update(learning_sets).values(ended_at=world.now))
    world.clock.advance(LONG.total_seconds())
    async with second_bot(world) as other:
        await both(world.bot.tick(), other.tick())
    assert await kept(world.database_url, learning_sets) == []
    assert await acts(world.database_url) == ["set erased"]
    assert "failed" not in caplog.text


async def test_what_is_to_be_erased_is_left_for_later_while_somebody_has_the_set(world: World) -> None:
    await world.new_set()
    await change(world, update(learning_sets).values(ended_at=world.now))
    set_id, retention = (await world.learning_set()).id, world.bot._tick._upkeep[1]
    world.clock.advance(LONG.total_seconds())
    async with world.database.unit_of_work() as unit, asyncio.timeout(SECONDS):
        await unit.learning_sets.load(world.slack.team_id, set_id, lock=True)
        await retention()
    assert await acts(world.database_url) == []
    world.clock.advance(timedelta(hours=1).total_seconds())
    await retention()
    assert await acts(world.database_url) == ["set erased"]


@pytest.mark.usefixtures("in_step")
async def test_a_workspace_whose_grace_is_over_is_erased_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.new_set()
    gone = {"state": WorkspaceState.UNINSTALLED, "uninstalled_at": world.now, "erase_at": world.now}
    await change(world, update(workspaces).values(gone))
    async with second_bot(world) as other:
        await both(world.bot.tick(), other.tick())
    assert await kept(world.database_url, learning_sets) == []
    assert await acts(world.database_url) == ["workspace erased"]
    assert "failed" not in caplog.text


@pytest.mark.usefixtures("in_step")
async def test_sets_go_on_once_when_two_find_that_the_token_works_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.new_set()
    async with second_bot(world) as other:
        world.slack.faults.refuse("auth.test", "token_revoked", times=2)
        await change(world, update(workspaces).values(uninstalled_at=world.now))
        await both(world.bot.tick(), other.tick())
        assert (await world.learning_set()).hindered_by is Hindrance.WORKSPACE_GONE
        world.clock.advance(BETWEEN_LOOKS.total_seconds())
        before = len(world.messages())
        await both(world.bot.tick(), other.tick())
        await world.settle()
    assert (await world.learning_set()).hindered_by is None
    assert len(world.messages()) - before <= 1
    assert "failed" not in caplog.text


async def test_who_finds_a_token_revoked_and_who_finds_it_works_do_not_wait_for_each_other(
    postgresql_url: str,
) -> None:
    async with World.open(postgresql_url) as world:
        await world.new_set()
        trouble = Trouble(world.slack.team_id, None, None, Hindrance.WORKSPACE_GONE, "set:1:invitation")
        lifecycle = world.bot._tick._upkeep[0].__self__  # type: ignore[attr-defined]

        async def revoked() -> None:
            async with world.database.unit_of_work() as unit:
                await lifecycle.on_trouble(unit, trouble)

        async with world.database.unit_of_work() as unit:
            await unit.life.trust(world.slack.team_id)
            other = asyncio.create_task(revoked())
            await until_somebody_waits(world.database)
            async with asyncio.timeout(SECONDS):
                await lifecycle.installed(unit, world.slack.team_id)
        await other
        (row,) = await kept(postgresql_url, workspaces)
        assert row["uninstalled_at"] is not None


@pytest.mark.usefixtures("in_step")
async def test_a_persons_words_are_deleted_once(world: World) -> None:
    await world.new_set()
    person = world.person("carla").id

    def erasing() -> Erasure:
        handler = world.bot._tick._handle_due.__self__  # type: ignore[attr-defined]
        return Erasure(world.database, library(), world.clock.now, handler)

    await both(*(erasing().person(world.slack.team_id, person) for _ in range(2)))
    assert await acts(world.database_url) == ["person erased", "words erased"]
    former = [row["id"] for row in await kept(world.database_url, people) if row["id"].startswith(FORMER)]
    assert len(former) == 1


async def test_what_another_process_holds_is_not_waited_for_when_old_rows_are_deleted(
    postgresql_url: str,
) -> None:
    old = {"workspace_id": "T1", "channel": "C1", "ts": "1.0", "sent_at": NOW - MESSAGE_REMEMBERED * 2}
    late = {"workspace_id": "", "expires_at": NOW - LONG}
    async with opened(postgresql_url) as database, opened(postgresql_url) as elsewhere:
        async with database.unit_of_work() as unit:
            connection = unit.outbox._connection
            await connection.execute(insert(sent_messages), [old | {"key": key} for key in ("a", "b", "c")])
            await connection.execute(insert(oauth_states), [late | {"state": key} for key in ("a", "b")])
        async with elsewhere.unit_of_work() as unit, asyncio.timeout(SECONDS):
            for table, key in ((sent_messages, "key"), (oauth_states, "state")):
                held = select(table).where(table.c[key] == "a").with_for_update()
                await unit.outbox._connection.execute(held)
            async with database.unit_of_work() as tidying:
                await tidying.tidying.step(NOW)
            await States(database, lambda: NOW).async_issue()
        assert [row["key"] for row in await kept(postgresql_url, sent_messages)] == ["a"]
        assert "b" not in [row["state"] for row in await kept(postgresql_url, oauth_states)]


async def test_a_state_of_oauth_comes_back_to_one_of_two(postgresql_url: str) -> None:
    async with opened(postgresql_url) as database, opened(postgresql_url) as elsewhere:
        first, second = States(database, lambda: NOW), States(elsewhere, lambda: NOW)
        state = await first.async_issue()
        assert sorted(await both(first.async_consume(state), second.async_consume(state))) == [False, True]
