"""Whose turn it is in a meeting: report-backs first, then bids, who owns, and one turn after the other."""

from bot.domain import commands as c
from bot.surfaces.ids import Action
from tests.e2e.history import Promise, at_stage, catch_up, has_met, newest
from tests.e2e.people import SIX
from tests.e2e.reading import dms, found, in_modal, labels, thread_texts, whispers
from tests.e2e.world import World


async def at_report_backs(world: World, *promises: Promise, present: tuple[str, ...] = SIX) -> None:
    """The second meeting of a set in which these are open."""
    await has_met(world, *promises)
    history = await newest(world)
    await history.start("grace", present)
    await history.lead_to("grace", "report-backs")
    await catch_up(world)


async def test_report_backs_are_gathered_in_one_post_with_totals_in_public_and_names_to_the_facilitator(
    world: World,
) -> None:
    promises = Promise("ama", "Talk to Rosa"), Promise("ben", "Write to Tom"), Promise("carla", "Rest")
    await at_report_backs(world, *promises, present=("ama", "ben", "dev"))
    assert "2 report-backs still to come." in world.text(world.board()), "nobody waits for the absent"
    assert "They appear here as they come in.\n2 still to come." in found(
        thread_texts(world), "Report-backs\n"
    )

    await world.press("grace", Action.MOVE_ON)
    whisper = world.person("grace").ephemerals()[-1]
    assert "Still to come: Ama and Ben." in whispers(world, "grace")[-1]
    assert labels(world, "grace", whisper) == ["Leave Ama out today", "Leave Ben out today"]
    public = [world.text(world.board()), found(thread_texts(world), "Report-backs\n")]
    assert not any(
        "Ama" in line or "Ben" in line for text in public for line in text.split("\n") if "come" in line
    )

    await world.press("ama", Action.FILE_REPORT)
    assert "Talk to Rosa\nBy Friday 20 March 2026." in in_modal(world, "ama")
    await world.submit("ama", {"outcome": "partly", "happened": "She listened", "learned": "To wait"})
    gathered = found(thread_texts(world), "Report-backs\n")
    assert "Ama: partly done. Talk to Rosa" in gathered
    assert "What happened: She listened" in gathered
    assert "Learned: To wait" in gathered
    assert "One still to come." in gathered

    (leave_ben_out,) = [b for b in world.person("grace").buttons(whisper) if b.text == "Leave Ben out today"]
    await world.person("grace").press(whisper, Action.SKIP_REPORT, block_id=leave_ben_out.block_id)
    await world.settle()
    assert "Every report-back is in, or left out for today." in world.text(world.board())
    await world.press("grace", Action.MOVE_ON)
    assert (await world.meeting()).stage == "bids"


async def test_a_member_may_be_left_out_and_silence_holds_the_set_no_longer_than_the_stage(
    world: World,
) -> None:
    await at_report_backs(world, Promise("ama", "Talk to Rosa"), Promise("ben", "Write to Tom"))
    await world.press("ama", Action.SKIP_REPORT)
    assert "One report-back still to come." in world.text(world.board())
    await world.press("grace", Action.MOVE_ON)
    assert (await world.meeting()).stage == "report-backs"

    ends_at = (await world.meeting()).stage_ends_at
    assert ends_at is not None
    await world.move_to(ends_at)
    await world.press("grace", Action.MOVE_ON)
    assert (await world.meeting()).stage == "bids"
    await world.press("ben", Action.FILE_REPORT)
    await world.submit("ben", {"outcome": "not-yet", "airtime": ["yes"]})

    gathered = found(thread_texts(world), "Report-backs\n")
    assert "Ben: not yet. Write to Tom\n• Would like time for it today." in gathered, "late, and still counts"


async def test_anyone_bids_in_a_line_and_to_choose_another_owner_wants_a_reason_that_is_kept(
    world: World,
) -> None:
    await at_stage(world, "bids")
    assert "Go with Ama" in labels(world, "grace", world.board())
    assert "Proposed: Ama, with no turn in this set yet." in world.text(world.board())
    await world.press("fumi", Action.PLACE_BID)
    await world.submit("fumi", {"line": "My budget is gone"})
    assert "Who would like time today\n• Fumi: My budget is gone" in thread_texts(world)
    await world.press("ben", Action.CHOOSE_OWNERS)
    assert "That is the facilitator's part." in in_modal(world, "ben")

    await world.press("grace", Action.CHOOSE_OWNERS)
    fumi = {"turn_1": world.person("fumi").id}
    act = await world.submit("grace", fumi)
    assert act.errors == {"why": "This differs from the proposal. Please say in a few words why."}
    await world.submit("grace", {"why": "The budget closes on Friday"})
    assert "Today's turns\n1. Fumi: The budget closes on Friday" in thread_texts(world)
    act = await world.press("grace", Action.MOVE_ON)

    assert act.confirmed_text == "The time for Bids is not up yet. Settle on Fumi and move on?"
    assert "Problem owner: Fumi (turn 1 of 1)" in world.text(world.board())
    history = await newest(world)
    await history.lead_to("grace", "close")
    await catch_up(world)
    coming = world.text(world.thread()[-1])
    assert "Proposed: Ama, first in line with a place kept from an earlier meeting." in coming


