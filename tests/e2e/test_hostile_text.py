"""What people write goes through every field of every modal and comes out as they wrote it, nothing else."""

from collections.abc import Iterable
from typing import Any

from bot.rehearsal.form_values import Values
from bot.surfaces.ids import Action, Callback
from tests.e2e.hostile import PIECES, Writer, cuts, dangers, everything_sent, shown
from tests.e2e.people import BYSTANDER, FACILITATOR, SIX, new_set_form
from tests.e2e.tour import Tour
from tests.e2e.world import FIRST_MEETING, World


async def test_hostile_text_pings_nobody_and_is_found_again_whole(world: World) -> None:
    writer = Writer(world.person(BYSTANDER).id)
    names = Writer(world.person(BYSTANDER).id, mark="n")
    for person in world.place.people.values():
        person.account.display_name = names.write(80)
    tour = Tour(world, name=writer.write(80))
    async for stop in tour.stops():
        for way in stop.ways:
            view = await tour.open(way)
            if way.sends:
                values = writer.fill(view, tour.samples)
                if way.callback is Callback.CHOOSE_OWNERS:
                    choose_another(view.document, values)
                act = await tour.send(tour.person(way), view, values)
                assert act.acknowledged
                assert not act.errors, (way, act.errors)
            await tour.close(way)
        await look_everywhere(tour)
    await ask_for_own_data(tour)

    assert_harmless_and_whole(world, writer, names)


async def test_a_set_may_have_any_name(world: World) -> None:
    writer, oscar = Writer(world.person(BYSTANDER).id), world.person(BYSTANDER)
    for number in range(6):
        channel = world.slack.add_channel(f"channel-{number}", world.place.people.values())
        await oscar.command("/als new", channel)
        form = new_set_form(world.place, FIRST_MEETING, channel=channel, name=writer.write(80))
        assert not (await oscar.submit(form)).errors
        await world.settle()
        await oscar.close_modal()
    await world.home("ama")
    assert_harmless_and_whole(world, writer)


async def test_what_is_typed_after_the_command_comes_back_harmless(world: World) -> None:
    await world.new_set(members=("ama", "ben"))
    ben = world.person("ben")
    for piece in PIECES:
        for line in (piece, f"swap {piece}", f"away {piece}", f"here {piece}", f"help {piece}"):
            act = await ben.command(f"/als {line}", world.place.channel)
            assert act.acknowledged
    assert_none(danger for one in everything_sent(world) for danger in dangers(one))


async def test_the_longest_that_everybody_can_write_is_found_again_whole(world: World) -> None:
    story = Story(world)
    await world.running_meeting("bids", clock="120x2")
    await story.write(SIX, Action.PLACE_BID)
    await world.lead_to("clarification")
    await story.write(SIX, Action.ASK_QUESTION)
    await world.lead_to("commitments")
    for _ in range(2):
        await story.write(["ama"], Action.RECORD_COMMITMENT)
    await story.write(SIX, Action.NOTE_TAKEAWAY)
    await world.lead_to("learning-review")
    await story.write(SIX, Action.WRITE_LEARNING)
    await world.press(FACILITATOR, Action.END_MEETING)
    await world.begin_meeting(FACILITATOR, SIX)
    await world.lead_to("report-backs")
    for _ in range(2):
        await story.write(["ama"], Action.FILE_REPORT)
    assert_harmless_and_whole(world, story.writer)


class Story:
    """People who write as much as fits into every field of the modals that they open."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.writer = Writer(world.person(BYSTANDER).id)
        self.tour = Tour(world)

    async def write(self, names: Iterable[str], action: Action) -> None:
        for name in names:
            person = self.world.person(name)
            await self.world.press(name, action)
            view = await person.see_modal()
            act = await self.tour.send(person, view, self.writer.fill(view, self.tour.samples))
            assert act.acknowledged
            assert not act.errors
        await self.world.settle()


def assert_harmless_and_whole(world: World, writer: Writer, *others: Writer) -> None:
    """Nothing pings, nothing is cut without an ellipsis, and everything stands somewhere as written."""
    sent = everything_sent(world)
    assert_none(f"{one.what} {one.key}: {danger}" for one in sent for danger in dangers(one))
    written = {mark: text for each in (writer, *others) for mark, text in each.written.items()}
    assert_none(cut for one in sent for text in shown(one) for cut in cuts(text, written))
    posted = {text for one in sent if one.stays for text in shown(one)}
    assert_none(text for text in writer.written.values() if not any(text in one for one in posted))


def assert_none(found: Iterable[str]) -> None:
    """Fail with each of them on a line."""
    listed = sorted(set(found))
    assert not listed, "\n".join(listed)


async def look_everywhere(tour: Tour) -> None:
    """Open what is only seen by whoever asks for it."""
    here = tour.world.place.channel.members
    for name in ("ama", "ben", "carla"):
        away = tour.world.person(name).id not in here
        for word in ("next", "status", "commitments", "report"):
            await tour.world.command(name, f"/als {word}", private=away)
        await tour.world.home(name)
        tour.world.slack.world.views.clear(tour.world.person(name).id)


async def ask_for_own_data(tour: Tour) -> None:
    """All that they wrote comes back to them in direct messages."""
    for name in ("ama", "ben", "carla"):
        await tour.world.command(name, "/als privacy")
        await tour.world.press(name, Action.SEND_MY_DATA)
        tour.world.slack.world.views.clear(tour.world.person(name).id)
    await tour.world.pass_time(minutes=1)


def choose_another(document: dict[str, Any], values: Values) -> None:
    """Not the owner who was proposed: only then the reason is shown."""
    block = next(one for one in document["blocks"] if one.get("block_id") == "turn_1")
    others = [one for one in block["element"]["options"] if one != block["element"]["initial_option"]]
    values["turn_1"]["value"]["selected_option"] = others[0]
