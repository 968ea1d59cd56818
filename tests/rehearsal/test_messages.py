"""Messages through the Web API."""

from __future__ import annotations

from typing import Any

import pytest

from bot.rehearsal.clock import MovableClock
from bot.rehearsal.model import Conversation
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.rehearsal.calling import Answer, call
from tests.rehearsal.samples import actions, button, section


@pytest.fixture
def ada(slack: LocalSlack) -> Person:
    return slack.add_person("ada")


@pytest.fixture
def lab(slack: LocalSlack, ada: Person) -> Conversation:
    return slack.add_channel("lab", [ada])


async def post(slack: LocalSlack, channel: str, **more: Any) -> Answer:
    return await call(slack, "chat.postMessage", channel=channel, **{"text": "hello", **more})


async def test_a_thread_reply_shows_in_the_channel_only_when_broadcast(
    slack: LocalSlack, clock: MovableClock, ada: Person, lab: Conversation
) -> None:
    root = (await post(slack, lab.id)).body["ts"]
    for text, broadcast in (("quiet", False), ("loud", True)):
        clock.advance(1)
        assert (await post(slack, lab.id, text=text, thread_ts=root, reply_broadcast=broadcast)).body["ok"]
    assert [one.text for one in ada.messages(lab)] == ["hello", "loud"]
    assert [one.text for one in ada.thread(ada.messages(lab)[0])] == ["quiet", "loud"]


async def test_nobody_replies_to_what_is_not_there_or_to_a_reply(
    slack: LocalSlack, clock: MovableClock, lab: Conversation
) -> None:
    root = (await post(slack, lab.id)).body["ts"]
    clock.advance(1)
    reply = (await post(slack, lab.id, thread_ts=root)).body["ts"]
    clock.advance(1)
    for missing in ("1.000001", reply):
        assert (await post(slack, lab.id, thread_ts=missing)).error == "cannot_reply_to_message"


async def test_a_user_id_as_channel_opens_the_direct_messages(slack: LocalSlack, ada: Person) -> None:
    posted = await post(slack, ada.id)
    assert posted.body["channel"].startswith("D")
    assert [one.text for one in ada.dm()] == ["hello"]
    update = await call(slack, "chat.update", channel=ada.id, ts=posted.body["ts"], text="new")
    assert update.error == "channel_not_found"
    update = await call(
        slack, "chat.update", channel=posted.body["channel"], ts=posted.body["ts"], text="new"
    )
    assert update.body["ok"]


