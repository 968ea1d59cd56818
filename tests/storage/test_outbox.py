"""Rows leave in order, one of a lane at a time, and none is taken twice or lost."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice
from bot.storage.outbox import LEASE, Delivery, Sent
from bot.storage.tables import outbox
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, failing, opened

SECOND = timedelta(seconds=1)


def message(key: str, text: str = "Hello", conversation: str = "C1") -> Message:
    return Message(key=key, conversation=conversation, text=text, blocks=[])


EVERY_KIND: list[Outgoing] = [
    Message(
        key="m",
        conversation="C1",
        text="Whole content",
        blocks=[{"type": "divider"}],
        thread_key="board",
        broadcast=True,
        best_before=NOW,
        stage="analysis",
        update_only=True,
    ),
    PrivateNotice(
        key="n",
        conversation="C1",
        reader="U1",
        text="For you",
        blocks=[],
        thread_key="board",
        best_before=NOW,
    ),
    HomeView(key="h", person="U1", view={"type": "home", "blocks": []}),
]


async def enqueued(database: Database, *outgoing: Outgoing, workspace_id: str = WORKSPACE) -> None:
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue(workspace_id, outgoing, NOW)


async def claimed(database: Database, at: timedelta = timedelta(), limit: int = 10) -> list[Delivery]:
    async with database.unit_of_work() as unit:
        return (await unit.outbox.claim(NOW + at, limit)).deliveries


async def done(database: Database, delivery: Delivery, sent: Sent | None = None) -> bool:
    async with database.unit_of_work() as unit:
        return await unit.outbox.done(delivery, NOW, sent)


async def everything_in_order(database: Database) -> list[Outgoing]:
    """Claim and settle one row after the other."""
    found: list[Outgoing] = []
    while deliveries := await claimed(database):
        for delivery in deliveries:
            found.append(delivery.outgoing)
            await done(database, delivery)
    return found


def keys(outgoing: Iterable[Outgoing]) -> list[str]:
    return [one.key for one in outgoing]


@pytest.mark.parametrize("outgoing", EVERY_KIND, ids=lambda one: type(one).__name__)
async def test_what_was_put_in_comes_out(database: Database, outgoing: Outgoing) -> None:
    await enqueued(database, outgoing)
    assert await everything_in_order(database) == [outgoing]


async def test_a_lane_goes_out_in_the_order_it_was_filled(database: Database) -> None:
    await enqueued(database, message("c"), message("a"))
    await enqueued(database, message("b"))
    assert keys(await everything_in_order(database)) == ["c", "a", "b"]


async def test_a_waiting_row_is_replaced_and_keeps_its_place(database: Database) -> None:
    await enqueued(database, message("a", "old"), message("b"))
    await enqueued(database, message("c"), message("a", "newer"), message("a", "newest"))
    found = await everything_in_order(database)
    assert keys(found) == ["a", "b", "c"]
    assert found[0] == message("a", "newest")


async def test_a_row_that_is_being_sent_is_followed_not_replaced(database: Database) -> None:
    await enqueued(database, message("a", "old"), message("b"))
    [sending] = await claimed(database)
    await enqueued(database, message("a", "new"))
    await done(database, sending)
    assert await everything_in_order(database) == [message("b"), message("a", "new")]


async def test_a_row_that_failed_goes_before_its_newer_version(database: Database) -> None:
    await enqueued(database, message("a", "old"))
    [sending] = await claimed(database)
    await enqueued(database, message("a", "new"))
    async with database.unit_of_work() as unit:
        await unit.outbox.retry(sending, NOW, "internal_error")
    assert await everything_in_order(database) == [message("a", "old"), message("a", "new")]


async def test_one_row_of_a_lane_is_in_flight(database: Database) -> None:
    await enqueued(database, message("a"), message("b"), message("x", conversation="C2"))
    first = await claimed(database)
    assert sorted(keys(one.outgoing for one in first)) == ["a", "x"]
    assert await claimed(database) == []
    for delivery in first:
        await done(database, delivery)
    assert keys(one.outgoing for one in await claimed(database)) == ["b"]


async def test_notices_and_homes_do_not_wait_for_messages(database: Database) -> None:
    await enqueued(database, message("a"), message("b"), *EVERY_KIND[1:])
    assert sorted(keys(one.outgoing for one in await claimed(database))) == ["a", "h", "n"]


async def test_no_more_lanes_are_claimed_than_asked_for(database: Database) -> None:
    await enqueued(database, *(message(f"m{n}", conversation=f"C{n}") for n in range(5)))
    assert [len(await claimed(database, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


async def test_a_lane_rests_until_its_instant(database: Database) -> None:
    await enqueued(database, message("a"), message("b"))
    [first] = await claimed(database)
    async with database.unit_of_work() as unit:
        await unit.outbox.done(first, NOW + SECOND)
        assert await unit.outbox.next_due_at() == NOW + SECOND
    assert await claimed(database, SECOND - timedelta(microseconds=1)) == []
    assert keys(one.outgoing for one in await claimed(database, SECOND)) == ["b"]


async def test_what_a_dead_sender_held_is_sent_again_when_its_lease_is_over(database: Database) -> None:
    await enqueued(database, message("a"), message("b"))
    [lost] = await claimed(database)
    async with database.reading() as unit:
        assert await unit.outbox.next_due_at() == NOW + LEASE
    assert await claimed(database, LEASE - SECOND) == []
    [again] = await claimed(database, LEASE)
    assert (again.outgoing, again.attempts) == (lost.outgoing, 2)
    assert not await done(database, lost, Sent("C1", "1.0"))
    assert await done(database, again, Sent("C1", "2.0"))
    async with database.reading() as unit:
        assert await unit.outbox.sent(WORKSPACE, "a") == Sent("C1", "2.0")


async def test_a_lost_lease_settles_nothing(database: Database) -> None:
    await enqueued(database, message("a"))
    [lost] = await claimed(database)
    [again] = await claimed(database, LEASE)
    async with database.unit_of_work() as unit:
        assert not await unit.outbox.retry(lost, NOW, "late")
        assert not await unit.outbox.bury(lost, NOW, "late")
        assert await unit.outbox.done(again, NOW)


async def test_a_dead_row_stays_with_its_error_and_the_lane_goes_on(database: Database) -> None:
    await enqueued(database, message("a"), message("b"))
    [first] = await claimed(database)
    async with database.unit_of_work() as unit:
        await unit.outbox.bury(first, NOW, "is_archived")
    assert keys(await everything_in_order(database)) == ["b"]
    async with database.reading() as unit:
        rows = (await unit.outbox._connection.execute(select(outbox.c.key, outbox.c.error))).all()
        assert await unit.outbox.next_due_at() is None
    assert [tuple(row) for row in rows] == [("a", "is_archived")]


async def test_a_row_comes_with_what_slack_knows_of_it_and_of_its_thread(database: Database) -> None:
    reply = replace(message("reply"), thread_key="board")
    await enqueued(database, message("board"), reply)
    [board] = await claimed(database)
    assert (board.sent, board.thread) == (None, None)
    await done(database, board, Sent("C1", "1.0"))
    [first] = await claimed(database)
    assert (first.sent, first.thread) == (None, Sent("C1", "1.0"))
    await done(database, first, Sent("C1", "2.0"))
    await enqueued(database, reply)
    [second] = await claimed(database)
    assert (second.sent, second.thread) == (Sent("C1", "2.0"), Sent("C1", "1.0"))


async def test_identical_keys_and_conversations_of_two_workspaces_never_meet(database: Database) -> None:
    await enqueued(database, message("a", "one"), workspace_id="T1")
    await enqueued(database, message("a", "other"), workspace_id="T2")
    found = {one.workspace_id: one for one in await claimed(database)}
    assert {id_: one.outgoing for id_, one in found.items()} == {
        "T1": message("a", "one"),
        "T2": message("a", "other"),
    }
    await done(database, found["T1"], Sent("C1", "1.0"))
    await enqueued(database, message("a"), workspace_id="T2")
    await done(database, found["T2"])
    [later] = await claimed(database)
    assert later.sent is None


async def test_what_was_not_committed_is_not_sent(database: Database) -> None:
    async with failing(database) as unit:
        await unit.outbox.enqueue(WORKSPACE, [message("a")], NOW)
    assert await claimed(database) == []


async def test_units_that_fill_one_lane_at_once_do_not_mix(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        await asyncio.gather(
            *(
                enqueued(database, *(message(f"{n}-{part}") for part in range(3)))
                for n, database in enumerate([one, other] * 5)
            )
        )
        found = keys(await everything_in_order(one))
    assert len(found) == 30
    for start in range(0, 30, 3):
        unit = found[start].split("-")[0]
        assert found[start : start + 3] == [f"{unit}-0", f"{unit}-1", f"{unit}-2"]


async def test_no_row_is_given_to_two_senders(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        await enqueued(one, *(message(f"m{n}", conversation=f"C{n}") for n in range(40)))
        claims = await asyncio.gather(*(claimed(database, limit=3) for database in [one, other] * 10))
    found = [delivery.outgoing.key for claim in claims for delivery in claim]
    assert len(found) == len(set(found)) == 40


async def test_a_second_sender_is_not_given_what_the_first_holds(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        await enqueued(one, message("a"), message("b", conversation="C2"))
        async with one.unit_of_work() as first:
            [held] = (await first.outbox.claim(NOW, limit=1)).deliveries
            second = asyncio.create_task(claimed(other))
            if database_url.startswith("postgresql"):
                await second  # there it does not wait for the first to commit
        [given] = await second
        assert {held.outgoing.key, given.outgoing.key} == {"a", "b"}


async def test_a_message_for_later_is_held_and_holds_up_nothing(database: Database) -> None:
    later = replace(message("later"), not_before=NOW + SECOND)
    await enqueued(database, later, message("now"))
    assert [delivery.outgoing.key for delivery in await claimed(database)] == ["now"]
    async with database.reading() as unit:
        assert await unit.outbox.next_due_at() == NOW + SECOND
    assert [delivery.outgoing.key for delivery in await claimed(database, at=SECOND)] == ["later"]


async def test_an_update_of_a_message_that_still_waits_does_not_undo_its_posting(database: Database) -> None:
    await enqueued(database, message("prompt", "before"))
    await enqueued(database, replace(message("prompt", "after"), update_only=True))
    (delivery,) = await claimed(database)
    assert delivery.outgoing == message("prompt", "after")
