"""Several workspaces of one app on one server: who gets what, and what each token is good for."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import CannotAct, SlackError
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import LocalSlacks
from tests.rehearsal.installing import REDIRECT, client, error_of, exchange, manifest, page, refused_exchange


def two(slacks: LocalSlacks) -> tuple[LocalSlack, LocalSlack]:
    north = slacks.add_workspace("North")
    south = slacks.add_workspace("South", like=north)
    for one in (north, south):
        one.install(one.add_person("ada"))
    return north, south


async def test_a_token_acts_in_its_own_workspace_though_all_ids_are_the_same(slacks: LocalSlacks) -> None:
    north, south = two(slacks)
    rooms = [one.add_channel("lab", [one.person("ada")]) for one in (north, south)]
    assert rooms[0].id == rooms[1].id
    assert north.bot_user_id == south.bot_user_id
    assert (north.team_id, north.bot_token) != (south.team_id, south.bot_token)
    await client(slacks, south.bot_token).chat_postMessage(channel=rooms[0].id, text="m")
    assert [len(one.workspace.messages.get(rooms[0].id, [])) for one in (north, south)] == [0, 1]
    assert [len(one.calls) for one in (north, south)] == [0, 1]
    who = await client(slacks, south.bot_token).auth_test()
    assert (who["team_id"], who["team"]) == (south.team_id, "South")


async def test_one_workspace_that_has_used_its_rate_does_not_slow_the_other(slacks: LocalSlacks) -> None:
    north, south = two(slacks)
    room = north.add_channel("lab", [north.person("ada")])
    south.add_channel("lab", [south.person("ada")])
    assert await error_of(slacks, north.bot_token, "chat.postMessage", channel=room.id, text="1") is None
    assert (
        await error_of(slacks, north.bot_token, "chat.postMessage", channel=room.id, text="2")
        == "ratelimited"
    )
    assert await error_of(slacks, south.bot_token, "chat.postMessage", channel=room.id, text="1") is None
    codes = [await error_of(slacks, north.bot_token, "users.list") for _ in range(21)]
    assert codes == [None] * 20 + ["ratelimited"]
    assert await error_of(slacks, south.bot_token, "users.list") is None


async def test_what_is_unique_in_all_slack_is_unique_here(slacks: LocalSlacks) -> None:
    north, south = two(slacks)
    acts = []
    for one in (north, south):
        ada = one.person("ada")
        acts.append(ada.commanding("/probe", one.add_channel("lab", [ada])))
        one.workspace.change_zone(ada.id, "Asia/Tokyo")
    payloads = [act.envelope.payload for act in acts if act.envelope]
    assert payloads[0]["trigger_id"] != payloads[1]["trigger_id"]
    assert payloads[0]["response_url"] != payloads[1]["response_url"]
    events = [one.envelopes[0].payload for one in (north, south)]
    assert events[0]["event_id"] != events[1]["event_id"]
    assert [one["team_id"] for one in events] == [north.team_id, south.team_id]
    assert events[1]["authorizations"][0]["team_id"] == south.team_id


async def test_nothing_is_told_and_nothing_works_where_the_app_is_not_installed(slacks: LocalSlacks) -> None:
    north = slacks.add_workspace("North")
    ada = north.add_person("ada")
    channel = north.add_channel("lab", [ada])
    north.workspace.change_zone(ada.id, "Asia/Tokyo")
    assert (await ada.command("/probe", channel)).refused == "unknown_command"
    assert (await ada.open_home()).refused == "app_not_installed"
    assert north.envelopes == []
    with pytest.raises(LookupError):
        _ = north.bot_token


async def test_oauth_gives_a_token_for_a_code_once(slacks: LocalSlacks, clock: MovableClock) -> None:
    north = slacks.add_workspace("North")
    ada = north.add_person("ada")
    address = north.approve(page(slacks), by=ada)
    assert address.startswith(f"{REDIRECT}?code=")
    assert address.endswith("&state=s1")
    answer = await exchange(slacks, address)
    assert answer["access_token"] == north.bot_token
    assert answer["team"] == {"id": north.team_id, "name": "North"}
    assert answer["authed_user"] == {"id": ada.id}
    assert (answer["enterprise"], answer["is_enterprise_install"]) == (None, False)
    assert answer["scope"] == "chat:write,commands"
    assert "refresh_token" not in answer
    assert await refused_exchange(slacks, address) == "code_already_used"
    assert await error_of(slacks, north.bot_token, "users.info", user=ada.id) == "missing_scope"
    late = north.approve(page(slacks), by=ada)
    clock.advance(601)
    assert await refused_exchange(slacks, late) == "invalid_code"


async def test_oauth_refuses_strangers(slacks: LocalSlacks) -> None:
    north = slacks.add_workspace("North")
    address = north.approve(page(slacks), by=north.add_person("ada"))
    assert await refused_exchange(slacks, address, client_id="1.2") == "invalid_client_id"
    assert await refused_exchange(slacks, address, client_secret="no") == "bad_client_secret"
    assert await refused_exchange(slacks, address, code="no") == "invalid_code"
    assert await refused_exchange(slacks, address, redirect_uri="https://b.example") == "bad_redirect_uri"
    assert await refused_exchange(slacks, address, grant_type="password") == "invalid_grant_type"
    assert await exchange(slacks, address)


async def test_the_page_reads_its_address_strictly(slacks: LocalSlacks) -> None:
    north = slacks.add_workspace("North")
    ada, guest = north.add_person("ada"), north.add_person("gus", is_restricted=True)
    wrong = {
        "invalid_client_id": {"client_id": "1.2"},
        "bad_redirect_uri": {"redirect_uri": REDIRECT + ".evil.example"},
        "invalid_scope": {"scope": "chat:write,admin"},
    }
    for code, changed in wrong.items():
        with pytest.raises(SlackError, match=code):
            north.approve(page(slacks, **changed), by=ada)
    with pytest.raises(CannotAct):
        north.approve(page(slacks), by=guest)


async def test_a_browser_is_sent_back_with_the_decision(slacks: LocalSlacks) -> None:
    north = slacks.add_workspace("North")
    ada = north.add_person("ada")

    async def visit(url: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", await answer.text())

    assert (await visit(page(slacks)))[0] == 200
    assert await visit(page(slacks, client_id="1.2")) == (400, "invalid_client_id")
    slacks.will_cancel()
    assert await visit(page(slacks)) == (302, f"{REDIRECT}?error=access_denied&state=s1")
    slacks.will_approve(north, by=ada)
    status, address = await visit(page(slacks))
    assert status == 302
    assert await exchange(slacks, address)


async def test_installing_again_adds_scopes_and_leaves_the_old_token_good(slacks: LocalSlacks) -> None:
    north = slacks.add_workspace("North")
    ada = north.add_person("ada")
    first = north.install(ada, ["chat:write"])
    second = north.install(ada, ["users:read"])
    assert first != second
    for token in (first, second):
        answer = await client(slacks, token).users_info(user=ada.id)
        assert set(answer.headers["x-oauth-scopes"].split(",")) == {"chat:write", "users:read"}


@pytest.mark.parametrize(
    "goodbyes", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")]
)
async def test_uninstalling_ends_every_token_and_tells_the_app_in_any_order(
    goodbyes: tuple[str, str], slacks: LocalSlacks
) -> None:
    north, south = two(slacks)
    ada = north.person("ada")
    channel = north.add_channel("lab", [ada])
    tokens = [north.bot_token, north.install(ada)]
    north.uninstall(goodbyes)
    assert [await error_of(slacks, one) for one in tokens] == ["account_inactive"] * 2
    assert await error_of(slacks, south.bot_token) is None
    told = [one.payload for one in north.envelopes]
    assert tuple(one["event"]["type"] for one in told) == goodbyes
    assert {one["team_id"] for one in told} == {north.team_id}
    [revoked] = [one["event"]["tokens"] for one in told if one["event"]["type"] == "tokens_revoked"]
    assert revoked == {"oauth": [], "bot": [north.bot_user_id]}
    assert north.bot_user_id not in channel.members
    assert (await ada.command("/probe", channel)).refused == "unknown_command"
    fresh = north.install(ada)
    assert fresh not in tokens
    assert await error_of(slacks, fresh) is None
    assert await error_of(slacks, tokens[0]) == "account_inactive"


async def test_auth_revoke_of_the_last_token_uninstalls(slacks: LocalSlacks) -> None:
    north, _ = two(slacks)
    first, second = north.bot_token, north.install(north.person("ada"))
    assert (await client(slacks, first).auth_revoke(test=True))["revoked"] is False
    assert (await client(slacks, first).auth_revoke())["revoked"] is True
    assert await error_of(slacks, first) == "token_revoked"
    assert await error_of(slacks, second) is None
    assert north.bot_token == second
    await client(slacks, second).auth_revoke()
    assert not north.is_installed
    kinds = [one.payload["event"]["type"] for one in north.envelopes]
    assert kinds == ["tokens_revoked", "app_uninstalled", "tokens_revoked"]


async def test_tokens_can_be_taken_away_while_the_app_stays(slacks: LocalSlacks) -> None:
    north, _ = two(slacks)
    ada, token = north.person("ada"), north.bot_token
    north.revoke_tokens()
    assert await error_of(slacks, token) == "token_revoked"
    assert [one.payload["event"]["type"] for one in north.envelopes] == ["tokens_revoked"]
    assert north.is_installed
    assert await error_of(slacks, north.install(ada)) is None


async def test_tokens_rotate_when_the_manifest_says_so(clock: MovableClock) -> None:
    slacks = LocalSlacks(clock, manifest(token_rotation_enabled=True))
    await slacks.start()
    north = slacks.add_workspace("North")
    address = north.approve(page(slacks), by=north.add_person("ada"))
    first = await exchange(slacks, address)
    assert first["access_token"].startswith("xoxe.xoxb-1-")
    assert first["expires_in"] == 43_200

    async def refresh(token: str) -> dict[str, Any]:
        client_id, secret = slacks.client_id, slacks.client_secret
        answer = await client(slacks).oauth_v2_access(
            client_id=client_id, client_secret=secret, grant_type="refresh_token", refresh_token=token
        )
        found: dict[str, Any] = answer.data  # type: ignore[assignment]
        return found

    second = await refresh(first["refresh_token"])
    assert "authed_user" not in second
    with pytest.raises(SlackApiError, match="invalid_refresh_token"):
        await refresh(first["refresh_token"])
    assert await error_of(slacks, first["access_token"]) is None
    third = await refresh(second["refresh_token"])
    assert await error_of(slacks, first["access_token"]) == "token_revoked"
    clock.advance(43_200)
    assert await error_of(slacks, third["access_token"]) == "token_expired"
    fourth = await refresh(third["refresh_token"])
    assert await error_of(slacks, fourth["access_token"]) is None
    await slacks.stop()
