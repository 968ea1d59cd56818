"""What one process puts into the outbox another may send, and hears of it at once."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from bot.outgoing import Message
from bot.rehearsal.clock import MovableClock
from bot.running import WatchedSender
from bot.storage.unit_of_work import Database
from tests.databases import Templates, sqlite_copy
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
async def sending(url: str, slack: FakeSlack) -> AsyncIterator[tuple[Database, WatchedSender]]:
    """The sender of one process."""
    database = Database(url, VAULT)
    sender = WatchedSender(database, slack.client_for, MovableClock(NOW), jitter=lambda: 0.0, by_itself=True)
    running = asyncio.create_task(sender.run())
    try:
        yield database, sender
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await database.close()


@asynccontextmanager
async def process(url: str, slack: FakeSlack) -> AsyncIterator[tuple[Database, WatchedSender]]:
    """One that hears the others, and has found nothing to do."""
    async with sending(url, slack) as (database, sender):
        async with asyncio.timeout(WITHIN):
            await sender._others.listening.wait()
            await sender.rests.wait()
        yield database, sender


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


async def test_a_process_is_at_work_while_it_asks_its_database_what_is_due_next(
    templates: Templates, slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever stops it cuts that off, and a thread opens the file of a process that is gone."""
    loop, opening, may_open = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    connect = sqlite3.connect

    def slowly(*given: Any, **named: Any) -> sqlite3.Connection:
        loop.call_soon_threadsafe(opening.set)
        assert may_open.wait(WITHIN)
        opened: sqlite3.Connection = connect(*given, **named)
        return opened

    monkeypatch.setattr(sqlite3, "connect", slowly)
    with sqlite_copy(templates) as url:
        async with sending(url, slack) as (_, sender), asyncio.timeout(WITHIN):
            await opening.wait()
            at_work = not sender.rests.is_set()
            may_open.set()
            await sender.rests.wait()
        assert at_work
