"""People who are deactivated, become guests or leave the channel: nothing of theirs is lost."""

from datetime import timedelta

from bot.domain.turns import proposals
from bot.rehearsal.model import Message
from bot.storage.tables import PromptState, due_prompts
from bot.surfaces.ids import Action
from tests.e2e.world import World, key_of

MEMBERS = ("ama", "ben", "dev")


def dms(world: World, kind: str) -> list[Message]:
    return [one for one in world.messages("dm:") if f":{kind}:" in key_of(one)]


async def prompted(world: World) -> set[str | None]:
    """Who is to be prompted by themselves."""
    return {row["person"] for row in await world.rows(due_prompts) if row["state"] is PromptState.DUE}


async def test_who_is_deactivated_is_neither_proposed_nor_prompted_until_they_are_back(world: World) -> None:
    await world.new_set(accepted=MEMBERS)
    before = await world.learning_set()
    first = proposals(before)[0].unit_id
    name = next(one for one in MEMBERS if world.person(one).id == first)
    assert first in await prompted(world)

    world.slack.workspace.deactivate(first)
    world.slack.workspace.user_changed(first)
    await world.settle()
    gone = await world.learning_set()
    assert proposals(gone)[0].unit_id != first
    assert first not in await prompted(world)
    (told,) = dms(world, "gone")
    assert told in world.person("grace").dm()
    assert f"can no longer reach {name.title()}" in world.text(told)

    world.slack.workspace.reactivate(first)
    await world.settle()
    back = await world.learning_set()
    assert (back.members, back.places, back.meeting) == (before.members, before.places, before.meeting)
    assert proposals(back) == proposals(before)
    assert first in await prompted(world)
    assert len(dms(world, "gone")) == 1


async def test_without_a_facilitator_who_can_be_reached_any_member_runs_the_meeting(world: World) -> None:
    await world.running_meeting(accepted=MEMBERS, present=MEMBERS)
    world.slack.workspace.deactivate(world.person("grace").id)
    await world.settle()
    (told,) = dms(world, "gone")
    assert told in world.person("ama").dm()
    assert "/als facilitator" in world.text(told)
    await world.press("ben", Action.MOVE_ON)
    assert (await world.meeting()).stage == "report-backs"

    world.slack.workspace.reactivate(world.person("grace").id)
    await world.settle()
    assert (await world.learning_set()).acting_facilitator == world.person("grace").id


async def test_an_owner_who_is_deactivated_in_their_turn_holds_nobody(world: World) -> None:
    await world.running_meeting("commitments", accepted=MEMBERS, present=MEMBERS)
    meeting = await world.meeting()
    owner = meeting.turns[0].unit_id
    world.slack.workspace.deactivate(owner)
    await world.settle()
    assert owner not in (await world.meeting()).present
    await world.press("grace", Action.NO_COMMITMENT)
    await world.submit("grace", {"because": "They are not here to say."})
    await world.press("grace", Action.MOVE_ON)
    assert (await world.meeting()).stage == "learning-review"
    assert owner in [member.person for member in (await world.learning_set()).active_members]


async def test_who_becomes_a_guest_goes_on_as_before(world: World) -> None:
    await world.new_set(accepted=MEMBERS)
    before = await world.learning_set()
    world.slack.workspace.make_guest(world.person("ben").id, single_channel=True)
    await world.settle()
    assert await world.learning_set() == before
    assert dms(world, "gone") == []


async def test_who_leaves_the_channel_is_asked_alone_whether_they_leave_the_set(world: World) -> None:
    await world.new_set(accepted=MEMBERS)
    channel, ben = world.place.channel, world.person("ben")
    calls = len(world.slack.calls)
    world.slack.workspace.leave(channel.id, ben.id)
    world.slack.workspace.leave(channel.id, world.person("oscar").id)
    await world.settle()
    (asked,) = dms(world, "left")
    assert asked in ben.dm()
    assert [call.method for call in world.slack.calls[calls:]] == ["chat.postMessage"]
    assert (await world.learning_set()).is_active(ben.id)

    await world.press("ben", Action.LEAVE_SET)
    await world.submit("ben", {})
    assert not (await world.learning_set()).is_active(ben.id)


async def test_what_waits_for_somebody_who_is_gone_reaches_them_when_they_are_back(
    troubled_world: World,
) -> None:
    world = troubled_world
    await world.new_set(accepted=MEMBERS)
    ben = world.person("ben").id
    world.slack.workspace.accounts[ben].deleted = True
    swapped = len(dms(world, "swap"))
    await world.command("ama", "/als swap Ben")
    await world.pass_time(hours=1)
    assert ben in (await world.learning_set()).unwritable_people
    assert len(dms(world, "gone")) == 1
    world.slack.workspace.reactivate(ben)
    await world.settle()
    assert ben not in (await world.learning_set()).unwritable_people
    assert len([one for one in world.messages("dm:") if ":swap:" in key_of(one)]) == swapped + 1
    await world.move_to((await world.meeting()).starts_at - timedelta(hours=1))
