"""HTTP mode: what Slack has signed is served as in Socket Mode; everybody else learns and does nothing."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.bootstrap import CannotStart, build
from bot.clock import SystemClock
from bot.doors.signed_http import MOST_BYTES, Address
from bot.storage.migrate import downgrade, upgrade
from bot.storage.tables import handled_requests, outbox
from bot.storage.unit_of_work import Database
from tests.doors.http_bot import FORM, HttpBot, http_bot
from tests.e2e.bots import kept, library
from tests.keys import VAULT
from tests.listeners.stage import settings_for

SECRET_LINE = "what nobody may read in a log"


@pytest.fixture
async def on(database_url: str) -> AsyncIterator[HttpBot]:
    async with http_bot(database_url) as running:
        yield running


async def test_what_slack_has_signed_is_served(on: HttpBot) -> None:
    command = await on.post_signed(on.command("help"), FORM)
    event = await on.post_signed(on.home_opened())
    await on.bot.idle()

    assert command.status == event.status == 200
    assert "/als new" in command.text
    assert on.place.people["ama"].home is not None


async def test_slack_is_answered_when_it_tries_the_address(on: HttpBot) -> None:
    tried = await on.post_signed(json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}))
    assert (tried.status, tried.text) == (200, "3eZbrw1a") or json.loads(tried.text) == {
        "challenge": "3eZbrw1a"
    }


async def test_a_command_in_which_somebody_types_the_word_payload_is_a_command(on: HttpBot) -> None:
    """Bolt 1.30.0 takes it for an empty request."""
    worded = await on.post_signed(on.command("payload"), FORM)
    assert worded.status == 200
    assert "payload" in worded.text


def forged(on: HttpBot, body: str) -> dict[str, dict[str, str]]:
    right = on.signature(body)
    return {
        "no signature": {},
        "another secret": on.signature(body, secret="another"),
        "older than five minutes": on.signature(body, seconds_ago=301),
        "from the future": on.signature(body, seconds_ago=-301),
        "of another body": on.signature(body + " "),
        "no time": {**right, "X-Slack-Request-Timestamp": ""},
        "no number": {**right, "X-Slack-Request-Timestamp": "now"},
        "no ASCII": {**right, "X-Slack-Signature": "v0=é"},
        "another version": {**right, "X-Slack-Signature": right["X-Slack-Signature"].replace("v0", "v1")},
    }


async def test_what_slack_has_not_signed_just_now_is_refused_unread_and_does_nothing(
    on: HttpBot, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for name in (None, *logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)
    body = on.command(f"new {SECRET_LINE}")

    answers = {why: await on.post(body, {**FORM, **headers}) for why, headers in forged(on, body).items()}

    assert {why: answer.status for why, answer in answers.items()} == dict.fromkeys(answers, 401)
    assert {answer.text for answer in answers.values()} == {""}
    assert await kept(database_url, handled_requests) == await kept(database_url, outbox) == []
    ours = "".join(record.getMessage() for record in caplog.records)
    assert "not signed" in ours
    assert all(word not in ours for word in (SECRET_LINE, SECRET_LINE.replace(" ", "+"), "trigger_id"))


async def test_a_request_signed_five_minutes_ago_less_a_little_is_served(on: HttpBot) -> None:
    body = on.command("help")
    assert (await on.post(body, {**FORM, **on.signature(body, seconds_ago=290)})).status == 200


@pytest.mark.parametrize("body", ["{", "[]", "3", '"text"', "\udcff"])
async def test_what_is_signed_and_cannot_be_read_is_refused(on: HttpBot, body: str) -> None:
    raw = body.encode("utf-8", "surrogateescape").decode("latin-1") if body == "\udcff" else body
    assert (await on.post_signed(raw)).status == 400


async def test_a_body_beyond_all_measure_is_refused(on: HttpBot) -> None:
    body = "x" * (MOST_BYTES + 1)
    assert (await on.post_signed(body)).status == 413


async def test_other_addresses_and_methods_lead_nowhere(on: HttpBot) -> None:
    assert (await on.get("/slack/events")).status == 405
    assert (await on.get("/")).status == 404


async def test_alive_and_ready(on: HttpBot, database_url: str) -> None:
    assert (await on.get("/healthz")).status == 200
    assert (await on.get("/readyz")).status == 200
    await asyncio.to_thread(downgrade, database_url, "base")
    assert (await on.get("/readyz")).status == 503
    assert (await on.get("/healthz")).status == 200
    await asyncio.to_thread(upgrade, database_url)
    assert (await on.get("/readyz")).status == 200


async def test_while_it_stops_it_is_not_ready_takes_nothing_new_and_finishes_what_has_arrived(
    on: HttpBot,
) -> None:
    asked = on.slack.faults.hold("views.open")
    ama = on.place.people["ama"]
    begun = asyncio.create_task(ama.command("/als new", on.place.channel))
    await asyncio.wait_for(asked.reached.wait(), 60)
    on.bot.reception.close()

    assert (await on.get("/readyz")).status == 503
    assert (await on.get("/healthz")).status == 200
    assert (await on.post_signed(on.command("help"), FORM)).status == 503
    asked.release()
    assert (await begun).acknowledged
    assert ama.modal is not None


async def test_a_database_that_fails_leaves_an_event_unacknowledged_and_it_works_later(
    on: HttpBot, database_url: str
) -> None:
    await asyncio.to_thread(downgrade, database_url, "base")
    assert (await on.post_signed(on.home_opened())).status == 500
    await asyncio.to_thread(upgrade, database_url)
    assert (await on.post_signed(on.home_opened())).status == 200


async def test_the_counts_name_kinds_and_nobody(on: HttpBot) -> None:
    fresh = on.slack.add_channel("fresh", [on.place.people["ama"]], with_bot=False)
    on.slack.faults.fail("chat.postMessage")
    on.slack.faults.rate_limit("views.publish", retry_after=0)
    on.slack.workspace.invite_bot(fresh.id)
    await on.slack.quiet()
    await on.post_signed(on.command("help"), FORM)
    await on.post_signed(on.home_opened())
    await on.post(on.command("help"), FORM)
    await on.bot.idle()

    page = (await on.get("/metrics")).text

    for line in (
        'als_payloads_arrived_total{kind="command",name="als"} 1.0',
        'als_payloads_arrived_total{kind="event",name="app_home_opened"} 1.0',
        'als_acknowledgement_seconds_count{kind="command",outcome="acknowledged"} 1.0',
        'als_acknowledgement_seconds_count{kind="other",outcome="refused"} 1.0',
        'als_slack_errors_total{code="internal_error",method="chat.postMessage"} 1.0',
        'als_slack_errors_total{code="ratelimited",method="views.publish"} 1.0',
        'als_slack_rate_limited_total{method="views.publish"} 1.0',
        "als_outbox_waiting 1.0",
        "als_due_prompts_waiting 0.0",
    ):
        assert line in page.splitlines(), page
    for secret in (on.slack.team_id, on.place.channel.id, on.place.people["ama"].id, "Evama"):
        assert secret not in page


async def test_without_a_database_it_still_counts(on: HttpBot, database_url: str) -> None:
    await asyncio.to_thread(downgrade, database_url, "base")
    page = await on.get("/metrics")
    assert page.status == 200
    assert "als_outbox_waiting NaN" in page.text.splitlines()


async def test_an_address_that_is_taken_stops_the_start_with_a_sentence(
    on: HttpBot, database_url: str
) -> None:
    assert on.bot.port is not None
    database = Database(database_url, VAULT)
    other: Any = {"slack_signing_secret": on.slack.signing_secret}
    second = build(
        settings=settings_for(on.slack, **other),
        clock=SystemClock(),
        library=library(),
        database=database,
        http=Address(port=on.bot.port),
    )
    try:
        with pytest.raises(CannotStart, match="--port"):
            await second.connect()
    finally:
        await second.close()
        await database.close()


async def test_without_the_signing_secret_it_does_not_start(on: HttpBot, database_url: str) -> None:
    with pytest.raises(CannotStart, match="SLACK_SIGNING_SECRET is missing"):
        build(
            settings=settings_for(on.slack),
            clock=SystemClock(),
            library=library(),
            database=Database(database_url, VAULT),
            http=Address(port=0),
        )
