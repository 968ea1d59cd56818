"""What befalls a set's channel: the set is paused, one person is told once what to do, and it goes on."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Phase
from bot.rehearsal.model import Conversation, Message
from bot.storage.tables import PromptState, due_prompts, outbox
from bot.surfaces.ids import Action
from tests.e2e import life
from tests.e2e.life import CAUSES, Cause
from tests.e2e.world import OPENS_BEFORE, World, key_of

MEMBERS = ("ama", "ben", "carla")


def told(world: World) -> list[Message]:
    """The DMs that ask somebody to do something about the set."""
    return [one for one in world.messages("dm:") if ":hindered:" in key_of(one)]


async def due(world: World) -> int:
    return sum(row["state"] is PromptState.DUE for row in await world.rows(due_prompts))


async def new_set(world: World, channel: Conversation) -> None:
    await world.new_set(accepted=(), facilitator="grace", channel=channel)
    await world.at_once(*(world.pressing(name, Action.ACCEPT_INVITATION) for name in MEMBERS))
    await world.settle()


@pytest.mark.parametrize("private", [True, False])
async def test_whatever_befalls_the_channel_is_told_once_and_the_set_goes_on(
    troubled_world: World, private: bool
) -> None:
    world = troubled_world
    channel = world.place.channel if private else world.place.open_channel
    await new_set(world, channel)
    causes = CAUSES if private else [c for c in CAUSES if c.hindrance is not Hindrance.MAY_NOT_POST]
    for number, cause in enumerate(causes, 1):
        await paused_and_on_again(world, channel, cause, number)
    await world.begin_meeting("grace", MEMBERS)
    assert (await world.meeting()).phase is Phase.RUNNING


async def paused_and_on_again(world: World, channel: Conversation, cause: Cause, number: int) -> None:
    before, planned = await world.learning_set(), await due(world)
    assert planned > 0
    await cause.happens(world, channel)
    await world.settle()
    paused = await world.learning_set()
    assert paused.hindered_by is cause.hindrance
    assert await due(world) == 0
    assert len(told(world)) == number
    dm = told(world)[-1]
    assert dm in world.person("grace").dm()
    assert cause.told in world.text(dm)

    await world.pass_time(hours=1)
    await cause.ends(world, channel)
    await world.settle()
    resumed = await world.learning_set()
    assert resumed.hindered_by is None
    assert (resumed.meeting, resumed.commitments) == (before.meeting, before.commitments)
    assert {*before.active_members} - {*resumed.active_members} <= {
        member for member in before.members if member.person == world.person("oscar").id
    }
    assert await due(world) == planned
    assert len(told(world)) == number
    assert "There is nothing left to do" in world.text(dm)
    assert len(world.messages(f"set:{before.id}:on:")) == number


async def typed(world: World, name: str, channel: Conversation) -> str:
    """What somebody reads after `/als here`."""
    person = world.person(name)
    await person.command("/als here", channel)
    await world.settle()
    return person.text_of(person.ephemerals(channel)[-1])


@pytest.mark.parametrize("private", [True, False])
async def test_a_set_whose_channel_is_gone_finds_another(troubled_world: World, private: bool) -> None:
    world = troubled_world
    channel, other = world.place.channel, world.place.open_channel
    channel, other = (channel, other) if private else (other, channel)
    await new_set(world, channel)
    world.slack.workspace.delete_channel(channel.id, world.person("ama").id)
    await world.settle()
    before = await world.learning_set()
    assert before.hindered_by is Hindrance.DELETED
    (dm,) = told(world)
    assert "/als here" in world.text(dm)

    assert "look after no set that is paused" in await typed(world, "carla", other)
    assert (await world.learning_set()).channel_id == channel.id

    assert "meets here from now on" in await typed(world, "grace", other)
    moved = await world.learning_set()
    assert (moved.channel_id, moved.hindered_by, moved.meeting) == (other.id, None, before.meeting)
    assert "meets in this channel from now on" in world.text(world.messages(f"set:{before.id}:here:")[0])
    await world.at_once(world.pressing("dev", Action.ACCEPT_INVITATION))
    await world.settle()
    await world.begin_meeting("grace", MEMBERS)
    assert world.board().channel == other.id


async def test_a_channel_that_changes_its_name_or_its_kind_stops_nothing(world: World) -> None:
    channel = world.place.open_channel
    await new_set(world, channel)
    world.slack.workspace.rename_channel(channel.id, "another-name")
    world.slack.workspace.convert_to_private(channel.id)
    await world.settle()
    await world.begin_meeting("grace", MEMBERS)
    assert (await world.learning_set()).hindered_by is None
    assert told(world) == []


async def test_a_channel_with_another_id_is_followed_and_its_board_goes_on(world: World) -> None:
    channel = world.place.channel
    await world.running_meeting("clarification")
    board = world.board()
    new = world.slack.workspace.change_id(channel.id)
    await world.settle()
    assert (await world.learning_set()).channel_id == new
    await world.press("grace", Action.PAUSE)
    assert world.board() is board
    assert "The clock is held" in world.text(board) or "paused" in world.text(board).lower()


async def test_a_post_to_an_id_that_is_no_more_does_not_stop_the_set(troubled_world: World) -> None:
    world, channel = troubled_world, troubled_world.place.channel
    await world.new_set(accepted=MEMBERS)
    world.slack.faults.refuse("chat.postMessage", "channel_not_found")
    await life.somebody_joins_or_leaves(world, channel)
    await world.settle()
    assert (await world.learning_set()).hindered_by is Hindrance.DELETED
    new = world.slack.workspace.change_id(channel.id)
    await world.settle()
    after = await world.learning_set()
    assert (after.channel_id, after.hindered_by) == (new, None)
    (joined,) = world.messages(f"set:{after.id}:joined:")
    assert joined.channel == new


async def test_a_meeting_that_was_missed_meanwhile_gives_way_to_the_next(troubled_world: World) -> None:
    world = troubled_world
    await world.new_set(accepted=MEMBERS)
    first = await world.meeting()
    await world.move_to(first.starts_at - OPENS_BEFORE)
    assert (await world.meeting()).phase is Phase.OPENED
    await life.archived(world, world.place.channel)
    await world.move_to(first.ends_at + timedelta(days=1))
    await life.unarchived(world, world.place.channel)
    await world.settle()
    second = await world.meeting()
    assert (second.number, second.starts_at.date() - first.starts_at.date()) == (2, timedelta(weeks=4))
    (missed,) = world.messages(f"set:{(await world.learning_set()).id}:cancelled:")
    assert "could not take place" in world.text(missed)
    assert len(told(world)) == 1


async def test_with_a_token_of_the_operators_own_everything_is_held_until_it_works_again(
    troubled_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world = troubled_world
    await world.new_set(accepted=MEMBERS)
    before, planned = await world.learning_set(), await due(world)
    for method in ("auth.test", "chat.postMessage", "chat.update"):
        world.slack.faults.refuse(method, "account_inactive", times=1_000)
    for event in ({"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}):
        await told_of(world, event)
    await world.command("carla", "/als skip")
    assert (await world.learning_set()).hindered_by is Hindrance.WORKSPACE_GONE
    assert await due(world) == 0
    assert [one.levelname for one in caplog.records if "until its token works" in one.message] == ["ERROR"]
    await world.pass_time(days=60)
    await world.bot.tick()
    world.slack.faults.waiting.clear()
    world.clock.advance(61)
    await world.bot.tick()
    await world.settle()
    after = await world.learning_set()
    assert after.hindered_by is None
    assert (after.members, after.places) == (before.members, before.places)
    assert await due(world) > 0 < planned


async def told_of(world: World, event: dict[str, Any]) -> None:
    envelope = world.slack.events.envelope(event)
    await world.slack.write(envelope)
    await world.slack.settle(envelope)
    await world.settle()
    assert envelope.acknowledged


async def test_in_a_meeting_nobody_moves_on_unseen_and_nothing_written_is_lost(troubled_world: World) -> None:
    world = troubled_world
    await world.running_meeting("clarification", accepted=MEMBERS, present=MEMBERS)
    owner = (await world.meeting()).turns[0].unit_id
    asker = next(name for name in MEMBERS if world.person(name).id != owner)
    await world.press(asker, Action.ASK_QUESTION)
    await world.person(asker).see_modal()
    await life.removed(world, world.place.channel)
    await world.settle()
    (dm,) = told(world)
    assert "taken out of the channel" in world.text(dm)

    await world.press("grace", Action.MOVE_ON)
    shown = await world.person("grace").see_modal("Not just now")
    assert "the set is paused and nobody would see it" in world.person("grace").text_of(shown)
    await world.person("grace").close_modal()
    assert (await world.meeting()).stage == "clarification"
    await world.submit(asker, {"text": "What have you tried?"})

    await life.invited(world, world.place.channel)
    await world.settle()
    assert "What have you tried?" in [text for one in world.thread() for text in world.text(one).splitlines()]
    await world.press("grace", Action.MOVE_ON)
    assert (await world.meeting()).stage != "clarification"


async def test_who_tries_again_too_early_is_told_again_and_the_channel_reads_one_line(
    troubled_world: World,
) -> None:
    world, channel = troubled_world, troubled_world.place.channel
    await world.new_set(accepted=MEMBERS)
    set_id = (await world.learning_set()).id
    await life.removed_in_silence(world, channel)
    await world.settle()
    assert (await world.learning_set()).hindered_by is Hindrance.DELETED
    world.clock.advance(1)
    await world.press("grace", Action.GO_ON)
    assert (await world.learning_set()).hindered_by is Hindrance.DELETED
    assert len(told(world)) == 2
    assert len({one.ts for one in told(world)}) == 2
    await world.pass_time(hours=1)
    await life.invited(world, channel)
    await world.settle()
    assert (await world.learning_set()).hindered_by is None
    assert len(world.messages(f"set:{set_id}:on:")) == 1


async def test_a_set_that_ends_while_it_is_paused_leaves_nothing_behind_that_waits(
    troubled_world: World,
) -> None:
    world, channel = troubled_world, troubled_world.place.channel
    await world.new_set(accepted=MEMBERS)
    await life.removed(world, channel)
    await world.settle()
    await world.command("ama", "/als end")
    await world.submit("ama", {})
    assert (await world.learning_set()).ended_at is not None
    assert await world.rows(outbox) == []
    await life.invited(world, channel)
    await world.settle()
    assert "A set can meet in this channel" in world.text(world.messages("channel:")[-1])
