"""Messages that wait in the outbox, in lanes of their own."""

import asyncio

from sqlalchemy import text

from bench.pace_run import BEGINS
from bench.room import Room
from bench.sets import analyse, connected
from bot.outgoing import Message
from bot.storage.unit_of_work import Database


async def filled(room: Room, workspaces: int, messages: int) -> str:
    """The URL of a database in which so many messages wait in each of so many workspaces."""
    url = room.new_database()
    database = room.open(url)
    await fill_outbox(database, workspaces, messages)
    await database.close()
    await asyncio.to_thread(analyse, url)
    return url


async def fill_outbox(database: Database, workspaces: int, messages: int) -> None:
    """Each message to a person of their own, all at the same instant."""
    for workspace in range(workspaces):
        async with database.unit_of_work() as unit:
            await unit.outbox.enqueue(f"T{workspace:04}", _messages(messages), BEGINS)


def make_quick(url: str) -> None:
    """Let its transactions not wait for the disk: where simulated time is measured."""
    with connected(url) as connection:
        name = connection.engine.url.database
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))


def _messages(count: int) -> list[Message]:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "You said you would: " * 10}}]
    return [
        Message(
            key=f"report:{number}", conversation=f"U{number:05}", text="Please report back", blocks=blocks
        )
        for number in range(count)
    ]
