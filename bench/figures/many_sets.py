"""The same press where there are ten sets in the database, and where there are a hundred thousand."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import update

from bench.harness import Bar, Figure, Result, compare
from bench.inside import bot_inside, press
from bench.presses import press_body
from bench.processes import Serving, bot, load
from bench.room import Room
from bench.sets import WORKSPACE, Play, connected, fill, running, scheduled
from bench.slack import slow_slack
from bench.statements import counted
from bot.domain.learning_set import Phase
from bot.storage.tables import meetings

PRESSED = 10
OTHERS = 99_990
FIRST_OTHER = "0100000"
LATER = timedelta(weeks=2)
STAGES = 6
"""In which each set is pressed, one after another, in a round."""
FIGURE = Figure(
    "b. press, 100,000 sets",
    1.15,
    Bar.AT_MOST,
    "ms",
    "100,000 sets",
    "10 sets",
)


async def measure(room: Room) -> list[Result]:
    """Time, and the statements at the driver."""
    few, many, triggers = room.new_database(), room.new_database(), count()
    play, others = running(datetime.now(UTC)), room.of(OTHERS)
    for url in (few, many):
        database = room.open(url)
        await fill(database, url, play, range(1, PRESSED))
        if url == many:
            rest = scheduled(datetime.now(UTC).replace(second=0, microsecond=0) + LATER, FIRST_OTHER)
            await fill(database, url, rest, range(int(FIRST_OTHER) + 1, int(FIRST_OTHER) + others))
        await database.close()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slow_slack())
        with_few, with_many = [
            await stack.enter_async_context(bot(slack, url, room.key)) for url in (few, many)
        ]

        async def among_many() -> float:
            return await _milliseconds(with_many, many, play, triggers)

        async def among_few() -> float:
            return await _milliseconds(with_few, few, play, triggers)

        result = await compare(FIGURE, among_many, among_few, room.rounds)
    said = [await _statements(room, url, play) for url in (many, few)]
    equal = f"the statements of one press are equal ({len(said[0])} and {len(said[1])})", said[0] == said[1]
    return [Result(result.figure, result.ours, result.theirs, (equal,))]


async def _milliseconds(serving: Serving, url: str, play: Play, triggers: "count[int]") -> float:
    """One press in the middle of many, one after another, in every pressed set and stage."""
    _bring_back(url, play)
    bodies = [
        press_body(play, number=number, trigger=f"press.{next(triggers)}", later=later)
        for later in range(STAGES)
        for number in range(PRESSED)
    ]
    return 1000 * (await load(serving, bodies, at_once=1)).median_seconds


async def _statements(room: Room, url: str, play: Play) -> list[str]:
    """Of a press, at the driver."""
    _bring_back(url, play)
    database = room.open(url)
    try:
        async with slow_slack() as slack, bot_inside(database, url, slack) as inside:
            with counted(database) as said:
                await press(inside, press_body(play, number=1, trigger=f"counted.{url[-8:]}"))
    finally:
        await database.close()
    return said


def _bring_back(url: str, play: Play) -> None:
    """Let every running meeting stand where it stood before it was pressed."""
    meeting, c = play.meeting, meetings.c
    names = ("position", "version", "agenda", "stage_ends_at", "told", "ending_offer_seconds")
    with connected(url) as connection:
        connection.execute(
            update(meetings)
            .where(c.workspace_id == WORKSPACE, c.phase == Phase.RUNNING)
            .values({name: getattr(meeting, name) for name in names})
        )
