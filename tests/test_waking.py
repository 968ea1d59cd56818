"""What one process puts into the outbox another may send, and hears of it at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bot.outgoing import Message
from bot.rehearsal.clock import MovableClock
from bot.running import WatchedSender
from bot.storage.unit_of_work import Database
from tests.fake_slack import FakeSlack, fake_slack
from tests.keys import VAULT
from tests.storage.examples import NOW

WITHIN = 60
MESSAGE = Message(key="m", conversation="C1", text="Hello", blocks=[{"type": "divider"}])


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as slack:
        yield slack


@asynccontextmanager
async def process(url: str, slack: FakeSlack) -> AsyncIterator[tuple[Database, WatchedSender]]:
    """The sender of one process, that hears the others, and has found nothing to do."""
    database = Database(url, VAULT)
    sender = WatchedSender(database, slack.client_for, MovableClock(NOW), jitter=lambda: 0.0, by_itself=True)
    running = asyncio.create_task(sender.run())
    try:
        async with asyncio.timeout(WITHIN):
            await sender._others.listening.wait()
            await sender.rests.wait()
        yield database, sender
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await database.close()


async def test_what_a_process_cannot_send_any_more_another_sends_without_waiting_for_its_tick(
    postgresql_url: str, slack: FakeSlack
) -> None:
    async with process(postgresql_url, slack) as (database, ending), process(postgresql_url, slack):
        ending.stop()
        async with database.unit_of_work() as unit:
            await unit.outbox.enqueue("T1", [MESSAGE], NOW)
        ending.wake()
        async with asyncio.timeout(WITHIN):
            await slack.asked.wait()


async def test_where_nothing_is_heard_a_process_sends_what_it_put_there_itself(
    postgresql_url: str, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with process(postgresql_url, slack) as (database, sender):
        monkeypatch.setattr(sender._others, "tell", lambda: None)
        async with database.unit_of_work() as unit:
            await unit.outbox.enqueue("T1", [MESSAGE], NOW)
        sender.wake()
        async with asyncio.timeout(WITHIN):
            await slack.asked.wait()
