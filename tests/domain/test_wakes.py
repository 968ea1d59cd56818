"""What is due by itself: prompts in people's own hours, and the meeting's clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.learning_set import Outcome, Person
from bot.domain.wakes import Wake, WakeKind, due_now, wakes
from tests.domain.builders import (
    ADA,
    BEN,
    CLEO,
    DAN,
    EVA,
    FAY,
    FIRST,
    GUS,
    START,
    Conversation,
    a_meeting,
    a_second_meeting,
    a_set,
    person,
)

ASK, TELL = WakeKind.ASK_FOR_REPORT_BACK, WakeKind.TELL_PROPOSED_OWNER


def at(month: int, day: int, hour: int = 8, minute: int = 0) -> datetime:
    """UTC; 08:00 is 09:00 in Berlin until its clocks change on 29 March."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def asked(talk: Conversation, name: str) -> list[tuple[int | None, datetime]]:
    """Rungs and times at which the person is asked for a report-back."""
    mine = (wake for wake in wakes(talk.state).values() if (wake.kind, wake.person) == (ASK, name))
    return sorted((wake.rung, wake.due_at) for wake in mine)


def told(talk: Conversation) -> dict[str | None, datetime]:
    """Who is told that they are proposed, and when."""
    return {wake.person: wake.due_at for wake in wakes(talk.state).values() if wake.kind is TELL}


def lives(talk: Conversation, name: str, **changes: object) -> None:
    """The person's own working hours are these."""
    changed: Person = replace(talk.state.people[name], **changes)  # type: ignore[arg-type]
    talk.state = replace(talk.state, people={**talk.state.people, name: changed})


def prompt(talk: Conversation, rung: int) -> Wake:
    return wakes(talk.state)[f"report:heads.2:ada:{rung}"]


# Report-backs


def test_who_owes_a_report_is_asked_three_working_days_before_and_on_the_last_one() -> None:
    """The second meeting is on Tuesday 17 March: Thursday the 12th, Monday the 16th."""
    talk, _, _ = a_second_meeting()
    assert asked(talk, ADA) == asked(talk, BEN) == [(1, at(3, 12)), (2, at(3, 16))]
    assert asked(talk, CLEO) == asked(talk, GUS) == []


def test_the_last_nudge_for_a_monday_is_on_friday() -> None:
    talk, _, _ = a_second_meeting(first_meeting_at=FIRST - timedelta(days=1))
    assert talk.meeting.starts_at == at(3, 16, 9)
    assert asked(talk, ADA) == [(1, at(3, 11)), (2, at(3, 13))]


@pytest.mark.parametrize("outcome", Outcome)
def test_any_answer_stops_the_prompts_of_who_gave_it(outcome: Outcome) -> None:
    talk, made, _ = a_second_meeting()
    talk.report(ADA, made, outcome)
    assert asked(talk, ADA) == []
    assert len(asked(talk, BEN)) == 2


def test_skip_today_stops_them_too() -> None:
    talk, _, _ = a_second_meeting()
    talk.say(ADA, c.SkipReport, person=ADA)
    assert asked(talk, ADA) == []


def test_both_halves_of_a_pair_are_asked_until_either_answers() -> None:
    talk, made, _ = a_second_meeting(in_pairs=True)
    assert len(asked(talk, ADA)) == len(asked(talk, BEN)) == 2
    talk.report(BEN, made)
    assert asked(talk, ADA) == asked(talk, BEN) == []


def test_what_is_still_open_is_asked_for_again_before_the_next_meeting() -> None:
    talk, made, _ = a_second_meeting()
    talk.report(ADA, made, Outcome.PARTLY)
    talk.meet()
    assert [rung for rung, _ in asked(talk, ADA)] == [1, 2]
    assert {wake.meeting_id for wake in wakes(talk.state).values()} == {"heads.3"}


def test_who_left_is_asked_nothing() -> None:
    talk, _, _ = a_second_meeting()
    talk.say(ADA, c.LeaveSet)
    assert asked(talk, ADA) == []


def test_prompts_keep_the_wall_clock_of_the_member_when_clocks_change() -> None:
    """The third meeting is on Tuesday 31 March, two days after the change."""
    talk, made, _ = a_second_meeting()
    talk.report(ADA, made, Outcome.NOT_YET)
    talk.meet()
    assert asked(talk, ADA) == [(1, at(3, 26, 8)), (2, at(3, 30, 7))]


def test_prompts_in_a_night_that_skips_or_repeats_an_hour() -> None:
    """Ada begins at 02:30, Sundays too: not there on 29 March, there twice on 25 October."""
    talk, _, _ = a_second_meeting()
    lives(talk, ADA, work_days=tuple(range(7)), work_start=time(2, 30))
    for monday, last in [((3, 30), at(3, 29, 2)), ((10, 26), at(10, 25, 1, 30))]:
        talk.say(GUS, c.MoveMeeting, starts_at=datetime(2026, *monday, 10))  # noqa: DTZ001
        assert asked(talk, ADA)[-1] == (2, last)


