"""What is due is done when its time has come, however often something else fails."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import MOST_ATTEMPTS, REMEMBERED, SharedClock, SystemClock, Tick, Ticker
from bot.domain.wakes import Wake, WakeKind
from bot.outgoing import Message
from bot.rehearsal.clock import MovableClock
from bot.storage.due_prompts import LEASE, DuePrompt
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, opened, saved, small_set

MINUTE = timedelta(minutes=1)


def wake(key: str, due_at: datetime = NOW) -> Wake:
    return Wake(key, WakeKind.PASS_TIME, due_at, "s1.1")


class Handler:
    """Settles what it is given, but for what it is to fail at; what follows from a prompt is due after it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.handled: list[str] = []
        self.fails_at: set[str] = set()
        self.follows: dict[str, Wake] = {}

    async def __call__(self, prompt: DuePrompt) -> None:
        self.handled.append(prompt.wake.key)
        if prompt.wake.key in self.fails_at:
            raise RuntimeError("no")
        async with self._database.unit_of_work() as unit:
            if next_wake := self.follows.get(prompt.wake.key):
                await unit.due_prompts.sync(WORKSPACE, "s1", {}, {next_wake.key: next_wake})
            await unit.due_prompts.finish(prompt)


class Outlet:
    """A sender that counts how often it was asked, and has something to send the first few times."""

    def __init__(self) -> None:
        self.rows_left = 0
        self.asked = 0

    async def drain(self) -> int:
        self.asked += 1
        self.rows_left, rows = max(0, self.rows_left - 1), min(1, self.rows_left)
        return rows


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        await saved(database, small_set())
        yield database


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def handler(database: Database) -> Handler:
    return Handler(database)


@pytest.fixture
def outlet() -> Outlet:
    return Outlet()


@pytest.fixture
def tick(database: Database, clock: MovableClock, handler: Handler, outlet: Outlet) -> Tick:
    return Tick(database, clock, handler, outlet)


async def due(database: Database, *wakes: Wake) -> None:
    async with database.unit_of_work() as unit:
        await unit.due_prompts.sync(WORKSPACE, "s1", {}, {one.key: one for one in wakes})


def test_the_system_clock_tells_an_aware_time_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


async def test_what_is_due_is_handled_in_order_and_once(
    database: Database, tick: Tick, handler: Handler, clock: MovableClock
) -> None:
    await due(database, wake("second"), wake("first", NOW - MINUTE), wake("third", NOW + MINUTE))
    await tick()
    await tick()
    assert handler.handled == ["first", "second"]
    clock.advance(60)
    await tick()
    assert handler.handled == ["first", "second", "third"]


async def test_a_tick_goes_on_until_nothing_is_due_at_this_instant(
    database: Database, tick: Tick, handler: Handler, outlet: Outlet
) -> None:
    handler.follows = {"a": wake("b"), "b": wake("c"), "c": wake("d", NOW + MINUTE)}
    await due(database, wake("a"))
    await tick()
    assert handler.handled == ["a", "b", "c"]
    outlet.rows_left, outlet.asked = 2, 0
    await tick()
    assert outlet.asked == 3


async def test_requests_that_can_no_longer_come_again_are_forgotten(
    database: Database, tick: Tick, clock: MovableClock
) -> None:
    async with database.unit_of_work() as unit:
        assert await unit.requests.first(WORKSPACE, "press", clock.now())
    for passes, forgotten in [(REMEMBERED, False), (MINUTE, True)]:
        clock.advance(passes.total_seconds())
        await due(database, wake(str(passes)))
        await tick()
        async with database.unit_of_work() as unit:
            assert await unit.requests.first(WORKSPACE, "press", clock.now()) is forgotten


async def test_many_are_handled_in_one_tick(database: Database, tick: Tick, handler: Handler) -> None:
    await due(database, *(wake(f"w{n}") for n in range(45)))
    await tick()
    assert len(set(handler.handled)) == len(handler.handled) == 45


