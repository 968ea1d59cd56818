"""A set begins: its form, its invitation, and the answers to it."""

from typing import Any

import pytest

from bot.rehearsal.model import Conversation
from bot.surfaces.ids import Action
from tests.e2e.people import SIX, new_set_form
from tests.e2e.reading import answer, channel_texts, dms, found, home, in_modal, invitation, whispers
from tests.e2e.world import FIRST_MEETING, World

LONDON_FIRST = "2026-03-09 10:00 (Europe/London)"


async def invite(world: World, **form: Any) -> str:
    """A new set that nobody has answered yet."""
    return await world.new_set(accepted=(), **form)


async def open_form(world: World, name: str = "ama") -> None:
    """`/als new`, and its form."""
    await world.command(name, "/als new")
    await world.person(name).see_modal("Start a set")


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