def test_a_member_who_changes_zone_is_asked_in_their_new_morning() -> None:
    talk, _, _ = a_second_meeting()
    talk.say(None, c.UpdatePerson, person=person(ADA, "America/New_York"))
    assert asked(talk, ADA) == [(1, at(3, 12, 13)), (2, at(3, 16, 13))]


def test_a_zone_in_which_the_meeting_is_on_another_day_counts_from_that_day() -> None:
    talk, _, _ = a_second_meeting()
    talk.say(None, c.UpdatePerson, person=person(ADA, "Pacific/Honolulu"))
    assert asked(talk, ADA) == [(1, at(3, 11, 19)), (2, at(3, 13, 19))]


def test_days_away_move_prompts_to_before_them_and_coming_back_moves_them_back() -> None:
    talk, _, _ = a_second_meeting()
    talk.until(at(3, 12, 7)).say(ADA, c.GoAway, until=date(2026, 3, 16))
    assert asked(talk, ADA) == [(1, at(3, 9)), (2, at(3, 11))]
    talk.say(ADA, c.GoAway, until=None)
    assert asked(talk, ADA) == [(1, at(3, 12)), (2, at(3, 16))]


def test_who_is_back_only_on_the_last_working_day_is_asked_once() -> None:
    talk, _, _ = a_second_meeting()
    lives(talk, ADA, away_from=date(2026, 3, 1), away_until=date(2026, 3, 15))
    assert asked(talk, ADA) == [(1, at(2, 26)), (2, at(3, 16))]
    assert due_now(talk.state, prompt(talk, 1), talk.now) is None
    assert due_now(talk.state, prompt(talk, 2), at(3, 16)) == at(3, 16)


def test_who_never_works_is_never_asked_nor_told() -> None:
    talk, _, _ = a_second_meeting()
    for name in (ADA, CLEO):
        lives(talk, name, work_days=())
    assert asked(talk, ADA) == []
    assert set(told(talk)) == {DAN}


def test_a_moved_meeting_moves_its_prompts_under_the_same_keys_so_nobody_is_asked_a_third_time() -> None:
    talk, _, _ = a_second_meeting()
    before = {key for key, wake in wakes(talk.state).items() if wake.kind is ASK}
    talk.say(GUS, c.MoveMeeting, starts_at=datetime(2026, 3, 19, 10))  # noqa: DTZ001
    assert asked(talk, ADA) == [(1, at(3, 16)), (2, at(3, 18))]
    assert {key for key, wake in wakes(talk.state).items() if wake.kind is ASK} == before


def test_a_cancelled_meeting_takes_its_prompts_along() -> None:
    talk, _, _ = a_second_meeting()
    before = set(wakes(talk.state))
    talk.say(GUS, c.CancelMeeting)
    assert before.isdisjoint(wakes(talk.state))
    assert [due_at for _, due_at in asked(talk, ADA)] == [at(3, 26), at(3, 30, 7)]


# The proposed owners


def test_the_proposed_owners_are_told_five_days_before() -> None:
    """Tuesday 3 March less five days: Thursday 26 February."""
    assert told(a_set()) == {ADA: at(2, 26), BEN: at(2, 26)}


def test_both_halves_of_a_proposed_pair_are_told() -> None:
    assert set(told(a_set(in_pairs=True, clock_id="60x1"))) == {ADA, BEN}


def test_when_one_says_not_this_time_the_next_is_told_as_soon_as_they_work() -> None:
    talk = a_set().until(at(2, 27, 20))
    talk.say(BEN, c.SkipTurn)
    assert set(told(talk)) == {ADA, CLEO}

    wake = wakes(talk.state)["owner:heads.1:cleo"]
    assert due_now(talk.state, wake, talk.now) == at(3, 2, 7)


@pytest.mark.parametrize("change", ["swap", "leave", "away"])
def test_whatever_changes_the_proposal_changes_who_is_told(change: str) -> None:
    talk = a_set()
    if change == "swap":
        talk.say(ADA, c.SwapPlaces, other=FAY)
    elif change == "leave":
        talk.say(ADA, c.LeaveSet)
    else:
        talk.say(ADA, c.GoAway, until=date(2026, 3, 3))
    assert set(told(talk)) == ({FAY, BEN} if change == "swap" else {BEN, CLEO})


# The meeting's clock


