"""One tick where a thousand prompts are due some day, and where a million are."""

import time

from sqlalchemy import text

from bench.harness import Bar, Figure, Result, compare
from bench.inside import bot_inside
from bench.room import Room
from bench.sets import analyse, connected
from bench.slack import slow_slack
from bot.bootstrap import Bot
from bot.domain.wakes import WakeKind
from bot.storage.tables import due_prompts

FEW = 1_000
MANY = 1_000_000
WORKSPACES = 200
TICKS = 40
"""In a round; a tick takes milliseconds."""
FIGURE = Figure(
    "c. tick, 1,000,000 prompts",
    1.2,
    Bar.AT_MOST,
    "ms",
    "1,000,000 prompts",
    "1,000 prompts",
)


async def measure(room: Room) -> list[Result]:
    """On PostgreSQL. Nothing is due; the time is that of finding that out, and of a tick's upkeep."""
    few, many = room.new_database(), room.new_database()
    fill_prompts(few, room.of(FEW))
    fill_prompts(many, room.of(MANY))
    databases = [room.open(url) for url in (few, many)]
    try:
        async with (
            slow_slack() as slack,
            bot_inside(databases[0], few, slack) as with_few,
            bot_inside(databases[1], many, slack) as with_many,
        ):
            return [
                await compare(
                    FIGURE, lambda: _milliseconds(with_many), lambda: _milliseconds(with_few), room.rounds
                )
            ]
    finally:
        for database in databases:
            await database.close()


async def _milliseconds(bot: Bot) -> float:
    began = time.perf_counter()
    for _ in range(TICKS):
        await bot.tick()
    return 1000 * (time.perf_counter() - began) / TICKS


def fill_prompts(url: str, count: int) -> None:
    """Prompts over the next years, a minute apart, in many workspaces; whose they are is of no interest."""
    known = {
        "kind": f"'{WakeKind.ASK_FOR_REPORT_BACK}'",
        "meeting_id": "'M1'",
        "state": "'due'",
        "attempts": "0",
    }
    due = "now() + interval '30 days' + i * interval '1 minute'"
    values = {
        "workspace_id": f"'T' || i % {WORKSPACES}",
        "key": "'bench:' || i",
        "set_id": "'S1'",
        "person": "'U1'",
        "due_at": due,
        "ready_at": due,
        **known,
    }
    assert set(values) <= set(due_prompts.columns.keys())
    with connected(url, checked=False) as connection:
        connection.execute(
            text(
                f"INSERT INTO {due_prompts.name} ({', '.join(values)}) "
                f"SELECT {', '.join(values.values())} FROM generate_series(1, {count}) AS i"
            )
        )
    analyse(url)
