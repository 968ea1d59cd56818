"""Where the Slack app rotates tokens, each is renewed once, however many processes need it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError

from bot.connecting import workspaces_of
from bot.outgoing import Message
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from bot.storage.tables import RowState
from bot.storage.unit_of_work import Database
from bot.workspaces import Workspaces
from bot.workspaces.rotation import BEFORE_ITS_END, LEASE
from tests.install.house import House
from tests.install.test_installing import north_of
from tests.keys import VAULT

LIFE = timedelta(hours=12)
SECONDS = 10
"""After which somebody waits who should not wait."""


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with House.open(database_url, token_rotation_enabled=True) as opened:
        yield opened


async def installed(house: House) -> tuple[LocalSlack, Person]:
    north, ama = north_of(house)
    await house.install(north, ama)
    return north, ama


def refreshes(house: House) -> int:
    asked = [call for call in house.slacks.calls if call.method == "oauth.v2.access"]
    return len([call for call in asked if call.arguments.get("grant_type") == "refresh_token"])


def almost_over(house: House) -> None:
    house.clock.advance((LIFE - BEFORE_ITS_END).total_seconds())


async def test_a_token_that_lasts_a_while_is_left_alone(house: House) -> None:
    _, ama = await installed(house)
    house.clock.advance((LIFE - BEFORE_ITS_END).total_seconds() - 1)
    assert (await ama.command("/als help")).text
    assert refreshes(house) == 0


async def test_a_token_is_renewed_before_its_end_and_its_successor_is_sealed(house: House) -> None:
    north, ama = await installed(house)
    first = north.bot_token
    almost_over(house)
    assert (await ama.command("/als help")).text
    assert refreshes(house) == 1
    assert (await ama.command("/als help")).text
    assert refreshes(house) == 1
    token = (await house.workspaces().client_for(north.team_id)).token
    assert token == north.bot_token != first
    assert token not in await house.everything_kept()
    house.clock.advance(LIFE.total_seconds())
    assert (await ama.open_home()).acknowledged
    await house.rest()
    assert refreshes(house) == 2
    assert ama.home is not None


@pytest.mark.parametrize("late", [timedelta(0), BEFORE_ITS_END])
async def test_of_several_processes_one_renews_a_token(house: House, late: timedelta) -> None:
    north, _ = await installed(house)
    almost_over(house)
    house.clock.advance(late.total_seconds())
    databases = [Database(house.database_url, VAULT) for _ in range(3)]
    processes: list[Workspaces] = [
        workspaces_of(house.settings, database, house.clock.now) for database in databases
    ]
    clients = await asyncio.gather(*(one.client_for(north.team_id) for one in processes * 2))
    assert refreshes(house) == 1
    for client in clients:
        assert (await client.auth_test())["team_id"] == north.team_id
    for database in databases:
        await database.close()


async def test_while_slack_is_slow_to_renew_a_token_everybody_is_served(house: House) -> None:
    north, ama = await installed(house)
    south = house.slacks.add_workspace("South")
    zoe = south.add_person("zoe")
    await house.install(south, zoe)
    almost_over(house)
    slow = house.slacks.faults.hold("oauth.v2.access")
    first = asyncio.create_task(house.workspaces().client_for(north.team_id))
    await slow.reached.wait()
    async with asyncio.timeout(SECONDS):
        assert (await ama.command("/als help")).text
        assert (await zoe.command("/als help")).text
    slow.release()
    assert (await first).token == north.bot_token
    assert (await house.workspaces().client_for(north.team_id)).token == north.bot_token
    assert await house.rows("oauth_states") == []


async def test_who_installs_it_again_while_its_token_is_renewed_keeps_the_new_one(house: House) -> None:
    north, ama = await installed(house)
    almost_over(house)
    slow = house.slacks.faults.hold("oauth.v2.access", "taken")
    renewing = asyncio.create_task(house.workspaces().client_for(north.team_id))
    await slow.reached.wait()
    browser = house.browser()
    assert (await browser.get(north.approve(await house.set_out(browser), ama))).status == 200
    newest = north.bot_token
    slow.release()
    assert (await renewing).token == newest
    assert (await house.workspaces().client_for(north.team_id)).token == newest


async def test_where_a_process_dies_while_it_renews_another_begins_anew(house: House) -> None:
    north, _ = await installed(house)
    house.clock.advance(LIFE.total_seconds())
    never = house.slacks.faults.hold("oauth.v2.access")
    dying = asyncio.create_task(house.workspaces().client_for(north.team_id))
    await never.reached.wait()
    dying.cancel()
    await asyncio.wait([dying])
    waiting = asyncio.create_task(house.workspaces().client_for(north.team_id))
    house.clock.advance(LEASE.total_seconds())
    async with asyncio.timeout(SECONDS):
        assert (await waiting).token == north.bot_token
    never.release()


async def test_a_token_that_is_still_good_serves_where_slack_does_not_renew_it(house: House) -> None:
    _, ama = await installed(house)
    almost_over(house)
    house.slacks.faults.rate_limit("oauth.v2.access")
    assert (await ama.command("/als help")).text
    house.slacks.faults.drop_before("oauth.v2.access")
    assert (await ama.command("/als help")).text
    assert (await ama.command("/als help")).text
    assert refreshes(house) >= 1


async def test_an_expired_token_that_slack_does_not_renew_leaves_events_for_later(house: House) -> None:
    north, ama = await installed(house)
    house.clock.advance(LIFE.total_seconds())
    house.slacks.faults.refuse("oauth.v2.access", "internal_error", times=3)
    north.workspace.change_zone(ama.id, "Asia/Tokyo")
    event = north.envelopes[-1]
    await house.slacks.until(lambda: len(event.attempts) == 2 and event.state == "waiting")
    with pytest.raises(SlackApiError):
        await house.workspaces().client_for(north.team_id)
    house.clock.advance(60)
    await house.slacks.until(lambda: event.acknowledged)


async def test_what_waits_for_a_token_that_slack_does_not_renew_is_sent_once_it_does(house: House) -> None:
    north, ama = await installed(house)
    await house.rest()
    before = len(ama.dm())
    async with house.database.unit_of_work() as unit:
        word = Message(key="word", conversation=ama.id, text="A word", blocks=[])
        await unit.outbox.enqueue(north.team_id, [word], house.clock.now())
    house.clock.advance(LIFE.total_seconds())
    house.slacks.faults.refuse("oauth.v2.access", "invalid_refresh_token", times=2)
    for _ in range(2):
        await house.bot.tick()
        [row] = await house.rows("outbox")
        assert (row["state"], row["error"]) == (RowState.FAILED, "invalid_refresh_token")
        house.clock.advance(10)
    await house.bot.tick()
    assert [message.text for message in ama.dm()[before:]] == ["A word"]
    [sent] = [row for row in await house.rows("sent_messages") if row["key"] == "word"]
    assert not sent["perhaps_twice"]
