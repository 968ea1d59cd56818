"""The board says what is going on and what can be done, from before the start to after the close."""

from datetime import timedelta

import pytest

from bot.domain import commands as c
from bot.domain.learning_set import QuestionState
from bot.outgoing import Message
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried
from tests import factories as f
from tests.factories import AMA, BEN, CHIDI, DEE, EVA, FELA, GUIDE, SIX, Play
from tests.surfaces.reading import labels, pressable


def board(play: Play) -> Message:
    """The board as it was last announced."""
    return f.messages(play.said)[f"meeting:{play.meeting.id}:board"]


def opened(**given: object) -> Play:
    play = f.ready_set(**given)
    play.until(play.meeting.starts_at - timedelta(minutes=10))
    return play


def test_before_the_start_it_says_who_is_proposed_and_why() -> None:
    message = board(opened())
    assert "Proposed: Ama, with no turn in this set yet." in message.text
    assert "Proposed: Ben" in message.text
    assert set(pressable(message)) == {Action.START_MEETING, Action.I_AM_HERE}


def test_before_the_start_the_call_is_one_press_away() -> None:
    link = pressable(board(opened(call_link="https://call.example/x")))[Action.OPEN_LINK]
    assert link["url"] == "https://call.example/x"


def test_somebody_who_says_not_this_time_is_no_longer_proposed_on_it() -> None:
    play = opened()
    play.do(c.SkipTurn, AMA)
    assert "Proposed: Ama" not in board(play).text


def test_a_meeting_that_is_moved_away_leaves_no_button_behind() -> None:
    play = opened()
    play.do(c.MoveMeeting, AMA, starts_at=f.FIRST_LOCAL + timedelta(days=1))
    message = board(play)
    assert "This meeting has moved to" in message.text
    assert pressable(message) == {}
    assert message.update_only


def test_a_meeting_that_nobody_started_leaves_no_button_behind() -> None:
    play = opened()
    told = f.messages(play.wait(hours=5))
    assert "did not take place" in told["meeting:s1.1:board"].text
    assert pressable(told["meeting:s1.1:board"]) == {}


def test_while_it_runs_it_says_stage_owner_time_and_who_is_here() -> None:
    play = f.running_meeting(absent=(FELA,))
    play.to("reflection", 1)
    text = board(play).text
    assert "Reflection (stage 7 of 23)" in text
    assert "Problem owner: Ama (turn 1 of 2)" in text
    assert "Until <!date^" in text
    assert "Here: Ama, Ben, Chidi, Dee, Eva and Guide." in text


def test_moving_on_asks_in_words_before_the_time_is_up_and_not_after() -> None:
    play = f.running_meeting()
    play.to("reflection", 1)
    early = pressable(board(play))[Action.MOVE_ON]
    assert early["text"]["text"] == "Next: Analysis"
    assert early["confirm"]["text"] == {
        "type": "plain_text",
        "text": "The time for Reflection is not up yet. Move all 7 of you on to Analysis?",
        "emoji": False,
    }
    play.wait(minutes=6)
    assert "The time for Reflection is up" in board(play).text
    assert "confirm" not in pressable(board(play))[Action.MOVE_ON]


def test_moving_on_from_the_bids_names_who_is_settled_on() -> None:
    play = f.running_meeting()
    play.to("bids")
    assert pressable(board(play))[Action.MOVE_ON]["text"]["text"] == "Go with Ama and Ben"
    play.do(c.ChooseOwners, GUIDE, units=(EVA, DEE), why="It presses")
    assert pressable(board(play))[Action.MOVE_ON]["text"]["text"] == "Go with Eva and Dee"
    assert "1. Eva: It presses" in board(play).text


def test_the_last_stage_of_a_turn_names_whose_turn_is_next() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    assert pressable(board(play))[Action.MOVE_ON]["text"]["text"] == "Next: Ben's turn"


