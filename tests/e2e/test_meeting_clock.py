"""The clock that bends: late starts, pauses, more time, and where it comes from."""

from datetime import UTC, datetime, timedelta

from bot.surfaces.ids import Action
from tests.e2e.history import at_stage, newest
from tests.e2e.reading import dms, found, in_modal, labels, thread_texts
from tests.e2e.world import FIRST_MEETING, World

OFFER = "We lost 3 minutes. Shall we end on time, with shorter stages, or 3 minutes later?"


def at(hour: int, minute: int) -> datetime:
    """On the day of the first meeting."""
    return datetime(2026, 3, 9, hour, minute, tzinfo=UTC)


async def test_after_a_late_start_the_facilitator_is_asked_once_on_time_or_later(world: World) -> None:
    await world.new_set()
    await world.move_to(FIRST_MEETING + timedelta(minutes=3))
    await world.press("grace", Action.START_MEETING)
    assert OFFER in world.text(world.board())
    found(dms(world, "grace"), OFFER)
    assert "We end at 11:30" in world.text(world.board())

    await world.press("ben", Action.END_LATER)
    assert "We end at 11:30" in world.text(world.board()), "it is the facilitator's choice"
    await world.press("grace", Action.END_LATER)

    assert "We end at 11:33" in world.text(world.board())
    assert OFFER not in world.text(world.board())
    assert dms(world, "grace") == ["We end at 11:33 (Europe/London)."]
    await world.press("grace", Action.MOVE_ON)
    assert "Shall we" not in world.text(world.board())


async def test_a_start_a_minute_late_asks_nothing(world: World) -> None:
    await world.new_set()
    await world.move_to(FIRST_MEETING + timedelta(minutes=1))
    await world.press("grace", Action.START_MEETING)

    assert "Shall we end on time" not in world.text(world.board())
    assert dms(world, "grace") == []


async def test_a_pause_holds_the_clock_and_the_plan_shrinks_to_the_end_that_stands(world: World) -> None:
    await at_stage(world, "clarification")
    ends_at = (await world.meeting()).stage_ends_at
    assert ends_at is not None
    await world.press("grace", Action.PAUSE)
    board = world.text(world.board())
    assert "Paused since 10:00" in board
    assert "Resume" in labels(world, "grace", world.board())
    assert not any(label.startswith("Next:") for label in labels(world, "grace", world.board()))
    await world.move_to(ends_at + timedelta(minutes=30))
    assert world.text(world.board()) == board, "no time runs out while the meeting is paused"

    await world.press("grace", Action.RESUME)
    assert "We lost 38 minutes." in world.text(world.board())
    await world.press("grace", Action.END_ON_TIME)
    board = world.text(world.board())
    assert "We end at 11:30" in board
    assert "Shall we" not in board
    history = await newest(world)
    await history.lead_to("grace", "close")
    planned = history.meeting.stage_ends_at
    assert planned is not None
    assert planned <= at(11, 30)


async def test_more_time_comes_from_ones_own_turn_then_from_all_then_from_an_owner_who_is_named(
    world: World,
) -> None:
    await at_stage(world, "problem", clock="90x2")
    await world.move_to(at(10, 23))
    await world.press("grace", Action.STRETCH)
    assert "• 5 minutes: from later in the same turn" in in_modal(world, "grace")
    await world.submit("grace", {"choice": "10"})
    assert not any("more minutes" in text for text in thread_texts(world)), "nobody else gave any"
    assert "Until 10:33" in world.text(world.board())

    await world.press("grace", Action.STRETCH)
    assert "from stages that belong to all" in in_modal(world, "grace")
    assert "• 10 minutes: from the turn of Ben" in in_modal(world, "grace")
    await world.submit("grace", {"choice": "10+others"})
    assert "Problem gets 10 more minutes. They come from the turn of Ben." in thread_texts(world)
    assert "Until 10:43" in world.text(world.board())

    await world.press("grace", Action.STRETCH)
    while "minutes: from" in in_modal(world, "grace"):
        await world.submit("grace", {"choice": "2+others"})
        await world.press("grace", Action.STRETCH)
    assert "There is no more time to give: every stage that follows" in in_modal(world, "grace")


async def test_the_board_keeps_the_minimum_of_the_last_stages_whatever_was_used_up(world: World) -> None:
    await at_stage(world, "reflection")
    await world.move_to(at(11, 25))
    history = await newest(world)
    await history.lead_to("grace", "commitments")
    await world.settle()
    assert "Until 11:28" in world.text(world.board())
    await history.lead_to("grace", "learning-review")
    await world.settle()

    assert "Until 11:29" in world.text(world.board())
    assert "We end at 11:30" in world.text(world.board())
