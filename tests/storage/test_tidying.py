"""What is no longer needed is deleted, and nothing else."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Table, func, select

from bot.domain.wakes import Wake, WakeKind
from bot.outgoing import Message
from bot.rehearsal.clock import MovableClock
from bot.sender.tidying import BETWEEN_STEPS, Tidying
from bot.storage.outbox import Sent
from bot.storage.tables import due_prompts, lanes, outbox, sent_messages
from bot.storage.tidying import (
    LANE_REMEMBERED,
    LONGEST_IN_THE_OUTBOX,
    MESSAGE_REMEMBERED,
    PROMPT_REMEMBERED,
)
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, saved, small_set

SECOND = timedelta(seconds=1)


async def put(database: Database, *keys: str) -> None:
    rows = [Message(key=key, conversation=f"C-{key}", text="Hello", blocks=[]) for key in keys]
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue(WORKSPACE, rows, NOW)


async def tidied(database: Database, after: timedelta) -> None:
    async with database.unit_of_work() as unit:
        await unit.tidying.step(NOW + after)


async def left(database: Database, table: Table, column: str) -> list[Any]:
    async with database.reading() as unit:
        found = select(table.c[column]).where(table.c.workspace_id == WORKSPACE).order_by(table.c[column])
        return list(await unit.outbox._connection.scalars(found))


async def test_sent_messages_and_their_lanes_are_forgotten_when_nobody_needs_them(database: Database) -> None:
    await put(database, "sent")
    async with database.unit_of_work() as unit:
        [delivery] = (await unit.outbox.claim(NOW)).deliveries
        await unit.outbox.done(delivery, NOW, Sent("C1", "1.0"))
    await tidied(database, LANE_REMEMBERED)
    assert await left(database, lanes, "lane") == ["C-sent"]
    await tidied(database, LANE_REMEMBERED + SECOND)
    assert await left(database, lanes, "lane") == []
    await tidied(database, MESSAGE_REMEMBERED)
    assert await left(database, sent_messages, "key") == ["sent"]
    await tidied(database, MESSAGE_REMEMBERED + SECOND)
    assert await left(database, sent_messages, "key") == []


async def test_what_waits_is_kept_for_a_month_and_its_lane_with_it(database: Database) -> None:
    await put(database, "held", "dead")
    async with database.unit_of_work() as unit:
        for delivery in (await unit.outbox.claim(NOW)).deliveries:
            if delivery.outgoing.key == "dead":
                await unit.outbox.bury(delivery, NOW, "invalid_blocks")
            else:
                await unit.outbox.set_aside(delivery, NOW, "is_archived")
    await tidied(database, LONGEST_IN_THE_OUTBOX)
    assert await left(database, outbox, "key") == ["dead", "held"]
    assert await left(database, lanes, "lane") == ["C-dead", "C-held"]
    await tidied(database, LONGEST_IN_THE_OUTBOX + SECOND)
    assert await left(database, outbox, "key") == []
    await put(database, "held")
    async with database.unit_of_work() as unit:
        assert len((await unit.outbox.claim(NOW + LONGEST_IN_THE_OUTBOX)).deliveries) == 1


async def test_prompts_that_are_done_are_forgotten_and_those_that_wait_are_not(database: Database) -> None:
    await saved(database, small_set())
    wakes = {key: Wake(key, WakeKind.PASS_TIME, NOW, "s1.1") for key in ("done", "due")}
    async with database.unit_of_work() as unit:
        await unit.due_prompts.sync(WORKSPACE, "s1", {}, wakes)
        [first] = await unit.due_prompts.claim(NOW, 1)
        await unit.due_prompts.finish(first)
    await tidied(database, PROMPT_REMEMBERED)
    assert await left(database, due_prompts, "key") == ["done", "due"]
    await tidied(database, PROMPT_REMEMBERED + SECOND)
    assert await left(database, due_prompts, "key") == ["due"]


async def test_a_tick_tidies_up_now_and_then(database: Database) -> None:
    clock = MovableClock(NOW)
    tidying = Tidying(database, clock.now)
    await tidying()
    await put(database, "old")
    clock.advance(LONGEST_IN_THE_OUTBOX.total_seconds() + BETWEEN_STEPS.total_seconds())
    await tidying()
    assert await left(database, outbox, "key") == []
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue(WORKSPACE, [Message("m", "C1", "Hello", [])], NOW)
    clock.advance(BETWEEN_STEPS.total_seconds() - 1)
    await tidying()
    assert await left(database, outbox, "key") == ["m"]
    clock.advance(1)
    await tidying()
    async with database.reading() as unit:
        assert await unit.outbox._connection.scalar(select(func.count()).select_from(outbox)) == 0
