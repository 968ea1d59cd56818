"""A meeting's course: it opens, starts, and goes forward and back."""

from datetime import timedelta

from bot.domain.learning_set import Phase
from bot.rehearsal.acts import Act
from bot.surfaces.ids import Action
from tests.e2e.history import at_stage
from tests.e2e.people import SIX
from tests.e2e.reading import (
    answer,
    calls_everybody,
    dms,
    found,
    in_modal,
    labels,
    mentioned,
    thread_texts,
    whispers,
)
from tests.e2e.world import FIRST_MEETING, World, key_of

STAGES = [
    "welcome",
    "report-backs",
    "bids",
    "problem",
    "clarification",
    "stillness",
    "reflection",
    "analysis",
    "reframing",
    "shift",
    "action",
    "commitments",
    "learning-review",
    "close",
]


async def test_one_post_ten_minutes_before_opens_the_meeting(world: World) -> None:
    await world.new_set(call_link="https://meet.example/room")
    await world.move_to(FIRST_MEETING - timedelta(minutes=10, seconds=1))
    assert world.messages("meeting:") == []
    assert "It is too early." in await answer(world, "grace", "/als start")

    await world.move_to(FIRST_MEETING - timedelta(minutes=10))
    (board,) = world.messages("meeting:")
    text = world.text(board)
    assert "We start at 10:00 (Europe/London)." in text
    assert "Grace facilitates." in text
    assert "Proposed: Ama, with no turn in this set yet." in text
    assert labels(world, "ben", board) == ["Start the meeting", "I'm here", "Join the call"]
    assert "https://meet.example/room" in str(board.blocks)


async def test_the_start_makes_that_post_the_board_and_calls_owner_and_facilitator_once(world: World) -> None:
    await world.new_set()
    await world.move_to(FIRST_MEETING)
    opening = world.board()
    await world.press("ben", Action.START_MEETING)
    assert "That is the facilitator's part." in whispers(world, "ben")[-1]
    assert "We start at" in world.text(world.board())

    await world.press("grace", Action.START_MEETING)

    assert world.board().ts == opening.ts
    assert "'type': 'date'" in str(world.board().blocks), "times in Slack's own date format"
    assert "Welcome (stage 1 of 14)" in world.text(world.board())
    first, welcome = world.thread()
    assert first.broadcast
    assert "What we write goes into this thread." in world.text(first)
    assert mentioned(first) == [world.person("ama").id, world.person("grace").id]
    assert "What is said here stays here" in world.text(welcome)
    assert "To begin: What is on your mind as you arrive?" in world.text(welcome)


async def test_a_whole_meeting_in_time_is_one_board_one_line_a_stage_and_a_dozen_presses(
    world: World,
) -> None:
    await world.new_set()
    await world.begin_meeting("grace", SIX)
    presses = await play_in_time(world)

    assert len(presses) == len(STAGES) - 1, "one each, but for the stillness, which moves on by itself"
    assert [act.confirmed_text for act in presses] == [None] * len(presses)
    keys = [key_of(one) for one in world.messages()]
    assert len(keys) == len(set(keys)), "nothing is posted twice"
    boards = [one for one in world.messages("meeting:") if not one.is_reply]
    assert len(boards) == 1, "updated, never posted again"
    assert "We met from 10:00 (Europe/London) to 11:30 (Europe/London)." in world.text(boards[0])
    assert [one.stage for one in world.messages("meeting:") if ":stage:" in str(one.metadata)] == STAGES
    thread = world.thread()
    assert [one.broadcast for one in thread] == [True, *[False] * (len(thread) - 2), True]
    assert "what came of meeting 1" in world.text(thread[-1])
    people = [person for one in world.messages() for person in mentioned(one)]
    assert people == [world.person("ama").id, world.person("grace").id], "called once, and nobody else ever"
    assert not any(calls_everybody(one) for one in world.messages())
    assert [dms(world, name) for name in SIX[1:]] == [[]] * 5, "no questions, nothing to send home"
    assert dms(world, "grace") == [], "nothing is unfinished"


async def play_in_time(world: World) -> list[Act]:
    """Every stage to its end, each moved on by the facilitator; her presses."""
    presses = []
    while (meeting := await world.meeting()).phase is Phase.RUNNING:
        assert meeting.stage_ends_at is not None
        if meeting.stage == "commitments":
            await world.press("ama", Action.RECORD_COMMITMENT)
            await world.submit("ama", {"what": "Talk to Rosa", "due_on": "2026-03-20"})
        if meeting.stage == "learning-review":
            await world.at_once(*(world.pressing(name, Action.NOTHING_LEARNED) for name in SIX))
        await world.move_to(meeting.stage_ends_at)
        if meeting.stage != "stillness":
            presses.append(await world.press("grace", Action.MOVE_ON))
    return presses


