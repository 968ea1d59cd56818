"""A set goes on, changes and ends: what its members see of it outside its meetings."""

from datetime import UTC, datetime, timedelta

from bot.surfaces.ids import Action
from tests.e2e.reading import answer, channel_texts, dms, found, in_modal, invitation, labels
from tests.e2e.world import FIRST_MEETING, World, key_of

LONDON_FIRST = "2026-03-09 10:00 (Europe/London)"


# Looking after the set


async def test_the_facilitator_is_changed_by_who_looks_after_the_set_alone(world: World) -> None:
    await world.new_set()
    refused = "Only the person who set this up, or the facilitator, can change that."
    for word in ("facilitator", "move", "cancel", "end"):
        assert refused in await answer(world, "ben", f"/als {word}")
    assert world.person("ben").modal is None

    await world.command("ama", "/als facilitator")
    act = await world.submit("ama", {"facilitator": world.slack.bot_user_id})
    assert "Only people can be chosen here." in act.errors["facilitator"]
    await world.submit("ama", {"facilitator": world.person("ben").id})

    assert "Ben facilitates the set now." in in_modal(world, "ama")
    assert "Ben facilitates the set from now on." in channel_texts(world)
    await world.command("ben", "/als facilitator")
    await world.submit("ben", {"facilitator": None})
    assert "The set facilitates itself now" in in_modal(world, "ben")


async def test_the_next_meeting_is_moved_in_the_time_of_the_set(world: World) -> None:
    await world.new_set()
    await world.command("grace", "/als move")
    assert "In the time of the set (Europe/London)." in in_modal(world, "grace")
    act = await world.submit("grace", {"date": "2026-03-01", "time": "10:00"})
    assert act.errors == {"date": "That has passed already. Please choose a later day."}
    await world.submit("grace", {"date": "2026-03-11", "time": "14:30"})

    moved = "2026-03-11 14:30 (Europe/London)"
    assert f"The next meeting is on {moved}." in in_modal(world, "grace")
    assert f"The next meeting has moved to {moved}." in channel_texts(world)
    await world.move_to(datetime(2026, 3, 11, 14, 19, tzinfo=UTC))
    assert world.messages("meeting:") == [], "nothing opens at the old time"
    await world.move_to(datetime(2026, 3, 11, 14, 20, tzinfo=UTC))
    assert "We start at 14:30 (Europe/London)." in world.text(world.board())


async def test_a_board_that_was_up_says_that_its_meeting_has_moved(world: World) -> None:
    await world.new_set()
    await world.move_to(FIRST_MEETING - timedelta(minutes=5))
    await world.command("ama", "/als move")
    await world.submit("ama", {"date": "2026-03-10", "time": "10:00"})

    (board,) = world.messages("meeting:")
    assert "This meeting has moved to 2026-03-10 10:00 (Europe/London)." in world.text(board)
    assert labels(world, "ama", board) == []
    await world.move_to(FIRST_MEETING + timedelta(hours=23, minutes=50))
    assert "Start the meeting" in labels(world, "ama", world.board())
    assert world.board() is not board, "far up in the channel nobody would see it"
    assert "This meeting has moved" in world.text(board)
    await world.press("grace", Action.START_MEETING)
    assert key_of(world.thread()[0]).endswith(":opening")
    await world.press("oscar", Action.I_AM_HERE)
    (refused,) = world.person("oscar").ephemerals()
    assert refused.thread_ts in (None, world.board().ts)


async def test_a_cancelled_meeting_gives_way_to_the_next_of_the_rhythm(world: World) -> None:
    await world.new_set()
    await world.command("ama", "/als cancel")
    following = "2026-04-06 10:00 (Europe/London)"
    assert f"Cancel the meeting on {LONDON_FIRST}? The next one is then on {following}." in in_modal(
        world, "ama"
    )
    await world.submit("ama")

    assert f"The meeting on {LONDON_FIRST} is cancelled. The next one is on {following}." in channel_texts(
        world
    )
    await world.move_to(FIRST_MEETING + timedelta(days=1))
    assert world.messages("meeting:") == []
    # 10:00 on the clocks of London, which are an hour ahead of UTC by then.
    await world.move_to(datetime(2026, 4, 6, 8, 50, tzinfo=UTC))
    assert "We start at 10:00 (Europe/London)." in world.text(world.board())


