"""Rows leave in order, one of a lane at a time, and none is taken twice or lost."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Table, select, text, update

from bot.domain.hindrances import Hindrance
from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice
from bot.storage.claims import UNREADABLE_FOR
from bot.storage.in_turn import MUCH
from bot.storage.outbox import LEASE, Delivery, Sent
from bot.storage.paces import SHORTEST
from bot.storage.tables import RowState, outbox, sent_messages
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, failing, opened
from tests.storage.statements import Statements

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)


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


async def test_a_lane_in_flight_is_not_opened_by_more_rows(database: Database) -> None:
    await enqueued(database, message("a"))
    [first] = await claimed(database)
    await enqueued(database, message("b"))
    assert await claimed(database) == []
    assert await next_due_at(database) == LEASE
    await done(database, first)
    [second] = await claimed(database)
    await done(database, second)
    assert await next_due_at(database) is None


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


async def limited(database: Database, delivery: Delivery, wait: timedelta) -> None:
    async with database.unit_of_work() as unit:
        assert await unit.outbox.limit(delivery, NOW, wait, "ratelimited")


async def next_due_at(database: Database) -> timedelta | None:
    async with database.reading() as unit:
        at = await unit.outbox.next_due_at()
    return at - NOW if at is not None else None


async def column(database: Database, table: Table, key: str, name: str) -> object:
    async with database.reading() as unit:
        found = select(table.c[name]).where(table.c.workspace_id == WORKSPACE, table.c.key == key)
        return await unit.outbox._connection.scalar(found)


async def burst(database: Database, workspace_id: str, lanes: int) -> None:
    rows = (message(f"m{n}", conversation=f"C{n}") for n in range(lanes))
    await enqueued(database, *rows, workspace_id=workspace_id)


@pytest.mark.parametrize("lanes", [20, MUCH + 20], ids=["few", "many"])
async def test_a_burst_in_one_workspace_does_not_keep_another_waiting(database: Database, lanes: int) -> None:
    await burst(database, "T1", lanes)
    await enqueued(database, message("late"), workspace_id="T2")
    found = await claimed(database, limit=2)
    assert sorted(one.workspace_id for one in found) == ["T1", "T2"]


@pytest.mark.parametrize("lanes", [4, MUCH], ids=["few", "many"])
async def test_workspaces_have_their_turns_one_after_the_other(database: Database, lanes: int) -> None:
    for name in ("T1", "T2", "T3"):
        await burst(database, name, lanes)
    served = [""]
    for _ in range(7):
        async with database.unit_of_work() as unit:
            [one] = (await unit.outbox.claim(NOW, 1, after=served[-1])).deliveries
        served.append(one.workspace_id)
    assert served[1:] == ["T1", "T2", "T3", "T1", "T2", "T3", "T1"]


async def test_no_workspace_has_more_in_flight_than_it_may(database: Database) -> None:
    await burst(database, "T1", 9)
    await burst(database, "T2", 1)
    async with database.unit_of_work() as unit:
        found = await unit.outbox.claim(NOW, 8, busy={"T1": 2}, most=4)
        full = await unit.outbox.claim(NOW, 8, busy={"T1": 4, "T2": 1}, most=4)
    assert sorted(one.workspace_id for one in found.deliveries) == ["T1", "T1", "T2"]
    assert full.deliveries == []


async def test_a_claim_asks_the_database_as_little_however_much_waits(database: Database) -> None:
    counts = []
    for lanes in (10, 500):
        await burst(database, "T1", lanes)
        with Statements(database) as statements:
            found = await claimed(database, limit=5)
        counts.append(len(statements.texts))
        assert len(found) == 5
        async with database.unit_of_work() as unit:
            await unit.outbox.give_back(found, NOW)
    few, many = counts
    assert many <= few + 1


async def test_a_limited_call_is_not_claimed_and_costs_no_attempt(database: Database) -> None:
    await enqueued(database, message("a"), message("x", conversation="C2"))
    [a, x] = await claimed(database)
    await done(database, x)
    await limited(database, a, 5 * SECOND)
    await enqueued(database, message("y", conversation="C2"))
    assert await claimed(database) == []
    assert await next_due_at(database) == 5 * SECOND
    assert await claimed(database, 5 * SECOND - MILLISECOND) == []
    [again] = await claimed(database, 5 * SECOND)
    assert (again.outgoing.key, again.attempts) == ("a", 2)
    assert await claimed(database, 5 * SECOND + SHORTEST - MILLISECOND) == []
    [other] = await claimed(database, 5 * SECOND + SHORTEST)
    assert (other.outgoing.key, other.attempts) == ("y", 1)


async def test_a_limited_call_does_not_touch_other_workspaces_and_other_calls(database: Database) -> None:
    home = EVERY_KIND[2]
    await enqueued(database, message("a"))
    [a] = await claimed(database)
    await limited(database, a, 60 * SECOND)
    await enqueued(database, home)
    await enqueued(database, message("a"), workspace_id="T2")
    found = await claimed(database)
    assert sorted((one.workspace_id, one.outgoing.key) for one in found) == [("T1", "h"), ("T2", "a")]


async def test_what_goes_to_a_channel_does_not_wait_behind_direct_messages(database: Database) -> None:
    many = 40
    await enqueued(database, *(message(f"dm{n}", conversation=f"U{n:02}") for n in range(many)))
    (first, *_) = await claimed(database, limit=1)
    await limited(database, first, SECOND)
    assert await claimed(database, limit=100) == []
    urgent = [message("one"), message("two", conversation="C2"), message("three")]
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue(WORKSPACE, urgent, NOW)
    assert await claimed(database, limit=100) == []

    sent: list[str] = []
    at = SECOND
    while len(sent) < many + len(urgent):
        ready = await claimed(database, at, limit=100)
        sent += keys(delivery.outgoing for delivery in ready)
        assert len(ready) <= 1, "no more than the pace allows"
        for delivery in ready:
            assert await done(database, delivery)
        at += SHORTEST
    assert {*sent[:3]} >= {"one", "two"}
    assert sent.index("three") <= 5
    assert at <= SECOND + (many + len(urgent) + 3) * SHORTEST


async def test_posts_go_on_while_updates_must_wait(database: Database) -> None:
    await sent_before(database, "board")
    await enqueued(database, message("board", "new"), reply("question"), message("other"))
    [board] = await claimed(database)
    await limited(database, board, 30 * SECOND)
    for key in ("question", "other"):
        [overtaking] = await claimed(database)
        assert overtaking.outgoing.key == key
        await done(database, overtaking)
    assert await claimed(database) == []
    assert await next_due_at(database) == 30 * SECOND
    [again] = await claimed(database, 30 * SECOND)
    assert again.outgoing == message("board", "new")


async def test_nothing_overtakes_what_has_its_key(database: Database) -> None:
    await sent_before(database, "known")
    await enqueued(database, message("board"), reply("question"), message("board", "newer"))
    [board] = await claimed(database)
    await enqueued(database, message("board", "newest"), message("known", "changed"))
    await limited(database, board, 30 * SECOND)
    await enqueued(database, replace(message("question"), update_only=True))
    [overtaking] = await claimed(database)
    assert overtaking.outgoing == message("known", "changed")
    await done(database, overtaking)
    assert await claimed(database) == []


def reply(key: str) -> Message:
    return replace(message(key), thread_key="board")


async def sent_before(database: Database, key: str) -> None:
    await enqueued(database, message(key))
    [delivery] = await claimed(database)
    await done(database, delivery, Sent("C1", "1.0"))


async def hold(database: Database, conversation: str | None = None) -> None:
    async with database.unit_of_work() as unit:
        await unit.outbox.hold(WORKSPACE, conversation, cause=Hindrance.ARCHIVED, now=NOW)


async def release(database: Database, conversation: str | None = None) -> None:
    async with database.unit_of_work() as unit:
        await unit.outbox.release(WORKSPACE, conversation, now=NOW)


async def test_what_is_held_waits_in_its_order_and_nothing_else_does(database: Database) -> None:
    await enqueued(database, message("a"), message("b"), message("x", conversation="C12"))
    await hold(database, "C1")
    assert keys(one.outgoing for one in await claimed(database)) == ["x"]
    await enqueued(database, message("c"), *EVERY_KIND[1:2])
    assert await claimed(database) == []
    assert (await next_due_at(database)) == LEASE
    assert await column(database, outbox, "a", "state") is RowState.HELD
    assert await column(database, outbox, "a", "attempts") == 0
    await release(database, "C1")
    found = keys(await everything_in_order(database))
    assert [key for key in found if key != "n"] == ["a", "b", "c"]
    assert "n" in found


async def test_the_direct_messages_and_the_home_of_a_person_are_held_together(database: Database) -> None:
    await enqueued(
        database, message("dm", conversation="U1"), EVERY_KIND[2], message("x", conversation="U12")
    )
    await hold(database, "U1")
    assert keys(one.outgoing for one in await claimed(database)) == ["x"]
    await release(database, "U1")
    assert sorted(keys(one.outgoing for one in await claimed(database))) == ["dm", "h"]


async def test_a_workspace_is_held_as_a_whole_and_no_other(database: Database) -> None:
    await enqueued(database, message("a"), message("b", conversation="C2"))
    await enqueued(database, message("a"), workspace_id="T2")
    await hold(database)
    assert [one.workspace_id for one in await claimed(database)] == ["T2"]
    await release(database)
    assert sorted(keys(one.outgoing for one in await claimed(database))) == ["a", "b"]


async def test_to_release_a_workspace_does_not_release_its_held_conversations(database: Database) -> None:
    await enqueued(database, message("a"), message("b", conversation="C2"))
    await hold(database, "C1")
    await hold(database)
    assert await claimed(database) == []
    await release(database)
    assert keys(one.outgoing for one in await claimed(database)) == ["b"]
    await release(database, "C1")
    assert keys(one.outgoing for one in await claimed(database)) == ["a"]


async def test_what_is_cancelled_is_gone_and_what_is_under_way_is_settled(database: Database) -> None:
    await enqueued(database, message("a"), message("b"), message("x", conversation="C2"))
    await enqueued(database, message("a"), workspace_id="T2")
    async with database.unit_of_work() as unit:
        [under_way] = (await unit.outbox.claim(NOW, 1)).deliveries
    async with database.unit_of_work() as unit:
        assert await unit.outbox.cancel(WORKSPACE) == 3
    assert [one.workspace_id for one in await claimed(database)] == ["T2"]
    assert await done(database, under_way)
    await enqueued(database, message("later"))
    assert keys(one.outgoing for one in await claimed(database)) == ["later"]


async def test_one_conversation_is_cancelled_and_not_another_that_begins_alike(database: Database) -> None:
    later = replace(message("later"), not_before=NOW + SECOND)
    await enqueued(database, message("a"), later, EVERY_KIND[1], message("x", conversation="C12"))
    async with database.unit_of_work() as unit:
        assert await unit.outbox.cancel(WORKSPACE, "C1") == 3
    assert keys(one.outgoing for one in await claimed(database, SECOND)) == ["x"]


async def test_what_a_stopping_process_gives_back_is_claimed_at_once(database: Database) -> None:
    await enqueued(database, message("a"), message("b"))
    [delivery] = await claimed(database)
    async with database.unit_of_work() as unit:
        await unit.outbox.give_back([delivery], NOW)
    assert await column(database, outbox, "a", "state") is RowState.AMBIGUOUS
    [again] = await claimed(database)
    assert (again.outgoing, again.repeated) == (delivery.outgoing, True)
    assert not await done(database, delivery)


async def test_a_message_that_may_stand_there_twice_is_marked(database: Database) -> None:
    await enqueued(database, message("sure"), message("unsure", conversation="C2"))
    for delivery in await claimed(database):
        async with database.unit_of_work() as unit:
            ambiguous = delivery.outgoing.key == "unsure"
            await unit.outbox.retry(delivery, NOW, "TimeoutError", ambiguous=ambiguous)
    for delivery in await claimed(database):
        assert delivery.repeated == (delivery.outgoing.key == "unsure")
        await done(database, delivery, Sent("C1", delivery.outgoing.key))
    assert await column(database, sent_messages, "sure", "perhaps_twice") is False
    assert await column(database, sent_messages, "unsure", "perhaps_twice") is True


async def test_an_operator_sees_what_became_of_the_last_attempt(database: Database) -> None:
    await enqueued(database, message("a"))
    [delivery] = await claimed(database, SECOND)
    async with database.unit_of_work() as unit:
        await unit.outbox.retry(delivery, NOW + 2 * SECOND, "http_503", ambiguous=True)
    seen = [await column(database, outbox, "a", name) for name in ("attempts", "error", "tried_at", "put_at")]
    assert seen == [1, "http_503", NOW + SECOND, NOW]


async def test_a_row_that_cannot_be_read_stops_no_other(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await enqueued(database, message("bad"), message("good", conversation="C2"))
    async with database.unit_of_work() as unit:
        spoil = update(outbox).where(outbox.c.workspace_id == WORKSPACE, outbox.c.key == "bad")
        await unit.outbox._connection.execute(spoil.values(payload="not sealed by us"))
    assert keys(one.outgoing for one in await claimed(database)) == ["good"]
    assert await column(database, outbox, "bad", "error") == "CannotOpen"
    assert await next_due_at(database) == LEASE
    assert await claimed(database, UNREADABLE_FOR - SECOND) != []
    assert caplog.messages == ["cannot be read"]


async def somebody_waits(database: Database) -> None:
    """Return when somebody waits for a lock of PostgreSQL's."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with database._engine.connect() as connection:
        while not await connection.scalar(waiting):
            pass


async def test_rows_that_fill_a_lane_while_another_is_settled_are_not_forgotten(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        await enqueued(one, message("a"))
        [delivery] = await claimed(one)
        async with other.unit_of_work() as unit:
            await unit.outbox.enqueue(WORKSPACE, [message("b")], NOW)
            settling = asyncio.create_task(done(one, delivery))
            if database_url.startswith("postgresql"):
                await somebody_waits(other)
        assert await settling
        assert keys(one_.outgoing for one_ in await claimed(one)) == ["b"]
