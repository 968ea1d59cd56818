"""A meeting's course: start, stages and their gates, the clock that bends, roles, the end."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.decide import decide
from bot.domain.formats import Format
from bot.domain.learning_set import Outcome, Phase, QuestionState, Told
from bot.domain.ledger import Reason as Because
from bot.domain.machine import Moment
from bot.domain.rejections import Reason
from bot.domain.turns import CHOSEN
from bot.domain.wakes import wakes
from tests.domain.builders import (
    ADA,
    BEN,
    CLEO,
    DAN,
    EVA,
    FAY,
    FORTNIGHT,
    GUS,
    START,
    STRANGER,
    Conversation,
    a_meeting,
    a_second_meeting,
    a_set,
    classic,
    kinds,
    only,
)

MINUTE = timedelta(minutes=1)
TURN = (
    "problem",
    "clarification",
    "stillness",
    "reflection",
    "analysis",
    "reframing",
    "shift",
    "action",
    "commitments",
)


def ends(talk: Conversation) -> datetime:
    assert talk.meeting.stage_ends_at is not None
    return talk.meeting.stage_ends_at


def minutes_left(talk: Conversation) -> float:
    return (ends(talk) - talk.now) / MINUTE


def position(talk: Conversation, stage: str, turn: int | None = None) -> int:
    return [(slot.stage, slot.turn) for slot in talk.meeting.agenda].index((stage, turn))


def go_back(talk: Conversation, stage: str, turn: int | None = None) -> tuple[e.Event, ...]:
    return talk.say(GUS, c.GoBack, position=position(talk, stage, turn))


# The start


def test_a_meeting_starts_from_ten_minutes_before_and_not_earlier() -> None:
    talk = a_set().until(START - timedelta(minutes=10, seconds=1))
    refused = talk.refused(GUS, c.StartMeeting)
    assert (refused.reason, refused.values) == (Reason.TOO_EARLY_TO_START, {"starts_at": START})

    talk.wait(seconds=1).say(GUS, c.StartMeeting)
    assert talk.meeting.phase is Phase.RUNNING


def test_the_start_is_the_welcome_and_whoever_starts_is_present() -> None:
    talk = a_set().until(START)

    events = talk.say(GUS, c.StartMeeting)
    assert kinds(events) == [e.PresenceSet, e.MeetingStarted, e.StageEntered]
    assert (talk.meeting.stage, talk.meeting.version) == ("welcome", 1)
    assert talk.meeting.present == {GUS}
    assert minutes_left(talk) == 4


def test_of_two_who_start_the_second_is_told_that_it_has_begun() -> None:
    talk = a_meeting()
    assert talk.reason(GUS, c.StartMeeting) is Reason.ALREADY_STARTED


def test_an_early_start_gives_no_stage_more_than_its_plan() -> None:
    talk = a_set().until(START - timedelta(minutes=10))
    talk.say(GUS, c.StartMeeting)
    assert minutes_left(talk) == 4


def test_a_late_start_shrinks_the_plan_and_offers_to_end_later_once() -> None:
    talk = a_set().until(START + timedelta(minutes=30))

    assert only(talk.say(GUS, c.StartMeeting), e.EndingOffered).seconds_lost == 30 * 60
    assert 2 <= minutes_left(talk) < 4
    talk.say(GUS, c.ChooseEnding, later=True)
    assert talk.meeting.ends_at == START + timedelta(minutes=120)
    assert talk.reason(GUS, c.ChooseEnding, later=True) is Reason.NO_ENDING_OFFER


def test_on_time_leaves_the_end_where_it_was() -> None:
    talk = a_set().until(START + timedelta(minutes=30))
    talk.say(GUS, c.StartMeeting)

    assert talk.say(GUS, c.ChooseEnding, later=False) == (
        e.EndingChosen(START + timedelta(minutes=90), later=False),
    )
    assert talk.meeting.ending_offer_seconds is None


def test_a_minute_late_is_not_late() -> None:
    talk = a_set().until(START + timedelta(seconds=119))
    assert e.EndingOffered not in kinds(talk.say(GUS, c.StartMeeting))


def test_a_start_after_the_scheduled_end_leaves_each_stage_its_minimum_and_time_to_meet() -> None:
    talk = a_set().until(START + timedelta(minutes=200))
    talk.say(GUS, c.StartMeeting)
    assert minutes_left(talk) == 2
    assert talk.clock().due_at == ends(talk)


# Forward


def test_a_meeting_walks_through_every_stage_of_every_turn_in_order() -> None:
    talk, walked = a_meeting(), list[tuple[str | None, int | None]]()
    while talk.meeting.number == 1:
        slot = talk.meeting.slot
        assert slot is not None
        walked.append((slot.stage, slot.turn))
        talk.step()

    opening = [("welcome", None), ("report-backs", None), ("bids", None)]
    turns = [(stage, turn) for turn in (1, 2) for stage in TURN]
    assert walked == [*opening, *turns, ("learning-review", None), ("close", None)]


def test_the_second_of_two_presses_is_told_that_the_first_has_moved_on() -> None:
    talk = a_meeting()
    seen = talk.meeting.version

    talk.say(GUS, c.MoveOn, version=seen)
    refused = talk.refused(GUS, c.MoveOn, version=seen)
    assert (refused.reason, refused.values) == (Reason.ALREADY_MOVED_ON, {"stage": "report-backs"})


@pytest.mark.parametrize(
    ("kind", "given"),
    [(c.GoBack, {"position": 0}), (c.StretchStage, {"minutes": 1}), (c.EndMeeting, {})],
)
def test_every_press_that_moves_the_meeting_is_held_to_the_stage_it_was_drawn_for(
    kind: type[c.Command], given: dict[str, int]
) -> None:
    talk = a_meeting().to("bids")
    assert talk.reason(GUS, kind, version=talk.meeting.version - 1, **given) is Reason.ALREADY_MOVED_ON


def test_a_press_of_the_last_meeting_never_moves_this_one() -> None:
    talk = a_set().meet().start()
    assert talk.reason(GUS, c.MoveOn, meeting_id="heads.1") is Reason.MEETING_CLOSED


def test_a_stage_gets_what_the_scheduled_end_leaves_it() -> None:
    talk = a_meeting().to("problem", 1)
    assert minutes_left(talk) == 4
    talk.wait(minutes=60)
    talk.move_on()
    assert minutes_left(talk) < 3
    assert minutes_left(talk) >= 2


# Who may move on


def test_while_the_facilitator_may_act_no_member_does() -> None:
    talk = a_meeting()
    for _ in range(2):
        assert talk.reason(BEN, c.MoveOn) is Reason.NOT_THE_FACILITATOR
        talk.until(ends(talk) + timedelta(seconds=119))
    talk.wait(seconds=1).say(BEN, c.MoveOn)


def test_nobody_outside_the_set_ever_moves_it() -> None:
    talk = a_meeting(facilitator=None)
    talk.until(ends(talk) + timedelta(hours=1))
    assert talk.reason(STRANGER, c.MoveOn) is Reason.NOT_IN_THE_SET


def test_without_a_facilitator_any_member_moves_on_at_any_time() -> None:
    talk = a_meeting(facilitator=None)
    talk.say(FAY, c.MoveOn)
    talk.say(DAN, c.MoveOn)


def test_a_facilitator_who_is_not_there_at_the_start_is_waited_for_two_minutes() -> None:
    talk = a_set().until(START + timedelta(seconds=119))
    assert talk.reason(BEN, c.StartMeeting) is Reason.NOT_THE_FACILITATOR

    talk.wait(seconds=1).say(BEN, c.StartMeeting)
    assert talk.state.acting_facilitator == GUS


def test_a_pause_that_the_facilitator_does_not_end_is_ended_by_any_member_after_two_minutes() -> None:
    talk = a_meeting().wait(minutes=1)
    talk.say(GUS, c.PauseMeeting)
    assert talk.wait(seconds=119).reason(BEN, c.ResumeMeeting) is Reason.NOT_THE_FACILITATOR
    talk.wait(seconds=1).say(BEN, c.ResumeMeeting)


def test_a_stretch_is_an_act_and_the_facilitator_is_waited_for_again() -> None:
    talk = a_meeting()
    talk.until(ends(talk) + timedelta(minutes=1)).say(GUS, c.StretchStage, minutes=3)
    assert talk.wait(minutes=2).reason(BEN, c.MoveOn) is Reason.NOT_THE_FACILITATOR


def test_being_present_gives_nobody_a_role_and_being_absent_takes_none() -> None:
    talk = a_meeting()
    talk.say(GUS, c.SetPresence, present={GUS: False})
    assert talk.state.acting_facilitator == GUS
    assert talk.reason(BEN, c.MoveOn) is Reason.NOT_THE_FACILITATOR


# The gate of the report-backs


def at_the_gate() -> Conversation:
    """Ada and Ben owe a report; all are present."""
    talk, _, _ = a_second_meeting()
    return talk.start().to("report-backs")


def reported(talk: Conversation, name: str) -> None:
    (due,) = talk.state.reports_missing(name)
    talk.report(name, due, Outcome.NOT_YET)


def test_bids_wait_for_every_report_and_the_refusal_says_whose() -> None:
    talk = at_the_gate()
    assert talk.refused(GUS, c.MoveOn).values == {"people": (ADA, BEN)}
    reported(talk, ADA)
    assert talk.refused(GUS, c.MoveOn).values == {"people": (BEN,)}
    reported(talk, BEN)
    talk.move_on()


@pytest.mark.parametrize("who", [BEN, GUS])
def test_skip_today_opens_the_gate_by_the_member_or_the_facilitator(who: str) -> None:
    talk = at_the_gate()
    reported(talk, ADA)
    talk.say(who, c.SkipReport, person=BEN)
    assert talk.say(who, c.SkipReport, person=BEN) == ()
    talk.move_on()


def test_nobody_else_skips_for_a_member() -> None:
    talk = at_the_gate()
    assert talk.reason(CLEO, c.SkipReport, person=BEN) is Reason.NOT_THE_FACILITATOR
    assert talk.reason(GUS, c.SkipReport, person=STRANGER) is Reason.NOT_IN_THE_SET


def test_an_absent_owner_holds_nobody() -> None:
    talk, _, _ = a_second_meeting()
    talk.start([ADA, CLEO, DAN]).to("report-backs")
    reported(talk, ADA)
    talk.move_on()


def test_the_facilitator_corrects_who_is_absent() -> None:
    talk = at_the_gate()
    talk.say(GUS, c.SetPresence, present={ADA: False, BEN: False})
    talk.move_on()


def test_silence_holds_the_set_no_longer_than_the_minutes_of_the_stage() -> None:
    talk = at_the_gate()
    talk.until(ends(talk) - timedelta(seconds=1))
    assert talk.reason(GUS, c.MoveOn) is Reason.REPORTS_MISSING
    talk.wait(seconds=1).move_on()


def test_either_half_of_a_pair_reports_for_both() -> None:
    talk, first, _ = a_second_meeting(in_pairs=True)
    talk.start([ADA, BEN]).to("report-backs")
    assert talk.refused(GUS, c.MoveOn).values == {"people": (ADA, BEN)}
    talk.report(BEN, first)
    talk.move_on()


def test_a_skip_of_the_last_meeting_skips_nothing_in_this_one() -> None:
    talk = at_the_gate()
    assert talk.reason(BEN, c.SkipReport, person=BEN, meeting_id="heads.1") is Reason.MEETING_CLOSED


# Who owns a turn


def test_leaving_the_bids_settles_who_owns_as_the_ledger_proposes() -> None:
    talk = a_meeting().to("bids")

    chosen = only(talk.move_on(), e.OwnersChosen)
    assert [(t.unit_id, t.reason, t.chosen_by) for t in chosen.turns] == [
        (ADA, Because.FIRST_TURN, GUS),
        (BEN, Because.FIRST_TURN, GUS),
    ]
    assert talk.state.current_owners == (ADA,)


def test_the_facilitator_hands_on_and_the_reason_is_kept() -> None:
    talk = a_meeting().to("bids")

    talk.say(GUS, c.ChooseOwners, units=(ADA, FAY), why="Fay's will not wait")
    assert [(t.unit_id, t.reason, t.why) for t in talk.meeting.turns] == [
        (ADA, Because.FIRST_TURN, None),
        (FAY, CHOSEN, "Fay's will not wait"),
    ]
    assert e.OwnersChosen not in kinds(talk.move_on())
    assert talk.state.current_owners == (ADA,)


def test_without_a_facilitator_a_proposed_owner_hands_on() -> None:
    talk = a_meeting(facilitator=None).to("bids")
    talk.say(ADA, c.ChooseOwners, units=(BEN, CLEO), why="Not me today")


def test_who_said_not_this_time_may_still_be_asked() -> None:
    talk = a_set()
    talk.say(ADA, c.SkipTurn)
    talk.start().say(GUS, c.ChooseOwners, units=(ADA,), why="She changed her mind")


@pytest.mark.parametrize(
    ("units", "reason"),
    [
        ((ADA, ADA), Reason.SAME_OWNER_TWICE),
        ((ADA, STRANGER), Reason.NO_SUCH_OWNER),
        ((ADA, EVA), Reason.NO_SUCH_OWNER),
        ((ADA, BEN, CLEO), Reason.NO_SUCH_OWNER),
        ((), Reason.NO_SUCH_OWNER),
    ],
    ids=["twice", "a stranger", "an absent one", "one too many", "nobody"],
)
def test_owners_are_units_that_are_here_each_once_and_no_more_than_the_clock_has_turns(
    units: tuple[str, ...], reason: Reason
) -> None:
    talk = a_meeting([ADA, BEN, CLEO, DAN]).to("bids")
    refused = talk.refused(GUS, c.ChooseOwners, units=units, why=None)
    assert (refused.reason, refused.field) == (reason, "units")


def test_with_nobody_to_own_the_bids_stay_open() -> None:
    talk = a_meeting([ADA]).to("bids")
    talk.say(ADA, c.SkipTurn)
    assert talk.reason(GUS, c.MoveOn) is Reason.NOBODY_TO_OWN


def test_a_turn_that_nobody_owns_and_a_break_after_the_last_are_left_out() -> None:
    talk = a_meeting([ADA], clock_id="120x2").to("bids")
    talk.move_on()
    assert {slot.turn for slot in talk.meeting.agenda} == {None, 1}
    assert "break" not in {slot.stage for slot in talk.meeting.agenda}


def test_a_break_that_runs_is_not_taken_away_with_the_turn_that_was_to_follow_it() -> None:
    talk = a_meeting(clock_id="120x2").to("break")
    talk.say(GUS, c.ChooseOwners, units=(ADA,), why=None)
    assert talk.meeting.stage == "break"
    talk.move_on()
    assert talk.meeting.stage == "learning-review"


def test_an_owner_who_has_said_how_they_leave_keeps_the_turn() -> None:
    talk = a_meeting().to("problem", 1)
    talk.say(BEN, c.RecordNoCommitment, turn=2, because="I have to go early")
    assert talk.reason(GUS, c.ChooseOwners, units=(ADA, DAN), why=None) is Reason.NO_SUCH_OWNER


def test_who_comes_late_can_still_have_the_turn_that_was_left_out() -> None:
    talk = a_meeting([ADA], clock_id="120x2")
    planned = talk.meeting.agenda
    talk.to("analysis", 1).say(BEN, c.SetPresence, present={BEN: True})
    talk.say(GUS, c.ChooseOwners, units=(ADA, BEN), why=None)
    assert (talk.meeting.agenda, talk.meeting.stage) == (planned, "analysis")


def test_a_turn_given_back_before_the_running_stage_moves_nobody() -> None:
    talk = a_meeting([ADA]).to("learning-review")
    seen = talk.meeting.version
    talk.say(BEN, c.SetPresence, present={BEN: True})
    talk.say(GUS, c.ChooseOwners, units=(ADA, BEN), why=None)
    assert talk.meeting.stage == "learning-review"
    assert talk.reason(GUS, c.GoBack, version=seen, position=5) is Reason.ALREADY_MOVED_ON
    go_back(talk, "problem", 2)
    assert talk.state.current_owners == (BEN,)


def test_a_turn_that_counted_stays_with_its_unit_even_if_they_have_gone() -> None:
    talk = a_meeting().to("clarification", 1)
    talk.say(GUS, c.SetPresence, present={ADA: False})
    assert talk.reason(GUS, c.ChooseOwners, units=(DAN, BEN), why=None) is Reason.NO_SUCH_OWNER
    talk.say(GUS, c.ChooseOwners, units=(ADA, DAN), why="Ben has to go")
    assert [turn.unit_id for turn in talk.meeting.turns] == [ADA, DAN]
    assert talk.meeting.turns[0].counted_at == talk.now


@pytest.mark.parametrize("given", ["a question", "a takeaway"])
def test_a_turn_to_which_something_was_said_is_not_left_out(given: str) -> None:
    talk = a_meeting().to("reflection", 1)
    if given == "a question":
        talk.ask(CLEO, turn=2)
    else:
        talk.say(CLEO, c.NoteTakeaway, turn=2, text="Wait")
    assert talk.reason(GUS, c.ChooseOwners, units=(ADA,), why=None) is Reason.NO_SUCH_OWNER


def test_the_next_in_the_ledger_is_the_proposal_for_the_second_turn_also_after_the_first() -> None:
    talk = a_meeting().to("clarification", 1)
    talk.say(GUS, c.SetPresence, present={BEN: False})
    talk.say(GUS, c.ChooseOwners, units=(ADA, CLEO), why=None)
    assert talk.meeting.turns[1].reason == Because.FIRST_TURN


def test_either_half_of_a_pair_owns_when_the_other_is_absent() -> None:
    talk = a_meeting([BEN, CLEO], in_pairs=True).to("problem", 1)
    assert list(talk.state.current_owners) == [BEN]
    talk.say(ADA, c.SetPresence, present={ADA: True})
    assert list(talk.state.current_owners) == [ADA, BEN]


def test_a_turn_counts_when_its_problem_stage_ends_and_only_once() -> None:
    talk = a_meeting().to("problem", 1)
    assert talk.state.unit_turns == ()
    assert only(talk.move_on(), e.TurnCounted) == e.TurnCounted(1, ADA, talk.now)

    go_back(talk, "problem", 1)
    assert e.TurnCounted not in kinds(talk.move_on())
    assert [place.unit_id for place in talk.state.places] == [BEN, CLEO, DAN, EVA, FAY, ADA]


@pytest.mark.parametrize("leave", ["back", "end"])
def test_a_problem_stage_that_did_not_end_counts_nothing(leave: str) -> None:
    talk = a_meeting().to("problem", 1)
    events = go_back(talk, "bids") if leave == "back" else talk.end()
    assert e.TurnCounted not in kinds(events)


# The gate of the commitments


def test_an_owner_leaves_with_a_commitment_or_with_none_because() -> None:
    talk = a_meeting().to("commitments", 1)
    refused = talk.refused(GUS, c.MoveOn)
    assert (refused.reason, refused.values) == (Reason.COMMITMENT_MISSING, {"people": (ADA,)})
    talk.commit()
    talk.move_on()

    talk.to("commitments", 2).say(BEN, c.RecordNoCommitment, turn=2, because="I want to sleep on it")
    talk.move_on()
    assert talk.meeting.stage == "learning-review"


def test_a_commitment_taken_back_closes_the_gate_again() -> None:
    talk = a_meeting().to("commitments", 1)
    made = talk.commit()
    talk.say(ADA, c.EditCommitment, id=made.id, words=None)
    assert talk.reason(GUS, c.MoveOn) is Reason.COMMITMENT_MISSING


# Back


def test_back_goes_to_any_earlier_stage_and_loses_nothing() -> None:
    talk = a_meeting().to("clarification", 1)
    asked = talk.ask(CLEO)
    made = talk.to("commitments", 1).commit()
    version = talk.meeting.version

    entered = only(go_back(talk, "clarification", 1), e.StageEntered)
    assert (entered.back, entered.by, talk.meeting.version) == (True, GUS, version + 1)
    assert [question.id for question in talk.meeting.questions] == [asked]
    assert talk.state.commitments == (made,)
    assert talk.meeting.turns[0].counted_at is not None


@pytest.mark.parametrize("to", [-1, 12, 13, 99])
def test_back_is_not_forward_nor_nowhere(to: int) -> None:
    talk = a_meeting().to("problem", 2)
    assert talk.meeting.position == 12
    refused = talk.refused(GUS, c.GoBack, position=to)
    assert (refused.reason, refused.field) == (Reason.NO_SUCH_STAGE, "position")


@pytest.mark.parametrize(("stage", "turn"), [("clarification", 1), ("break", None), ("problem", 2)])
def test_there_is_no_way_back_to_what_follows_the_bids_before_anybody_owns(
    stage: str, turn: int | None
) -> None:
    talk = a_meeting(clock_id="120x2")
    talk.end()
    assert talk.meeting.stage == "learning-review"
    into = position(talk, stage, turn)
    assert talk.reason(GUS, c.GoBack, position=into) is Reason.NO_SUCH_STAGE
    go_back(talk, "bids")


# Stillness


def test_a_stillness_holds_what_is_asked_moves_on_by_itself_and_shows_it() -> None:
    talk = a_meeting().to("stillness", 1)
    asked = talk.ask(CLEO)
    assert talk.meeting.questions[0].state is QuestionState.HELD
    assert talk.reason(ADA, c.SettleQuestion, id=asked, state=QuestionState.ANSWERED) is (
        Reason.QUESTION_SETTLED
    )

    events = talk.let_time_pass(minutes=1)
    assert events[0] == e.QuestionsReleased((asked,))
    assert only(events, e.StageEntered).by is None
    assert (talk.meeting.stage, talk.meeting.questions[0].state) == ("reflection", QuestionState.WAITING)


@pytest.mark.parametrize("leave", [c.MoveOn, c.GoBack, c.EndMeeting])
def test_however_a_stillness_ends_what_it_held_is_shown(leave: type[c.Command]) -> None:
    talk = a_meeting().to("stillness", 1)
    talk.ask(CLEO)
    withdrawn = talk.ask(DAN)
    talk.say(DAN, c.EditQuestion, id=withdrawn, text=None)
    events = talk.say(GUS, leave, **({"position": 4} if leave is c.GoBack else {}))
    assert only(events, e.QuestionsReleased).ids == ("q0",)


def test_a_stillness_in_which_nobody_wrote_ends_in_silence() -> None:
    talk = a_meeting().to("stillness", 1)
    assert kinds(talk.let_time_pass(minutes=1)) == [e.StageEntered]


def test_a_stage_that_would_move_on_by_itself_waits_at_its_gate() -> None:
    talk = a_meeting().to("commitments", 1)
    talk.until(ends(talk))
    moving = tuple(replace(stage, moves_on_by_itself=True) for stage in classic().stages)
    moment = Moment(talk.now, Format("moving", moving, classic().clocks))

    tick = talk.command(None, c.PassTime)
    assert decide(talk.state, tick, moment) == (e.StageTimeUp(),)
    talk.commit()
    assert kinds(decide(talk.state, tick, moment)) == [e.StageEntered]


# The end of a stage's time


def test_time_up_is_told_once_and_one_minute_later_a_private_word_once_and_nobody_is_moved() -> None:
    talk = a_meeting().to("analysis", 1)

    assert talk.let_time_pass(minutes=4) == (e.StageTimeUp(),)
    assert talk.let_time_pass(seconds=59) == ()
    assert talk.let_time_pass(seconds=1) == (e.StageOverrun(),)
    assert talk.let_time_pass(minutes=60) == ()
    assert talk.meeting.stage == "analysis"


def test_a_clock_that_comes_back_too_early_or_for_another_meeting_changes_nothing() -> None:
    talk = a_meeting()
    assert talk.tick() == ()
    talk.until(ends(talk))
    assert talk.say(None, c.PassTime, meeting_id="heads.0") == ()
    assert talk.tick() == (e.StageTimeUp(),)
    assert talk.tick() == ()


def test_each_stage_tells_its_own_time() -> None:
    talk = a_meeting()
    talk.let_time_pass(minutes=6)
    told = [talk.meeting.told]
    talk.move_on()
    assert [*told, talk.meeting.told] == [Told.OVERRUN, Told.NOTHING]


# Stretching


def test_a_stretch_takes_from_the_same_turn_before_it_asks_another() -> None:
    talk = a_meeting().to("problem", 1, on_time=True)

    stretched = only(talk.say(GUS, c.StretchStage, minutes=5), e.StageStretched)
    assert stretched.taken_from_turns == ()
    assert minutes_left(talk) == 9
    before = {(s.stage, s.turn): s.seconds for s in a_meeting().meeting.agenda}
    after = {(s.stage, s.turn): s.seconds for s in talk.meeting.agenda}
    assert all(after[key] == before[key] for key in before if key[1] != 1)
    assert sum(after.values()) == sum(before.values())


def test_another_owners_turn_gives_only_after_a_sentence_that_names_them() -> None:
    talk = a_meeting().to("action", 1, on_time=True)

    refused = talk.refused(GUS, c.StretchStage, minutes=8)
    assert (refused.reason, refused.values) == (Reason.TAKES_FROM_OTHERS, {"units": (BEN,)})
    agreed = only(talk.say(GUS, c.StretchStage, minutes=8, from_others=True), e.StageStretched)
    assert agreed.taken_from_turns == (2,)


def test_what_all_share_gives_before_another_owner_does() -> None:
    talk = a_meeting(clock_id="120x2").to("commitments", 1, on_time=True)
    talk.say(GUS, c.StretchStage, minutes=6)
    assert {s.seconds for s in talk.meeting.agenda if s.turn == 2} == {
        s.seconds for s in classic().slots("120x2") if s.turn == 2
    }


def test_the_minimum_of_commitments_learning_review_and_close_is_never_given() -> None:
    talk = a_meeting().to("reframing", 2, on_time=True)

    refused = talk.refused(GUS, c.StretchStage, minutes=30, from_others=True)
    assert (refused.reason, refused.field, refused.values) == (Reason.NOTHING_LEFT, "minutes", {"minutes": 8})

    talk.say(GUS, c.StretchStage, minutes=8)
    later = {s.stage: s.seconds // 60 for s in talk.meeting.agenda[talk.meeting.position + 1 :]}
    assert later == {"shift": 1, "action": 1, "commitments": 3, "learning-review": 4, "close": 2}
    assert talk.reason(GUS, c.StretchStage, minutes=1) is Reason.NOTHING_LEFT


def test_when_nothing_is_left_the_refusal_says_so() -> None:
    talk = a_meeting().to("learning-review").wait(minutes=200)
    assert talk.refused(GUS, c.StretchStage, minutes=1).values == {"minutes": 0}


@pytest.mark.parametrize("minutes", [0, -5])
def test_a_stretch_adds_time(minutes: int) -> None:
    assert a_meeting().refused(GUS, c.StretchStage, minutes=minutes).field == "minutes"


def test_a_stretch_over_time_counts_from_now_and_its_end_is_told_again() -> None:
    talk = a_meeting().to("analysis", 1)
    talk.let_time_pass(minutes=6)
    talk.say(GUS, c.StretchStage, minutes=3)
    assert minutes_left(talk) == 3
    assert talk.let_time_pass(minutes=3) == (e.StageTimeUp(),)


# Pausing


def test_a_pause_holds_the_clock_and_what_was_left_is_left() -> None:
    talk = a_meeting().to("analysis", 1).wait(minutes=1)

    talk.say(GUS, c.PauseMeeting)
    assert talk.let_time_pass(minutes=1) == ()
    assert talk.reason(GUS, c.MoveOn) is Reason.PAUSED
    assert talk.reason(GUS, c.PauseMeeting) is Reason.PAUSED
    assert kinds(talk.say(GUS, c.ResumeMeeting)) == [e.MeetingResumed]
    assert minutes_left(talk) == 3
    assert talk.reason(GUS, c.ResumeMeeting) is Reason.NOT_PAUSED


def test_a_long_pause_offers_to_end_later_and_an_offer_still_open_grows() -> None:
    talk = a_set().until(START + timedelta(minutes=5))
    talk.say(GUS, c.StartMeeting)
    for pause, offered in [(6, 11), (1, None), (4, 15)]:
        talk.say(GUS, c.PauseMeeting)
        events = talk.wait(minutes=pause).say(GUS, c.ResumeMeeting)
        assert [ev.seconds_lost for ev in events if isinstance(ev, e.EndingOffered)] == (
            [offered * 60] if offered else []
        )
    talk.say(GUS, c.ChooseEnding, later=True)
    assert talk.meeting.ends_at == START + timedelta(minutes=105)


def test_people_go_on_writing_while_the_clock_is_held() -> None:
    talk = a_meeting().to("analysis", 1)
    talk.say(GUS, c.PauseMeeting)
    talk.say(ADA, c.SettleQuestion, id=talk.ask(CLEO), state=QuestionState.TAKEN_AWAY)


# Roles and presence


def test_handing_over_moves_the_role_for_this_meeting_alone() -> None:
    talk = a_meeting()

    assert talk.say(GUS, c.HandOver, to=BEN) == (e.FacilitatorHandedOver(BEN, GUS),)
    assert talk.reason(GUS, c.MoveOn) is Reason.NOT_IN_THE_SET
    assert talk.say(BEN, c.HandOver, to=BEN) == ()
    talk.say(BEN, c.HandOver, to=GUS)
    talk.say(GUS, c.HandOver, to=BEN)
    talk.to("close").move_on()
    assert (talk.state.facilitator, talk.state.acting_facilitator) == (GUS, GUS)


def test_the_role_is_not_handed_to_strangers() -> None:
    assert a_meeting().reason(GUS, c.HandOver, to=STRANGER) is Reason.NOT_IN_THE_SET


def test_where_there_is_none_a_member_takes_the_role_by_handing_it_over() -> None:
    talk = a_meeting(facilitator=None)
    talk.say(BEN, c.HandOver, to=BEN)
    assert talk.reason(CLEO, c.MoveOn) is Reason.NOT_THE_FACILITATOR


def test_i_am_here_and_anything_that_somebody_does_makes_them_present() -> None:
    talk = a_meeting([ADA]).to("clarification", 1)
    assert talk.meeting.present == {GUS, ADA}

    talk.ask(CLEO)
    talk.say(DAN, c.SetPresence, present={DAN: True})
    assert talk.say(DAN, c.SetPresence, present={DAN: True}) == ()
    assert talk.meeting.present == {GUS, ADA, CLEO, DAN}


def test_what_somebody_says_about_other_days_does_not_make_them_present() -> None:
    talk = a_meeting([ADA])
    talk.say(FAY, c.SkipTurn)
    talk.say(EVA, c.GoAway, until=talk.now.date() + timedelta(days=3))
    assert talk.meeting.present == {GUS, ADA}


def test_before_the_start_only_i_am_here_counts() -> None:
    talk = a_set().until(START - timedelta(minutes=10))
    talk.tick()
    talk.say(BEN, c.PlaceBid, line="It would be about my team")
    talk.say(CLEO, c.SetPresence, present={CLEO: True})
    assert talk.meeting.present == {CLEO}


def test_the_facilitator_corrects_who_is_here_and_strangers_are_left_out() -> None:
    talk = a_meeting([ADA, BEN])
    events = talk.say(GUS, c.SetPresence, present={BEN: False, CLEO: True, STRANGER: True})
    assert [ev.attendance.by for ev in events if isinstance(ev, e.PresenceSet)] == [GUS, GUS]
    assert talk.meeting.present == {GUS, ADA, CLEO}
    assert talk.reason(ADA, c.SetPresence, present={DAN: True}) is Reason.NOT_THE_FACILITATOR


# The end


def test_end_goes_to_the_learning_review_first_and_then_closes() -> None:
    talk = a_meeting().to("reflection", 1)

    assert only(talk.end(), e.StageEntered).position == position(talk, "learning-review")
    assert kinds(talk.end()) == [e.LearningShown, e.MeetingClosed, e.MeetingScheduled]


def test_the_close_says_whose_turn_ended_with_neither_commitment_nor_none() -> None:
    talk = a_meeting().to("clarification", 2)
    talk.end()
    closed = only(talk.end(), e.MeetingClosed)
    assert (closed.by, closed.unfinished_turns) == (GUS, (2,))


def test_the_close_schedules_the_next_meeting_with_a_whole_agenda() -> None:
    talk = a_meeting([ADA]).to("close")
    events = talk.move_on()
    assert kinds(events)[-2:] == [e.MeetingClosed, e.MeetingScheduled]
    assert only(events, e.MeetingClosed).unfinished_turns == ()
    assert (talk.meeting.id, talk.meeting.starts_at) == ("heads.2", START + FORTNIGHT)
    assert talk.meeting.agenda == classic().slots("90x2")
    assert (talk.meeting.phase, talk.meeting.version) == (Phase.SCHEDULED, 0)


def test_a_meeting_is_ended_from_a_pause_too() -> None:
    talk = a_meeting().to("reflection", 1)
    talk.say(GUS, c.PauseMeeting)
    talk.end()
    assert (talk.meeting.phase, talk.meeting.paused_at) == (Phase.RUNNING, None)


def test_a_forgotten_meeting_closes_itself_keeps_everything_and_names_the_unfinished() -> None:
    talk = a_meeting().to("stillness", 1)
    asked = talk.ask(CLEO)
    talk.say(GUS, c.PauseMeeting)
    ends_at = talk.meeting.ends_at

    assert talk.until(ends_at + timedelta(minutes=119)).tick() == ()
    events = talk.wait(minutes=1).tick()
    assert kinds(events) == [e.QuestionsReleased, e.MeetingClosed, e.MeetingScheduled]
    assert events[0] == e.QuestionsReleased((asked,))
    assert only(events, e.MeetingClosed) == e.MeetingClosed(talk.now, None, (1,))


def test_a_forgotten_learning_review_shows_the_lines_that_were_written() -> None:
    talk = a_meeting([ADA, BEN]).to("learning-review")
    lines = {"about_problem": "It is mine", "about_self": None, "about_set": None}
    talk.say(ADA, c.WriteLearning, **lines)
    talk.say(GUS, c.PauseMeeting)
    talk.until(talk.meeting.ends_at + timedelta(hours=3))
    assert e.LearningShown in kinds(talk.tick())


def test_a_meeting_that_runs_late_is_not_forgotten_while_its_stages_run() -> None:
    talk = a_set().until(START + timedelta(minutes=200))
    talk.say(GUS, c.StartMeeting)
    talk.let_time_pass(minutes=60)
    assert talk.meeting.stage == "welcome"
    talk.move_on()
    talk.let_time_pass(minutes=115)
    assert talk.meeting.stage == "report-backs"
    talk.let_time_pass(minutes=30)
    assert talk.meeting.number == 2


def test_after_the_close_nothing_is_left_of_the_last_meetings_clock() -> None:
    talk = a_set().meet()
    assert {wake.meeting_id for wake in wakes(talk.state).values()} == {"heads.2"}