async def test_a_bid_can_be_reworded_and_taken_back(world: World) -> None:
    await at_stage(world, "bids")
    for line in ("My budget is gone", "My team is tired"):
        await world.press("fumi", Action.PLACE_BID)
        await world.submit("fumi", {"line": line})
    assert "Who would like time today\n• Fumi: My team is tired" in thread_texts(world)
    await world.press("fumi", Action.PLACE_BID)
    await world.submit("fumi", {"withdraw": ["yes"]})

    assert "Nobody asks for time just now." in thread_texts(world)[-1]


async def test_where_nobody_facilitates_the_proposed_owner_may_hand_the_turn_on(world: World) -> None:
    await at_stage(world, "bids", facilitator=None)
    await world.press("ama", Action.CHOOSE_OWNERS)
    await world.submit("ama", {"turn_1": world.person("ben").id, "why": "Ben's cannot wait"})
    await world.press("ama", Action.MOVE_ON)

    assert "Problem owner: Ben (turn 1 of 1)" in world.text(world.board())


async def test_two_turns_follow_each_other_with_a_break_between_and_each_names_its_owner(
    world: World,
) -> None:
    await at_stage(world, "problem", clock="120x2")
    board = world.text(world.board())
    assert "Problem (stage 4 of 24)" in board
    assert "Problem owner: Ama (turn 1 of 2)" in board
    history = await newest(world)
    await history.lead_to("grace", "commitments")
    await history.say("grace", c.RecordNoCommitment, turn=1, because="It needs more thought.")
    await catch_up(world)
    assert "Next: Break" in labels(world, "grace", world.board())
    await world.press("grace", Action.MOVE_ON)
    assert "Break" in world.text(world.board())
    assert "Next: Ben's turn" in labels(world, "grace", world.board())
    act = await world.press("grace", Action.MOVE_ON)

    assert act.confirmed_text == "The time for Break is not up yet. Move all 7 of you on to Ben's turn?"
    assert "Problem owner: Ben (turn 2 of 2)" in world.text(world.board())
    assert "Problem, Ben's turn." in world.text(world.thread()[-1])
    await world.press("grace", Action.GO_BACK)
    assert "Commitments (turn 1)\nReopens the turn of Ama" in in_modal(world, "grace")


async def test_three_turns_share_two_hours(world: World) -> None:
    await at_stage(world, "problem", clock="120x3")
    board = world.text(world.board())

    assert "Problem owner: Ama (turn 1 of 3)" in board
    assert "We end at 12:00" in board
    today = found(thread_texts(world), "Today's turns")
    assert today == "Today's turns\n1. Ama, as proposed\n2. Ben, as proposed\n3. Carla, as proposed"


async def test_a_turn_for_which_nobody_is_here_falls_away(world: World) -> None:
    await at_stage(world, "bids", clock="120x3", present=("ben", "dev"))
    board = world.text(world.board())
    assert "Proposed: Ben" in board
    assert "Nearer to the front, with their places kept: Ama (not here)." in board
    assert "Go with Ben and Dev" in labels(world, "grace", world.board())
    await world.press("grace", Action.MOVE_ON)

    board = world.text(world.board())
    assert "Problem owner: Ben (turn 1 of 2)" in board
    assert "Problem (stage 4 of 23)" in board, "and with it the break before it"


async def test_a_pair_owns_together_and_either_half_may_own_alone(world: World) -> None:
    await at_stage(world, "problem", pairs=True, members=SIX[:4], present=("ben", "carla", "dev"))
    assert "Problem owner: Ben (turn 1 of 1)" in world.text(world.board())
    await world.press("ama", Action.I_AM_HERE)

    assert "Problem owner: Ama and Ben (turn 1 of 1)" in world.text(world.board())


async def test_a_turn_whose_owner_leaves_the_set_goes_on_under_their_name_and_waits_for_nothing(
    world: World,
) -> None:
    await at_stage(world, "action")
    await world.press("ben", Action.ASK_QUESTION)
    await world.command("ama", "/als leave")
    await world.submit("ama")
    await world.submit("ben", {"text": "What will you miss?"})
    board = world.text(world.board())
    assert "Problem owner: Ama (turn 1 of 1)" in board
    assert "For Ama, from Ben:" in board
    await world.press("grace", Action.MOVE_ON)
    assert "Commitments, Ama's turn." in world.text(world.thread()[-1])
    await world.press("grace", Action.MOVE_ON)
    assert (await world.meeting()).stage == "learning-review", "nobody is here to promise anything"
    sent_before = len(dms(world, "ama"))
    await world.press("grace", Action.MOVE_ON)
    await world.press("grace", Action.MOVE_ON)

    assert "Ama brought a problem." in world.text(world.thread()[-1])
    assert len(dms(world, "ama")) == sent_before, "who has left hears no more of it"
    assert dms(world, "grace") == []


async def test_a_newcomer_is_not_proposed_in_their_first_meeting_unless_they_ask(world: World) -> None:
    two = ("ama", "ben")
    await has_met(world, members=two, present=two, clock="120x3")
    await world.command("oscar", "/als join")
    history = await newest(world)
    await history.start("grace", (*two, "oscar"))
    await history.lead_to("grace", "bids")
    await catch_up(world)
    assert "Go with Ben and Ama" in labels(world, "grace", world.board())
    await world.press("oscar", Action.PLACE_BID)
    await world.submit("oscar", {"line": "I have just lost a client"})

    assert "Go with Ben, Ama and Oscar" in labels(world, "grace", world.board())
    assert "Proposed: Oscar, new to the set and asking for a turn." in world.text(world.board())
