"""Faults happen when and as often as asked, and moments can be waited for."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from bot.rehearsal.model import Conversation
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import bolt_app, connected
from tests.rehearsal.calling import Answer, call


@pytest.fixture
def ada(slack: LocalSlack) -> Person:
    return slack.add_person("ada")


@pytest.fixture
def lab(slack: LocalSlack, ada: Person) -> Conversation:
    return slack.add_channel("lab", [ada])


async def post(slack: LocalSlack, channel: Conversation, text: str = "m") -> Answer:
    return await call(slack, "chat.postMessage", channel=channel.id, text=text)


async def test_a_429_comes_with_and_without_retry_after(slack: LocalSlack, lab: Conversation) -> None:
    slack.faults.rate_limit("chat.postMessage", retry_after=7)
    slack.faults.rate_limit("chat.postMessage", retry_after=None)
    first, second, third = [await post(slack, lab) for _ in range(3)]
    assert (first.status, first.headers["Retry-After"]) == (429, "7")
    assert (second.status, "Retry-After" in second.headers) == (429, False)
    assert third.body["ok"]


@pytest.mark.parametrize(("after", "posted"), [(False, 0), (True, 1)])
async def test_a_server_error_strikes_before_or_after_the_effect(
    slack: LocalSlack, ada: Person, lab: Conversation, after: bool, posted: int
) -> None:
    (slack.faults.fail_after if after else slack.faults.fail)("chat.postMessage", status=503)
    assert (await post(slack, lab)).status == 503
    assert len(ada.messages(lab)) == posted


@pytest.mark.parametrize(("after", "posted"), [(False, 0), (True, 1)])
async def test_a_dropped_connection_leaves_the_caller_in_doubt(
    slack: LocalSlack, ada: Person, lab: Conversation, after: bool, posted: int
) -> None:
    (slack.faults.drop_after if after else slack.faults.drop_before)("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await post(slack, lab)
    assert len(ada.messages(lab)) == posted
    [recorded] = slack.calls
    assert (recorded.status, recorded.answer) == (None, None)


async def test_a_garbled_answer_is_no_json(slack: LocalSlack, ada: Person, lab: Conversation) -> None:
    slack.faults.garble("chat.postMessage")
    with pytest.raises(json.JSONDecodeError):
        await post(slack, lab)
    assert len(ada.messages(lab)) == 1


async def test_a_refusal_can_be_ordered_for_one_channel(slack: LocalSlack, lab: Conversation) -> None:
    other = slack.add_channel("other")
    slack.faults.refuse(
        "chat.postMessage", "restricted_action", match=lambda arguments: arguments["channel"] == other.id
    )
    assert (await post(slack, lab)).body["ok"]
    assert (await post(slack, other)).error == "restricted_action"


async def test_a_held_call_waits_at_its_moment(slack: LocalSlack, ada: Person, lab: Conversation) -> None:
    before = slack.faults.hold(
        "chat.postMessage", "received", lambda subject: subject["arguments"]["text"] == "a"
    )
    first = asyncio.create_task(post(slack, lab, "a"))
    await before.reached.wait()
    assert ada.messages(lab) == []
    assert not slack.is_quiet
    taken = slack.faults.hold("chat.postMessage", "taken")
    before.release()
    await taken.reached.wait()
    assert [one.text for one in ada.messages(lab)] == ["a"]
    assert not first.done()
    taken.release()
    assert (await first).body["ok"]
    await slack.quiet()


async def test_an_event_is_delivered_twice_with_one_id(slack: LocalSlack, ada: Person) -> None:
    app = bolt_app(slack)
    seen: list[str] = []

    @app.event("user_change")
    async def changed(body: Any) -> None:
        seen.append(body["event_id"])

    slack.faults.deliver_twice("user_change")
    async with connected(slack, app):
        slack.workspace.change_zone(ada.id, "Asia/Tokyo")
        await slack.until(lambda: all(one.acknowledged for one in slack.envelopes))
        slack.workspace.change_zone(ada.id, "Asia/Seoul")
        await slack.until(lambda: len(seen) == 3)
    assert seen[0] == seen[1] != seen[2]


async def test_a_lost_acknowledgement_is_one_that_slack_never_saw(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    app = bolt_app(slack)

    @app.command("/probe")
    async def answer(ack: Any) -> None:
        await ack("here")

    slack.faults.lose_acks()
    async with connected(slack, app):
        act = ada.commanding("/probe", lab)
        assert act.envelope is not None
        waiting = asyncio.create_task(slack.faults.wait_for("slash_commands", "ack_received"))
        await asyncio.sleep(0)
        await slack.write(act.envelope)
        await waiting
        slack.time_out(act.envelope)
        assert act.warned
        assert act.reply is None
        assert (await ada.command("/probe", lab)).text == "here"