async def test_a_set_that_ends_asks_first_and_is_quiet_afterwards(world: World) -> None:
    await world.new_set()
    await world.command("ama", "/als end")
    assert "End Northern heads for good?" in in_modal(world, "ama")
    await world.submit("ama")

    assert "Northern heads has ended." in in_modal(world, "ama")
    assert "Northern heads has come to its end." in channel_texts(world)[-1]
    assert "This set has ended." in invitation(world)
    assert not any("I'm in" in labels(world, "ama", one) for one in world.messages("set:"))
    said = len(world.messages())
    await world.move_to(FIRST_MEETING + timedelta(hours=4))
    assert len(world.messages()) == said
    assert "No set meets here." in await answer(world, "ama", "/als next")


# The words after /als


async def test_a_wrong_word_is_answered_with_the_nearest_right_one(world: World) -> None:
    assert "Did you mean /als commitments?" in await answer(world, "ama", "/als comitments")
    assert "Did you mean /als swap?" in await answer(world, "ama", "/als SWAPP @ben")
    listed = await answer(world, "ama", "/als")
    assert listed == await answer(world, "ama", "/als help")
    words = "help new next status start ask commitments report join leave swap skip away end"
    assert all(f"/als {word}:" in listed for word in words.split())


async def test_slack_itself_refuses_the_command_in_a_thread(world: World) -> None:
    await world.new_set(accepted=())
    (post,) = world.messages("set:")
    act = await world.person("ama").command("/als next", world.place.channel, thread_ts=post.ts)

    assert act.refused == "commands_do_not_work_in_threads"


async def test_in_a_direct_message_the_command_is_about_the_persons_only_set(world: World) -> None:
    assert "No set meets here. /als new starts one" in await answer(world, "ben", "/als next", private=True)
    await world.new_set()
    assert f"The next meeting is on {LONDON_FIRST}." in await answer(world, "ben", "/als next", private=True)
    await world.new_set(name="Second set", channel=world.place.open_channel, members=("ben", "carla"))

    which = await answer(world, "ben", "/als next", private=True)
    assert "Please type /als next in the channel of the set you mean:" in which
    assert "• Northern heads" in which
    assert "• Second set" in which


async def test_next_says_who_is_proposed_and_why_after_a_skip_a_swap_and_an_absence(world: World) -> None:
    await world.new_set()
    assert "Proposed: Ama, with no turn in this set yet." in await answer(world, "dev", "/als next")
    assert "Noted: not this time. You keep your place" in await answer(world, "ama", "/als skip")
    skipped = await answer(world, "dev", "/als next")
    assert "Proposed: Ben, with no turn in this set yet." in skipped
    assert "Nearer to the front, with their places kept: Ama (not this time)." in skipped

    assert "You and Dev have exchanged places, once." in await answer(world, "ben", "/als swap @Dev")
    found(dms(world, "dev"), "Ben has swapped places with you in the turn order of Northern heads.")
    assert "Proposed: Dev, in the place of Ben after their swap." in await answer(world, "dev", "/als next")
    assert "One of you is in a swap already." in await answer(world, "carla", "/als swap @ben")

    assert "You are away until Monday 9 March 2026." in await answer(world, "dev", "/als away 2026-03-09")
    away = await answer(world, "ben", "/als next")
    assert "Proposed: Carla" in away
    assert "Ama (not this time), Dev (not here)" in away
    assert "Welcome back." in await answer(world, "dev", "/als away back")
    assert "Proposed: Dev" in await answer(world, "ben", "/als next")


async def test_swap_and_away_are_chosen_from_a_form_where_nothing_was_typed(world: World) -> None:
    await world.new_set()
    await world.command("ben", "/als swap")
    assert "You exchange places in the turn order, once. Agree on it with them first." in in_modal(
        world, "ben"
    )
    await world.submit("ben", {"other": world.person("ama").id})
    assert "You and Ama have exchanged places, once." in in_modal(world, "ben")
    assert "I know nobody called “Zoe” in this set." in await answer(world, "ben", "/als swap Zoe")

    await world.command("carla", "/als away")
    act = await world.submit("carla", {"until": "2026-03-01"})
    assert "That has passed already." in act.errors["until"]
    await world.submit("carla", {"until": "2026-03-13"})
    assert "You are away until Friday 13 March 2026." in in_modal(world, "carla")
    assert "I can't read “Friday” as a day." in await answer(world, "carla", "/als away Friday")
