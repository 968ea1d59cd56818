"""Answers through a response_url."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.calling import call
from tests.rehearsal.samples import button, section, word


@pytest.fixture
def ada(slack: LocalSlack) -> Person:
    return slack.add_person("ada")


@pytest.fixture
def lab(slack: LocalSlack, ada: Person) -> Conversation:
    return slack.add_channel("lab", [ada])


async def respond(url: str, **body: Any) -> tuple[int, str | None]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        return response.status, (await response.json()).get("error")


def url_of_command(person: Person, channel: Conversation) -> str:
    act = person.commanding("/probe", channel)
    assert act.envelope is not None
    return str(act.envelope.payload["response_url"])


def url_of_press(person: Person, message: Message) -> str:
    act = person.pressing(message, "go")
    assert act.envelope is not None
    return str(act.envelope.payload["response_url"])


async def test_it_serves_five_times(ada: Person, lab: Conversation) -> None:
    url = url_of_command(ada, lab)
    assert [await respond(url, text="m") for _ in range(6)] == [(200, None)] * 5 + [(404, "used_url")]
    assert len(ada.ephemerals(lab)) == 5


async def test_it_serves_for_thirty_minutes_of_the_clock(
    ada: Person, lab: Conversation, clock: MovableClock
) -> None:
    url = url_of_command(ada, lab)
    clock.advance(30 * 60)
    assert await respond(url, text="m") == (200, None)
    clock.advance(0.001)
    assert await respond(url, text="m") == (404, "expired_url")


async def test_the_budget_over_all_blocks_does_not_hold_there_but_every_other_limit_does(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    url = url_of_command(ada, lab)
    assert await respond(url, blocks=[section(word(3_000))] * 5) == (200, None)
    assert await respond(url, blocks=[section(word(3_001))]) == (400, "invalid_blocks")
    assert [one.where for one in slack.invalid] == ["response_url"]


async def test_it_replaces_or_deletes_the_message_that_was_pressed(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    blocks = [{"type": "actions", "elements": [button("go")]}]
    await call(slack, "chat.postEphemeral", channel=lab.id, user=ada.id, text="m", blocks=blocks)
    [shown] = ada.ephemerals(lab)
    url = url_of_press(ada, shown)
    refused = await respond(url, text="all", replace_original=True, response_type="in_channel")
    assert refused == (400, "invalid_arguments")
    assert await respond(url, text="done", replace_original=True) == (200, None)
    assert [one.text for one in ada.ephemerals(lab)] == ["done"]
    assert await respond(url, delete_original=True) == (200, None)
    assert ada.ephemerals(lab) == []