def test_the_last_stage_closes_the_meeting_and_offers_no_second_way() -> None:
    play = f.running_meeting()
    play.to("close")
    buttons = pressable(board(play))
    assert buttons[Action.MOVE_ON]["text"]["text"] == "Close the meeting"
    assert Action.END_MEETING not in buttons


@pytest.mark.parametrize(
    ("stage", "turn", "actions"),
    [
        ("bids", None, {Action.PLACE_BID, Action.CHOOSE_OWNERS}),
        ("clarification", 1, {Action.ASK_QUESTION}),
        ("stillness", 1, {Action.ASK_QUESTION}),
        ("reframing", 1, {Action.ASK_QUESTION, Action.NOTE_TAKEAWAY}),
        ("shift", 1, {Action.NOTE_TAKEAWAY}),
        ("commitments", 1, {Action.RECORD_COMMITMENT, Action.NO_COMMITMENT, Action.NOTE_TAKEAWAY}),
        ("learning-review", None, {Action.WRITE_LEARNING, Action.NOTHING_LEARNED}),
    ],
)
def test_a_stage_offers_its_own_buttons(stage: str, turn: int | None, actions: set[Action]) -> None:
    play = f.running_meeting()
    play.to(stage, turn)
    always = {
        Action.MOVE_ON,
        Action.I_AM_HERE,
        Action.GO_BACK,
        Action.STRETCH,
        Action.PAUSE,
        Action.HAND_OVER,
        Action.CORRECT_PRESENCE,
        Action.END_MEETING,
    }
    assert set(pressable(board(play))) == always | actions


def test_a_press_carries_the_stage_and_version_it_was_drawn_with() -> None:
    play = f.running_meeting()
    play.to("analysis", 2)
    carried = Carried.model_validate_json(pressable(board(play))[Action.MOVE_ON]["value"])
    assert (carried.meeting_id, carried.version) == ("s1.1", play.meeting.version)
    assert (carried.stage, carried.turn) == ("analysis", 2)


def test_a_pause_stops_the_clock_and_leaves_resuming() -> None:
    play = f.running_meeting()
    play.do(c.PauseMeeting, GUIDE)
    assert "Paused since" in board(play).text
    assert Action.RESUME in pressable(board(play))
    assert not {Action.MOVE_ON, Action.PAUSE, Action.STRETCH, Action.GO_BACK} & set(pressable(board(play)))


def test_a_late_start_asks_on_the_board_until_it_is_answered() -> None:
    play = opened()
    play.now = play.meeting.starts_at + timedelta(minutes=6, seconds=20)
    play.do(c.StartMeeting, GUIDE)
    assert "We lost 7 minutes." in board(play).text
    assert {Action.END_ON_TIME, Action.END_LATER} <= set(pressable(board(play)))
    play.do(c.ChooseEnding, GUIDE, later=False)
    assert Action.END_LATER not in pressable(board(play))


def test_one_question_waits_for_the_owner_and_the_rest_are_counted() -> None:
    play = f.running_meeting()
    play.to("clarification", 1)
    first = play.ask(BEN, "Since when?")
    play.ask(CHIDI, "Who else knows?")
    play.ask(DEE, "And then?")
    text = board(play).text
    assert "For Ama, from Ben:\n> Since when?\n2 more wait." in text
    assert "Who else knows?" not in text
    carried = Carried.model_validate_json(pressable(board(play))[Action.QUESTION_TAKEN_AWAY]["value"])
    assert (carried.item, carried.turn) == (first, 1)


def test_the_board_never_says_that_there_are_no_questions() -> None:
    play = f.running_meeting()
    play.to("clarification", 1)
    assert "question" not in board(play).text.lower().replace("questions you could borrow", "").replace(
        "a short yes or no question is fine here", ""
    )


