"""People see what Slack sent them and do what Slack's client lets them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import bolt_app, connected
from tests.rehearsal.calling import call
from tests.rehearsal.samples import button, confirm, input_block, modal, option, plain, section


@pytest.fixture
def ada(slack: LocalSlack) -> Person:
    return slack.add_person("ada")


@pytest.fixture
def lab(slack: LocalSlack, ada: Person) -> Conversation:
    return slack.add_channel("lab", [ada])


async def posted(slack: LocalSlack, channel: Conversation, *elements: Any) -> Message:
    blocks = [section("Ready?"), {"type": "actions", "elements": list(elements)}]
    answer = await call(slack, "chat.postMessage", channel=channel.id, text="Ready?", blocks=blocks)
    assert answer.body["ok"], answer.body
    found = slack.workspace.find_message(channel.id, answer.body["ts"])
    assert found is not None
    return found


async def opened(slack: LocalSlack, person: Person, *blocks: Any) -> None:
    trigger = slack.world.triggers.issue(person.id, slack.clock.now())
    answer = await call(slack, "views.open", trigger_id=trigger, view=modal(blocks=list(blocks)))
    assert answer.body["ok"], answer.body


def field(element: dict[str, Any], **more: Any) -> Any:
    return input_block(element={"action_id": "a", **element}, **more)


async def test_a_command_in_a_thread_is_refused_by_slack_itself(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    root = ada.say("hello", lab)
    act = await ada.command("/probe", lab, thread_ts=root.ts)
    assert act.refused == "commands_do_not_work_in_threads"
    assert slack.envelopes == []


async def test_a_button_shown_to_some_is_pressed_by_them_alone(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    ben = slack.add_person("ben")
    slack.workspace.join(lab.id, ben.id)
    message = await posted(slack, lab, button("next", visible_to_user_ids=[ada.id]), button("ask"))
    assert [one.action_id for one in ada.buttons(message)] == ["next", "ask"]
    assert [one.action_id for one in ben.buttons(message)] == ["ask"]
    with pytest.raises(CannotAct):
        ben.pressing(message, "next")


async def test_nobody_presses_what_they_do_not_see(slack: LocalSlack, ada: Person) -> None:
    closed = slack.add_channel("closed", [ada], is_private=True)
    message = await posted(slack, closed, button("go"))
    with pytest.raises(CannotAct):
        slack.add_person("out").pressing(message, "go")
    message.deleted = True
    with pytest.raises(CannotAct):
        ada.pressing(message, "go")


async def test_the_text_of_a_confirm_dialog_is_kept(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    message = await posted(slack, lab, button("end", confirm=confirm(text=plain("End it for all?"))))
    assert ada.pressing(message, "end").confirmed_text == "End it for all?"


async def test_a_press_carries_everything_that_slack_sends(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    message = await posted(slack, lab, button("go", value="7"))
    act = ada.pressing(message, "go")
    assert act.envelope is not None
    payload = act.envelope.payload
    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": ada.id, "username": "ada", "name": "ada", "team_id": slack.team_id}
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": lab.id,
        "is_ephemeral": False,
    }
    assert payload["channel"] == {"id": lab.id, "name": "lab"}
    assert payload["message"]["ts"] == message.ts
    assert payload["api_app_id"] == slack.app_id
    assert payload["response_url"].startswith(slack.api_url.removesuffix("/api/"))
    [action] = payload["actions"]
    assert {key: action[key] for key in ("type", "action_id", "value")} == {
        "type": "button",
        "action_id": "go",
        "value": "7",
    }
    assert action["block_id"] == message.blocks[1]["block_id"]
    assert {"trigger_id", "team", "token", "state", "is_enterprise_install"} <= set(payload)


async def test_menus_offer_only_their_options(slack: LocalSlack, ada: Person, lab: Conversation) -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("a"), option("b")]}
    message = await posted(slack, lab, menu)
    act = ada.pressing(message, "more", value="b")
    assert act.envelope is not None
    assert act.envelope.payload["actions"][0]["selected_option"]["value"] == "b"
    with pytest.raises(FormRefused):
        ada.pressing(message, "more", value="c")


REFUSED: dict[str, tuple[dict[str, Any], Any]] = {
    "too short": ({"type": "plain_text_input", "min_length": 3}, "ab"),
    "too long": ({"type": "plain_text_input", "max_length": 3}, "abcd"),
    "empty": ({"type": "plain_text_input"}, ""),
    "below the minimum": ({"type": "number_input", "is_decimal_allowed": False, "min_value": "2"}, 1),
    "above the maximum": ({"type": "number_input", "is_decimal_allowed": False, "max_value": "2"}, 3),
    "half a number": ({"type": "number_input", "is_decimal_allowed": False}, "1.5"),
    "not a number": ({"type": "number_input", "is_decimal_allowed": True}, "many"),
    "not an address": ({"type": "url_text_input"}, "meet.example"),
    "not an e-mail address": ({"type": "email_text_input"}, "ada"),
    "not a date": ({"type": "datepicker"}, "2026-02-30"),
    "not a time": ({"type": "timepicker"}, "25:00"),
    "not offered": ({"type": "static_select", "options": [option("a")]}, "b"),
    "nobody": ({"type": "users_select"}, "U404"),
    "too many": (
        {"type": "multi_static_select", "max_selected_items": 1, "options": [option("a"), option("b")]},
        "ab",
    ),
    "twice": ({"type": "multi_static_select", "options": [option("a")]}, "aa"),
}


@pytest.mark.parametrize(("element", "value"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_slacks_client_refuses_never_reaches_the_app(
    slack: LocalSlack, ada: Person, element: dict[str, Any], value: Any
) -> None:
    await opened(slack, ada, field(element))
    with pytest.raises(FormRefused):
        await ada.submit({"a": list(value) if element["type"].startswith("multi") else value})
    assert slack.envelopes == []
    assert ada.modal is not None


async def test_every_kind_of_field_is_filled_in_slacks_shape(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    ben = slack.add_person("ben")
    fields: dict[str, tuple[dict[str, Any], Any, dict[str, Any]]] = {
        "text": ({"type": "plain_text_input"}, "hi", {"value": "hi"}),
        "number": ({"type": "number_input", "is_decimal_allowed": False}, 3, {"value": "3"}),
        "url": ({"type": "url_text_input"}, "https://meet.example/1", {"value": "https://meet.example/1"}),
        "date": ({"type": "datepicker"}, date(2026, 4, 1), {"selected_date": "2026-04-01"}),
        "time": ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
        "user": ({"type": "users_select"}, ben, {"selected_user": ben.id}),
        "users": ({"type": "multi_users_select"}, [ada, ben.id], {"selected_users": [ada.id, ben.id]}),
        "channel": ({"type": "conversations_select"}, lab, {"selected_conversation": lab.id}),
        "one": ({"type": "radio_buttons", "options": [option("a")]}, "a", {"selected_option": option("a")}),
        "some": (
            {"type": "checkboxes", "options": [option("a")]},
            ["a"],
            {"selected_options": [option("a")]},
        ),
    }
    blocks = [field(element, block_id=name) for name, (element, _, _) in fields.items()]
    await opened(slack, ada, *blocks)
    act = ada.submitting({name: value for name, (_, value, _) in fields.items()})
    assert act.envelope is not None
    values = act.envelope.payload["view"]["state"]["values"]
    assert values == {
        name: {"a": {"type": element["type"], **state}} for name, (element, _, state) in fields.items()
    }


async def test_an_optional_field_may_stay_empty_and_a_forged_form_may_be_anything(
    slack: LocalSlack, ada: Person
) -> None:
    await opened(slack, ada, field({"type": "plain_text_input"}, optional=True))
    honest = ada.submitting()
    forged = ada.forge_submission({"what": {"a": {"type": "plain_text_input", "value": "x" * 9_000}}})
    assert honest.envelope is not None
    assert forged.envelope is not None
    assert honest.envelope.payload["view"]["state"]["values"]["what"]["a"]["value"] is None
    assert len(forged.envelope.payload["view"]["state"]["values"]["what"]["a"]["value"]) == 9_000


async def test_somebody_deactivated_after_being_picked_stays_picked(slack: LocalSlack, ada: Person) -> None:
    ben = slack.add_person("ben")
    await opened(slack, ada, field({"type": "users_select"}))
    ada.fill({"a": ben})
    slack.workspace.deactivate(ben.id)
    assert ada.submitting().envelope is not None
    with pytest.raises(FormRefused):
        ada.fill({"a": ben})


async def test_closing_tells_the_app_only_if_the_modal_asked(slack: LocalSlack, ada: Person) -> None:
    app = bolt_app(slack)
    closed: list[str] = []

    @app.view_closed("told")
    async def on_closed(ack: Any, view: Any) -> None:
        closed.append(view["callback_id"])
        await ack()

    async with connected(slack, app):
        for callback_id, notify in (("told", True), ("silent", False)):
            trigger = slack.world.triggers.issue(ada.id, slack.clock.now())
            view = modal(callback_id=callback_id, notify_on_close=notify)
            await call(slack, "views.open", trigger_id=trigger, view=view)
            await ada.close_modal()
    assert closed == ["told"]
    assert ada.modal is None


async def test_home_is_seen_after_the_visit_and_its_buttons_are_pressed(
    slack: LocalSlack, ada: Person
) -> None:
    app = bolt_app(slack)
    pressed: list[str] = []

    @app.event("app_home_opened")
    async def show(event: Any, client: Any) -> None:
        blocks = [section("Your next meeting"), {"type": "actions", "elements": [button("start")]}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.action("start")
    async def start(ack: Any, body: Any) -> None:
        pressed.append(body["view"]["type"])
        await ack()

    async with connected(slack, app):
        assert (await ada.open_home()).acknowledged
        assert ada.home is not None
        assert "Your next meeting" in ada.text_of(ada.home)
        assert (await ada.press_home("start")).acknowledged
    assert pressed == ["home"]


async def test_shortcuts_carry_the_message_or_a_trigger(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    app = bolt_app(slack)
    kept: list[str] = []

    @app.shortcut({"callback_id": "keep", "type": "message_action"})
    async def keep(ack: Any, body: Any) -> None:
        kept.append(body["message"]["text"])
        await ack()

    @app.shortcut({"callback_id": "start", "type": "shortcut"})
    async def start(ack: Any, body: Any, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal())
        await ack()

    async with connected(slack, app):
        assert (await ada.shortcut("keep", ada.say("worth keeping", lab))).acknowledged
        assert (await ada.shortcut("start")).acknowledged
    assert kept == ["worth keeping"]
    assert ada.modal is not None


async def test_a_field_that_reports_at_once_does_and_another_does_not(slack: LocalSlack, ada: Person) -> None:
    app = bolt_app(slack)
    chosen: list[Any] = []

    @app.action("a")
    async def choose(ack: Any, body: Any, action: Any) -> None:
        chosen.append((action["selected_option"]["value"], body["view"]["state"]["values"]))
        await ack()

    select = {"type": "static_select", "options": [option("1"), option("2")]}
    quiet = {**select, "action_id": "b"}
    async with connected(slack, app):
        await opened(slack, ada, field(select, dispatch_action=True), field(quiet, block_id="other"))
        assert (await ada.press_in_modal("a", "2")).acknowledged
        with pytest.raises(CannotAct):
            await ada.press_in_modal("b", "1")
    assert chosen[0][0] == "2"
    assert chosen[0][1]["what"]["a"]["selected_option"]["value"] == "2"


@pytest.mark.parametrize(("from_where", "picked"), [("lab", "lab"), (None, None)])
async def test_a_modal_opened_from_a_channel_offers_that_channel_if_its_filter_lets_it(
    slack: LocalSlack, ada: Person, lab: Conversation, from_where: str | None, picked: str | None
) -> None:
    app = bolt_app(slack)
    select = {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_external_shared_channels": True},
    }

    @app.command("/probe")
    async def open_form(ack: Any, command: Any, client: Any) -> None:
        await client.views_open(trigger_id=command["trigger_id"], view=modal(blocks=[field(select)]))
        await ack()

    async with connected(slack, app):
        await ada.command("/probe", lab if from_where else None)
    view = await ada.see_modal()
    assert view.values["what"]["a"]["selected_conversation"] == (lab.id if picked else None)
    shared = slack.add_channel("shared", [ada], is_ext_shared=True)
    with pytest.raises(FormRefused):
        ada.fill({"a": shared})