def a_meetings_instants() -> Iterator[tuple[str, Wake, datetime]]:
    """What the meeting waits for, from one wake to the next, and when that should be."""
    talk = a_set()
    opens, ends_at = START - timedelta(minutes=10), START + timedelta(minutes=90)
    yield "scheduled", talk.clock(), opens
    talk.until(opens).tick()
    yield "opened", talk.clock(), ends_at + timedelta(hours=2)
    talk.start()
    stage_ends_at = START + timedelta(minutes=4)
    yield "running", talk.clock(), stage_ends_at
    talk.say(GUS, c.PauseMeeting)
    yield "paused", talk.clock(), ends_at + timedelta(hours=2)
    talk.say(GUS, c.ResumeMeeting)
    talk.until(stage_ends_at).tick()
    yield "time up", talk.clock(), stage_ends_at + timedelta(minutes=1)
    talk.wait(minutes=1).tick()
    yield "overrun", talk.clock(), ends_at + timedelta(hours=2)
    talk.say(GUS, c.StretchStage, minutes=5)
    yield "stretched", talk.clock(), talk.now + timedelta(minutes=5)
    talk.to("close").move_on()
    yield "the next", talk.clock(), START + timedelta(days=14, minutes=-10)


def test_the_meeting_wants_the_clock_back_when_it_has_something_to_do() -> None:
    for step, wake, due_at in a_meetings_instants():
        assert (wake.due_at, wake.person) == (due_at, None), step


def test_what_was_done_is_never_due_again_under_the_same_key() -> None:
    keys = [wake.key for _, wake, _ in a_meetings_instants()]
    assert len(set(keys)) == len(keys)


def test_two_pauses_within_one_second_are_two_occurrences() -> None:
    talk, keys = a_meeting(), set[str]()
    for _ in range(3):
        keys.add(talk.clock().key)
        talk.say(GUS, c.PauseMeeting)
        talk.wait(milliseconds=200).say(GUS, c.ResumeMeeting)
    assert len(keys) == 3


def test_a_board_goes_up_ten_minutes_before_and_a_moved_meetings_goes_up_again() -> None:
    talk = a_set().until(START - timedelta(minutes=10))
    assert talk.tick() == (e.BoardOpened(),)
    talk.say(GUS, c.MoveMeeting, starts_at=datetime(2026, 3, 5, 10))  # noqa: DTZ001
    assert talk.clock().due_at == at(3, 5, 8, 50)


def test_once_the_board_is_up_nobody_is_prompted_any_more() -> None:
    talk, _, _ = a_second_meeting()
    talk.until(talk.meeting.starts_at - timedelta(minutes=10)).tick()
    assert [wake.kind for wake in wakes(talk.state).values()] == [WakeKind.PASS_TIME]


# What comes late


def test_a_prompt_on_time_is_sent_at_once() -> None:
    talk, _, _ = a_second_meeting()
    for rung, due_at in [(1, at(3, 12)), (2, at(3, 16))]:
        assert due_now(talk.state, prompt(talk, rung), due_at) == due_at


def test_a_bot_that_was_down_prompts_when_the_member_works_again() -> None:
    """Down from before Thursday until Saturday: the first prompt would come on the day of the second."""
    talk, _, _ = a_second_meeting()
    assert due_now(talk.state, prompt(talk, 1), at(3, 12, 22)) == at(3, 13, 7)
    assert due_now(talk.state, prompt(talk, 1), at(3, 14)) is None
    assert due_now(talk.state, prompt(talk, 2), at(3, 16, 15)) == at(3, 16, 15)


def test_a_prompt_that_is_too_late_for_its_meeting_is_not_sent() -> None:
    talk, _, _ = a_second_meeting()
    assert due_now(talk.state, prompt(talk, 2), at(3, 16, 20)) == at(3, 17, 7)
    assert due_now(talk.state, prompt(talk, 2), talk.meeting.starts_at) is None


def test_a_prompt_for_a_member_who_has_moved_waits_for_their_new_hours() -> None:
    talk, _, _ = a_second_meeting()
    wake = prompt(talk, 2)
    talk.say(None, c.UpdatePerson, person=person(ADA, "America/New_York"))
    assert due_now(talk.state, wake, at(3, 16)) == at(3, 16, 12)


def test_a_prompt_for_another_meeting_or_somebody_unknown_is_not_sent() -> None:
    talk, _, _ = a_second_meeting()
    wake = prompt(talk, 1)
    assert due_now(talk.state, replace(wake, person="nobody"), at(3, 12)) is None
    talk.say(GUS, c.CancelMeeting)
    assert due_now(talk.state, wake, at(3, 12)) is None


def test_the_meetings_own_clock_is_never_too_late() -> None:
    talk = a_set()
    assert due_now(talk.state, talk.clock(), at(5, 1)) == at(5, 1)
    assert {wake.person for wake in wakes(talk.state).values()}.isdisjoint({DAN, EVA})
