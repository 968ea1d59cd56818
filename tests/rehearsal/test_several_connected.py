"""A real Bolt app that serves several workspaces, over its Socket Mode connections and over signed HTTP."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import LocalSlacks
from tests.rehearsal.apps import PING_SECONDS
from tests.rehearsal.installing import client
from tests.rehearsal.samples import modal


def app_of(slacks: LocalSlacks, seen: list[str]) -> AsyncApp:
    """An app that writes down the team of all it hears, and answers in that team."""

    async def authorize(team_id: str) -> AuthorizeResult:
        [one] = [one for one in slacks.workspaces if one.team_id == team_id]
        return AuthorizeResult(
            enterprise_id=None, team_id=team_id, bot_user_id=one.bot_user_id, bot_token=one.bot_token
        )

    app = AsyncApp(client=client(slacks), signing_secret=slacks.signing_secret, authorize=authorize)

    @app.command("/probe")
    async def answer(ack: Any, command: Any, client: Any, respond: Any) -> None:
        seen.append(command["team_id"])
        await client.views_open(trigger_id=command["trigger_id"], view=modal(callback_id="form"))
        await respond("later")
        await ack(f"here is {command['team_id']}")

    @app.event("user_change")
    async def changed(context: Any) -> None:
        seen.append(context.team_id)

    return app


@contextlib.asynccontextmanager
async def over_sockets(slacks: LocalSlacks, app: AsyncApp) -> AsyncIterator[None]:
    handlers = [AsyncSocketModeHandler(app, slacks.app_token, ping_interval=PING_SECONDS) for _ in range(2)]
    try:
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call]
        await slacks.connected(2)
        yield
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]


@contextlib.asynccontextmanager
async def over_http(slacks: LocalSlacks, app: AsyncApp) -> AsyncIterator[None]:
    async def serve(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", serve)
    runner = web.AppRunner(site, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    assert await slacks.verifies(address)
    assert not await slacks.verifies(address + "/elsewhere")
    slacks.deliver_over_http(address)
    try:
        yield
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("carried", [over_sockets, over_http])
async def test_each_workspace_is_heard_and_answered_for_itself(carried: Any, slacks: LocalSlacks) -> None:
    seen: list[str] = []
    north = slacks.add_workspace("North")
    async with carried(slacks, app_of(slacks, seen)):
        south = slacks.add_workspace("South", like=north)
        for one in (north, south):
            ada = one.add_person("ada")
            one.install(ada)
            act = await ada.command("/probe", one.add_channel("lab", [ada]))
            assert act.text == f"here is {one.team_id}"
            assert ada.modal is not None
            assert ada.ephemerals()[0].text == "later"
            one.workspace.change_zone(ada.id, "Asia/Tokyo")
        await slacks.quiet()
        await slacks.until(lambda: len(seen) == 4)
    assert sorted(seen) == sorted([north.team_id, south.team_id] * 2)
    assert [len(one.envelopes) for one in (north, south)] == [2, 2]
    assert [one.method for one in south.calls] == ["views.open"]
    attempts = [each for one in slacks.workspaces for sent in one.envelopes for each in sent.attempts]
    assert len({one.envelope_id for one in attempts}) == 4


async def test_a_workspace_that_joins_later_has_its_events_sent_again_by_the_clock(
    slacks: LocalSlacks, clock: MovableClock
) -> None:
    north = slacks.add_workspace("North")
    ada = north.add_person("ada")
    north.install(ada)
    north.workspace.change_zone(ada.id, "Asia/Tokyo")
    [envelope] = north.envelopes
    await slacks.until(lambda: envelope.state == "waiting" and len(envelope.attempts) == 2)
    assert slacks.next_due() is not None
    clock.advance(60)
    await slacks.until(lambda: len(envelope.attempts) == 3)


async def test_faults_strike_the_workspace_they_were_made_for(slacks: LocalSlacks) -> None:
    north = slacks.add_workspace("North")
    south = slacks.add_workspace("South", like=north)
    tokens = [one.install(one.add_person("ada")) for one in (north, south)]
    north.faults.fail("auth.test", 500)
    answers = [await _status(slacks, token) for token in tokens]
    assert answers == [500, 200]
    slacks.faults.refuse("oauth.v2.access", "internal_error")
    with pytest.raises(SlackApiError, match="internal_error"):
        await client(slacks).oauth_v2_access(client_id="1", client_secret="2", code="3")
    assert [one.method for one in slacks.calls] == ["oauth.v2.access"]
    assert "client_secret" not in slacks.calls[0].arguments


async def _status(slacks: LocalSlacks, token: str) -> int:
    try:
        return int((await client(slacks, token).auth_test()).status_code)
    except SlackApiError as failed:
        return int(failed.response.status_code)


def test_a_single_workspace_is_as_it_was(clock: MovableClock) -> None:
    slack = LocalSlack(clock, {"display_information": {"name": "Probe"}})
    assert slack.is_installed
    assert slack.bot_token.startswith("xoxb-")
    assert slack.bot_token == LocalSlack(clock, {}).bot_token
