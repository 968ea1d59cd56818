"""Every limit of the table: at it accepted, one over (or under) refused with Slack's own code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.calling import Answer, call
from tests.rehearsal.limits import LIMITS, RATES, Limit, Rate
from tests.rehearsal.samples import Json, button, home, input_block, modal
from tests.rehearsal.write_limits_table import TABLE, written_table


class Sender:
    """Sends a payload to where the limit holds."""

    def __init__(self, slack: LocalSlack, clock: MovableClock) -> None:
        self.slack = slack
        self.clock = clock
        self.person = slack.add_person("ada")
        self.channel = slack.add_channel("lab", [self.person])

    async def send(self, limit: Limit, size: int) -> Answer:
        self.clock.advance(2)
        ways: dict[str, Callable[[Any], Awaitable[Answer]]] = {
            "message": lambda blocks: self.post(blocks=blocks),
            "button": lambda more: self.post(blocks=[{"type": "actions", "elements": [_button(more)]}]),
            "text": lambda text: self.post(text=text),
            "update": self.update,
            "metadata": lambda made: self.post(
                text="m", metadata={"event_type": made[0], "event_payload": made[1]}
            ),
            "modal": self.open,
            "field": lambda element: self.open({"blocks": [input_block(element=element)]}),
            "home": self.publish,
        }
        return await ways[limit.where](limit.build(size))

    async def post(self, **arguments: Any) -> Answer:
        return await call(self.slack, "chat.postMessage", channel=self.channel.id, **arguments)

    async def update(self, text: str) -> Answer:
        posted = await self.post(text="first")
        arguments = {"channel": self.channel.id, "ts": posted.body["ts"]}
        return await call(self.slack, "chat.update", **arguments, text=text)

    async def open(self, more: dict[str, Any]) -> Answer:
        trigger = self.slack.world.triggers.issue(self.person.id, self.clock.now())
        return await call(self.slack, "views.open", trigger_id=trigger, view=modal(**more))

    async def publish(self, view: Any) -> Answer:
        return await call(self.slack, "views.publish", user_id=self.person.id, view=view)


def _button(more: Json) -> Json:
    if more.get("type") == "overflow":
        return {"action_id": "a", **more}
    return button(**more)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.id)
async def test_at_the_limit_accepted_and_one_beyond_refused(
    limit: Limit, slack: LocalSlack, clock: MovableClock
) -> None:
    sender = Sender(slack, clock)
    at = await sender.send(limit, limit.maximum)
    assert at.body["ok"], at.body
    beyond = await sender.send(limit, limit.maximum + (-1 if limit.at_least else 1))
    assert beyond.error == limit.code
    assert [one.code for one in slack.invalid] == [limit.code]
    assert slack.refusals[-1].code == limit.code


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.method)
async def test_calls_up_to_the_rate_are_served_and_the_next_waits_out_the_window(
    rate: Rate, slack: LocalSlack, clock: MovableClock
) -> None:
    person = slack.add_person("ada")
    channel = slack.add_channel("lab", [person])
    many = [slack.add_channel(f"lab-{number}").id for number in range(rate.allowed + 1)]
    method = rate.method.split(" ")[0]
    token = slack.app_token if method == "apps.connections.open" else None

    async def once(number: int) -> Answer:
        where = many[number] if "workspace" in rate.method else channel.id
        arguments: dict[str, dict[str, Any]] = {
            "auth.revoke": {"test": True},
            "chat.postMessage": {"channel": where, "text": "m"},
            "views.publish": {"user_id": person.id, "view": home([{"type": "divider"}])},
        }
        return await call(slack, method, token=token, **arguments.get(method, {}))

    for number in range(rate.allowed):
        assert (await once(number)).status == 200
    limited = await once(rate.allowed)
    assert limited.status == 429
    assert limited.error == "ratelimited"
    assert limited.headers["Retry-After"] == str(rate.seconds)
    clock.advance(rate.seconds)
    assert (await once(rate.allowed)).status == 200


def test_the_table_in_the_documentation_is_the_one_that_is_tested() -> None:
    assert Path(TABLE).read_text(encoding="utf-8") == written_table()