async def test_one_that_fails_does_not_stop_the_others_and_is_tried_again(
    database: Database,
    tick: Tick,
    handler: Handler,
    outlet: Outlet,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler.fails_at = {"bad"}
    await due(database, wake("bad", NOW - MINUTE), wake("good"))
    await tick()
    assert handler.handled == ["bad", "good"]
    assert outlet.asked
    failed = [record for record in caplog.records if record.exc_info]
    assert [(record.getMessage(), record.__dict__["attempt"]) for record in failed] == [
        ("a due prompt failed", 1)
    ]
    assert await tick.next_due_at() == NOW + LEASE
    handler.fails_at.clear()
    clock.move_to(NOW + LEASE)
    await tick()
    assert handler.handled == ["bad", "good", "bad"]
    assert await tick.next_due_at() is None


async def test_one_that_always_fails_is_set_aside_at_last(
    database: Database, tick: Tick, handler: Handler, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    handler.fails_at = {"bad"}
    await due(database, wake("bad"))
    while (at := await tick.next_due_at()) is not None:
        clock.move_to(at)
        await tick()
    assert len(handler.handled) == MOST_ATTEMPTS
    assert caplog.messages[-1] == "a due prompt was given up"


async def test_the_next_instant_is_the_earliest_of_prompts_and_messages(
    database: Database, tick: Tick, clock: MovableClock
) -> None:
    assert await tick.next_due_at() is None
    await due(database, wake("a", NOW + 2 * MINUTE))
    assert await tick.next_due_at() == NOW + 2 * MINUTE
    message = Message(key="m", conversation="C1", text="Hello", blocks=[])
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue(WORKSPACE, [message, replace(message, key="n")], NOW)
    assert await tick.next_due_at() == NOW
    async with database.unit_of_work() as unit:
        [first] = (await unit.outbox.claim(NOW)).deliveries
    assert await tick.next_due_at() == NOW + LEASE
    async with database.unit_of_work() as unit:
        await unit.outbox.done(first, NOW + timedelta(seconds=1))
    assert await tick.next_due_at() == NOW + timedelta(seconds=1)


async def test_the_ticker_ticks_at_once_and_again() -> None:
    ticked = asyncio.Queue[None]()
    ticker = Ticker(lambda: ticked.put(None), seconds=0.01)
    ticker.start()
    await ticked.get()
    await ticked.get()
    await ticker.stop()


async def test_a_tick_that_has_begun_is_finished_before_the_ticker_stops() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    ended: list[bool] = []

    async def tick() -> None:
        begun.set()
        await may_end.wait()
        ended.append(True)

    ticker = Ticker(tick)
    ticker.start()
    await begun.wait()
    stopping = asyncio.create_task(ticker.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_end.set()
    await stopping
    assert ended == [True]


async def test_all_processes_go_by_the_clock_of_the_database(database_url: str) -> None:
    wrong = MovableClock(NOW)
    async with opened(database_url) as database:
        clock = SharedClock(database, wrong)
        await clock.set()
        told, real = clock.now(), await database.time()
    assert (real is None) == database_url.startswith("sqlite")
    assert abs(told - (real or NOW)) < timedelta(seconds=2)


async def test_between_two_answers_the_machine_may_be_put_right(database_url: str) -> None:
    own = MovableClock(NOW)
    async with opened(database_url) as database:
        clock = SharedClock(database, own)
        await clock.set()
        before = clock.now()
        own.advance(3600)
        await clock.set()
        passed = clock.now() - before
    expected = timedelta(hours=1) if database_url.startswith("sqlite") else timedelta()
    assert abs(passed - expected) < timedelta(seconds=2)


async def test_what_was_claimed_and_not_begun_is_given_back_for_others(
    database: Database, clock: MovableClock, outlet: Outlet
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    handled: list[str] = []

    async def slowly(prompt: DuePrompt) -> None:
        begun.set()
        await may_end.wait()
        handled.append(prompt.wake.key)
        async with database.unit_of_work() as unit:
            await unit.due_prompts.finish(prompt)

    stopping = Tick(database, clock, slowly, outlet)
    await due(database, wake("first", NOW - MINUTE), wake("second"), wake("third"))
    ticking = asyncio.create_task(stopping())
    await begun.wait()
    await stopping.give_back()
    async with database.unit_of_work() as unit:
        taken_over = await unit.due_prompts.claim(NOW)
    may_end.set()
    await ticking
    assert sorted((prompt.wake.key, prompt.attempts) for prompt in taken_over) == [
        ("second", 1),
        ("third", 1),
    ]
    assert handled == ["first"]
