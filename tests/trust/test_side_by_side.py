"""One bot, two workspaces with the same ids: what happens in one neither shows nor changes the other."""

from collections.abc import AsyncIterator

import pytest

from bot.rehearsal.acts import Act
from bot.storage.tables import commitments, learning_sets, meetings, questions
from bot.surfaces.ids import Action
from tests.e2e.people import FACILITATOR, SIX
from tests.e2e.world import World
from tests.trust.pair import OneOfTwo, Pair
from tests.trust.statements import StatementWatch

PRESENT = ("ama", "ben", "carla")


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Pair]:
    async with Pair.open(database_url) as pair:
        yield pair


def said(world: World, what: str) -> str:
    """A sentence that is written in this workspace alone."""
    return f"{what} of {world.slack.team_id}"


async def start(world: World) -> None:
    await world.new_set(members=PRESENT, name=said(world, "The set"))


async def begin(world: World) -> None:
    await world.press(FACILITATOR, Action.START_MEETING)
    await world.at_once(*(world.pressing(name, Action.I_AM_HERE) for name in PRESENT))
    await world.settle()
    await world.lead_to("clarification")


async def ask(world: World) -> None:
    await world.press("ben", Action.ASK_QUESTION)
    await world.submit("ben", {"text": said(world, "What have you tried?")})
    await world.press("ama", Action.QUESTION_TAKEN_AWAY)


async def commit(world: World) -> None:
    await world.lead_to("commitments")
    await world.press("ama", Action.RECORD_COMMITMENT)
    await world.submit("ama", {"what": said(world, "Ring somebody"), "due_on": "2026-03-20"})
    await world.press("carla", Action.NOTE_TAKEAWAY)
    await world.submit("carla", {"text": said(world, "A takeaway")})


async def look(world: World) -> None:
    await world.home("ama")
    for word in ("next", "status", "commitments", "report", "help"):
        await world.command("ama", f"/als {word}")
        await world.command("ama", f"/als {word}", private=True)


async def close(world: World) -> None:
    await world.lead_to("learning-review")
    await world.press("ben", Action.WRITE_LEARNING)
    await world.submit("ben", {"about_self": said(world, "I learned")})
    await world.press(FACILITATOR, Action.END_MEETING)


async def forget(world: World) -> None:
    await world.command("ben", "/als privacy")
    await world.press("ben", Action.SEND_MY_DATA)
    await world.command("ben", "/als privacy")
    await world.press("ben", Action.DELETE_MY_WORDS)


async def archive(world: World) -> None:
    world.slack.workspace.archive(world.place.channel.id, world.person("ama").id)


async def deactivate(world: World) -> None:
    world.slack.workspace.deactivate(world.person("carla").id)


async def test_a_meeting_of_each_at_the_same_time_and_neither_knows_of_the_other(pair: Pair) -> None:
    watch = StatementWatch()
    watch.listen()
    await pair.each("a set", start)
    await both_wait_for_the_meeting(pair)
    for what, act in (("a meeting", begin), ("a question", ask), ("a commitment", commit), ("a look", look)):
        await pair.each(what, act)
    await pair.each("the end", close)
    await pair.each("erasing", forget)
    watch.leave()

    assert pair.leaks == []
    assert watch.crossed == []
    assert watch.wrong == {}
    assert watch.heard > 500
    await they_have_the_same_ids(pair)
    for world, other in both(pair):
        everything = str(world.heard())
        assert everything.count(world.slack.team_id) > 10
        assert f"of {other.slack.team_id}" not in everything


async def test_what_befalls_one_does_not_befall_the_other(pair: Pair) -> None:
    await pair.each("a set", start)
    for what, act in (("an archived channel", archive), ("somebody gone", deactivate)):
        await pair.alone(what, pair.south, pair.north, act)
    assert (await pair.south.learning_set()).hindered_by is not None
    assert (await pair.north.learning_set()).hindered_by is None

    async def uninstall(world: World) -> None:
        world.slack.uninstall()

    await pair.alone("uninstalling", pair.south, pair.north, uninstall)
    assert pair.leaks == []
    assert not pair.south.slack.is_installed

    await both_wait_for_the_meeting(pair)
    await pair.alone("a meeting", pair.north, pair.south, begin)
    assert pair.leaks == []
    assert (await pair.north.meeting()).live


async def test_a_payload_of_one_about_a_set_that_only_the_other_has_changes_nothing(pair: Pair) -> None:
    await pair.alone("a set", pair.north, pair.south, start)
    north, south = pair.north, pair.south
    invitation = north.message(f"set:{(await north.learning_set()).id}:invitation")
    ama = south.person("ama")
    carried = next(one for one in north.person("ama").buttons(invitation)).value
    act: list[Act] = []

    async def forge(world: World) -> None:
        hello = ama.say("hello", world.place.channel)
        action = {"type": "button", "action_id": Action.ACCEPT_INVITATION, "block_id": "b", "value": carried}
        act.append(ama.forge_press(hello, [action | {"action_ts": "1.0"}]))
        await world.at_once(act[0])

    await pair.alone("a press", south, north, forge)
    assert pair.leaks == []
    assert act[0].acknowledged
    assert await south.rows(learning_sets) == []


async def both_wait_for_the_meeting(pair: Pair) -> None:
    at = (await pair.north.meeting()).starts_at
    assert at == (await pair.north.meeting()).starts_at
    await pair.north.move_to(at)
    await pair.north.settle()


async def they_have_the_same_ids(pair: Pair) -> None:
    """So that only the workspace tells them apart."""
    for table in (learning_sets, meetings, questions, commitments):
        north, south = await pair.north.rows(table), await pair.south.rows(table)
        assert sorted(row["id"] for row in north) == sorted(row["id"] for row in south) != []
    for name in SIX:
        assert pair.north.person(name).id == pair.south.person(name).id
    assert pair.north.place.channel.id == pair.south.place.channel.id


def both(pair: Pair) -> tuple[tuple[OneOfTwo, OneOfTwo], ...]:
    return (pair.north, pair.south), (pair.south, pair.north)
