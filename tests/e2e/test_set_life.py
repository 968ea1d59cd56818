"""A set begins, changes and ends: everything that its members see of it outside its meetings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.rehearsal.model import Conversation
from bot.surfaces.ids import Action
from tests.e2e.people import SIX, new_set_form
from tests.e2e.reading import answer, channel_texts, dms, found, home, in_modal, labels, whispers
from tests.e2e.world import FIRST_MEETING, World

LONDON_FIRST = "2026-03-09 10:00 (Europe/London)"


async def invite(world: World, **form: Any) -> str:
    """A new set that nobody has answered yet."""
    return await world.new_set(accepted=(), **form)


async def open_form(world: World, name: str = "ama") -> None:
    """`/als new`, and its form."""
    await world.command(name, "/als new")
    await world.person(name).see_modal("Start a set")


def invitation(world: World) -> str:
    """The only invitation there is."""
    (message,) = [one for one in world.messages("set:") if one.metadata and "invitation" in str(one.metadata)]
    return world.text(message)


# Creating


async def test_a_set_is_made_by_command_and_says_what_its_creator_should_know(world: World) -> None:
    await open_form(world)
    form = new_set_form(world.place, FIRST_MEETING)
    # The channel is the one in which the command was typed.
    act = await world.submit("ama", {name: value for name, value in form.items() if name != "channel"})

    assert act.errors == {}
    done = in_modal(world, "ama")
    assert f"Northern heads meets for the first time on {LONDON_FIRST}" in done
    assert "1 person in the channel is not in the set and can read along." in done
    assert "public" not in done
    assert (await world.learning_set()).channel_id == world.place.channel.id


async def test_the_invitation_says_who_what_when_and_whoever_asks_is_told_what_comes_next(
    world: World,
) -> None:
    await invite(world)

    text = invitation(world)
    for said in (
        "Ama invites you",
        "For Ama, Ben, Carla, Dev, Elif and Fumi.",
        f"First meeting: {LONDON_FIRST}. After that every 4 weeks, 90 minutes each time.",
        "Grace facilitates.",
        "What is said in the set stays in the set.",
        "0 of 6 are in.",
    ):
        assert said in text
    assert "not in, and is not reminded" in found(dms(world, "ama"), "Northern heads is set up")
    assert [dms(world, name) for name in SIX[1:]] == [[]] * 5, "an invitation is a post, not a DM"


async def test_a_set_is_made_from_home_and_a_public_channel_brings_a_warning(world: World) -> None:
    await world.home("ama")
    await world.press("ama", Action.NEW_SET)
    await world.submit(
        "ama",
        new_set_form(world.place, FIRST_MEETING, channel=world.place.open_channel, members=SIX[:3]),
    )

    done = in_modal(world, "ama")
    assert "The channel is public: everybody in the workspace can read what the set writes there." in done
    assert "You invited 3 people. Sets of 4 to 8 work best." in done
    assert "For Ama, Ben and Carla." in invitation(world)


@pytest.fixture
def channel_without_bot(world: World) -> Conversation:
    return world.slack.add_channel("no-bot-yet", list(world.place.people.values()), with_bot=False)


async def test_what_cannot_be_is_said_beside_the_field_and_the_form_stays(
    world: World, channel_without_bot: Conversation
) -> None:
    form = new_set_form(world.place, FIRST_MEETING)
    bot, us = world.slack.bot_user_id, world.slack.workspace.bot.shown_name
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"turns": "3"}, "turns", "90 minutes with 1 turn, 90 minutes with 2 turns"),
        ({"length": "60", "turns": "2"}, "turns", "These do not go together."),
        ({"channel": channel_without_bot.id}, "channel", f"/invite @{us}"),
        (
            {"members": [*form["members"], bot]},
            "members",
            f"Only people can be chosen here. Please take out {us}",
        ),
        ({"members": form["members"][:1]}, "members", "Please choose 2 to 12 people."),
        ({"first_date": "2026-03-01"}, "first_date", "That has passed already."),
    ]
    await open_form(world)

    for changed, field, sentence in wrong:
        act = await world.submit("ama", form | changed)
        assert list(act.errors) == [field]
        assert sentence in act.errors[field]
    world.slack.workspace.conversations[channel_without_bot.id].members.append(bot)
    act = await world.submit("ama", form | {"channel": channel_without_bot.id})

    assert act.errors == {}, "after /invite the same form is taken"


async def test_somebody_whose_account_is_closed_cannot_be_invited(world: World) -> None:
    await open_form(world)
    world.person("ama").fill(new_set_form(world.place, FIRST_MEETING))
    world.slack.workspace.deactivate(world.person("fumi").id)
    act = await world.submit("ama")

    assert act.errors == {"members": "The account of Fumi is deactivated. Please take it out."}


async def test_a_channel_holds_one_set_at_a_time(world: World) -> None:
    await invite(world)
    await open_form(world, "ben")
    form = new_set_form(world.place, FIRST_MEETING, name="Second set")
    act = await world.submit("ben", form)
    assert "That channel has a set already." in act.errors["channel"]

    await world.command("ama", "/als end")
    await world.submit("ama")
    act = await world.submit("ben", form)

    assert act.errors == {}, "where a set has ended another may begin"
    assert "Second set meets for the first time" in in_modal(world, "ben")


# Answering


async def test_answers_are_a_count_and_a_refusal_is_told_to_the_creator_alone(world: World) -> None:
    await invite(world)
    before = len(world.messages())

    await world.press("ben", Action.ACCEPT_INVITATION)
    assert "1 of 6 is in." in invitation(world)
    accepted = invitation(world)
    await world.press("carla", Action.DECLINE_INVITATION)

    assert invitation(world) == accepted, "nobody can read a refusal from the invitation"
    found(dms(world, "ama"), "Carla says that Northern heads is not for them this time. Only you are told.")
    assert len(world.messages()) == before + 1, "nobody else hears anything"
    await world.press("carla", Action.ACCEPT_INVITATION)
    assert "2 of 6 are in." in invitation(world), "a mind may change"


async def test_who_does_not_answer_is_not_in_has_no_turn_and_is_left_in_peace(world: World) -> None:
    await invite(world)
    await world.press("ben", Action.ACCEPT_INVITATION)
    await world.press("carla", Action.ACCEPT_INVITATION)

    assert "Proposed: Ben" in await answer(world, "ben", "/als next")
    assert "2 people are in. 4 invitations are unanswered." in await answer(world, "ama", "/als status")
    assert "Only those who are in this set can do that." in await answer(world, "dev", "/als skip")
    await world.move_to(FIRST_MEETING)

    assert "Proposed: Ben" in world.text(world.board())
    assert [dms(world, name) for name in ("dev", "elif", "fumi")] == [[], [], []]


async def test_only_who_was_invited_can_answer(world: World) -> None:
    await invite(world)
    await world.press("oscar", Action.ACCEPT_INVITATION)

    assert "0 of 6 are in." in invitation(world)
    assert "This invitation was not for you." in whispers(world, "oscar")[-1]


async def test_joining_and_leaving_are_said_in_the_channel_and_leaving_asks_first(world: World) -> None:
    await invite(world)
    assert "You are in: welcome to Northern heads." in await answer(world, "oscar", "/als join")
    assert "Oscar joins the set." in channel_texts(world)
    assert "You are in already." in await answer(world, "oscar", "/als join")

    await world.command("oscar", "/als leave")
    assert "Leave Northern heads? Your place in the turn order goes" in in_modal(world, "oscar")
    await world.submit("oscar")

    assert "You have left Northern heads." in in_modal(world, "oscar")
    assert "Oscar has left the set. What they said stays with us." in channel_texts(world)
    assert "Only those who are in this set can do that." in await answer(world, "oscar", "/als leave")


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
    await invite(world)
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


async def test_the_bot_greets_a_channel_into_which_it_comes(world: World) -> None:
    channel = world.slack.add_channel("fresh", [world.person("ama")], with_bot=False)
    world.slack.workspace.join(channel.id, world.slack.bot_user_id)
    await world.settle()
    (greeting,) = world.messages("channel:")
    assert greeting.channel == channel.id
    await world.press("ama", Action.NEW_SET)

    assert "Start a set" in in_modal(world, "ama")


async def test_home_shows_an_invitation_and_takes_its_answer(world: World) -> None:
    await invite(world)
    await world.home("ben")
    assert "You are invited to the set Northern heads." in home(world, "ben")
    await world.person("ben").press_home(Action.ACCEPT_INVITATION)
    await world.settle()

    assert "1 of 6 is in." in invitation(world)
    assert "You are invited" not in home(world, "ben")
