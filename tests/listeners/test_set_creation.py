"""A new set: what only the workspace knows is checked before anything is kept."""

from typing import Any

import pytest

from bot.rehearsal.acts import Act
from bot.surfaces.ids import Action
from tests.listeners.stage import Stage


async def open_and_fill(stage: Stage, **other: Any) -> Act:
    await stage.ama.command("/als new", stage.channel)
    await stage.ama.see_modal("Start a set")
    return await stage.fill_new_set(**other)


async def test_a_set_of_people_in_a_private_channel_is_created_without_a_warning(stage: Stage) -> None:
    stage.channel.members.remove(stage.eve.id)
    act = await open_and_fill(stage)
    assert not act.errors
    assert stage.ama.modal is not None
    assert stage.ama.modal.title == "Your set is started"
    assert "can read" not in stage.ama.text_of(stage.ama.modal)
    await stage.rest()
    assert Action.ACCEPT_INVITATION in [b.action_id for b in stage.ben.buttons(stage.invitation)]


async def test_its_creator_is_warned_of_readers_outside_the_set(stage: Stage) -> None:
    robot = stage.slack.add_person("robot", is_bot=True)
    public = stage.slack.add_channel("open", [*stage.members, stage.eve, robot])
    act = await open_and_fill(stage, channel=public.id, members=[stage.ama.id, stage.ben.id, stage.chi.id])
    assert not act.errors
    assert stage.ama.modal is not None
    shown = stage.ama.text_of(stage.ama.modal)
    assert "everybody in the workspace can read" in shown
    assert "2 people in the channel are not in the set" in shown
    assert "You invited 3 people" in shown


async def test_people_and_bots_are_told_apart(stage: Stage) -> None:
    robot = stage.slack.add_person("robot", display_name="Robot", is_bot=True)
    act = await open_and_fill(stage, members=[stage.ama.id, robot.id], facilitator=stage.eve.id)
    assert "Robot" in act.errors["members"]
    stage.slack.workspace.deactivate(stage.eve.id)
    await stage.rest()
    act = await stage.ama.submit({"members": [stage.ama.id, stage.ben.id]})
    assert "Eve" in act.errors["facilitator"]


@pytest.mark.parametrize("is_private", [True, False])
async def test_the_bot_must_be_in_the_channel_and_says_how(stage: Stage, is_private: bool) -> None:
    other = stage.slack.add_channel("other", stage.members, with_bot=False, is_private=is_private)
    act = await open_and_fill(stage, channel=other.id)
    assert "/invite @Action Learning" in act.errors["channel"]
    stage.slack.workspace.join(other.id, stage.slack.bot_user_id)
    assert not (await stage.ama.submit()).errors


async def test_a_channel_that_outsiders_can_read_wants_a_yes(stage: Stage) -> None:
    shared = stage.slack.add_channel("partners", stage.members, is_ext_shared=True)
    xeno = stage.slack.add_person("xeno", display_name="Xeno", team_id="T0OTHER00")
    act = await open_and_fill(stage, channel=shared.id, members=[p.id for p in (*stage.members, xeno)])
    assert "Xeno" in act.errors["members"]
    stage.slack.workspace.join(shared.id, xeno.id)
    stage.clock.advance(60)
    assert not (await stage.ama.submit()).errors
    assert "tick the box" in stage.ama.text_of(await stage.ama.see_modal("Start a set"))
    assert await stage.queries.scene_in_channel(stage.slack.team_id, shared.id) is None

    act = await stage.ama.submit({"sharing": ["yes"]})
    assert not act.errors
    told = stage.ama.text_of(await stage.ama.see_modal("Your set is started"))
    assert "its people can read what the set writes" in told
    assert "Xeno belong to another organisation" in told
    scene = await stage.queries.scene_in_channel(stage.slack.team_id, shared.id)
    assert scene is not None
    assert scene.learning_set.sharing_agreed


async def test_a_guest_of_another_channel_cannot_be_a_member_and_one_of_this_can(stage: Stage) -> None:
    guest = stage.slack.add_person("gil", display_name="Gil", is_restricted=True, is_ultra_restricted=True)
    act = await open_and_fill(stage, members=[person.id for person in (*stage.members, guest)])
    assert "Gil can be in one channel only" in act.errors["members"]
    stage.slack.workspace.join(stage.channel.id, guest.id)
    stage.clock.advance(60)
    assert not (await stage.ama.submit()).errors


async def test_a_channel_has_one_set(stage: Stage) -> None:
    await stage.create_set()
    act = await open_and_fill(stage)
    assert "has a set already" in act.errors["channel"]


async def test_a_clock_that_does_not_exist_is_refused_with_those_that_do(stage: Stage) -> None:
    act = await open_and_fill(stage, length="60", turns="3")
    assert "90 minutes with 2 turns" in act.errors["turns"]


async def test_the_same_submission_twice_makes_one_set(stage: Stage) -> None:
    await stage.ama.command("/als new", stage.channel)
    await stage.ama.see_modal()
    stage.ama.fill(
        {
            "name": "North",
            "members": [p.id for p in stage.members],
            "first_date": "2026-03-03",
            "first_time": "10:00",
        }
    )
    act = stage.ama.submitting()
    assert act.envelope is not None
    twice = type(act.envelope)(act.envelope.kind, act.envelope.payload, act.envelope.created)
    await stage.slack.write(act.envelope)
    await stage.slack.settle(act.envelope)
    await stage.slack.write(twice)
    await stage.slack.settle(twice)
    assert twice.acknowledged
    await stage.rest()
    assert len(await stage.queries.sets_of_person(stage.slack.team_id, stage.ama.id)) == 1
