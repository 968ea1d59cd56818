"""A meeting's course: it opens, starts, goes forward and back, is handed over, and ends."""

from datetime import UTC, datetime, timedelta

from bot.domain.learning_set import Phase
from bot.rehearsal.acts import Act
from bot.surfaces.ids import Action
from tests.e2e.history import at_stage
from tests.e2e.people import SIX
from tests.e2e.reading import (
    answer,
    calls_everybody,
    channel_texts,
    dms,
    found,
    in_modal,
    labels,
    mentioned,
    thread_texts,
    whispers,
)
from tests.e2e.world import FIRST_MEETING, World

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
    assert len(world.messages("meeting:")) == len({one.ts for one in world.messages("meeting:")})
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
