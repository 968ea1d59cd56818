"""Modals and App Home through the Web API: triggers, stacks, hashes, strictness."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.calling import Answer, call
from tests.rehearsal.samples import button, home, input_block, modal, option, plain, section, word


@pytest.fixture
def ada(slack: LocalSlack) -> Person:
    return slack.add_person("ada")


def trigger(slack: LocalSlack, person: Person, view_id: str | None = None) -> str:
    return slack.world.triggers.issue(person.id, slack.clock.now(), view_id)


async def open_modal(slack: LocalSlack, person: Person, **more: Any) -> Answer:
    return await call(slack, "views.open", trigger_id=trigger(slack, person), view=modal(**more))


async def test_a_trigger_lasts_three_seconds_of_the_clock(
    slack: LocalSlack, clock: MovableClock, ada: Person
) -> None:
    in_time, late = trigger(slack, ada), trigger(slack, ada)
    clock.advance(3)
    assert (await call(slack, "views.open", trigger_id=in_time, view=modal())).body["ok"]
    clock.advance(0.001)
    assert (await call(slack, "views.open", trigger_id=late, view=modal())).error == "trigger_expired"


async def test_a_trigger_opens_one_modal_only(slack: LocalSlack, ada: Person) -> None:
    once = trigger(slack, ada)
    assert (await call(slack, "views.open", trigger_id=once, view=modal())).body["ok"]
    assert (await call(slack, "views.open", trigger_id=once, view=modal())).error == "trigger_exchanged"
    assert (await call(slack, "views.open", trigger_id="made.up", view=modal())).error == "invalid_trigger_id"


async def test_three_modals_stack_and_a_fourth_is_refused(slack: LocalSlack, ada: Person) -> None:
    views = [(await open_modal(slack, ada)).body["view"]]
    for _ in range(2):
        from_modal = trigger(slack, ada, views[-1]["id"])
        views.append((await call(slack, "views.push", trigger_id=from_modal, view=modal())).body["view"])
    assert [one["previous_view_id"] for one in views] == [None, views[0]["id"], views[1]["id"]]
    assert {one["root_view_id"] for one in views} == {views[0]["id"]}
    fourth = await call(slack, "views.push", trigger_id=trigger(slack, ada, views[-1]["id"]), view=modal())
    assert fourth.error == "push_limit_reached"


async def test_pushing_needs_a_trigger_that_comes_from_a_modal(slack: LocalSlack, ada: Person) -> None:
    await open_modal(slack, ada)
    assert (
        await call(slack, "views.push", trigger_id=trigger(slack, ada), view=modal())
    ).error == "not_found"


async def test_an_update_with_an_old_hash_conflicts(slack: LocalSlack, ada: Person) -> None:
    view = (await open_modal(slack, ada)).body["view"]
    arguments = {"view_id": view["id"], "hash": view["hash"]}
    assert (await call(slack, "views.update", **arguments, view=modal())).body["ok"]
    assert (await call(slack, "views.update", **arguments, view=modal())).error == "hash_conflict"


async def test_what_was_typed_survives_an_update_only_under_the_same_ids(
    slack: LocalSlack, ada: Person
) -> None:
    other = input_block(block_id="why", label=plain("Why?"))
    view = (await open_modal(slack, ada, blocks=[input_block(), other])).body["view"]
    ada.fill({"what": "call Mia", "why": "because"})
    renamed = input_block(block_id="why-2", label=plain("Why?"))
    updated = await call(
        slack, "views.update", view_id=view["id"], view=modal(blocks=[input_block(), renamed])
    )
    values = updated.body["view"]["state"]["values"]
    assert values["what"]["text"]["value"] == "call Mia"
    assert values["why-2"]["text"]["value"] is None


async def test_a_closed_modal_cannot_be_updated(slack: LocalSlack, ada: Person) -> None:
    view = (await open_modal(slack, ada)).body["view"]
    await ada.close_modal()
    assert (await call(slack, "views.update", view_id=view["id"], view=modal())).error == "not_found"


async def test_an_external_id_is_unique(slack: LocalSlack, ada: Person) -> None:
    ben = slack.add_person("ben")
    assert (await open_modal(slack, ada, external_id="one")).body["ok"]
    assert (await open_modal(slack, ben, external_id="one")).error == "duplicate_external_id"


async def test_a_view_of_more_than_250_kilobytes_is_too_large(slack: LocalSlack, ada: Person) -> None:
    blocks = [section(word(3_000)) for _ in range(90)]
    assert (await open_modal(slack, ada, blocks=blocks)).error == "view_too_large"


async def test_home_is_published_for_one_person_who_exists(slack: LocalSlack, ada: Person) -> None:
    view = home([section("hello")])
    assert (await call(slack, "views.publish", user_id=ada.id, view=view)).body["ok"]
    assert ada.home is not None
    assert ada.text_of(ada.home) == "hello"
    stale = await call(slack, "views.publish", user_id=ada.id, view=view, hash="old")
    assert stale.error == "hash_conflict"
    assert (await call(slack, "views.publish", user_id="U404", view=view)).error == "user_not_found"
    assert (await call(slack, "views.publish", user_id=ada.id, view=modal())).error == "invalid_arguments"


WRONG: dict[str, dict[str, Any]] = {
    "an input without a submit button": {"submit": None},
    "a field that modals do not have": {"colour": "red"},
    "a block that modals do not take": {"blocks": [{"type": "table", "rows": []}]},
    "two blocks of one id": {"blocks": [input_block(), input_block()]},
    "no blocks": {"blocks": []},
    "an unknown block": {"blocks": [{"type": "carousel"}]},
    "two focused fields": {
        "blocks": [
            input_block(
                block_id=name, element={"type": "plain_text_input", "action_id": "a", "focus_on_load": True}
            )
            for name in ("one", "two")
        ]
    },
    "a button in an input": {"blocks": [input_block(element=button())]},
    "an initial option that is not offered": {
        "blocks": [
            input_block(
                element={
                    "type": "radio_buttons",
                    "action_id": "a",
                    "options": [option("1")],
                    "initial_option": option("2"),
                }
            )
        ]
    },
    "two options of one value": {
        "blocks": [
            input_block(
                element={"type": "static_select", "action_id": "a", "options": [option("1"), option("1")]}
            )
        ]
    },
    "options and groups": {
        "blocks": [input_block(element={"type": "static_select", "action_id": "a"})],
    },
    "an initial user who does not exist": {
        "blocks": [input_block(element={"type": "users_select", "action_id": "a", "initial_user": "U404"})]
    },
    "a date that is none": {
        "blocks": [
            input_block(element={"type": "datepicker", "action_id": "a", "initial_date": "2026-13-01"})
        ]
    },
    "a time that is none": {
        "blocks": [input_block(element={"type": "timepicker", "action_id": "a", "initial_time": "24:00"})]
    },
    "an initial value longer than max_length": {
        "blocks": [
            input_block(
                element={
                    "type": "plain_text_input",
                    "action_id": "a",
                    "max_length": 2,
                    "initial_value": "abc",
                }
            )
        ]
    },
    "a filter on a users_select": {
        "blocks": [input_block(element={"type": "users_select", "action_id": "a", "filter": {}})]
    },
    "mrkdwn where plain text belongs": {"title": {"type": "mrkdwn", "text": "Title"}},
    "a label that is a string": {"blocks": [input_block(label="What?")]},
}


@pytest.mark.parametrize("more", WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_view_is_refused_with_the_place(
    slack: LocalSlack, ada: Person, more: dict[str, Any]
) -> None:
    view = {key: value for key, value in modal(**more).items() if value is not None}
    refused = await call(slack, "views.open", trigger_id=trigger(slack, ada), view=view)
    assert refused.error == "invalid_arguments"
    assert any("[json-pointer:/view" in message for message in refused.messages)
    assert ada.modal is None


async def test_a_refused_view_does_not_use_the_trigger_up(slack: LocalSlack, ada: Person) -> None:
    once = trigger(slack, ada)
    assert (await call(slack, "views.open", trigger_id=once, view={})).error == "invalid_arguments"
    assert (await call(slack, "views.open", trigger_id=once, view=modal())).body["ok"]
