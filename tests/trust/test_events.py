"""Every kind of event, told about what is not the set's business, or by a workspace about another one."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from bot.listeners.events import LISTENERS
from tests.e2e.people import BYSTANDER
from tests.e2e.watching import Watch
from tests.e2e.world import World
from tests.trust.pair import Pair
from tests.trust.test_side_by_side import start

Event = dict[str, Any]
About = Callable[[str, str, str], Event]
"""An event about a channel, a person and a workspace."""


def of_channel(channel: str, person: str, _team: str) -> Event:
    return {"channel": channel, "user": person, "actor_id": person}


def of_member(channel: str, person: str, team: str) -> Event:
    return {"channel": channel, "user": person, "team": team, "channel_type": "C"}


def of_person(_channel: str, person: str, team: str) -> Event:
    return {"user": {"id": person, "team_id": team, "name": "renamed", "tz": "Asia/Tokyo", "deleted": True}}


def of_home(_channel: str, person: str, _team: str) -> Event:
    return {"user": person, "tab": "home", "channel": "D0NOWHERE"}


def of_id(channel: str, _person: str, _team: str) -> Event:
    return {"old_channel_id": channel, "new_channel_id": "C0NOWHERE"}


def of_tokens(_channel: str, person: str, _team: str) -> Event:
    return {"tokens": {"bot": [person], "oauth": []}}


def of_team(_channel: str, _person: str, team: str) -> Event:
    return {"team_ids": [team]}


ABOUT: Mapping[str, About] = {
    "app_home_opened": of_home,
    "app_uninstalled": lambda *_: {},
    "channel_archive": of_channel,
    "channel_deleted": of_channel,
    "channel_id_changed": of_id,
    "channel_left": of_channel,
    "channel_shared": of_channel,
    "channel_unarchive": of_channel,
    "channel_unshared": of_channel,
    "group_archive": of_channel,
    "group_deleted": of_channel,
    "group_left": of_channel,
    "group_unarchive": of_channel,
    "member_joined_channel": of_member,
    "member_left_channel": of_member,
    "team_access_granted": of_team,
    "team_access_revoked": of_team,
    "tokens_revoked": of_tokens,
    "user_change": of_person,
}


def test_every_event_that_is_listened_to_is_tried() -> None:
    assert ABOUT.keys() == LISTENERS.keys()


async def test_news_of_what_no_set_knows_changes_nothing_and_tells_nobody(world: World) -> None:
    await world.new_set(members=("ama", "ben"))
    await world.pass_time(minutes=1)
    oscar, elsewhere = world.person(BYSTANDER), world.place.open_channel.id
    for kind, about in ABOUT.items():
        watch = await Watch.begin(world)
        await tell(world, {"type": kind, **about(elsewhere, oscar.id, "T0NOWHERE")})
        assert await watch.changed() == [], kind
        told = {call.method for call in watch.told()} - {"auth.test"}
        assert told <= ({"views.publish"} if kind == "app_home_opened" else set()), kind
        assert not await watch.still_waiting(), kind


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Pair]:
    async with Pair.open(database_url) as pair:
        yield pair


async def test_news_from_one_workspace_is_never_about_another(pair: Pair) -> None:
    """With the ids of people and channels that the other one has as well, and with its own id."""
    await pair.each("a set", start)
    channel, ama = pair.north.place.channel.id, pair.north.person("ama").id
    for kind, about in ABOUT.items():

        async def befall(world: World, kind: str = kind, about: About = about) -> None:
            await tell(world, {"type": kind, **about(channel, ama, pair.north.slack.team_id)})

        await pair.alone(kind, pair.south, pair.north, befall)
    assert pair.leaks == []


async def tell(world: World, event: Event) -> None:
    """Whatever is told, the app is told it as Slack would."""
    envelope = world.slack.events.envelope(event)
    await world.slack.write(envelope)
    await world.slack.until(lambda: envelope.settled, told=f"{event['type']} was not acknowledged")
    await world.settle()
