"""Told to stop, the bot takes nothing new, finishes what has begun, and gives back what it holds, in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest

from bot.app_manifest import manifest
from bot.clock import SystemClock
from bot.rehearsal.server import LocalSlack
from bot.storage.tables import lanes, outbox
from tests.e2e.bots import kept
from tests.e2e.people import Place, populate
from tests.e2e.processes import bot_process, command, http_bot_process, settings_for
from tests.e2e.test_crashes import WITHIN, eventually

SECONDS_TO_STOP = 10
A_NAP = 0.05


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    server = LocalSlack(SystemClock(), manifest())
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def place(slack: LocalSlack) -> Place:
    return populate(slack)


@asynccontextmanager
async def stopwatch() -> AsyncIterator[list[float]]:
    """The seconds that the block took, afterwards; without those for which the machine had no time for us."""
    took: list[float] = []
    begun, late = monotonic(), 0.0

    async def wake_again_and_again() -> None:
        nonlocal late
        while True:
            lay_down = monotonic()
            await asyncio.sleep(A_NAP)
            late += monotonic() - lay_down - A_NAP

    napping = asyncio.create_task(wake_again_and_again())
    try:
        yield took
    finally:
        napping.cancel()
        took.append(monotonic() - begun - late)


@pytest.mark.parametrize("start", [bot_process, http_bot_process], ids=["socket mode", "http"])
async def test_what_has_begun_is_answered_before_it_ends(
    slack: LocalSlack, place: Place, database_url: str, start: object
) -> None:
    ama = place.people["ama"]
    assert callable(start)
    async with start(slack, database_url) as bot:
        asked = slack.faults.hold("views.open")
        typing = asyncio.create_task(ama.command("/als new", place.channel))
        await asyncio.wait_for(asked.reached.wait(), WITHIN)
        bot.process.terminate()
        asked.release()
        act = await typing
        ended = await bot.ended()

    assert act.acknowledged
    assert ama.modal is not None
    assert ended.code == 0
    assert "Traceback" not in ended.errors


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # it takes as long as it may
async def test_what_it_cannot_finish_in_time_is_given_back_and_another_takes_it_at_once(
    slack: LocalSlack, place: Place, database_url: str
) -> None:
    fresh = slack.add_channel("fresh", [place.people["ama"]], with_bot=False)
    slack.faults.drop_before("chat.postMessage")
    greeting = slack.faults.hold("chat.postMessage")
    async with bot_process(slack, database_url) as bot:
        slack.workspace.invite_bot(fresh.id)
        await asyncio.wait_for(greeting.reached.wait(), WITHIN)
        async with stopwatch() as took:
            ended = await bot.terminate()
    greeting.release()

    assert took[0] < SECONDS_TO_STOP
    assert (ended.code, "Traceback" in ended.errors) == (0, False)
    assert [row["lease_token"] for row in await kept(database_url, lanes)] == [None]
    assert len(await kept(database_url, outbox)) == 1
    async with bot_process(slack, database_url):
        await eventually(lambda: _nothing_waits(database_url), "what was given back was not taken")
    assert len(slack.workspace.messages[fresh.id]) == 1


async def _nothing_waits(database_url: str) -> bool:
    return not await kept(database_url, outbox)


async def test_told_to_stop_before_it_is_connected_it_ends(slack: LocalSlack, database_url: str) -> None:
    slack.faults.refuse_handshakes(1000)
    async with command("run", **settings_for(slack, database_url)) as bot:
        await slack.until(lambda: slack.faults.handshakes_to_refuse < 1000, WITHIN)
        async with stopwatch() as took:
            ended = await bot.terminate()

    assert took[0] < SECONDS_TO_STOP
    assert ended.code == 0
