"""Tokens, scopes, and what the manifest leaves out."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import MANIFEST
from tests.rehearsal.calling import call
from tests.rehearsal.samples import home, section


def without_scope(scope: str) -> dict[str, Any]:
    manifest = copy.deepcopy(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    return manifest


async def test_a_wrong_missing_or_misplaced_token_is_refused(slack: LocalSlack) -> None:
    assert (await call(slack, "auth.test", token="")).error == "not_authed"
    assert (await call(slack, "auth.test", token="xoxb-wrong")).error == "invalid_auth"
    assert (await call(slack, "auth.test", token=slack.app_token)).error == "not_allowed_token_type"
    assert (await call(slack, "apps.connections.open")).error == "not_allowed_token_type"


async def test_the_scopes_of_the_manifest_are_told_with_each_answer(slack: LocalSlack) -> None:
    answer = await call(slack, "auth.test")
    assert set(answer.headers["x-oauth-scopes"].split(",")) == set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert answer.body["user_id"] == slack.bot_user_id


async def test_an_unknown_method_is_a_visible_error(slack: LocalSlack) -> None:
    assert (await call(slack, "chat.shout")).error == "unknown_method"
    assert [one.code for one in slack.invalid] == ["unknown_method"]


NEEDED = {
    "chat:write": ("chat.postMessage", {"channel": "open", "text": "m"}),
    "im:write": ("conversations.open", {"users": "ada"}),
    "users:read": ("users.info", {"user": "ada"}),
    "channels:read": ("conversations.info", {"channel": "open"}),
    "groups:read": ("conversations.members", {"channel": "closed"}),
    "pins:write": ("pins.add", {"channel": "open", "timestamp": "1.0"}),
    "team:read": ("team.info", {}),
}


@pytest.mark.parametrize("scope", NEEDED)
async def test_without_its_scope_a_method_names_what_is_needed(scope: str, clock: MovableClock) -> None:
    slack = LocalSlack(clock, without_scope(scope))
    await slack.start()
    ada = slack.add_person("ada")
    names = {"open": slack.add_channel("open", [ada]).id, "ada": ada.id}
    names["closed"] = slack.add_channel("closed", [ada], is_private=True).id
    method, arguments = NEEDED[scope]
    refused = await call(slack, method, **{key: names.get(value, value) for key, value in arguments.items()})
    await slack.stop()
    assert refused.error == "missing_scope"
    assert refused.body["needed"] == scope
    assert scope not in refused.body["provided"].split(",")


async def test_what_the_manifest_does_not_name_never_reaches_the_app(clock: MovableClock) -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["features"]["slash_commands"] = []
    manifest["features"]["shortcuts"] = []
    manifest["features"]["app_home"] = {}
    manifest["settings"]["event_subscriptions"]["bot_events"] = []
    manifest["settings"]["interactivity"]["is_enabled"] = False
    slack = LocalSlack(clock, manifest)
    await slack.start()
    ada = slack.add_person("ada")
    channel = slack.add_channel("lab", [ada])
    assert (await ada.command("/probe", channel)).refused == "unknown_command"
    assert (await ada.shortcut("start")).refused == "unknown_shortcut"
    assert (await ada.open_home()).refused == "home_tab_disabled"
    slack.workspace.change_zone(ada.id, "Asia/Tokyo")
    forged = ada.forge_press(ada.say("hi", channel), [])
    assert forged.refused == "interactivity_disabled"
    publish = await call(slack, "views.publish", user_id=ada.id, view=home([section("s")]))
    assert publish.error == "not_enabled"
    assert (await call(slack, "chat.postMessage", channel=ada.id, text="m")).error == "messages_tab_disabled"
    await slack.stop()
    assert slack.envelopes == []


@pytest.mark.parametrize(("scope", "private"), [("channels:read", False), ("groups:read", True)])
async def test_membership_events_need_the_scope_of_the_kind_of_channel(
    scope: str, private: bool, clock: MovableClock
) -> None:
    told = []
    for manifest in (MANIFEST, without_scope(scope)):
        slack = LocalSlack(clock, manifest)
        await slack.start()
        channel = slack.add_channel("lab", is_private=private)
        slack.workspace.join(channel.id, slack.add_person("ada").id)
        told.append(len(slack.envelopes))
        await slack.stop()
    assert told == [1, 0]


async def test_without_the_scope_commands_no_command_arrives(clock: MovableClock) -> None:
    slack = LocalSlack(clock, without_scope("commands"))
    ada = slack.add_person("ada")
    assert (await ada.command("/probe", slack.add_channel("lab", [ada]))).refused == "unknown_command"
