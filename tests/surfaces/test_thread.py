"""The thread: stages, questions, report-backs, bids, commitments, learning."""

from datetime import timedelta

import pytest

from bot.domain import commands as c
from bot.domain.learning_set import Horizon, Outcome
from bot.outgoing import Message
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried
from tests import factories as f
from tests.factories import AMA, BEN, CHIDI, EVA, GUIDE, SIX, Play
from tests.surfaces.reading import pressable

NOTHING = {"about_problem": None, "about_self": None, "about_set": None}


def last(play: Play, what: str, meeting: int = 1) -> Message:
    return f.messages(play.said)[f"meeting:s1.{meeting}:{what}"]


def keys(told: list[object]) -> list[str]:
    return [getattr(each, "key", "") for each in told]


def test_the_welcome_reads_the_ground_rules_and_the_check_in() -> None:
    text = last(f.running_meeting(), "stage:1").text
    assert "• What is said here stays here" in text
    assert "To begin: What is on your mind as you arrive?" in text


def test_a_stage_says_what_members_and_owner_do_and_has_its_own_button_to_ask() -> None:
    play = f.running_meeting()
    stage = f.messages(play.to("reflection", 1))[f"meeting:s1.1:stage:{play.meeting.version}"]
    assert stage.text.startswith("Reflection, Ama's turn.") or stage.text.startswith("*")
    assert "Everyone: Ask about the person" in stage.text
    assert "Ama: Take your time" in stage.text
    assert set(pressable(stage)) == {Action.ASK_QUESTION}


def test_going_back_says_whose_turn_reopens() -> None:
    play = f.running_meeting()
    play.to("reflection", 1)
    play.do(c.GoBack, GUIDE, version=play.meeting.version, position=3)
    assert "Back to Problem: Ama's turn is open again." in last(play, f"stage:{play.meeting.version}").text


def test_the_commitments_stage_brings_its_buttons_into_the_thread() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    stage = last(play, f"stage:{play.meeting.version}")
    assert {Action.RECORD_COMMITMENT, Action.NO_COMMITMENT} <= set(pressable(stage))


def test_the_last_stage_tells_the_next_date_and_who_is_proposed() -> None:
    play = f.running_meeting()
    play.to("close")
    text = last(play, f"stage:{play.meeting.version}").text
    assert "Next meeting: <!date^" in text
    assert "Proposed: Chidi" in text


def test_in_a_stillness_the_thread_stays_silent_until_it_ends() -> None:
    play = f.running_meeting()
    play.to("stillness", 1)
    before = len(play.said)
    held = play.ask(BEN, "What do you fear?")
    play.do(c.EditQuestion, BEN, id=held, text="What are you afraid of?")
    assert len(play.said) == before
    told = f.messages(play.wait(minutes=2))
    assert "What are you afraid of?" in told[f"meeting:s1.1:question:{held}"].text


def test_a_question_withdrawn_in_a_stillness_never_appears() -> None:
    play = f.running_meeting()
    play.to("stillness", 1)
    held = play.ask(BEN, "What do you fear?")
    play.do(c.EditQuestion, BEN, id=held, text=None)
    told = play.wait(minutes=2)
    assert f"meeting:s1.1:question:{held}" not in keys([*told])


def test_a_question_stands_under_the_name_of_its_asker() -> None:
    play = f.running_meeting()
    play.to("clarification", 1)
    question = last(play, f"question:{play.ask(BEN, 'Since when?')}")
    assert question.text == "Ben asks:\n> Since when?"
    assert Carried.model_validate_json(pressable(question)[Action.EDIT_QUESTION]["value"]).item == "id1"


def test_a_question_begun_in_an_earlier_stage_says_so() -> None:
    play = f.running_meeting()
    play.to("analysis", 1)
    question = last(play, f"question:{play.ask(BEN, 'Since when?', begun_in='clarification')}")
    assert "Ben asks (begun in Clarification):" in question.text
    assert question.stage == "analysis"


def test_an_edited_question_replaces_its_words_and_a_withdrawn_one_keeps_none() -> None:
    play = f.running_meeting()
    play.to("clarification", 1)
    question = play.ask(BEN, "Since when?")
    play.do(c.EditQuestion, BEN, id=question, text="Since when exactly?")
    assert "Since when exactly?" in last(play, f"question:{question}").text
    play.do(c.EditQuestion, BEN, id=question, text=None)
    withdrawn = last(play, f"question:{question}")
    assert withdrawn.text == "Withdrawn by its asker."
    assert withdrawn.update_only
    assert pressable(withdrawn) == {}


def test_report_backs_gather_in_one_post_which_names_nobody_awaited() -> None:
    play = f.between_meetings()
    f.begin(play)
    reports = f.messages(play.to("report-backs"))["meeting:s1.2:reports"]
    assert "2 still to come." in reports.text
    assert "Ben" not in reports.text
    play.report(AMA, Outcome.CHANGED_COURSE, airtime=True)
    text = last(play, "reports", 2).text
    assert "Ama: changed course. Talk to the board" in text
    assert "What happened: We met twice" in text
    assert "Learned: Listening first" in text
    assert "Would like time for it today." in text
    assert "One still to come." in text