@pytest.mark.parametrize("fate", [QuestionState.TAKEN_AWAY, QuestionState.PASSED])
def test_nothing_public_tells_what_became_of_a_question(fate: QuestionState) -> None:
    def settled(state: QuestionState) -> list[object]:
        play = f.running_meeting()
        play.to("clarification", 1)
        question = play.ask(BEN, "Since when?")
        play.ask(CHIDI)
        play.do(c.SettleQuestion, AMA, id=question, state=state)
        told: list[object] = [*play.to("reflection", 1), *play.to("learning-review")]
        return told

    assert settled(fate) == settled(QuestionState.ANSWERED)


def test_in_a_stillness_nothing_is_held_out_to_the_owner_and_nothing_is_counted() -> None:
    play = f.running_meeting()
    play.to("clarification", 1)
    play.ask(BEN, "Since when?")
    play.to("stillness", 1)
    quiet = board(play)
    assert "Since when?" not in quiet.text
    assert Action.QUESTION_ANSWERED not in pressable(quiet)
    play.now += timedelta(seconds=5)
    held = {"id": "held", "text": "What do you fear?", "begun_in": "stillness", "turn": 1}
    assert play.do(c.AskQuestion, DEE, **held) == []


def test_borrowed_questions_change_with_the_turn() -> None:
    play = f.running_meeting()

    def borrowed(turn: int) -> list[str]:
        play.to("reflection", turn)
        return [line for line in board(play).text.splitlines() if line.startswith("• ")]

    first, second = borrowed(1), borrowed(2)
    assert len(first) == len(second) == 3
    assert not set(first) & set(second)


def test_the_learning_review_counts_and_names_nobody() -> None:
    play = f.running_meeting()
    play.to("learning-review")
    nothing = {"about_problem": None, "about_self": None, "about_set": None}
    play.do(c.WriteLearning, AMA, **{**nothing, "about_self": "I rush"})
    play.do(c.WriteLearning, BEN, **nothing)
    assert "2 of 6 in." in board(play).text
    assert "I rush" not in board(play).text


def test_report_backs_still_to_come_are_a_number_without_a_name() -> None:
    play = f.between_meetings()
    f.begin(play)
    play.to("report-backs")
    assert "2 report-backs still to come." in board(play).text
    play.report(AMA)
    assert "One report-back still to come." in board(play).text
    play.do(c.SkipReport, GUIDE, person=BEN)
    assert "Every report-back is in, or left out for today." in board(play).text


def test_the_first_meeting_has_nothing_to_report_and_offers_no_button_for_it() -> None:
    play = f.running_meeting()
    play.to("report-backs")
    assert "No commitments are open from last time." in board(play).text
    assert Action.FILE_REPORT not in pressable(board(play))


def test_an_absent_owner_is_not_awaited() -> None:
    play = f.between_meetings()
    f.begin(play, absent=(BEN,))
    play.to("report-backs")
    assert "One report-back still to come." in board(play).text


def test_without_a_facilitator_the_last_row_is_for_anyone() -> None:
    play = f.running_meeting(facilitator=None)
    assert "Nobody facilitates this time" in board(play).text


def test_a_pair_owns_together_unless_one_half_is_absent() -> None:
    play = f.running_meeting(in_pairs=True)
    play.to("problem", 1)
    assert "Problem owner: Ama and Ben (turn 1 of 2)" in board(play).text
    alone = f.running_meeting(in_pairs=True, absent=(BEN,))
    alone.to("problem", 1)
    assert "Problem owner: Ama (turn 1 of 2)" in board(alone).text


def test_a_closed_meeting_keeps_its_board_without_buttons() -> None:
    play = f.running_meeting()
    play.to("close")
    message = f.messages(play.move_on())["meeting:s1.1:board"]
    assert "The meeting is over." in message.text
    assert "Problem owners: Ama and Ben." in message.text
    assert labels(message) == []
    assert message.update_only


@pytest.mark.parametrize("members", [SIX[:2], SIX])
def test_the_whole_set_fits_on_the_board(members: tuple[str, ...]) -> None:
    play = f.running_meeting(members=members)
    assert len(board(play).blocks) < 20
