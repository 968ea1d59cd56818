"""One workspace about which Slack is slow, or says "not now": the others are answered as ever."""

import asyncio
from typing import Any

from bot.doors.reception import AT_ONCE, OF_ONE_WORKSPACE
from bot.rehearsal.delivery import Envelope
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.install.house import House

MANY = AT_ONCE + 5
SECONDS = 10
"""Of real time, after which somebody waits who should not wait."""


async def neighbours(house: House) -> tuple[LocalSlack, Person]:
    """A workspace, and somebody in another one."""
    north, south = house.slacks.add_workspace("North"), house.slacks.add_workspace("South")
    zoe = south.add_person("zoe")
    await house.install(north, north.add_person("ama"))
    await house.install(south, zoe)
    return north, zoe


async def burst(slack: LocalSlack) -> list[Envelope]:
    """An administrator archives more channels than payloads are worked on at once."""
    told = [{"type": "channel_archive", "channel": f"C0{number}", "user": "U0"} for number in range(MANY)]
    envelopes = [slack.events.envelope(event) for event in told]
    await slack.write(*envelopes)
    return envelopes


async def answered(zoe: Person) -> None:
    async with asyncio.timeout(SECONDS):
        assert (await zoe.command("/als help")).text


async def test_where_slack_is_slow_about_one_workspace_another_is_answered(house: House) -> None:
    north, zoe = await neighbours(house)
    go_on, asked = asyncio.Event(), 0

    async def keep_waiting(_call: dict[str, Any]) -> None:
        nonlocal asked
        asked += 1
        await go_on.wait()

    north.faults.on("conversations.info", "received", keep_waiting)
    envelopes = await burst(north)
    await house.slacks.until(lambda: house.bot.reception.in_flight == MANY)
    await house.slacks.until(lambda: asked >= OF_ONE_WORKSPACE)
    await answered(zoe)
    assert asked == OF_ONE_WORKSPACE
    go_on.set()
    await north.settle(*envelopes)
    assert all(one.acknowledged for one in envelopes)


async def test_where_slack_limits_one_workspace_for_long_its_events_come_again_and_another_is_answered(
    house: House,
) -> None:
    north, zoe = await neighbours(house)
    north.faults.rate_limit("conversations.info", 600, times=1_000)
    async with asyncio.timeout(SECONDS):
        envelopes = await burst(north)
        await house.slacks.until(lambda: all(one.state == "waiting" for one in envelopes))
    await answered(zoe)
    north.faults.waiting.clear()
    house.clock.advance(60)
    await house.slacks.until(lambda: all(one.acknowledged for one in envelopes))
