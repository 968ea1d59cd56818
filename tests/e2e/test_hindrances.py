"""What befalls a set's channel: the set is paused, one person is told once what to do, and it goes on."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Phase
from bot.surfaces.ids import Action
from tests.e2e.world import World

OTHER_ORGANISATION = "T0OTHER00"


async def archived(world: World) -> None:
    world.slack.workspace.archive(world.place.channel.id, world.person("ama").id)


async def unarchived(world: World) -> None:
    world.slack.workspace.unarchive(world.place.channel.id, world.person("ama").id)


async def removed(world: World) -> None:
    world.slack.workspace.remove_bot(world.place.channel.id, world.person("ama").id)


async def invited(world: World) -> None:
    world.slack.workspace.invite_bot(world.place.channel.id, world.person("ama").id)


async def shared(world: World) -> None:
    world.slack.workspace.share(world.place.channel.id, OTHER_ORGANISATION)


async def unshared(world: World) -> None:
    world.slack.workspace.unshare(world.place.channel.id, OTHER_ORGANISATION)


async def agreed(world: World) -> None:
    await world.press("grace", Action.GO_ON)


async def restricted(world: World) -> None:
    """Slack tells nothing of it: the next post finds out."""
    world.slack.workspace.restrict_posting(world.place.channel.id)
    await world.command("oscar", "/als join")


async def allowed(world: World) -> None:
    world.slack.workspace.restrict_posting(world.place.channel.id, None)
    await world.press("grace", Action.GO_ON)


Deed = Callable[[World], Awaitable[None]]
CAUSES = [
    pytest.param(archived, unarchived, Hindrance.ARCHIVED, "has been archived", id="archived"),
    pytest.param(removed, invited, Hindrance.BOT_REMOVED, "taken out of the channel", id="removed"),
    pytest.param(shared, unshared, Hindrance.SHARED_OUTSIDE, "another organisation", id="shared"),
    pytest.param(shared, agreed, Hindrance.SHARED_OUTSIDE, "another organisation", id="agreed"),
    pytest.param(restricted, allowed, Hindrance.MAY_NOT_POST, "not allowed to post", id="restricted"),
]


@pytest.mark.parametrize(("happens", "ends", "cause", "words"), CAUSES)
async def test_a_set_is_paused_told_of_once_and_goes_on(
    troubled_world: World, happens: Deed, ends: Deed, cause: Hindrance, words: str
) -> None:
    world = troubled_world
    await world.new_set(accepted=("ama", "ben", "carla"), facilitator="grace")
    before = await world.learning_set()
    await happens(world)
    await world.settle()
    paused = await world.learning_set()
    assert paused.hindered_by is cause
    (told,) = [one for one in world.messages("dm:") if "hindered" in str(one.metadata)]
    assert told in world.person("grace").dm()
    assert words in world.text(told)
    assert "nothing is" not in world.text(told) or "Nothing is lost" in world.text(told)
    await world.move_to(before.meeting.starts_at - timedelta(hours=1) if before.meeting else world.now)
    await ends(world)
    await world.settle()
    resumed = await world.learning_set()
    assert resumed.hindered_by is None
    assert (resumed.members[:3], resumed.meeting) == (before.members[:3], before.meeting)
    assert len([one for one in world.messages("dm:") if "hindered" in str(one.metadata)]) == 1
    assert "There is nothing left to do" in world.text(told)
    (on,) = world.messages(f"set:{before.id}:on:")
    assert "The set goes on" in world.text(on)
    await world.begin_meeting("grace", ("ama", "ben", "carla"))
    assert (await world.meeting()).phase is Phase.RUNNING
