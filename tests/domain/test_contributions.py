"""What people give to a meeting: bids, questions, commitments, report-backs, takeaways, learning."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.learning_set import FINISHING_OUTCOMES, Commitment, Horizon, Outcome, QuestionState
from bot.domain.rejections import Reason
from tests.domain.builders import (
    ADA,
    BEN,
    CLEO,
    DAN,
    EVA,
    GUS,
    START,
    STRANGER,
    Conversation,
    Events,
    a_meeting,
    a_second_meeting,
    a_set,
    kinds,
    only,
    person,
    words,
)


def states(talk: Conversation) -> list[QuestionState]:
    return [question.state for question in talk.meeting.questions]


def kept(talk: Conversation, commitment: Commitment) -> Commitment:
    """The commitment as the set knows it now."""
    (found,) = (each for each in talk.state.commitments if each.id == commitment.id)
    return found


def learns(talk: Conversation, name: str, line: str | None = "I rush") -> Events:
    return talk.say(name, c.WriteLearning, about_problem=None, about_self=line, about_set=None)


# Bids


def test_a_bid_is_one_line_that_its_author_can_change_and_take_back() -> None:
    talk = a_set()
    talk.say(DAN, c.PlaceBid, line="About my team")
    talk.say(DAN, c.PlaceBid, line="About my boss")
    assert [(bid.person, bid.line) for bid in talk.meeting.bids] == [(DAN, "About my boss")]

    assert talk.say(DAN, c.PlaceBid, line=None) == (e.BidWithdrawn(DAN),)
    assert talk.say(DAN, c.PlaceBid, line=None) == ()


def test_bids_end_when_the_first_turn_has_counted() -> None:
    talk = a_meeting().to("problem", 1)
    talk.say(DAN, c.PlaceBid, line="About my team")
    talk.move_on()
    assert talk.reason(EVA, c.PlaceBid, line="Mine too") is Reason.NO_BIDS_NOW


def test_a_bid_for_the_last_meeting_is_none_for_the_next() -> None:
    talk = a_set().meet()
    assert talk.meeting.bids == ()
    assert talk.reason(DAN, c.PlaceBid, line="Mine", meeting_id="heads.1") is Reason.MEETING_CLOSED


# Questions


def test_a_question_lands_in_the_running_stage_under_its_asker() -> None:
    talk = a_meeting().to("reflection", 1)
    talk.ask(CLEO, "What is it costing you?")

    (question,) = talk.meeting.questions
    assert (question.asker, question.text, question.turn) == (CLEO, "What is it costing you?", 1)
    assert (question.stage, question.begun_in) == ("reflection", "reflection")
    assert (question.asked_at, question.state) == (talk.now, QuestionState.WAITING)


@pytest.mark.parametrize(
    ("to", "turn"), [("analysis", 1), ("shift", 1), ("reflection", 2), ("learning-review", None)]
)
def test_a_question_whose_modal_was_open_when_the_stage_moved_lands_marked(to: str, turn: int | None) -> None:
    talk = a_meeting().to("reflection", 1).to(to, turn)
    talk.ask(CLEO, begun_in="reflection", turn=1)
    (question,) = talk.meeting.questions
    assert (question.stage, question.begun_in, question.turn) == (to, "reflection", 1)


def test_a_question_begun_before_a_stillness_and_sent_in_it_is_held() -> None:
    talk = a_meeting().to("stillness", 1)
    talk.ask(CLEO, begun_in="clarification")
    assert states(talk) == [QuestionState.HELD]


@pytest.mark.parametrize("stage", ["problem", "shift", "commitments"])
def test_where_no_questions_are_asked_none_begins(stage: str) -> None:
    talk = a_meeting().to(stage, 1)
    refused = talk.refused(CLEO, c.AskQuestion, id="q", text="Why?", begun_in=stage, turn=1)
    assert refused.reason is Reason.NO_QUESTIONS_NOW


def test_a_question_is_to_the_owner_of_a_turn_of_this_meeting_and_begun_in_one_of_its_stages() -> None:
    talk = a_meeting().to("reflection", 1)
    asked = {"id": "q", "text": "Why?"}
    assert talk.reason(CLEO, c.AskQuestion, **asked, begun_in="reflection", turn=3) is Reason.NO_TURN_NOW
    assert talk.reason(CLEO, c.AskQuestion, **asked, begun_in="lunch", turn=1) is Reason.NO_QUESTIONS_NOW


def test_askers_rewrite_and_withdraw_their_own_until_the_close() -> None:
    talk = a_meeting().to("reflection", 1)
    asked = talk.ask(CLEO)
    talk.to("close")

    assert talk.say(CLEO, c.EditQuestion, id=asked, text="What else?") == (
        e.QuestionEdited(asked, "What else?"),
    )
    assert talk.say(CLEO, c.EditQuestion, id=asked, text="What else?") == ()
    assert talk.say(CLEO, c.EditQuestion, id=asked, text=None) == (e.QuestionWithdrawn(asked),)
    assert talk.reason(CLEO, c.EditQuestion, id=asked, text="Again") is Reason.NO_SUCH_QUESTION
    assert talk.reason(CLEO, c.EditQuestion, id="q9", text="Again") is Reason.NO_SUCH_QUESTION


@pytest.mark.parametrize("name", [ADA, BEN, GUS])
def test_nobody_else_touches_a_question(name: str) -> None:
    talk = a_meeting().to("reflection", 1)
    asked = talk.ask(CLEO)
    assert talk.reason(name, c.EditQuestion, id=asked, text=None) is Reason.NOT_THE_AUTHOR


def test_who_has_left_the_set_no_longer_touches_their_question() -> None:
    talk = a_meeting().to("reflection", 1)
    asked = talk.ask(CLEO)
    talk.say(CLEO, c.LeaveSet)
    assert talk.reason(CLEO, c.EditQuestion, id=asked, text=None) is Reason.NOT_IN_THE_SET


@pytest.mark.parametrize("state", [QuestionState.ANSWERED, QuestionState.TAKEN_AWAY, QuestionState.PASSED])
def test_the_owner_answers_takes_away_or_passes_and_once_settled_it_stays_so(state: QuestionState) -> None:
    talk = a_meeting().to("reflection", 1)
    asked = talk.ask(CLEO)

    assert talk.say(ADA, c.SettleQuestion, id=asked, state=state) == (e.QuestionSettled(asked, state),)
    again = talk.reason(ADA, c.SettleQuestion, id=asked, state=QuestionState.ANSWERED)
    assert again is Reason.QUESTION_SETTLED


@pytest.mark.parametrize("state", [QuestionState.WITHDRAWN, QuestionState.HELD, QuestionState.WAITING])
def test_an_owner_can_do_nothing_else_with_a_question(state: QuestionState) -> None:
    talk = a_meeting().to("reflection", 1)
    asked = talk.ask(CLEO)
    assert talk.reason(ADA, c.SettleQuestion, id=asked, state=state) is Reason.NO_SUCH_QUESTION


def test_only_the_owner_of_the_turn_settles_its_questions() -> None:
    talk = a_meeting().to("reflection", 1)
    asked = talk.ask(CLEO)
    talk.to("reflection", 2)
    settled = {"id": asked, "state": QuestionState.PASSED}
    for name in (BEN, CLEO, GUS, STRANGER):
        assert talk.reason(name, c.SettleQuestion, **settled) is Reason.NOT_THE_OWNER
    talk.say(ADA, c.SettleQuestion, **settled)


# Commitments


def test_a_commitment_is_what_and_by_when_and_as_much_more_as_its_owner_likes() -> None:
    talk = a_meeting().to("commitments", 1)
    made = talk.commit(
        words=words(
            "Ask Mia", first_step="Write to her", how_known="She says so", if_then="If she is out, call",
            hope_to_learn="What she needs", horizon=Horizon.LONG,
        )
    )  # fmt: skip
    assert (made.meeting_id, made.turn, made.unit_id, made.recorded_by) == ("heads.1", 1, ADA, ADA)
    assert (made.what, made.first_step, made.horizon) == ("Ask Mia", "Write to her", Horizon.LONG)
    assert (made.made_at, made.locks_at, made.finished) == (talk.now, None, False)


def test_an_owner_may_make_several_and_in_any_stage_of_the_meeting() -> None:
    talk = a_meeting().to("problem", 1)
    talk.commit()
    talk.to("learning-review").commit(ADA, turn=1)
    assert len(talk.state.turn_commitments(1)) == 2


def test_the_facilitator_records_it_for_them_and_others_do_not() -> None:
    talk = a_meeting().to("commitments", 1)
    made = talk.commit(GUS)
    assert (made.unit_id, made.recorded_by) == (ADA, GUS)
    promise = {"id": "c", "turn": 1, "words": words()}
    assert talk.reason(BEN, c.RecordCommitment, **promise) is Reason.NOT_THE_OWNER
    assert talk.reason(STRANGER, c.RecordCommitment, **promise) is Reason.NOT_IN_THE_SET
    assert talk.reason(BEN, c.RecordNoCommitment, turn=1, because="x") is Reason.NOT_THE_OWNER


def test_a_commitment_belongs_to_a_turn_of_this_meeting() -> None:
    talk = a_meeting().to("commitments", 1)
    assert talk.reason(GUS, c.RecordCommitment, id="c", turn=3, words=words()) is Reason.NO_TURN_NOW
    assert talk.reason(GUS, c.RecordNoCommitment, turn=3, because="x") is Reason.NO_TURN_NOW


def test_by_when_is_today_where_the_owner_is_or_later() -> None:
    """At 10:00 in Berlin on 3 March it is still the second in Honolulu."""
    talk = a_meeting().to("commitments", 1)
    yesterday = words(due_on=date(2026, 3, 2))
    refused = talk.refused(ADA, c.RecordCommitment, id="c", turn=1, words=yesterday)
    assert (refused.reason, refused.field) == (Reason.DATE_PASSED, "due_on")

    talk.commit(words=words(due_on=date(2026, 3, 3)))
    talk.say(None, c.UpdatePerson, person=person(ADA, "Pacific/Honolulu"))
    talk.commit(words=yesterday)


def test_who_commits_after_all_has_no_longer_none() -> None:
    talk = a_meeting().to("commitments", 1)
    talk.say(ADA, c.RecordNoCommitment, turn=1, because="I want to sleep on it")
    assert talk.meeting.turns[0].none_because == "I want to sleep on it"
    talk.commit()
    assert talk.meeting.turns[0].none_because is None


def test_a_commitment_is_completed_until_24_hours_after_the_close_and_then_stands() -> None:
    talk, made, _ = a_second_meeting()
    closed_at = talk.now
    assert made.locks_at == closed_at + timedelta(hours=24)
    complete = {"id": made.id, "words": words(first_step="Call her"), "meeting_id": "heads.1"}

    talk.until(closed_at + timedelta(hours=24) - timedelta(seconds=1))
    assert talk.say(ADA, c.EditCommitment, **complete) == (
        e.CommitmentEdited(replace(made, first_step="Call her")),
    )
    assert talk.say(ADA, c.EditCommitment, **complete) == ()
    talk.wait(seconds=1)
    assert talk.reason(ADA, c.EditCommitment, **complete) is Reason.COMMITMENT_LOCKED
    assert talk.report(ADA, made, Outcome.PARTLY)


def test_it_is_taken_back_before_the_close_and_not_after() -> None:
    talk = a_meeting().to("commitments", 1)
    made = talk.commit()
    assert talk.say(ADA, c.EditCommitment, id=made.id, words=None) == (e.CommitmentWithdrawn(made.id),)
    assert talk.state.commitments == ()

    talk, made, _ = a_second_meeting()
    assert talk.reason(ADA, c.EditCommitment, id=made.id, words=None) is Reason.COMMITMENT_LOCKED


def test_an_edit_keeps_a_date_that_has_come_and_sets_no_past_one() -> None:
    talk = a_meeting().to("commitments", 1)
    made = talk.commit(words=words(due_on=date(2026, 3, 3)))
    talk.to("close").move_on()
    talk.wait(hours=20)

    talk.say(ADA, c.EditCommitment, id=made.id, words=words("Ask Mia again", date(2026, 3, 3)))
    refused = talk.refused(ADA, c.EditCommitment, id=made.id, words=words(due_on=date(2026, 3, 2)))
    assert (refused.reason, refused.field) == (Reason.DATE_PASSED, "due_on")


def test_a_commitment_is_edited_by_its_owners_and_by_whoever_recorded_it() -> None:
    talk = a_meeting(in_pairs=True).to("commitments", 1)
    made = talk.commit(GUS)
    for number, name in enumerate((ADA, BEN, GUS)):
        talk.say(name, c.EditCommitment, id=made.id, words=words(f"Ask Mia {number}"))
    assert talk.reason(CLEO, c.EditCommitment, id=made.id, words=words()) is Reason.NOT_THE_OWNER
    assert talk.reason(STRANGER, c.EditCommitment, id=made.id, words=words()) is Reason.NOT_THE_OWNER
    assert talk.reason(ADA, c.EditCommitment, id="c9", words=words()) is Reason.NO_SUCH_COMMITMENT


# Report-backs


@pytest.mark.parametrize("outcome", Outcome)
def test_five_honest_answers_and_only_partly_and_not_yet_leave_it_open(outcome: Outcome) -> None:
    talk, made, _ = a_second_meeting()
    report = only(
        talk.report(ADA, made, outcome, happened="She said no", learned="To ask", airtime=True), e.ReportFiled
    ).report
    assert (report.meeting_id, report.person, report.outcome) == ("heads.2", ADA, outcome)
    assert (report.happened, report.learned, report.airtime) == ("She said no", "To ask", True)
    assert talk.state.reports_missing(ADA) == ()

    talk.meet()
    still_open = outcome in {Outcome.PARTLY, Outcome.NOT_YET}
    assert (made.id in {each.id for each in talk.state.due_commitments(ADA)}) is still_open
    assert (outcome in FINISHING_OUTCOMES) is not still_open


def test_a_second_report_edits_the_first_until_the_close() -> None:
    talk, made, _ = a_second_meeting()
    talk.report(ADA, made, Outcome.DONE)
    talk.start().to("close")

    edited = only(talk.report(ADA, made, Outcome.PARTLY, id="another"), e.ReportFiled)
    assert (edited.edited, edited.report.id) == (True, f"r-{made.id}")
    assert len(talk.state.reports) == 1
    assert not kept(talk, made).finished


def test_what_was_finished_is_closed_with_the_meeting() -> None:
    talk, made, _ = a_second_meeting()
    talk.report(ADA, made, Outcome.DONE)
    talk.meet()
    given = {"id": "r", "commitment_id": made.id, "outcome": Outcome.NOT_YET}
    rest = {"happened": None, "learned": None, "airtime": False}
    assert talk.reason(ADA, c.FileReport, **given, **rest) is Reason.NO_SUCH_COMMITMENT


def test_a_late_report_still_counts() -> None:
    talk, made, _ = a_second_meeting()
    talk.start().to("analysis", 1)
    talk.report(ADA, made, Outcome.DONE)
    assert talk.state.report_on(made.id) is not None

    talk, made, _ = a_second_meeting()
    talk.meet()
    talk.report(ADA, made, Outcome.DONE, meeting_id="heads.2")
    assert talk.state.reports[0].meeting_id == "heads.3"


def test_a_report_answers_for_an_earlier_meetings_commitment_of_ones_own() -> None:
    talk = a_meeting().to("commitments", 1)
    made = talk.commit()
    rest = {"id": "r", "outcome": Outcome.DONE, "happened": None, "learned": None, "airtime": False}
    assert talk.reason(ADA, c.FileReport, commitment_id=made.id, **rest) is Reason.NO_SUCH_COMMITMENT
    talk.to("close").move_on()
    assert talk.reason(BEN, c.FileReport, commitment_id=made.id, **rest) is Reason.NOT_THE_OWNER
    assert talk.reason(GUS, c.FileReport, commitment_id=made.id, **rest) is Reason.NOT_IN_THE_SET


def test_a_commitment_of_the_set_is_due_to_each_half_of_its_pair() -> None:
    talk, made, _ = a_second_meeting(in_pairs=True)
    assert talk.state.due_commitments(ADA) == talk.state.due_commitments(BEN) == (made,)
    assert talk.state.due_commitments(GUS) == ()


# Takeaways


def test_a_takeaway_is_one_per_member_and_turn_changed_and_taken_back_by_its_author() -> None:
    talk = a_meeting().to("commitments", 2)
    talk.say(CLEO, c.NoteTakeaway, turn=1, text="Wait")
    talk.say(CLEO, c.NoteTakeaway, turn=1, text="Wait longer")
    talk.say(CLEO, c.NoteTakeaway, turn=2, text="Ask")
    talk.say(DAN, c.NoteTakeaway, turn=1, text="Listen")
    noted = {(each.person, each.turn): each.text for each in talk.meeting.takeaways}
    assert noted == {(CLEO, 1): "Wait longer", (CLEO, 2): "Ask", (DAN, 1): "Listen"}

    assert talk.say(CLEO, c.NoteTakeaway, turn=1, text=None) == (e.TakeawayWithdrawn(CLEO, 1),)
    assert talk.say(CLEO, c.NoteTakeaway, turn=1, text=None) == ()
    assert {(each.person, each.turn) for each in talk.meeting.takeaways} == {(CLEO, 2), (DAN, 1)}
    assert talk.reason(CLEO, c.NoteTakeaway, turn=3, text="x") is Reason.NO_TURN_NOW


# The learning review


def test_lines_appear_together_when_all_who_are_present_are_in() -> None:
    talk = a_meeting([ADA, BEN, CLEO]).to("learning-review")

    assert kinds(learns(talk, ADA)) == [e.LearningWritten]
    assert kinds(learns(talk, ADA, "I rush, often")) == [e.LearningWritten]
    assert kinds(learns(talk, GUS)) == [e.LearningWritten]
    assert kinds(learns(talk, BEN, None)) == [e.LearningWritten]
    assert kinds(learns(talk, CLEO)) == [e.LearningWritten, e.LearningShown]
    assert kinds(learns(talk, CLEO, "I listen")) == [e.LearningWritten]
    assert [line.about_self for line in talk.meeting.learning if line.person == ADA] == ["I rush, often"]


def test_or_when_the_time_of_the_review_is_up() -> None:
    talk = a_meeting().to("learning-review", on_time=True)
    learns(talk, ADA)
    assert talk.let_time_pass(minutes=9) == (e.StageTimeUp(), e.LearningShown())
    assert kinds(learns(talk, BEN)) == [e.LearningWritten]


def test_with_no_line_there_is_nothing_to_show_when_the_time_is_up() -> None:
    talk = a_meeting().to("learning-review", on_time=True)
    assert talk.let_time_pass(minutes=9) == (e.StageTimeUp(),)


def test_or_when_the_review_is_left() -> None:
    talk = a_meeting().to("learning-review")
    learns(talk, ADA)
    assert kinds(talk.move_on()) == [e.LearningShown, e.StageEntered]


def test_nothing_is_learned_before_anyone_owns_a_turn() -> None:
    talk = a_meeting().to("bids")
    lines = {"about_problem": None, "about_self": None, "about_set": None}
    assert talk.reason(ADA, c.WriteLearning, **lines) is Reason.NO_LEARNING_NOW


def test_a_line_begun_in_the_review_lands_when_the_meeting_went_back_and_waits_there() -> None:
    talk = a_meeting([ADA]).to("learning-review")
    talk.say(GUS, c.GoBack, position=talk.meeting.position - 2)
    assert kinds(learns(talk, ADA)) == [e.LearningWritten]


# Prompts


def test_a_report_back_is_asked_for_while_it_is_missing() -> None:
    talk, made, _ = a_second_meeting()
    ask = {"person": ADA, "rung": 1}
    assert talk.say(None, c.AskForReportBack, **ask) == (e.ReportBackAsked(ADA, 1),)
    assert talk.say(None, c.AskForReportBack, person=CLEO, rung=1) == ()
    assert talk.say(None, c.AskForReportBack, **ask, meeting_id="heads.1") == ()

    talk.report(ADA, made, Outcome.NOT_YET)
    assert talk.say(None, c.AskForReportBack, **ask) == ()


@pytest.mark.parametrize("answer", ["skip", "leave", "start"])
def test_no_report_back_is_asked_for_that_is_not_wanted_now(answer: str) -> None:
    talk, _, _ = a_second_meeting()
    if answer == "skip":
        talk.say(ADA, c.SkipReport, person=ADA)
    elif answer == "leave":
        talk.say(ADA, c.LeaveSet)
    else:
        talk.start()
    assert talk.say(None, c.AskForReportBack, person=ADA, rung=2) == ()


def test_the_proposed_owner_is_told_unless_the_proposal_has_passed_on() -> None:
    talk = a_set()
    assert talk.say(None, c.TellProposedOwner, person=ADA) == (e.ProposedOwnerTold(ADA),)
    talk.say(ADA, c.SkipTurn)
    assert talk.say(None, c.TellProposedOwner, person=ADA) == ()
    assert talk.say(None, c.TellProposedOwner, person=CLEO) == (e.ProposedOwnerTold(CLEO),)
    assert talk.say(None, c.TellProposedOwner, person=STRANGER) == ()
    assert talk.say(None, c.TellProposedOwner, person=CLEO, meeting_id="heads.0") == ()
    talk.until(START - timedelta(minutes=10)).tick()
    assert talk.say(None, c.TellProposedOwner, person=CLEO) == ()
