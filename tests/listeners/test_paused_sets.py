"""A set that is paused: what `/als`, Home and buttons say of it, and where it may go on."""

from datetime import timedelta

from bot.command_handler import CommandHandler
from bot.domain.hindrances import Hindrance
from bot.rehearsal.model import Conversation
from bot.surfaces.ids import Action
from tests.listeners.stage import LIBRARY, Stage

OUTSIDE = "T0OTHER00"


async def told(stage: Stage, text: str, channel: Conversation) -> str:
    act = await stage.ama.command(text, channel)
    assert act.reply is not None
    return stage.ama.text_of(act.reply)


async def pause(stage: Stage) -> None:
    stage.slack.workspace.remove_bot(stage.channel.id)
    await stage.rest()
    assert (await stage.learning_set()).hindered_by is Hindrance.BOT_REMOVED


async def test_home_and_status_say_that_the_set_is_paused(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await pause(stage)
    assert "North is paused" in await told(stage, "/als status", stage.channel)
    assert "North is paused" in await told(stage, "/als next", stage.channel)
    await stage.ben.open_home()
    assert stage.ben.home is not None
    assert "North is paused" in stage.ben.text_of(stage.ben.home)


async def test_nothing_about_a_meeting_can_be_begun_meanwhile(stage: Stage) -> None:
    await stage.walk_to_the_first_question()
    await pause(stage)
    await stage.ben.press(stage.board, Action.ASK_QUESTION)
    modal = await stage.ben.see_modal("Not just now")
    assert "paused and nobody would see it" in stage.ben.text_of(modal)
    assert "paused and nobody would see it" in await told(stage, "/als ask", stage.channel)


async def test_a_set_goes_on_only_where_the_bot_is_and_no_outsider_reads(stage: Stage) -> None:
    await stage.create_set()
    without_bot = stage.slack.add_channel("no-bot", stage.members, with_bot=False)
    shared = stage.slack.add_channel("partners", stage.members, is_ext_shared=True)
    good = stage.slack.add_channel("south", stage.members)
    assert "no set that is paused" in await told(stage, "/als here", good)
    await pause(stage)
    assert "not in this channel yet" in await told(stage, "/als here", without_bot)
    assert "shared with another organisation" in await told(stage, "/als here", shared)
    assert "meets here from now on" in await told(stage, "/als here", good)
    await stage.rest()
    scene = await stage.queries.scene_in_channel(stage.slack.team_id, good.id)
    assert scene is not None
    assert scene.learning_set.hindered_by is None


async def test_a_channel_that_has_a_set_takes_no_second_one(stage: Stage) -> None:
    await stage.create_set()
    other = stage.slack.add_channel("south", stage.members)
    await stage.create_set(name="South", channel=other.id)
    await pause(stage)
    assert "has a set already" in await told(stage, "/als here", other)


async def test_of_several_paused_sets_one_is_named(stage: Stage) -> None:
    await stage.create_set()
    other = stage.slack.add_channel("south", stage.members)
    await stage.create_set(name="South", channel=other.id)
    good = stage.slack.add_channel("east", stage.members)
    await pause(stage)
    stage.slack.workspace.remove_bot(other.id)
    await stage.rest()
    shown = await told(stage, "/als here", good)
    assert "several sets that are paused" in shown
    assert "North" in shown
    assert "South" in shown
    assert "South meets here" in await told(stage, "/als here south", good)


async def test_the_bot_greets_no_channel_in_which_a_set_goes_on(stage: Stage) -> None:
    await stage.create_set()
    await pause(stage)
    before = len(stage.ama.messages(stage.channel))
    stage.slack.workspace.invite_bot(stage.channel.id)
    await stage.rest()
    (goes_on,) = stage.ama.messages(stage.channel)[before:]
    assert "The set goes on" in stage.ama.text_of(goes_on)


async def test_what_was_claimed_when_the_set_was_paused_is_due_again_when_it_goes_on(stage: Stage) -> None:
    found = await stage.create_set()
    assert found.meeting is not None
    opens = found.meeting.starts_at - timedelta(minutes=10)
    async with stage.database.unit_of_work() as unit:
        (claimed,) = [one for one in await unit.due_prompts.claim(opens) if one.wake.person is None]
    await pause(stage)
    handler = CommandHandler(stage.database, LIBRARY, lambda: opens, lambda: None)
    await handler.handle_due(claimed)
    async with stage.database.unit_of_work() as unit:
        assert await unit.due_prompts.waiting(stage.slack.team_id, found.id) == {}
    stage.slack.workspace.invite_bot(stage.channel.id)
    await stage.rest()
    async with stage.database.unit_of_work() as unit:
        assert claimed.wake.key in await unit.due_prompts.waiting(stage.slack.team_id, found.id)


async def test_who_leaves_the_channel_and_is_no_member_hears_nothing(stage: Stage) -> None:
    await stage.create_set()
    stage.slack.workspace.leave(stage.channel.id, stage.eve.id)
    stage.slack.workspace.leave(stage.channel.id, stage.ben.id)
    await stage.rest()
    assert stage.eve.dm() == stage.ben.dm() == []


async def test_malformed_events_are_acknowledged_and_change_nothing(stage: Stage) -> None:
    before = await stage.create_set()
    for event in (
        {"type": "channel_archive", "channel": {"id": stage.channel.id}},
        {"type": "channel_id_changed", "old_channel_id": stage.channel.id},
        {"type": "tokens_revoked", "tokens": "all"},
        {"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}},
        {"type": "team_access_revoked", "team_ids": OUTSIDE},
        {"type": "member_left_channel", "user": "", "channel": stage.channel.id},
    ):
        envelope = stage.slack.events.envelope(event)
        await stage.slack.write(envelope)
        await stage.slack.settle(envelope)
        assert envelope.acknowledged, event
    await stage.rest()
    assert await stage.learning_set() == before
