"""Events: Home is published, the bot says a first word in a new channel, news of people reach their sets."""

from bot.surfaces.ids import Action
from tests.listeners.stage import Stage


async def test_home_is_published_to_whoever_opens_it(stage: Stage) -> None:
    act = await stage.eve.open_home()
    assert act.acknowledged
    assert stage.eve.home is not None
    assert [button.action_id for button in stage.eve.buttons(stage.eve.home)] == [Action.NEW_SET]


async def test_another_tab_publishes_nothing(stage: Stage) -> None:
    event = {"type": "app_home_opened", "user": stage.eve.id, "channel": "D1", "tab": "messages"}
    envelope = stage.slack.events.envelope(event)
    await stage.slack.write(envelope)
    await stage.slack.settle(envelope)
    assert envelope.acknowledged
    assert stage.eve.home is None


async def test_a_set_can_be_started_from_home(stage: Stage) -> None:
    await stage.ama.open_home()
    await stage.ama.press_home(Action.NEW_SET)
    await stage.ama.see_modal("Start a set")
    act = await stage.fill_new_set()
    assert not act.errors


async def test_the_bot_greets_a_channel_once_and_nobody_else(stage: Stage) -> None:
    workspace = stage.slack.workspace
    channel = stage.slack.add_channel("south", [stage.ama], with_bot=False)
    stage.slack.faults.events_to_double.append("member_joined_channel")
    workspace.join(channel.id, stage.slack.bot_user_id)
    await stage.rest()
    workspace.join(channel.id, stage.eve.id)
    await stage.rest()
    (greeting,) = stage.ama.messages(channel)
    await stage.ama.press(greeting, Action.NEW_SET)
    modal = await stage.ama.see_modal("Start a set")
    assert modal.values["channel"]["value"]["selected_conversation"] == channel.id


async def test_a_new_zone_reaches_every_set_of_the_person_and_no_stranger_is_kept(stage: Stage) -> None:
    await stage.create_set()
    stage.slack.workspace.change_zone(stage.ben.id, "Asia/Kolkata")
    stage.slack.workspace.change_zone(stage.eve.id, "Asia/Tokyo")
    await stage.rest()
    assert (await stage.learning_set()).people[stage.ben.id].zone == "Asia/Kolkata"
    assert await stage.queries.known_people(stage.slack.team_id, [stage.eve.id]) == {}
