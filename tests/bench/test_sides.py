"""At a tiny size, both sides of each figure do what they claim. How long they take is not looked at."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Table, select

from bench.backlog import fill_outbox
from bench.bare import bare_app
from bench.claim_run import claim_all
from bench.figures.many_prompts import fill_prompts
from bench.inside import bot_inside, press
from bench.load import FORM
from bench.pace_run import OneASecond, send_all
from bench.presses import press_body
from bench.sets import FIRST, PRESSED_IN, WORKSPACE, Play, connected, fill, running, scheduled
from bench.slack import SECRET, TOKEN, slow_slack
from bench.statements import counted
from bot.bootstrap import Bot
from bot.rehearsal.signed_http import sign
from bot.storage.tables import due_prompts, learning_sets, meetings, outbox
from bot.storage.unit_of_work import Database
from bot.surfaces.ids import Action
from tests.databases import Templates, postgresql_copy
from tests.keys import KEY
from tests.storage.examples import opened

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def rows(url: str, table: Table) -> list[Any]:
    """As another process sees them: what is found here is durable."""
    with connected(url) as connection:
        return list(connection.execute(select(table).where(table.c.workspace_id.is_not(None))).mappings())


@asynccontextmanager
async def bot_with(url: str, play: Play, sets: int) -> AsyncIterator[tuple[Database, Bot]]:
    async with opened(url) as database, slow_slack() as slack:
        await fill(database, url, play, range(1, sets))
        async with bot_inside(database, url, slack) as bot:
            yield database, bot


async def test_a_press_moves_the_stage_of_its_set_and_leaves_two_rows_durable(database_url: str) -> None:
    play = running(datetime.now(UTC))
    async with bot_with(database_url, play, 3) as (_, bot):
        await press(bot, press_body(play, number=2, trigger="one"))
        stages = {row["set_id"]: row["agenda"][row["position"]].stage for row in rows(database_url, meetings)}
        left = rows(database_url, outbox)
    assert play.meeting.stage == PRESSED_IN
    assert stages.pop("S0000002") != PRESSED_IN
    assert set(stages.values()) == {PRESSED_IN}
    assert [row["lane"] for row in left] == ["C0000002"] * 2
    assert any(row["key"].endswith(":board") for row in left)


async def test_later_presses_move_it_further(database_url: str) -> None:
    play = running(datetime.now(UTC))
    async with bot_with(database_url, play, 2) as (_, bot):
        for later in range(3):
            await press(bot, press_body(play, number=1, trigger=f"press{later}", later=later))
        positions = {row["set_id"]: row["position"] for row in rows(database_url, meetings)}
    assert positions["S0000001"] == play.meeting.position + 3


async def test_a_press_says_the_same_to_the_database_however_many_sets_there_are(database_url: str) -> None:
    play = running(datetime.now(UTC))
    async with bot_with(database_url, play, 3) as (database, bot):
        await press(bot, press_body(play, number=0, trigger="warm"))
        with counted(database) as among_few:
            await press(bot, press_body(play, number=1, trigger="few"))
        others = scheduled(datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(weeks=2), "0100000")
        await fill(database, database_url, others, range(100_001, 100_050))
        with counted(database) as among_many:
            await press(bot, press_body(play, number=2, trigger="many"))
    assert len(rows(database_url, learning_sets)) == 53
    assert len(among_few) >= 5
    assert among_few == among_many


async def test_a_copied_set_is_as_good_as_the_first(database_url: str) -> None:
    async with opened(database_url) as database:
        await fill(database, database_url, running(datetime.now(UTC)), range(1, 2))
        async with database.reading() as unit:
            first, copy = [await unit.learning_sets.load(WORKSPACE, f"S000000{number}") for number in (0, 1)]
    assert first is not None
    assert str(first).replace(FIRST, "0000001") == str(copy)


@pytest.mark.parametrize(("secret", "status"), [(SECRET, 200), ("another", 401)])
async def test_bare_bolt_verifies_the_same_request_and_acknowledges_it(secret: str, status: int) -> None:
    body = press_body(running(datetime.now(UTC)), number=1, trigger="one")
    headers = FORM | sign(secret, body, int(datetime.now(UTC).timestamp()))
    async with slow_slack() as slack:
        app = bare_app(Action.MOVE_ON, token=TOKEN, slack_api_url=slack, signing_secret=SECRET)
        async with TestClient(TestServer(app.web_app("/slack/events"))) as client:
            answer = await client.post("/slack/events", data=body, headers=headers)
            assert answer.status == status


async def test_nothing_of_the_future_is_done_by_a_tick(templates: Templates) -> None:
    """On PostgreSQL, on which the figure is measured."""
    with postgresql_copy(templates) as url:
        fill_prompts(url, 50)
        async with opened(url) as one, slow_slack() as slack, bot_inside(one, url, slack) as bot:
            await bot.tick()
        assert Counter(row["state"] for row in rows(url, due_prompts)) == {"due": 50}


async def test_a_burst_is_sent_whole_and_each_workspace_at_its_pace(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_at: dict[str, list[datetime]] = {}
    answer = OneASecond.answer

    def noted(slack: OneASecond, workspace_id: str) -> Any:
        given = answer(slack, workspace_id)
        if given[0] == 200:
            taken_at.setdefault(workspace_id, []).append(slack.clock.now())
        return given

    monkeypatch.setattr(OneASecond, "answer", noted)
    async with opened(database_url) as database:
        await fill_outbox(database, workspaces=2, messages=6)
    told = await send_all(database_url, KEY, replicas=1)
    assert (told["taken"], rows(database_url, outbox)) == (12, [])
    assert told["seconds"] >= 5
    waits = [second - first for each in taken_at.values() for first, second in pairwise(each)]
    assert min(waits) >= timedelta(seconds=1)


async def test_two_replicas_claim_each_row_of_a_backlog_once(database_url: str) -> None:
    async with opened(database_url) as one, opened(database_url) as other:
        await fill_outbox(one, workspaces=5, messages=8)
        assert sum(await asyncio.gather(claim_all(one), claim_all(other))) == 40
    assert {row["attempts"] for row in rows(database_url, outbox)} == {1}