async def test_an_update_keeps_metadata_and_text_alone_takes_the_blocks_away(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    metadata = {"event_type": "board", "event_payload": {"stage": "welcome"}}
    ts = (await post(slack, lab.id, blocks=[section("old")], metadata=metadata)).body["ts"]
    assert (await call(slack, "chat.update", channel=lab.id, ts=ts, text="new")).body["ok"]
    message = ada.messages(lab)[0]
    assert (message.text, message.blocks, message.stage) == ("new", [], "welcome")


async def test_each_kind_of_wrong_place_has_its_own_error(slack: LocalSlack, ada: Person) -> None:
    open_channel = slack.add_channel("open", [ada], with_bot=False)
    closed = slack.add_channel("closed", [ada], with_bot=False, is_private=True)
    archived = slack.add_channel("old", [ada])
    ts = (await post(slack, archived.id)).body["ts"]
    slack.workspace.archive(archived.id, ada.id)
    assert (await post(slack, open_channel.id)).error == "not_in_channel"
    assert (await post(slack, closed.id)).error == "channel_not_found"
    assert (await post(slack, "C404")).error == "channel_not_found"
    assert (await post(slack, "#open")).error == "channel_not_found"
    assert (await post(slack, archived.id)).error == "is_archived"
    assert (await call(slack, "chat.update", channel=archived.id, ts=ts, text="t")).error == "is_inactive"
    assert (await call(slack, "conversations.info", channel=closed.id)).error == "channel_not_found"


async def test_only_the_bots_own_living_messages_can_be_changed(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    theirs = ada.say("mine", lab)
    arguments = {"channel": lab.id, "ts": theirs.ts}
    assert (await call(slack, "chat.update", **arguments, text="t")).error == "cant_update_message"
    assert (await call(slack, "chat.delete", **arguments)).error == "cant_delete_message"
    own = {"channel": lab.id, "ts": (await post(slack, lab.id)).body["ts"]}
    assert (await call(slack, "chat.delete", **own)).body["ok"]
    assert (await call(slack, "chat.update", **own, text="t")).error == "message_not_found"


async def test_an_ephemeral_is_seen_by_one_and_cannot_be_updated(
    slack: LocalSlack, ada: Person, lab: Conversation
) -> None:
    ben, out = slack.add_person("ben"), slack.add_person("out")
    slack.workspace.join(lab.id, ben.id)
    shown = await call(slack, "chat.postEphemeral", channel=lab.id, user=ada.id, text="psst")
    assert [one.text for one in ada.messages(lab)] == ["psst"]
    assert ben.messages(lab) == []
    ts = shown.body["message_ts"]
    assert (await call(slack, "chat.update", channel=lab.id, ts=ts, text="t")).error == "message_not_found"
    stranger = await call(slack, "chat.postEphemeral", channel=lab.id, user=out.id, text="psst")
    assert stranger.error == "user_not_in_channel"


async def test_what_no_message_may_be(slack: LocalSlack, lab: Conversation) -> None:
    assert (await call(slack, "chat.postMessage", channel=lab.id)).error == "no_text"
    assert (await post(slack, lab.id, blocks="[{")).error == "invalid_blocks_format"
    assert (await post(slack, lab.id, blocks=["divider"])).error == "invalid_blocks_format"
    assert (await post(slack, lab.id, metadata={"event_type": "e"})).error == "invalid_metadata_format"
    twice = {"type": "actions", "elements": [button("a"), button("a")]}
    assert (await post(slack, lab.id, blocks=[twice])).error == "invalid_blocks"
    assert (await post(slack, lab.id, blocks=[{"type": "alert", "text": {}}])).error == "invalid_blocks"
    assert (await post(slack, lab.id, colour="red")).error == "invalid_arguments"
    assert slack.workspace.messages == {}


async def test_timestamps_are_unique_and_increase_while_the_clock_stands(
    slack: LocalSlack, ada: Person
) -> None:
    channels = [slack.add_channel(f"c{number}", [ada]) for number in range(5)]
    stamps = [(await post(slack, one.id)).body["ts"] for one in channels]
    assert stamps == sorted(set(stamps), key=float)


async def test_a_pin_is_set_once(slack: LocalSlack, lab: Conversation) -> None:
    ts = (await post(slack, lab.id, blocks=[actions("go")])).body["ts"]
    assert (await call(slack, "pins.add", channel=lab.id, timestamp=ts)).body["ok"]
    assert (await call(slack, "pins.add", channel=lab.id, timestamp=ts)).error == "already_pinned"


async def test_a_permalink_names_channel_and_message(slack: LocalSlack, lab: Conversation) -> None:
    ts = (await post(slack, lab.id)).body["ts"]
    link = (await call(slack, "chat.getPermalink", channel=lab.id, message_ts=ts)).body["permalink"]
    assert link.endswith(f"/archives/{lab.id}/p{ts.replace('.', '')}")


async def test_people_and_members_come_in_pages(slack: LocalSlack, ada: Person) -> None:
    for number in range(4):
        slack.add_person(f"p{number}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await call(slack, "users.list", limit=2, cursor=cursor)).body
        seen += [one["name"] for one in page["members"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert seen == ["probe", "ada", "p0", "p1", "p2", "p3"]
    info = (await call(slack, "users.info", user=ada.id)).body["user"]
    assert (info["tz"], info["tz_offset"]) == ("Europe/London", 0)
