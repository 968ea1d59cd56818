"""What people leave with: commitments, what others take away, what was learned, and the summary of it all."""

from datetime import timedelta

from bot.surfaces.ids import Action
from tests.e2e.history import at_stage, newest
from tests.e2e.people import SIX
from tests.e2e.reading import dms, found, in_modal, labels, thread_texts, whispers
from tests.e2e.world import World

PROMISE = {"what": "Talk to Rosa", "due_on": "2026-03-20"}
WHOLE = {
    "first_step": "Call her",
    "how_known": "She answers",
    "if_then": "If she is away, then I write",
    "hope_to_learn": "What she fears",
}


async def test_an_owner_leaves_with_a_commitment_or_a_none_because(world: World) -> None:
    await at_stage(world, "commitments")
    await world.press("grace", Action.MOVE_ON)
    gate = whispers(world, "grace")[-1]
    assert "Before we move on, Ama should leave with a commitment, or with “none, because…”." in gate
    assert (await world.meeting()).stage == "commitments"
    await world.press("ben", Action.RECORD_COMMITMENT)
    assert "That belongs to the problem owner." in in_modal(world, "ben")

    await world.press("ama", Action.NO_COMMITMENT)
    await world.submit("ama", {"because": "I need to sleep on it"})
    assert "I need to sleep on it" in found(thread_texts(world), "Ama leaves without a commitment, because:")
    await world.press("ama", Action.RECORD_COMMITMENT)
    await world.submit("ama", PROMISE)
    assert "Ama has made a commitment after all." in thread_texts(world)
    await world.press("grace", Action.MOVE_ON)

    assert (await world.meeting()).stage == "learning-review"


async def test_only_what_and_by_when_are_required_and_the_past_is_refused(world: World) -> None:
    await at_stage(world, "commitments")
    await world.press("ama", Action.RECORD_COMMITMENT)
    assert "Only what and by when are needed." in in_modal(world, "ama")
    act = await world.submit("ama", PROMISE | {"due_on": "2026-03-08"})
    assert act.errors == {"due_on": "That has passed already. Please choose a later day."}
    await world.submit("ama", PROMISE)

    post = found(thread_texts(world), "Ama will:")
    assert "Talk to Rosa" in post
    assert "By Friday 20 March 2026." in post


async def test_the_facilitator_records_for_the_owner_who_completes_it_for_a_day_and_no_longer(
    world: World,
) -> None:
    await at_stage(world, "commitments")
    await world.press("grace", Action.RECORD_COMMITMENT)
    assert "A small experiment of Ama." in in_modal(world, "grace")
    await world.submit("grace", PROMISE)
    assert "Talk to Rosa" in found(thread_texts(world), "Ama will:")
    await close(world)
    offered = found(dms(world, "ama"), "Your commitment from Northern heads.")
    assert "Until 2026-03-10 10:00 (Africa/Accra) you can still complete it" in offered
    assert "Not said yet, and fine without: the first step" in offered

    closed_at = world.now
    await world.move_to(closed_at + timedelta(hours=23))
    await world.press("ama", Action.EDIT_COMMITMENT)
    await world.submit("ama", WHOLE)
    assert "Nothing is missing." in found(dms(world, "ama"), "Your commitment from Northern heads.")
    assert "First step: Call her" in found(thread_texts(world), "Ama will:")

    await world.move_to(closed_at + timedelta(hours=24))
    act = await world.press("ama", Action.EDIT_COMMITMENT)
    assert act.acknowledged
    await world.submit("ama", {"first_step": "Something else"})
    said = str(world.person("ama").field_errors) + in_modal(world, "ama")
    assert "The wording has stood since the day after the meeting." in said
    assert "Something else" not in found(thread_texts(world), "Ama will:")


async def close(world: World) -> None:
    """Through the learning review, to the end."""
    history = await newest(world)
    await history.lead_to("grace", "close")
    await world.settle()
    await world.press("grace", Action.MOVE_ON)


async def test_a_commitment_can_be_taken_back_before_the_close(world: World) -> None:
    await at_stage(world, "commitments")
    await world.press("ama", Action.RECORD_COMMITMENT)
    await world.submit("ama", PROMISE)
    await world.press("ama", Action.EDIT_COMMITMENT)
    await world.submit("ama", {"withdraw": ["yes"]})

    assert "Ama has withdrawn this commitment." in thread_texts(world)
    assert not any("Talk to Rosa" in text for text in thread_texts(world))
    await world.press("grace", Action.MOVE_ON)
    assert "Before we move on" in whispers(world, "grace")[-1]


