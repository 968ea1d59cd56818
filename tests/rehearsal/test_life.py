"""What befalls channels and people: what the app is told, and what the Web API then answers."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.model import Conversation
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.apps import MANIFEST
from tests.rehearsal.calling import call
from tests.rehearsal.samples import button, home, modal, section

LIFE = [
    f"{kind}_{happened}"
    for kind in ("channel", "group")
    for happened in ("archive", "unarchive", "deleted", "rename", "left")
] + ["channel_shared", "channel_unshared", "channel_id_changed"]
OTHER_TEAM = "T0ELSEWHERE"


def manifest(*without: str) -> dict[str, Any]:
    made = copy.deepcopy(MANIFEST)
    made["settings"]["event_subscriptions"]["bot_events"] += LIFE
    scopes = made["oauth_config"]["scopes"]["bot"]
    made["oauth_config"]["scopes"]["bot"] = [one for one in scopes if one not in without]
    return made


@pytest.fixture
async def slack(clock: MovableClock) -> AsyncIterator[LocalSlack]:
    server = LocalSlack(clock, manifest())
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def ada(slack: LocalSlack) -> Person:
    return slack.add_person("ada")


def told(slack: LocalSlack) -> list[dict[str, Any]]:
    return [one.payload["event"] for one in slack.envelopes]


async def post(slack: LocalSlack, channel: str) -> str | None:
    """The error of a post, a second after the last."""
    assert isinstance(slack.clock, MovableClock)
    slack.clock.advance(1)
    return (await call(slack, "chat.postMessage", channel=channel, text="m")).error


async def look(slack: LocalSlack, channel: str) -> Any:
    answer = await call(slack, "conversations.info", channel=channel)
    return answer.error or answer.body["channel"]


@pytest.mark.parametrize(("private", "kind"), [(False, "channel"), (True, "group")])
async def test_a_channel_is_archived_comes_back_and_is_deleted(
    private: bool, kind: str, slack: LocalSlack, ada: Person
) -> None:
    lab = slack.add_channel("lab", [ada], is_private=private)
    ts = (await call(slack, "chat.postMessage", channel=lab.id, text="m")).body["ts"]
    slack.workspace.archive(lab.id, ada.id)
    assert await post(slack, lab.id) == "is_archived"
    assert (await call(slack, "chat.update", channel=lab.id, ts=ts, text="n")).error == "is_inactive"
    assert (await look(slack, lab.id))["is_archived"] is True
    slack.workspace.unarchive(lab.id, ada.id)
    assert await post(slack, lab.id) is None
    slack.workspace.delete_channel(lab.id, ada.id)
    assert await post(slack, lab.id) == "channel_not_found"
    assert await look(slack, lab.id) == "channel_not_found"
    assert [(one["type"], one["channel"]) for one in told(slack)] == [
        (f"{kind}_{happened}", lab.id) for happened in ("archive", "unarchive", "deleted")
    ]


async def test_a_channel_gets_another_name(slack: LocalSlack, ada: Person) -> None:
    lab = slack.add_channel("lab", [ada])
    slack.workspace.rename_channel(lab.id, "attic")
    [event] = told(slack)
    assert (event["type"], event["channel"]["id"], event["channel"]["name"]) == (
        "channel_rename",
        lab.id,
        "attic",
    )
    assert (await look(slack, lab.id))["name"] == "attic"


async def test_a_public_channel_becomes_private_without_a_word(slack: LocalSlack, ada: Person) -> None:
    lab = slack.add_channel("lab", [ada])
    slack.workspace.convert_to_private(lab.id)
    assert told(slack) == []
    assert (await look(slack, lab.id))["is_private"] is True
    slack.workspace.remove_bot(lab.id, ada.id)
    assert told(slack)[0]["type"] == "group_left"
    assert await post(slack, lab.id) == "channel_not_found"


@pytest.mark.parametrize(
    ("private", "kind", "error"),
    [(False, "channel_left", "not_in_channel"), (True, "group_left", "channel_not_found")],
)
async def test_the_bot_is_removed_and_invited_again(
    private: bool, kind: str, error: str, slack: LocalSlack, ada: Person
) -> None:
    lab = slack.add_channel("lab", [ada], is_private=private)
    slack.workspace.remove_bot(lab.id, ada.id)
    assert {key: told(slack)[0][key] for key in ("type", "channel", "actor_id")} == {
        "type": kind,
        "channel": lab.id,
        "actor_id": ada.id,
    }
    assert await post(slack, lab.id) == error
    slack.workspace.archive(lab.id, ada.id)
    assert len(told(slack)) == 1, "whose bot is not there hears nothing of the channel"
    slack.workspace.unarchive(lab.id, ada.id)
    slack.workspace.invite_bot(lab.id, ada.id)
    joined = told(slack)[1]
    assert (joined["type"], joined["user"], joined["inviter"]) == (
        "member_joined_channel",
        slack.bot_user_id,
        ada.id,
    )
    assert await post(slack, lab.id) is None
    slack.workspace.remove_bot(lab.id, ada.id, tell=False)
    assert len(told(slack)) == 2
    assert await post(slack, lab.id) == error


async def test_a_channel_is_shared_with_another_organisation_and_no_longer(
    slack: LocalSlack, ada: Person
) -> None:
    lab = slack.add_channel("lab", [ada])
    xeno = slack.add_person("xeno", team_id=OTHER_TEAM)
    slack.workspace.share(lab.id, OTHER_TEAM)
    slack.workspace.join(lab.id, xeno.id)
    seen = await look(slack, lab.id)
    assert (seen["is_ext_shared"], seen["is_shared"], seen["is_org_shared"]) == (True, True, False)
    assert seen["connected_team_ids"] == [OTHER_TEAM]
    assert slack.envelopes[1].payload["is_ext_shared_channel"] is True
    slack.workspace.unshare(lab.id, OTHER_TEAM)
    assert (await look(slack, lab.id))["is_ext_shared"] is False
    assert xeno.id not in lab.members
    shared, joined, unshared = told(slack)
    assert (shared["type"], shared["connected_team_id"]) == ("channel_shared", OTHER_TEAM)
    assert joined["team"] == OTHER_TEAM
    assert (unshared["type"], unshared["previously_connected_team_id"]) == ("channel_unshared", OTHER_TEAM)
    assert unshared["is_ext_shared"] is False


async def test_a_private_channel_gets_another_id_with_all_that_is_in_it(
    slack: LocalSlack, ada: Person
) -> None:
    lab = slack.add_channel("lab", [ada], is_private=True)
    old = lab.id
    ts = (await call(slack, "chat.postMessage", channel=old, text="m")).body["ts"]
    new = slack.workspace.change_id(old)
    [event] = told(slack)
    assert (event["type"], event["old_channel_id"], event["new_channel_id"]) == (
        "channel_id_changed",
        old,
        new,
    )
    assert await post(slack, old) == "channel_not_found"
    assert await look(slack, old) == "channel_not_found"
    assert (await call(slack, "chat.update", channel=new, ts=ts, text="n")).error is None
    assert [one.text for one in ada.messages(new)] == ["n"]


async def test_who_may_post_is_restricted(slack: LocalSlack, ada: Person) -> None:
    lab = slack.add_channel("lab", [ada])
    slack.workspace.restrict_posting(lab.id, "restricted_action_read_only_channel")
    assert await post(slack, lab.id) == "restricted_action_read_only_channel"
    slack.workspace.restrict_posting(lab.id, None)
    assert await post(slack, lab.id) is None
    assert slack.invalid == []


async def test_a_person_is_deactivated_and_comes_back(slack: LocalSlack, ada: Person) -> None:
    lab = slack.add_channel("lab", [ada])
    slack.workspace.deactivate(ada.id)
    assert await post(slack, ada.id) == "user_disabled"
    assert (await call(slack, "conversations.open", users=ada.id)).error == "user_disabled"
    assert (await call(slack, "users.info", user=ada.id)).body["user"]["deleted"] is True
    with pytest.raises(CannotAct, match="deactivated"):
        await ada.command("/probe", lab)
    slack.workspace.reactivate(ada.id)
    assert await post(slack, ada.id) is None
    assert [one["user"]["deleted"] for one in told(slack)] == [True, False]


async def test_a_person_becomes_a_guest_and_a_member_again(slack: LocalSlack, ada: Person) -> None:
    slack.workspace.make_guest(ada.id)
    slack.workspace.make_guest(ada.id, single_channel=True)
    slack.workspace.make_member(ada.id)
    flags = [(one["user"]["is_restricted"], one["user"]["is_ultra_restricted"]) for one in told(slack)]
    assert flags == [(True, False), (True, True), (False, False)]


async def test_of_people_from_outside_less_is_known_and_they_can_do_less(
    slack: LocalSlack, ada: Person
) -> None:
    lab = slack.add_channel("lab", [ada])
    xeno = slack.add_person("xeno", team_id=OTHER_TEAM)
    slack.workspace.share(lab.id, OTHER_TEAM)
    slack.workspace.join(lab.id, xeno.id)
    user = (await call(slack, "users.info", user=xeno.id, include_locale=True)).body["user"]
    assert (user["team_id"], user["is_stranger"]) == (OTHER_TEAM, False)
    assert not {"locale", "is_admin", "is_email_confirmed"} & user.keys()
    assert (await xeno.command("/probe", lab)).refused == "unknown_command"
    assert (await xeno.open_home()).refused == "app_not_installed"
    assert await post(slack, xeno.id) == "channel_not_found"
    assert (await call(slack, "conversations.open", users=xeno.id)).error == "user_not_found"
    publish = await call(slack, "views.publish", user_id=xeno.id, view=home([section("s")]))
    assert publish.error == "user_not_found"


async def test_what_people_from_outside_press_and_send_names_their_team(
    slack: LocalSlack, ada: Person
) -> None:
    lab = slack.add_channel("lab", [ada])
    xeno = slack.add_person("xeno", team_id=OTHER_TEAM)
    slack.workspace.join(lab.id, xeno.id)
    blocks = [{"type": "actions", "elements": [button("go")]}]
    await call(slack, "chat.postMessage", channel=lab.id, text="m", blocks=blocks)
    press = _payload(xeno.pressing(xeno.messages(lab)[-1], "go"))
    assert (press["user"]["team_id"], press["team"]["id"]) == (OTHER_TEAM, slack.team_id)
    opened = await call(slack, "views.open", trigger_id=press["trigger_id"], view=modal(callback_id="form"))
    assert opened.error is None
    sent = _payload(xeno.submitting({"what": "x"}))
    assert (sent["user"]["team_id"], sent["team"]["id"]) == (OTHER_TEAM, OTHER_TEAM)
    assert sent["view"]["app_installed_team_id"] == slack.team_id


def _payload(act: Any) -> dict[str, Any]:
    payload: dict[str, Any] = act.envelope.payload
    return payload


def _everything(slack: LocalSlack, lab: Conversation, ada: Person) -> None:
    workspace = slack.workspace
    workspace.archive(lab.id, ada.id)
    workspace.unarchive(lab.id, ada.id)
    workspace.rename_channel(lab.id, "attic")
    workspace.share(lab.id, OTHER_TEAM)
    workspace.unshare(lab.id, OTHER_TEAM)
    workspace.remove_bot(lab.id, ada.id)


@pytest.mark.parametrize(("scope", "private"), [("channels:read", False), ("groups:read", True)])
async def test_events_of_channels_need_the_subscription_and_the_scope_of_their_kind(
    scope: str, private: bool, clock: MovableClock
) -> None:
    counts = []
    for made in (manifest(), manifest(scope), MANIFEST):
        slack = LocalSlack(clock, made)
        await slack.start()
        ada = slack.add_person("ada")
        _everything(slack, slack.add_channel("lab", [ada], is_private=private), ada)
        counts.append(len(slack.envelopes))
        await slack.stop()
    assert counts == [6, 0, 0]
