"""The end of a meeting: one summary for all, and private words only to those for whom there is something."""

from datetime import timedelta

from bot.domain import commands as c
from bot.domain.learning_set import QuestionState
from bot.outgoing import Message, Outgoing
from bot.surfaces.ids import Action
from tests import factories as f
from tests.factories import AMA, BEN, CHIDI, DEE, EVA, GUIDE, SIX, Play
from tests.surfaces.reading import pressable

WHOLE = {
    "first_step": "Ask for a date",
    "how_known": "There is a date",
    "if_then": "If not, I write",
    "hope_to_learn": "How I ask",
}


def closed(play: Play) -> dict[str, Message]:
    play.to("close")
    return f.messages(play.move_on())


def dms(told: dict[str, Message]) -> set[str]:
    return {key for key in told if key.startswith("dm:")}


def test_it_tells_who_owned_what_was_promised_what_was_learned_and_what_comes_next() -> None:
    play = f.running_meeting()
    play.to("shift", 1)
    play.do(c.NoteTakeaway, BEN, turn=1, text="To wait")
    play.to("commitments", 2)
    play.do(c.RecordNoCommitment, BEN, turn=2, because="I must sleep on it")
    play.to("learning-review")
    play.do(c.WriteLearning, DEE, about_problem="It is older", about_self=None, about_set=None)
    summary = closed(play)["meeting:s1.1:summary"]
    assert summary.broadcast
    for part in (
        "Ama brought a problem.\n• Will do, by Friday 18 December 2026: Talk to the board",
        "Ben brought a problem.\n• No commitment, because: I must sleep on it",
        "What others took away\n• Ben: To wait",
        "About the problem\n• Dee: It is older",
        "Next meeting: <!date^",
        "Proposed: Chidi",
    ):
        assert part in summary.text


def test_a_summary_without_learning_or_takeaways_has_no_empty_heading() -> None:
    text = closed(f.running_meeting())["meeting:s1.1:summary"].text
    assert "What we learned" not in text
    assert "What others took away" not in text


def test_a_turn_that_was_not_reached_keeps_its_place_and_the_summary_says_so() -> None:
    play = f.running_meeting()
    play.to("clarification", 1)
    play.do(c.EndMeeting, GUIDE, version=play.meeting.version)
    told = closed(play)
    assert "There was no time for Ben, who keeps their place." in told["meeting:s1.1:summary"].text
    assert "No time for the turn of Ben." in told["dm:s1.1:U7GUIDE:unfinished"].text


def test_an_owner_gets_what_they_took_away_apart_from_what_nobody_reached() -> None:
    play = f.running_meeting()
    play.to("clarification", 1)
    fates = {
        "Since when?": QuestionState.TAKEN_AWAY,
        "Who else?": QuestionState.ANSWERED,
        "Why now?": QuestionState.PASSED,
    }
    for text, fate in fates.items():
        play.do(c.SettleQuestion, AMA, id=play.ask(EVA, text), state=fate)
    play.ask(DEE, "What next?")
    message = closed(play)["dm:s1.1:U1AMA:questions"]
    taken, reached = message.text.split("not reached")
    assert message.conversation == AMA
    assert "Since when? (Eva)" in taken
    assert "What next? (Dee)" in reached
    assert "Who else?" not in message.text
    assert "Why now?" not in message.text


def test_no_questions_no_dm_about_them() -> None:
    assert not [key for key in dms(closed(f.running_meeting())) if key.endswith(":questions")]


def test_a_commitment_can_be_completed_for_a_day_only_where_something_is_missing() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    play.do(c.RecordCommitment, AMA, id="c1", turn=1, words=f.words_for_commitment(**WHOLE))
    play.to("commitments", 2)
    words = f.words_for_commitment(first_step="Ask")
    play.do(c.RecordCommitment, BEN, id="c2", turn=2, words=words)
    told = closed(play)
    assert "dm:s1.1:U1AMA:commitment" not in told
    message = told["dm:s1.1:U2BEN:commitment"]
    assert "how we will know, an if and then, what you hope to learn." in message.text
    assert message.best_before == play.now + timedelta(hours=24)
    assert set(pressable(message)) == {Action.EDIT_COMMITMENT}


def test_completing_it_updates_the_dm() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    play.do(c.RecordCommitment, AMA, id="c1", turn=1, words=f.words_for_commitment())
    closed(play)
    words = f.words_for_commitment(**WHOLE)
    message = f.messages(play.do(c.EditCommitment, AMA, id="c1", words=words))["dm:s1.1:U1AMA:commitment"]
    assert message.update_only
    assert "Nothing is missing." in message.text
    assert pressable(message) == {}


def test_the_facilitator_alone_is_told_what_is_unfinished_with_names() -> None:
    play = f.between_meetings()
    f.begin(play)
    play.to("report-backs")
    play.wait(minutes=30)
    play.move_on()
    play.to("problem", 1)
    play.to("clarification", 1)
    play.do(c.EndMeeting, GUIDE, version=play.meeting.version)
    told = closed(play)
    message = told["dm:s1.2:U7GUIDE:unfinished"]
    assert message.conversation == GUIDE
    assert "No report-back from Ama and Ben." in message.text
    assert "Neither a commitment nor a “none, because” from Chidi." in message.text
    assert "No report-back" not in told["meeting:s1.2:summary"].text


def test_when_nothing_is_unfinished_the_facilitator_is_not_disturbed() -> None:
    assert "dm:s1.1:U7GUIDE:unfinished" not in closed(f.running_meeting())


def test_a_forgotten_meeting_tells_owners_without_a_commitment_once() -> None:
    play = f.running_meeting()
    play.to("clarification", 2)
    told: list[Outgoing] = play.wait(hours=5)
    messages = f.messages(told)
    assert [key for key in messages if key.endswith(":forgotten")] == ["dm:s1.1:U2BEN:forgotten"]
    assert "none: meeting closed unfinished" in messages["dm:s1.1:U2BEN:forgotten"].text
    assert "Nobody closed the meeting" in messages["meeting:s1.1:summary"].text
    assert "None: the meeting closed unfinished." in messages["meeting:s1.1:summary"].text


def test_both_halves_of_a_pair_get_the_private_words_to_owners() -> None:
    play = f.running_meeting(in_pairs=True, clock="60x1")
    play.to("clarification", 1)
    play.ask(CHIDI)
    told = closed(play)
    assert {"dm:s1.1:U1AMA:questions", "dm:s1.1:U2BEN:questions"} <= dms(told)


def test_the_summary_is_the_last_post_in_the_thread() -> None:
    play = f.running_meeting()
    play.to("learning-review")
    for each in SIX[:2]:
        play.do(c.WriteLearning, each, about_problem="It is older", about_self=None, about_set=None)
    play.do(c.EndMeeting, GUIDE, version=play.meeting.version)
    in_thread = [key for key, message in f.messages(play.said).items() if message.thread_key]
    assert in_thread[-2:] == ["meeting:s1.1:learning", "meeting:s1.1:summary"]