async def test_what_others_take_away_is_gathered_in_one_post_of_the_turn(world: World) -> None:
    await at_stage(world, "reframing")
    await world.press("ben", Action.NOTE_TAKEAWAY)
    assert "From the turn of Ama, for your own work." in in_modal(world, "ben")
    await world.submit("ben", {"text": "Ask earlier"})
    await world.press("carla", Action.NOTE_TAKEAWAY)
    await world.submit("carla", {"text": "Wait longer"})
    title = "What others take away from Ama's turn"
    assert f"{title}\n• Ben: Ask earlier\n• Carla: Wait longer" in thread_texts(world)

    await world.press("ben", Action.NOTE_TAKEAWAY)
    await world.submit("ben", {"text": "Ask sooner"})
    assert "• Ben: Ask sooner" in found(thread_texts(world), title)
    await world.press("carla", Action.NOTE_TAKEAWAY)
    await world.submit("carla", {"withdraw": ["yes"]})
    assert f"{title}\n• Ben: Ask sooner" in thread_texts(world)


async def test_what_was_learned_appears_together_when_all_are_in_and_the_board_names_nobody(
    world: World,
) -> None:
    await at_stage(world, "learning-review", present=SIX[:3])
    await world.press("ama", Action.WRITE_LEARNING)
    await world.submit("ama", {"about_problem": "It is older than I thought"})
    assert "1 of 3 in. Everyone's lines appear together." in world.text(world.board())
    await world.press("ben", Action.NOTHING_LEARNED)
    assert "2 of 3 in." in world.text(world.board())
    assert not any("It is older" in text for text in thread_texts(world))

    await world.press("carla", Action.WRITE_LEARNING)
    await world.submit("carla", {"about_self": "I interrupt", "about_set": "We waited well"})

    lines = found(thread_texts(world), "What we learned")
    assert "About the problem\n• Ama: It is older than I thought" in lines
    assert "About ourselves\n• Carla: I interrupt" in lines
    assert "About how we worked\n• Carla: We waited well" in lines
    assert "Ben" not in lines, "nothing to add is a valid answer, and nobody's business"


async def test_what_was_learned_also_appears_when_the_time_is_up_and_late_lines_join(world: World) -> None:
    ends_at = (await at_stage(world, "learning-review")).stage_ends_at
    assert ends_at is not None
    await world.press("ama", Action.WRITE_LEARNING)
    await world.submit("ama", {"about_self": "I hide"})
    await world.press("ben", Action.WRITE_LEARNING)
    await world.move_to(ends_at)
    assert "• Ama: I hide" in found(thread_texts(world), "What we learned")
    await world.press("grace", Action.MOVE_ON)
    await world.submit("ben", {"about_self": "I rush"})

    assert "• Ama: I hide\n• Ben: I rush" in found(thread_texts(world), "What we learned")


async def test_the_summary_says_who_owned_what_was_promised_learned_and_when_we_meet_next(
    world: World,
) -> None:
    await at_stage(world, "commitments", clock="90x2", turn=2)
    await world.press("ben", Action.RECORD_COMMITMENT)
    await world.submit("ben", PROMISE)
    await world.press("carla", Action.NOTE_TAKEAWAY)
    await world.submit("carla", {"text": "Wait longer"})
    await world.press("grace", Action.MOVE_ON)
    await world.press("dev", Action.WRITE_LEARNING)
    await world.submit("dev", {"about_set": "We laughed"})
    await world.press("grace", Action.MOVE_ON)
    coming = "Next meeting: 2026-04-06 10:00 (Europe/London)"
    assert coming in world.text(world.thread()[-1]), "it can be read out before people go"
    await world.press("grace", Action.MOVE_ON)

    summary = world.thread()[-1]
    assert summary.broadcast
    text = world.text(summary)
    for said in (
        "Northern heads: what came of meeting 1",
        "Ama brought a problem.\n• No commitment, because: It needs more thought.",
        "Ben brought a problem.\n• Will do, by Friday 20 March 2026: Talk to Rosa",
        "What others took away\n• Carla: Wait longer",
        "About how we worked\n• Dev: We laughed",
        coming,
        "Proposed: Carla, with no turn in this set yet.",
        "Proposed: Dev, with no turn in this set yet.",
        "Thank you for the questions, and for the quiet.",
    ):
        assert said in text
    board = world.text(world.board())
    assert "The meeting is over." in board
    assert "Problem owners: Ama and Ben." in board
    assert labels(world, "ama", world.board()) == []
