"""A set in a channel that is shared with another organisation, one of whose people is a member."""

from bot.rehearsal.people import Person
from bot.surfaces.ids import Action
from tests.e2e.life import OTHER_ORGANISATION
from tests.e2e.people import new_set_form
from tests.e2e.world import FIRST_MEETING, OPENS_BEFORE, World, key_of

MEMBERS = ("ama", "ben", "dev")


async def a_set_with_xeno(world: World) -> Person:
    """Xeno is of another organisation; everybody has said that they are in."""
    channel = world.place.channel
    xeno = world.slack.add_person("xeno", display_name="Xeno", team_id=OTHER_ORGANISATION)
    world.slack.workspace.share(channel.id, OTHER_ORGANISATION)
    world.slack.workspace.join(channel.id, xeno.id)
    await world.settle()
    grace = world.person("grace")
    await grace.command("/als new", channel)
    await grace.see_modal()
    form = new_set_form(world.place, FIRST_MEETING, members=MEMBERS)
    assert not (await grace.submit({**form, "members": [*form["members"], xeno.id]})).errors
    await grace.see_modal()
    await grace.submit({"sharing": ["yes"]})
    told = grace.text_of(await grace.see_modal("Your set is started"))
    assert "/als and my Home tab do not" in told
    await grace.close_modal(all_of_them=True)
    await world.settle()
    await world.at_once(*(world.pressing(name, Action.ACCEPT_INVITATION) for name in MEMBERS))
    (invitation,) = [one for one in xeno.messages(channel) if key_of(one).endswith(":invitation")]
    await xeno.press(invitation, Action.ACCEPT_INVITATION)
    await world.settle()
    return xeno


async def test_buttons_and_forms_work_for_a_member_from_outside_and_a_dm_that_does_not_is_told_once(
    troubled_world: World,
) -> None:
    world = troubled_world
    xeno = await a_set_with_xeno(world)
    assert (await world.learning_set()).is_active(xeno.id)
    assert (await xeno.command("/als next", world.place.channel)).refused == "unknown_command"

    await world.command("ama", "/als swap Xeno")
    await world.move_to(FIRST_MEETING - OPENS_BEFORE)
    state = await world.learning_set()
    assert (state.unwritable_people, state.hindered_by) == ((xeno.id,), None)
    (told,) = [one for one in world.messages("dm:") if ":gone:" in key_of(one)]
    assert told in world.person("grace").dm()
    assert "I can't write to Xeno" in world.text(told)

    await world.move_to(FIRST_MEETING)
    await world.press("grace", Action.START_MEETING)
    await xeno.press(world.board(), Action.I_AM_HERE)
    await world.settle()
    assert xeno.id in (await world.meeting()).present
    await world.lead_to("bids")
    await xeno.press(world.board(), Action.PLACE_BID)
    await xeno.see_modal()
    assert not (await xeno.submit({"line": "A partner who does not answer"})).errors
    await world.settle()
    assert [bid.person for bid in (await world.meeting()).bids] == [xeno.id]
    assert "A partner who does not answer" in world.text(world.thread()[-1])


async def test_nobody_from_outside_is_told_to_type_what_slack_does_not_offer_them(
    troubled_world: World,
) -> None:
    world = troubled_world
    xeno = await a_set_with_xeno(world)
    channel = world.place.channel
    yuri = world.slack.add_person("yuri", display_name="Yuri", team_id=OTHER_ORGANISATION)
    world.slack.workspace.join(channel.id, yuri.id)
    (invitation,) = [one for one in yuri.messages(channel) if key_of(one).endswith(":invitation")]
    for person, says in (
        (yuri, "was not for you"),
        (xeno, "in already"),
        (world.person("oscar"), "/als join"),
    ):
        await person.press(invitation, Action.ACCEPT_INVITATION)
        await world.settle()
        told = person.text_of(person.ephemerals(channel)[-1])
        assert says in told
        assert person.name == "oscar" or "/als" not in told