async def test_forward_asks_first_in_words_and_only_before_the_stages_time_is_up(world: World) -> None:
    await at_stage(world, "problem")
    early = await world.press("grace", Action.MOVE_ON)
    asked = "The time for Problem is not up yet. Move all 7 of you on to Clarification?"
    assert early.confirmed_text == asked
    assert "Next: Stillness" in labels(world, "ben", world.board())

    ends_at = (await world.meeting()).stage_ends_at
    assert ends_at is not None
    await world.move_to(ends_at)
    in_time = await world.press("grace", Action.MOVE_ON)

    assert in_time.confirmed_text is None
    assert (await world.meeting()).stage == "stillness"


async def test_time_running_out_changes_a_line_then_whispers_once_and_moves_nobody(world: World) -> None:
    ends_at = (await at_stage(world, "problem")).stage_ends_at
    assert ends_at is not None
    posts = len(world.messages())
    await world.move_to(ends_at - timedelta(seconds=1))
    assert "Until 10:06" in world.text(world.board())

    await world.move_to(ends_at)
    assert "The time for Problem is up. Finish the thought, then move on." in world.text(world.board())
    assert whispers(world, "grace") == []
    await world.move_to(ends_at + timedelta(minutes=1))
    (whisper,) = whispers(world, "grace")
    assert "Problem is a minute over." in whisper
    await world.move_to(ends_at + timedelta(minutes=30))

    assert len(whispers(world, "grace")) == 1
    assert (await world.meeting()).stage == "problem"
    assert len(world.messages()) == posts
    assert not any(whispers(world, name) for name in SIX)


async def test_back_says_whose_turn_reopens_and_loses_nothing(world: World) -> None:
    await at_stage(world, "reflection")
    await world.press("ben", Action.ASK_QUESTION)
    await world.submit("ben", {"text": "Who decides?"})
    await world.press("grace", Action.GO_BACK)
    form = in_modal(world, "grace")
    assert "Nothing that was said is lost." in form
    assert "Reopens the turn of Ama" in form
    await world.submit("grace", {"position": str(STAGES.index("clarification"))})

    assert "Back to Clarification: Ama's turn is open again." in world.text(world.thread()[-1])
    board = world.text(world.board())
    assert "Clarification (stage 5 of 14)" in board
    assert "For Ama, from Ben:\nWho decides?" in board
    assert "Who decides?" in found(thread_texts(world), "Ben asks:")


async def test_a_modal_that_was_open_when_the_stage_moved_lands_and_says_where_it_began(
    world: World,
) -> None:
    await at_stage(world, "reflection")
    await world.press("ben", Action.ASK_QUESTION)
    await world.press("grace", Action.MOVE_ON)
    act = await world.submit("ben", {"text": "What does it cost you?"})

    assert act.errors == {}
    assert "What does it cost you?" in found(thread_texts(world), "Ben asks (begun in Reflection):")


async def test_the_stillness_is_still_and_moves_on_by_itself(world: World) -> None:
    await at_stage(world, "clarification")
    await world.press("ben", Action.ASK_QUESTION)
    await world.submit("ben", {"text": "Since when?"})
    await world.press("grace", Action.MOVE_ON)
    posts, board = len(world.messages()), world.text(world.board())
    assert "then it moves on by itself." in board
    assert "Since when?" not in board, "nothing is held out to the owner"

    await world.press("carla", Action.ASK_QUESTION)
    assert "It waits unseen until the stillness is over." in in_modal(world, "carla")
    await world.submit("carla", {"text": "What would help?"})
    await world.press("dev", Action.ASK_QUESTION)
    await world.submit("dev", {"text": "And then?"})
    assert len(world.messages()) == posts
    assert world.text(world.board()) == board

    ends_at = (await world.meeting()).stage_ends_at
    assert ends_at is not None
    await world.move_to(ends_at + timedelta(seconds=5))

    assert (await world.meeting()).stage == "reflection"
    assert "What would help?" in found(thread_texts(world), "Carla asks:")
    assert "And then?" in found(thread_texts(world), "Dev asks:")
    assert "For Ama, from Ben:\nSince when?\n2 more wait." in world.text(world.board())
    assert whispers(world, "grace") == []
