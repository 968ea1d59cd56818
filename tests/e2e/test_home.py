"""App Home: my next meeting in my time, my open commitments, a way to start a set."""

from datetime import timedelta

from bot.surfaces.ids import Action
from tests.e2e.history import Promise, has_met
from tests.e2e.people import SIX
from tests.e2e.reading import answer, home, in_modal, labels
from tests.e2e.world import FIRST_MEETING, World


async def opened(world: World, name: str) -> str:
    """Open Home and read it."""
    await world.home(name)
    return home(world, name)


async def test_who_has_no_set_reads_what_this_is_and_may_start_one(world: World) -> None:
    text = await opened(world, "oscar")
    assert "each brings a real problem, and the others ask questions instead of giving advice" in text
    await world.press("oscar", Action.NEW_SET)

    assert in_modal(world, "oscar").startswith("Start a set")


async def test_the_next_meeting_stands_in_the_readers_own_time_with_the_call(world: World) -> None:
    await world.new_set(call_link="https://meet.example/room")

    assert "Northern heads: 2026-03-09 15:30 (Asia/Kolkata)" in await opened(world, "dev")
    assert "Northern heads: 2026-03-09 13:00 (Africa/Nairobi)" in await opened(world, "grace")
    assert "Open the call" in home(world, "dev")
    assert "You are proposed to own a turn." not in home(world, "dev")
    assert "You are proposed to own a turn." in await opened(world, "ama")
    await world.press("ama", Action.SKIP_TURN)
    assert "You said “not this time”. You keep your place." in home(world, "ama"), "shown at once"

    await world.begin_meeting("grace", SIX)
    assert "Northern heads is meeting now, since 2026-03-09 15:30 (Asia/Kolkata)." in await opened(
        world, "dev"
    )


async def test_what_was_done_on_home_stands_where_slacks_answer_to_the_new_home_cannot_be_read(
    world: World,
) -> None:
    await world.new_set()
    await opened(world, "ama")
    world.slack.faults.garble("views.publish")
    pressed = await world.press("ama", Action.SKIP_TURN)
    assert pressed.acknowledged
    assert "You said “not this time”. You keep your place." in await opened(world, "ama")


async def test_home_and_the_command_name_only_the_sets_of_whoever_asks(world: World) -> None:
    await world.new_set()
    await world.new_set(
        name="Second set",
        channel=world.place.open_channel,
        members=("ben", "carla"),
        first_meeting_at=FIRST_MEETING + timedelta(days=1),
    )

    both = await opened(world, "ben")
    assert both.index("Northern heads") < both.index("Second set"), "the nearest first"
    assert "Second set" not in await opened(world, "dev")
    assert "Northern heads" not in await opened(world, "oscar")
    for word in ("status", "next", "commitments", "report"):
        told = await answer(world, "oscar", f"/als {word}", private=True)
        assert not any(name in told for name in ("Northern heads", "Second set")), word


async def test_open_commitments_are_reported_from_home_and_home_shows_it_at_once(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"), Promise("ben", "Write to Tom"))
    text = await opened(world, "ama")
    assert "Talk to Rosa\nBy Friday 20 March 2026 (Northern heads)" in text
    assert "Write to Tom" not in text, "everybody sees their own"
    await world.person("ama").press_home(Action.FILE_REPORT)
    await world.submit("ama", {"outcome": "partly"})
    home_view = world.person("ama").home
    assert home_view is not None
    assert "Change report" in [button.text for button in world.person("ama").buttons(home_view)]

    await world.person("ama").press_home(Action.FILE_REPORT)
    await world.submit("ama", {"outcome": "done"})
    assert "Talk to Rosa" not in home(world, "ama"), "what is done is not open"
    listed = await world.command("ama", "/als report")
    assert listed.reply is not None
    assert labels(world, "ama", listed.reply) == ["Change report"], "until the close"


async def test_leaving_a_set_takes_it_from_home(world: World) -> None:
    await has_met(world, Promise("ama", "Talk to Rosa"))
    await world.command("ama", "/als leave")
    await world.submit("ama")
    text = await opened(world, "ama")

    assert "Northern heads" not in text
    assert "Talk to Rosa" not in text
    assert "Start a set" in text
