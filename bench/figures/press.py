"""A press that moves a stage, from the signed request until its acknowledgement, against bare Bolt.

Each press is in a set of its own, so that none waits for the lock of another. Slack answers no call of the
sender meanwhile: what a press put into the outbox stays there, and is counted at the end.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import func, select

from bench import databases
from bench.harness import Bar, Figure, Result, compare
from bench.presses import press_body
from bench.processes import Serving, bare_bolt, bot, load
from bench.room import Room
from bench.sets import Play, connected, fill, running
from bench.slack import slow_slack
from bot.storage.tables import meetings, outbox

AT_ONCE = 8
PRESSES = 120
"""In a round; bare Bolt gets each several times, as it is faster, so that a round takes as long."""
TIMES = 5
BARS = {"PostgreSQL": 0.6, "SQLite": 0.3}


async def measure(room: Room) -> list[Result]:
    """On PostgreSQL and on SQLite."""
    found = [await _on("PostgreSQL", room, room.new_database())]
    with databases.sqlite() as url:
        found.append(await _on("SQLite", room, url))
    return found


async def _on(kind: str, room: Room, url: str) -> Result:
    play, presses = running(datetime.now(UTC)), room.of(PRESSES)
    copies = presses * (room.rounds + 1)
    database = room.open(url)
    await fill(database, url, play, range(1, copies))
    await database.close()
    numbers = count()
    figure = Figure(f"a. press, {kind}", BARS[kind], Bar.AT_LEAST, "presses/s", "the bot", "bare Bolt")
    async with slow_slack() as slack, bot(slack, url, room.key) as ours, bare_bolt(slack) as theirs:

        async def through_the_bot() -> float:
            return await _rate(ours, [_body(play, next(numbers)) for _ in range(presses)])

        async def bare() -> float:
            return await _rate(theirs, [_body(play, number) for number in range(presses)] * TIMES)

        return await compare(
            figure, through_the_bot, bare, room.rounds, also=lambda: list(_what_is_left(url, play, copies))
        )


def _body(play: Play, number: int) -> str:
    return press_body(play, number=number, trigger=f"press.{number}")


async def _rate(serving: Serving, bodies: list[str]) -> float:
    return len(bodies) / (await load(serving, bodies, AT_ONCE)).seconds


def _what_is_left(url: str, play: Play, presses: int) -> Iterator[tuple[str, bool]]:
    """Read beside the bot."""
    moved = select(func.count()).where(
        meetings.c.version == play.meeting.version + 1, meetings.c.position == play.meeting.position + 1
    )
    with connected(url) as connection:
        yield "each press moved its stage by one", connection.scalar(moved) == presses
        rows = connection.scalar(select(func.count()).select_from(outbox)) or 0
    yield f"each press left two rows in the outbox ({rows} of {presses})", rows >= 2 * presses