def test_reports_written_before_the_meeting_are_gathered_when_their_stage_begins() -> None:
    play = f.between_meetings()
    told = play.report(AMA)
    assert "meeting:s1.2:reports" not in keys([*told])
    f.begin(play)
    assert "Ama: partly done." in f.messages(play.to("report-backs"))["meeting:s1.2:reports"].text


def test_bids_stand_in_one_post_beside_those_who_asked_in_their_report() -> None:
    play = f.between_meetings()
    play.report(AMA, airtime=True)
    play.do(c.PlaceBid, EVA, line="A colleague who does not answer")
    f.begin(play)
    told = f.messages(play.to("bids"))
    assert "Eva: A colleague who does not answer" in told["meeting:s1.2:bids"].text
    assert "Ama would like time after the report-back." in told["meeting:s1.2:bids"].text


def test_a_bid_placed_between_meetings_is_not_posted_before_the_meeting() -> None:
    play = f.between_meetings()
    assert play.do(c.PlaceBid, EVA, line="A budget") == []


def test_owners_who_were_chosen_stand_with_the_reason() -> None:
    play = f.running_meeting()
    play.to("bids")
    play.do(c.ChooseOwners, GUIDE, units=(EVA, BEN), why="It cannot wait")
    assert last(play, "owners").text == "Today's turns\n1. Eva: It cannot wait\n2. Ben, as proposed"


def test_a_commitment_stands_whole_and_is_updated_where_it_was_made() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    words = f.words_for_commitment(first_step="Ask for a date", horizon=Horizon.LONG)
    play.do(c.RecordCommitment, AMA, id="c1", turn=1, words=words)
    text = last(play, "commitment:c1").text
    assert "Ama will:\n> Talk to the board\nBy Friday 18 December 2026." in text
    assert "First step: Ask for a date" in text
    assert "A longer road." in text
    play.to("close")
    play.move_on()
    play.do(c.EditCommitment, AMA, id="c1", words=f.words_for_commitment("Talk to Eva"))
    later = last(play, "commitment:c1")
    assert "Talk to Eva" in later.text
    assert later.thread_key == "meeting:s1.1:board"


def test_a_commitment_after_a_none_sets_the_earlier_post_right() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    play.do(c.RecordNoCommitment, AMA, turn=1, because="I must sleep on it")
    assert "Ama leaves without a commitment, because:\n> I must sleep on it" in last(play, "none:1").text
    play.do(c.RecordCommitment, AMA, id="c1", turn=1, words=f.words_for_commitment())
    assert "I must sleep on it" not in last(play, "none:1").text


def test_takeaways_of_a_turn_gather_in_one_post() -> None:
    play = f.running_meeting()
    play.to("shift", 1)
    play.do(c.NoteTakeaway, BEN, turn=1, text="To wait")
    play.do(c.NoteTakeaway, CHIDI, turn=1, text="To ask less")
    assert "• Ben: To wait\n• Chidi: To ask less" in last(play, "takeaways:1").text


def test_learning_lines_appear_together_and_late_ones_join() -> None:
    play = f.running_meeting()
    play.to("learning-review")
    for each in SIX[:5]:
        play.do(c.WriteLearning, each, **{**NOTHING, "about_self": "I rush"})
        assert "meeting:s1.1:learning" not in f.messages(play.said)
    play.do(c.WriteLearning, SIX[5], **NOTHING)
    assert last(play, "learning").text.count("I rush") == 5
    play.do(c.WriteLearning, SIX[5], **{**NOTHING, "about_set": "We waited"})
    assert "About how we worked\n• Fela: We waited" in last(play, "learning").text


def test_a_learning_review_in_which_nobody_wrote_posts_nothing() -> None:
    play = f.running_meeting()
    play.to("learning-review")
    assert "meeting:s1.1:learning" not in keys([*play.to("close")])


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=40)])
def test_a_stretch_is_told_only_when_it_takes_from_somebody_else(late: timedelta) -> None:
    play = f.running_meeting()
    play.to("analysis", 1)
    play.now += late
    play.do(c.StretchStage, GUIDE, version=play.meeting.version, minutes=15, from_others=True)
    told = [message for key, message in f.messages(play.said).items() if ":stretched:" in key]
    assert [message.text for message in told] == (
        ["Analysis gets 15 more minutes. They come from the turn of Ben."] if late else []
    )


def test_every_post_of_a_stage_carries_its_stage() -> None:
    play = f.running_meeting()
    for stage in ("report-backs", "bids"):
        assert {getattr(each, "stage", None) for each in play.to(stage)} == {stage}
    told = f.messages(play.to("problem", 1))
    assert told["meeting:s1.1:owners"].stage == "bids"
