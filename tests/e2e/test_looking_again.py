"""What was seen at the wrong moment is seen again: nothing and nobody stays out of reach who is not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.hindrances import Hindrance
from bot.rehearsal.faults import Hold
from bot.rehearsal.model import Conversation
from tests.e2e import life
from tests.e2e.test_people_out_of_reach import dms, prompted
from tests.e2e.world import World

MEMBERS = ("ama", "ben", "dev")
REAL_SECONDS = 10
"""After which a tick waits that should not wait."""
Deed = Callable[[World, Conversation], Awaitable[None]]


def next_look(world: World) -> Hold:
    """The answer to the next look at a channel is kept back, and is old when it comes."""
    return world.slack.faults.hold("conversations.info", "taken")


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        (life.archived, life.unarchived, None),
        (life.unarchived, life.archived, Hindrance.ARCHIVED),
        (life.shared, life.unshared, None),
    ],
    ids=["archived-and-back", "back-and-archived", "shared-and-not"],
)
async def test_of_two_events_at_once_the_set_ends_as_the_channel_is(
    troubled_world: World, first: Deed, second: Deed, ends: Hindrance | None
) -> None:
    world, channel = troubled_world, troubled_world.place.channel
    await world.new_set(accepted=MEMBERS)
    if first is life.unarchived:
        await life.archived(world, channel)
        await world.settle()
    late = next_look(world)
    await first(world, channel)
    await late.reached.wait()
    other = next_look(world)
    await second(world, channel)
    await other.reached.wait()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.slack.faults.wait_for("events_api", "ack_received"))
        await asyncio.sleep(0)
        other.release()
    late.release()
    await world.settle()
    assert (await world.learning_set()).hindered_by is ends


async def test_a_post_that_came_too_late_for_an_archived_channel_pauses_the_set_for_a_while_only(
    troubled_world: World,
) -> None:
    world, channel = troubled_world, troubled_world.place.channel
    await world.new_set(accepted=MEMBERS)
    world.slack.faults.refuse("chat.postMessage", "is_archived")
    await life.somebody_joins_or_leaves(world, channel)
    await world.settle()
    assert (await world.learning_set()).hindered_by is Hindrance.ARCHIVED
    world.clock.advance(61)
    await world.bot.tick()
    await world.settle()
    after = await world.learning_set()
    assert after.hindered_by is None
    assert len(world.messages(f"set:{after.id}:joined:")) == 1


async def test_where_slack_contradicts_itself_nobody_is_told_again_and_again(troubled_world: World) -> None:
    world, channel = troubled_world, troubled_world.place.channel
    await world.new_set(accepted=MEMBERS)
    world.slack.faults.refuse(
        "chat.postMessage", "is_archived", times=1_000, match=lambda asked: asked["channel"] == channel.id
    )
    await life.somebody_joins_or_leaves(world, channel)
    for _ in range(20):
        await world.settle()
        world.clock.advance(61)
        await world.bot.tick()
    assert (await world.learning_set()).hindered_by is Hindrance.ARCHIVED
    assert len(dms(world, "hindered")) <= 3


async def wrongly_out_of_reach(world: World, name: str) -> str:
    """One DM to them was refused, though they are there."""
    await world.new_set(accepted=MEMBERS)
    person = world.person(name).id
    world.slack.faults.refuse(
        "chat.postMessage", "user_not_found", match=lambda asked: asked["channel"] == person
    )
    await world.command("ama", f"/als swap {name.title()}")
    await world.pass_time(minutes=1)
    assert person in (await world.learning_set()).unwritable_people
    return person


async def test_who_is_wrongly_taken_to_be_out_of_reach_is_looked_at_again(troubled_world: World) -> None:
    world = troubled_world
    ben = await wrongly_out_of_reach(world, "ben")
    assert ben not in await prompted(world)
    world.clock.advance(61)
    await world.bot.tick()
    await world.settle()
    assert ben not in (await world.learning_set()).unwritable_people
    assert ben in await prompted(world)
    assert len(dms(world, "swap")) == 1
    assert len(dms(world, "gone")) == 1


@pytest.mark.parametrize("acts", ["press", "/als status"])
async def test_who_acts_is_looked_at_again_at_once(troubled_world: World, acts: str) -> None:
    world = troubled_world
    ben = await wrongly_out_of_reach(world, "ben")
    world.slack.faults.refuse(
        "chat.postMessage", "user_not_found", match=lambda asked: asked["channel"] == ben
    )
    world.clock.advance(61)
    await world.bot.tick()  # uses up the day's look
    await world.settle()
    assert ben in (await world.learning_set()).unwritable_people
    assert len(dms(world, "gone")) == 1
    await (world.command("ben", "/als skip") if acts == "press" else world.command("ben", acts))
    await world.bot.tick()
    await world.settle()
    assert ben not in (await world.learning_set()).unwritable_people


async def test_who_is_really_gone_stays_so(troubled_world: World) -> None:
    world = troubled_world
    await world.new_set(accepted=MEMBERS)
    ben = world.person("ben").id
    world.slack.workspace.accounts[ben].deleted = True
    await world.command("ama", "/als swap Ben")
    for _ in range(3):
        await world.pass_time(minutes=2)
        await world.bot.tick()
    assert ben in (await world.learning_set()).unwritable_people
    assert len(dms(world, "gone")) == 1


async def test_a_look_that_slack_puts_off_holds_nothing_up_and_is_made_when_slack_has_time(
    troubled_world: World,
) -> None:
    world, channel = troubled_world, troubled_world.place.channel
    await world.new_set(accepted=MEMBERS)
    world.slack.faults.refuse("chat.postMessage", "is_archived")
    await life.somebody_joins_or_leaves(world, channel)
    await world.settle()
    world.slack.faults.rate_limit("conversations.info", 40)
    looked = len(world.calls("conversations.info"))
    for seconds, looks in ((61, 1), (38, 1), (2, 2)):
        world.clock.advance(seconds)
        async with asyncio.timeout(REAL_SECONDS):
            await world.bot.tick()
        assert (await world.learning_set()).hindered_by == (Hindrance.ARCHIVED if looks == 1 else None)
        assert len(world.calls("conversations.info")) >= looked + looks
        assert looks == 2 or len(world.calls("conversations.info")) == looked + looks
