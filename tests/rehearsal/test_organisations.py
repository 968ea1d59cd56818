"""An Enterprise organisation: one installation for several of its workspaces, and what payloads then say."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import Enterprise, LocalSlacks
from tests.rehearsal.installing import client, error_of, exchange, manifest, page
from tests.rehearsal.samples import button, modal


def organisation(slacks: LocalSlacks) -> tuple[Enterprise, LocalSlack, LocalSlack, Person]:
    grid = slacks.add_enterprise("Starship")
    bridge, engines = grid.add_workspace("Bridge"), grid.add_workspace("Engines")
    return grid, bridge, engines, bridge.add_person("ada")


async def test_an_organisation_installs_once_and_lets_the_app_into_workspaces(slacks: LocalSlacks) -> None:
    grid, bridge, engines, ada = organisation(slacks)
    answer = await exchange(slacks, grid.approve(page(slacks), by=ada))
    assert (answer["team"], answer["is_enterprise_install"]) == (None, True)
    assert answer["enterprise"] == {"id": grid.id, "name": "Starship"}
    token = answer["access_token"]
    who = await client(slacks, token).auth_test()
    assert (who["team_id"], who["enterprise_id"], who["is_enterprise_install"]) == (grid.id, grid.id, True)
    lab = bridge.add_channel("lab", [ada])
    assert (
        await error_of(slacks, token, "chat.postMessage", channel=lab.id, text="m")
        == "team_access_not_granted"
    )
    grid.grant_access(bridge)
    assert await error_of(slacks, token, "chat.postMessage", channel=lab.id, text="m") is None
    assert [one["id"] for one in (await client(slacks, token).auth_teams_list())["teams"]] == [bridge.team_id]
    assert not engines.is_installed
    assert bridge.bot_token == token


async def test_a_call_finds_its_workspace_by_what_it_names(slacks: LocalSlacks) -> None:
    grid, bridge, engines, ada = organisation(slacks)
    token = grid.install(ada)
    grid.grant_access(bridge, engines)
    bob = engines.add_person("bob")
    for one, person in ((bridge, ada), (engines, bob)):
        answer = await client(slacks, token).users_info(user=person.id)
        assert answer["user"]["team_id"] == one.team_id
        assert [call.method for call in one.calls] == ["users.info"]
    assert await error_of(slacks, token, "users.list") == "missing_argument"
    assert await error_of(slacks, token, "users.list", team_id=engines.team_id) is None
    assert await error_of(slacks, token, "users.info", user="U0NOBODY") == "team_not_found"


async def test_what_is_granted_can_be_taken_back(slacks: LocalSlacks) -> None:
    grid, bridge, engines, ada = organisation(slacks)
    token = grid.install(ada)
    grid.grant_access(bridge, engines)
    lab = bridge.add_channel("lab", [ada])
    grid.revoke_access(bridge)
    assert await error_of(slacks, token, "conversations.info", channel=lab.id) == "team_access_not_granted"
    assert bridge.bot_user_id not in lab.members
    assert await error_of(slacks, token, "users.list", team_id=engines.team_id) is None
    granted, revoked = (one.payload for one in bridge.envelopes)
    assert (granted["event"]["type"], granted["event"]["team_ids"]) == (
        "team_access_granted",
        [bridge.team_id, engines.team_id],
    )
    assert (revoked["event"]["type"], revoked["event"]["team_ids"]) == (
        "team_access_revoked",
        [bridge.team_id],
    )
    for payload in (granted, revoked):
        assert (payload["team_id"], payload["enterprise_id"]) == (grid.id, grid.id)
        assert payload["authorizations"][0]["is_enterprise_install"] is False
    assert (await ada.command("/probe", lab)).refused == "unknown_command"


async def test_payloads_of_an_org_wide_installation_say_so(slacks: LocalSlacks) -> None:
    grid, bridge, _, ada = organisation(slacks)
    token = grid.install(ada)
    grid.grant_access(bridge)
    lab = bridge.add_channel("lab", [ada])
    bridge.workspace.change_zone(ada.id, "Asia/Tokyo")
    event = bridge.envelopes[-1].payload
    assert (event["team_id"], event["enterprise_id"]) == (bridge.team_id, grid.id)
    assert event["authorizations"] == [
        {
            "enterprise_id": grid.id,
            "team_id": bridge.team_id,
            "user_id": bridge.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": True,
        }
    ]
    command = _payload(ada.commanding("/probe", lab))
    assert (command["team_id"], command["enterprise_id"]) == (bridge.team_id, grid.id)
    assert command["is_enterprise_install"] == "true"
    blocks = [{"type": "actions", "elements": [button("go")]}]
    await client(slacks, token).chat_postMessage(channel=lab.id, text="m", blocks=blocks)
    press = _payload(ada.pressing(ada.messages(lab)[-1], "go"))
    assert (press["team"]["id"], press["enterprise"]["id"]) == (bridge.team_id, grid.id)
    assert press["is_enterprise_install"] is True
    await client(slacks, token).views_open(trigger_id=press["trigger_id"], view=modal(callback_id="form"))
    sent = _payload(ada.submitting({"what": "x"}))
    assert (sent["team"], sent["user"]["team_id"]) == (None, bridge.team_id)
    assert (sent["view"]["team_id"], sent["view"]["app_installed_team_id"]) == (
        bridge.team_id,
        bridge.team_id,
    )
    assert sent["enterprise"]["id"] == grid.id


async def test_a_workspace_of_an_organisation_can_install_for_itself(slacks: LocalSlacks) -> None:
    grid, bridge, engines, ada = organisation(slacks)
    answer = await exchange(slacks, bridge.approve(page(slacks), by=ada))
    assert (answer["team"]["id"], answer["enterprise"]["id"]) == (bridge.team_id, grid.id)
    assert answer["is_enterprise_install"] is False
    who = await client(slacks, answer["access_token"]).auth_test()
    assert (who["team_id"], who["enterprise_id"]) == (bridge.team_id, grid.id)
    assert not engines.is_installed
    assert not grid.is_installed
    command = _payload(ada.commanding("/probe", bridge.add_channel("lab", [ada])))
    assert (command["enterprise_id"], command["is_enterprise_install"]) == (grid.id, "false")


async def test_an_organisation_uninstalls_everywhere_at_once(slacks: LocalSlacks) -> None:
    grid, bridge, engines, ada = organisation(slacks)
    token = grid.install(ada)
    grid.grant_access(bridge, engines)
    lab = bridge.add_channel("lab", [ada])
    grid.uninstall()
    assert await error_of(slacks, token) == "account_inactive"
    assert not bridge.is_installed
    assert not engines.is_installed
    assert bridge.bot_user_id not in lab.members
    _, first, second = (one.payload for one in bridge.envelopes)
    assert [one["event"]["type"] for one in (first, second)] == ["app_uninstalled", "tokens_revoked"]
    assert (first["team_id"], first["enterprise_id"], first["authorizations"]) == (grid.id, grid.id, [])


async def test_only_an_app_for_organisations_can_be_installed_in_one(clock: MovableClock) -> None:
    slacks = LocalSlacks(clock, manifest())
    grid, _, _, ada = organisation(slacks)
    with pytest.raises(CannotAct, match="org_deploy_enabled"):
        grid.install(ada)


def _payload(act: Any) -> dict[str, Any]:
    payload: dict[str, Any] = act.envelope.payload
    return payload
