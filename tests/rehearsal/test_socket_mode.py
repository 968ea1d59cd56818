"""A real Bolt app over real sockets."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import FormRefused
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import bolt_app, connected, web_client

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "private_metadata": '{"stage": "action"}',
    "title": {"type": "plain_text", "text": "What next"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What will you do?"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "by",
            "label": {"type": "plain_text", "text": "By when?"},
            "element": {"type": "datepicker", "action_id": "date"},
        },
    ],
}


def button(action_id: str = "go", value: str = "1") -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Go"}
    return {
        "type": "actions",
        "elements": [{"type": "button", "action_id": action_id, "text": text, "value": value}],
    }


async def test_a_command_is_answered_in_its_acknowledgement_to_its_author_only(slack: LocalSlack) -> None:
    app = bolt_app(slack)

    @app.command("/probe")
    async def answer(ack: Any, command: Any) -> None:
        await ack(text=f"you said {command['text']}")

    ada, ben = slack.add_person("ada"), slack.add_person("ben")
    channel = slack.add_channel("lab", [ada, ben])
    async with connected(slack, app):
        act = await ada.command("/probe hello @ben", channel)
    assert act.acknowledged
    assert act.text == f"you said hello <@{ben.id}|ben>"
    assert act.reply in ada.messages(channel)
    assert ben.messages(channel) == []


async def test_a_modal_opens_is_refused_with_field_errors_and_then_taken(slack: LocalSlack) -> None:
    app = bolt_app(slack)
    taken: list[Any] = []

    @app.command("/probe")
    async def open_form(ack: Any, command: Any, client: Any) -> None:
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)
        await ack()

    @app.view("form")
    async def submit(ack: Any, view: Any) -> None:
        values = view["state"]["values"]
        if values["what"]["text"]["value"] == "nothing":
            await ack(response_action="errors", errors={"what": "Say more"})
            return
        taken.append(values)
        await ack()

    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    async with connected(slack, app):
        await ada.command("/probe", channel)
        await ada.see_modal("What next")
        with pytest.raises(FormRefused, match="by: required"):
            await ada.submit({"what": "nothing"})
        refused = await ada.submit({"By when?": "2026-04-01"})
        assert refused.errors == ada.field_errors == {"what": "Say more"}
        assert (await ada.see_modal()).callback_id == "form"
        accepted = await ada.submit({"text": "Call Mia"})
    assert accepted.acknowledged
    assert not accepted.errors
    assert ada.modal is None
    assert taken == [
        {
            "what": {"text": {"type": "plain_text_input", "value": "Call Mia"}},
            "by": {"date": {"type": "datepicker", "selected_date": "2026-04-01"}},
        }
    ]
    kinds = [entry["kind"] for entry in slack.transcript.entries]
    assert kinds == ["act_command", "modal_opened", "act_submit", "modal_refused", "act_submit"]
    assert [entry["stage"] for entry in slack.transcript.entries][1:] == ["action"] * 4


async def test_two_presses_are_both_written_before_an_acknowledgement_is_read(slack: LocalSlack) -> None:
    app = bolt_app(slack)
    pressed: list[str] = []

    @app.action("go")
    async def go(ack: Any, body: Any) -> None:
        pressed.append(body["user"]["id"])
        await ack()

    ada, ben = slack.add_person("ada"), slack.add_person("ben")
    channel = slack.add_channel("lab", [ada, ben])
    posted = await web_client(slack).chat_postMessage(channel=channel.id, text="Ready?", blocks=[button()])
    message = ada.messages(channel)[0]
    assert message.ts == posted["ts"]
    async with connected(slack, app):
        acts = [person.pressing(message, "go") for person in (ada, ben)]
        envelopes = [act.envelope for act in acts if act.envelope is not None]
        await slack.write(*envelopes)
        await slack.settle(*envelopes)
    assert all(act.acknowledged for act in acts)
    assert sorted(pressed) == sorted([ada.id, ben.id])


def _has(items: list[Any], count: int) -> bool:
    return len(items) == count


async def test_an_event_without_acknowledgement_comes_again_at_once_after_one_minute_and_after_five(
    slack: LocalSlack, clock: MovableClock
) -> None:
    app = bolt_app(slack)
    seen: list[tuple[str, str]] = []

    @app.event("user_change")
    async def fail(body: Any, request: Any) -> None:
        retry = request.headers.get("x-slack-retry-num", [""])[0]
        seen.append((body["event_id"], retry))
        raise RuntimeError("the database is away")

    ada = slack.add_person("ada")
    async with connected(slack, app):
        slack.workspace.change_zone(ada.id, "Asia/Tokyo")
        envelope = slack.envelopes[0]
        for sendings, until_next in ((1, 0), (2, 60), (3, 300), (4, 0)):
            await slack.until(partial(_has, seen, sendings))
            clock.advance(3)
            clock.advance(until_next)
        assert envelope.state == "failed"
    assert len({event_id for event_id, _ in seen}) == 1
    assert [retry for _, retry in seen] == ["0", "1", "2", "3"]
    assert [attempt.number for attempt in envelope.attempts] == [0, 1, 2, 3]


async def test_a_press_without_acknowledgement_is_lost_and_its_author_is_warned_after_three_seconds(
    slack: LocalSlack, clock: MovableClock
) -> None:
    app = bolt_app(slack)
    pressed: list[str] = []

    @app.action("go")
    async def fail() -> None:
        pressed.append("go")
        raise RuntimeError("the database is away")

    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    await web_client(slack).chat_postMessage(channel=channel.id, text="Ready?", blocks=[button()])
    async with connected(slack, app):
        act = ada.pressing(ada.messages(channel)[0], "go")
        assert act.envelope is not None
        await slack.write(act.envelope)
        await slack.until(partial(_has, pressed, 1))
        warned = []
        for seconds in (2.9, 0.1, 3_600):
            clock.advance(seconds)
            warned.append(act.warned)
        await slack.quiet()
    assert warned == [False, True, True]
    assert len(act.envelope.attempts) == len(pressed) == 1


WRONG_ANSWERS: dict[str, dict[str, Any]] = {
    "errors on a block that is not there": {"response_action": "errors", "errors": {"who": "No"}},
    "a view that Slack refuses": {"response_action": "update", "view": {"type": "modal"}},
    "an action that does not exist": {"response_action": "close"},
}


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS.keys())
async def test_a_wrong_answer_to_a_form_is_a_visible_error(slack: LocalSlack, answer: dict[str, Any]) -> None:
    app = bolt_app(slack)

    @app.view("form")
    async def submit(ack: Any) -> None:
        await ack(**answer)

    ada = slack.add_person("ada")
    trigger = slack.world.triggers.issue(ada.id, slack.clock.now())
    await web_client(slack).views_open(trigger_id=trigger, view=MODAL)
    async with connected(slack, app):
        act = await ada.submit({"what": "x", "by": "2026-04-01"})
    assert act.acknowledged
    assert act.warned
    assert ada.modal is not None
    assert [one.where for one in slack.invalid] == ["answer to act_submit"]


async def test_a_form_is_answered_with_another_on_top_or_in_its_place_or_with_none(slack: LocalSlack) -> None:
    app = bolt_app(slack)
    second = {**MODAL, "title": {"type": "plain_text", "text": "And then"}, "callback_id": "second"}

    @app.view("form")
    async def push(ack: Any) -> None:
        await ack(response_action="push", view=second)

    @app.view("second")
    async def clear(ack: Any) -> None:
        await ack(response_action="clear")

    ada = slack.add_person("ada")
    trigger = slack.world.triggers.issue(ada.id, slack.clock.now())
    await web_client(slack).views_open(trigger_id=trigger, view=MODAL)
    values = {"what": "x", "by": "2026-04-01"}
    async with connected(slack, app):
        await ada.submit(values)
        assert (await ada.see_modal()).title == "And then"
        assert len(slack.world.views.stacks[ada.id]) == 2
        await ada.submit(values)
    assert ada.modal is None


async def test_an_acknowledgement_of_a_press_that_carries_an_answer_is_noticed(slack: LocalSlack) -> None:
    app = bolt_app(slack)

    @app.action("go")
    async def go(ack: Any) -> None:
        await ack(text="this goes nowhere")

    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    await web_client(slack).chat_postMessage(channel=channel.id, text="Ready?", blocks=[button()])
    async with connected(slack, app):
        await ada.press(ada.messages(channel)[0], "go")
    assert [one.code for one in slack.invalid] == ["unexpected_response_payload"]
