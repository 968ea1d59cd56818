"""The same payloads over signed HTTP, to a real Bolt app behind a real web server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.signed_http import sign
from tests.rehearsal.apps import bolt_app
from tests.rehearsal.calling import call
from tests.rehearsal.samples import button, modal


@contextlib.asynccontextmanager
async def served(slack: LocalSlack, app: AsyncApp) -> AsyncIterator[list[int]]:
    """Serve the app on a free port and have everything posted to it; yields the statuses it answered."""
    statuses: list[int] = []

    async def serve(request: web.Request) -> web.Response:
        response = await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))
        statuses.append(response.status)
        return response

    site = web.Application()
    site.router.add_post("/slack/events", serve)
    runner = web.AppRunner(site, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.deliver_over_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield statuses
    finally:
        await runner.cleanup()


async def test_commands_presses_and_forms_are_signed_and_answered(slack: LocalSlack) -> None:
    app = bolt_app(slack)

    @app.command("/probe")
    async def answer(ack: Any, command: Any, client: Any) -> None:
        await client.views_open(trigger_id=command["trigger_id"], view=modal(callback_id="form"))
        await ack("opened")

    @app.view("form")
    async def submit(ack: Any) -> None:
        await ack(response_action="errors", errors={"what": "No"})

    @app.action("go")
    async def go(ack: Any) -> None:
        await ack()

    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    async with served(slack, app) as statuses:
        assert (await ada.command("/probe", channel)).text == "opened"
        assert (await ada.submit({"what": "x"})).errors == {"what": "No"}
        blocks = [{"type": "actions", "elements": [button("go")]}]
        await call(slack, "chat.postMessage", channel=channel.id, text="m", blocks=blocks)
        assert (await ada.press(ada.messages(channel)[-1], "go")).acknowledged
    assert statuses == [200, 200, 200]


async def test_an_event_answered_with_an_error_is_posted_again_with_its_number_and_reason(
    slack: LocalSlack, clock: MovableClock
) -> None:
    app = bolt_app(slack)
    seen: list[tuple[str | None, str | None]] = []

    @app.middleware
    async def refuse_twice(req: Any, next_: Any) -> None:
        number = req.headers.get("x-slack-retry-num", [None])[0]
        seen.append((number, req.headers.get("x-slack-retry-reason", [None])[0]))
        if len(seen) <= 2:
            raise RuntimeError("the database is away")
        await next_()

    @app.event("user_change")
    async def changed() -> None: ...

    ada = slack.add_person("ada")
    async with served(slack, app):
        slack.workspace.change_zone(ada.id, "Asia/Tokyo")
        [envelope] = slack.envelopes
        await slack.until(lambda: len(envelope.attempts) == 2 and envelope.state == "waiting")
        clock.advance(60)
        await slack.until(lambda: envelope.acknowledged)
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_a_press_that_fails_is_never_posted_again(slack: LocalSlack, clock: MovableClock) -> None:
    app = bolt_app(slack)
    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    async with served(slack, app) as statuses:
        act = await ada.command("/probe", channel)
        clock.advance(600)
    assert act.warned
    assert statuses == [404]


def test_the_signature_is_slacks_own() -> None:
    # The worked example of Slack's documentation on verifying requests.
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signed = sign("8f742231b10e8888abcd99yyyzzz85a5", body, 1531420618)
    assert (
        signed["X-Slack-Signature"] == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )
