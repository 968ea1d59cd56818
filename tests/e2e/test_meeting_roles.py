"""Who runs a meeting, who is here, and how it ends, by somebody or by itself."""

from datetime import UTC, datetime, timedelta

from bot.domain.learning_set import Phase
from bot.surfaces.ids import Action
from tests.e2e.history import at_stage
from tests.e2e.people import SIX
from tests.e2e.reading import (
    answer,
    channel_texts,
    dms,
    found,
    in_modal,
    mentioned,
    whispers,
)
from tests.e2e.world import FIRST_MEETING, World


async def test_where_nobody_facilitates_anyone_who_is_here_runs_the_meeting(world: World) -> None:
    await world.new_set(facilitator=None)
    await world.move_to(FIRST_MEETING)
    nobody = "Nobody facilitates this time"
    assert nobody in world.text(world.board())
    await world.press("carla", Action.START_MEETING)
    assert nobody in world.text(world.thread()[0])
    assert mentioned(world.thread()[0]) == [world.person("ama").id]

    await world.press("ben", Action.MOVE_ON)
    ends_at = (await world.meeting()).stage_ends_at
    assert ends_at is not None
    await world.move_to(ends_at + timedelta(minutes=2))

    assert "Report-backs (stage 2 of 14)" in world.text(world.board())
    assert "The time for Report-backs is up." in world.text(world.board())
    assert not any(whispers(world, name) for name in SIX), "the board has said it"
    await world.press("oscar", Action.MOVE_ON)
    assert "Only those who are in this set can do that." in whispers(world, "oscar")[-1]


async def test_where_the_facilitator_does_not_act_anyone_may_after_two_minutes(world: World) -> None:
    await world.new_set()
    await world.move_to(FIRST_MEETING + timedelta(minutes=1, seconds=59))
    await world.press("ben", Action.START_MEETING)
    assert (await world.meeting()).phase is Phase.OPENED
    await world.move_to(FIRST_MEETING + timedelta(minutes=2))
    await world.command("ben", "/als start")
    assert (await world.meeting()).stage == "welcome"

    ends_at = (await world.meeting()).stage_ends_at
    assert ends_at is not None
    await world.move_to(ends_at + timedelta(minutes=1, seconds=59))
    await world.press("carla", Action.MOVE_ON)
    assert "two minutes after" in whispers(world, "carla")[-1]
    await world.move_to(ends_at + timedelta(minutes=2))
    await world.press("carla", Action.MOVE_ON)

    assert (await world.meeting()).stage == "report-backs"
    assert (await world.meeting()).facilitator == world.person("grace").id, "the role stays where it was"


async def test_handing_over_is_two_taps_and_holds_for_this_meeting(world: World) -> None:
    await at_stage(world, "report-backs")
    await world.press("grace", Action.HAND_OVER)
    assert "Who facilitates from here? For this meeting only." in in_modal(world, "grace")
    person = world.person("grace")
    assert person.modal is not None
    (dev,) = [button for button in person.buttons(person.modal) if button.text == "Dev"]
    await person.press_in_modal(Action.HAND_OVER_TO, block_id=dev.block_id)
    await world.settle()

    assert "Dev facilitates this meeting now." in in_modal(world, "grace")
    assert "For Dev, who facilitates:" in world.text(world.board())
    assert "Grace has handed you the facilitator's role for this meeting." in whispers(world, "dev")[-1]
    await person.close_modal()
    await world.press("grace", Action.MOVE_ON)
    assert (await world.meeting()).stage == "report-backs"
    await world.press("dev", Action.MOVE_ON)
    assert (await world.meeting()).stage == "bids"
    assert (await world.learning_set()).facilitator == person.id


async def test_presence_is_a_press_or_anything_done_and_the_facilitator_can_correct_it(world: World) -> None:
    await at_stage(world, "clarification", present=("ben", "carla"))
    assert "Here: Ben, Carla and Grace." in world.text(world.board())
    await world.press("dev", Action.ASK_QUESTION)
    await world.submit("dev", {"text": "Since when?"})
    await world.press("elif", Action.I_AM_HERE)
    assert "Here: Ben, Carla, Dev, Elif and Grace." in world.text(world.board())

    await world.press("ben", Action.CORRECT_PRESENCE)
    assert "That is the facilitator's part." in in_modal(world, "ben")
    await world.press("grace", Action.CORRECT_PRESENCE)
    assert "Whoever is not chosen counts as absent." in in_modal(world, "grace")
    await world.submit("grace", {"present": [world.person(name).id for name in ("ama", "ben")]})

    assert "Here: Ama, Ben and Grace." in world.text(world.board())


async def test_ending_early_goes_through_the_learning_review(world: World) -> None:
    await at_stage(world, "clarification", clock="90x2")
    act = await world.press("grace", Action.END_MEETING)
    assert act.confirmed_text is not None
    assert "This goes straight to the learning review. Nothing said is lost" in act.confirmed_text
    assert "Learning review" in world.text(world.board())
    (end,) = [
        one for one in world.person("grace").buttons(world.board()) if one.action_id == Action.END_MEETING
    ]
    assert "This closes the meeting and posts the summary. Nothing said is lost." in str(end.element)
    await world.command("ben", "/als end")
    assert "That is the facilitator's part." in whispers(world, "ben")[-1]
    await world.command("grace", "/als end")
    assert "End this meeting?" in in_modal(world, "grace")
    await world.submit("grace")

    summary = world.text(world.thread()[-1])
    assert "Ama brought a problem." in summary
    assert "There was no time for Ben, who keeps their place." in summary
    assert "Proposed: Ben" in summary
    (told,) = dms(world, "grace")
    assert "Neither a commitment nor a “none, because” from Ama." in told
    assert "No time for the turn of Ben." in told


async def test_a_forgotten_meeting_closes_itself_and_keeps_everything(world: World) -> None:
    await at_stage(world, "commitments")
    await world.press("ben", Action.NOTE_TAKEAWAY)
    await world.submit("ben", {"text": "Ask earlier"})
    await world.move_to(datetime(2026, 3, 9, 13, 29, 59, tzinfo=UTC))
    assert (await world.meeting()).number == 1
    await world.move_to(datetime(2026, 3, 9, 13, 31, tzinfo=UTC))

    assert "Nobody closed this meeting, so it closed by itself. Everything is kept." in world.text(
        world.board()
    )
    summary = world.text(world.thread()[-1])
    assert "None: the meeting closed unfinished." in summary
    assert "Ben: Ask earlier" in summary
    assert "Next meeting: 2026-04-06 10:00 (Europe/London)" in summary
    found(dms(world, "ama"), "closed by itself before your commitment was written")
    assert "Neither a commitment nor a “none, because” from Ama." in dms(world, "grace")[-1]
    await world.pass_time(days=2)
    assert len([text for text in dms(world, "ama") if "closed by itself" in text]) == 1


async def test_a_meeting_that_nobody_starts_did_not_take_place(world: World) -> None:
    await world.new_set()
    await world.move_to(FIRST_MEETING + timedelta(hours=3, minutes=31))

    assert "This meeting did not take place." in world.text(world.board())
    found(channel_texts(world), "Nobody started the meeting on 2026-03-09 10:00 (Europe/London)")
    assert "Proposed: Ama" in await answer(world, "ben", "/als next")
