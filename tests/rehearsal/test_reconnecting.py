"""Sockets that come and go."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import bolt_app, connected
from tests.rehearsal.calling import call


@pytest.mark.parametrize("politely", [True, False])
async def test_an_app_that_was_disconnected_comes_back_and_is_served(
    slack: LocalSlack, politely: bool
) -> None:
    app = bolt_app(slack)

    @app.command("/probe")
    async def answer(ack: Any) -> None:
        await ack("here")

    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    async with connected(slack, app):
        [old] = slack.hub.connections
        if politely:
            await slack.disconnect("refresh_requested")
        else:
            await slack.close_sockets()
        await slack.until(lambda: slack.hub.connections not in ([], [old]))
        assert (await ada.command("/probe", channel)).text == "here"


async def test_two_connections_share_the_work(slack: LocalSlack) -> None:
    app = bolt_app(slack)

    @app.command("/probe")
    async def answer(ack: Any) -> None:
        await ack()

    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    async with connected(slack, app, connections=2):
        for _ in range(12):
            assert (await ada.command("/probe", channel)).acknowledged
    carriers = {attempt.carrier for envelope in slack.envelopes for attempt in envelope.attempts}
    assert carriers == {"connection-1", "connection-2"}


async def test_a_ticket_opens_one_socket_and_no_ticket_none(slack: LocalSlack) -> None:
    url = (await call(slack, "apps.connections.open", token=slack.app_token)).body["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert hello["type"] == "hello"
            assert hello["connection_info"] == {"app_id": slack.app_id}
        for refused in (url, url.split("?", maxsplit=1)[0]):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(refused)


async def test_an_eleventh_connection_is_sent_away(slack: LocalSlack, clock: MovableClock) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = []
        for _ in range(11):
            clock.advance(60)
            url = (await call(slack, "apps.connections.open", token=slack.app_token)).body["url"]
            sockets.append(await session.ws_connect(url))
        first = [await socket.receive_json() for socket in sockets]
        assert [one["type"] for one in first] == ["hello"] * 10 + ["disconnect"]
        assert first[-1]["reason"] == "too_many_websockets"
        for socket in sockets:
            await socket.close()


async def test_a_refused_handshake_is_refused_as_often_as_asked(slack: LocalSlack) -> None:
    slack.faults.refuse_handshakes(1)
    async with aiohttp.ClientSession() as session:
        for accepted in (False, True):
            url = (await call(slack, "apps.connections.open", token=slack.app_token)).body["url"]
            if accepted:
                await (await session.ws_connect(url)).close()
            else:
                with pytest.raises(aiohttp.WSServerHandshakeError):
                    await session.ws_connect(url)


async def test_a_command_without_any_connection_warns_its_author_at_once(slack: LocalSlack) -> None:
    ada = slack.add_person("ada")
    act = await ada.command("/probe", slack.add_channel("lab", [ada]))
    assert act.warned
    assert not act.acknowledged


async def test_an_event_with_nobody_there_is_delivered_when_the_app_is_back_within_six_minutes(
    slack: LocalSlack, clock: MovableClock
) -> None:
    app = bolt_app(slack)
    seen: list[str] = []

    @app.event("user_change")
    async def changed(event: Any) -> None:
        seen.append(event["user"]["tz"])

    ada = slack.add_person("ada")
    slack.workspace.change_zone(ada.id, "Asia/Tokyo")
    [envelope] = slack.envelopes
    await slack.until(lambda: len(envelope.attempts) == 2 and envelope.state == "waiting")
    async with connected(slack, app):
        clock.advance(60)
        await slack.until(lambda: envelope.acknowledged)
    assert seen == ["Asia/Tokyo"]
