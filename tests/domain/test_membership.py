"""The set: who belongs to it, when it meets, whose place is where."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.learning_set import Answer, Outcome, Phase
from bot.domain.ledger import Reason as Because
from bot.domain.rejections import Reason, Rejected
from bot.domain.turns import proposals
from bot.domain.wakes import wakes
from tests.domain.builders import (
    ADA,
    BEN,
    CLEO,
    CREATED,
    DAN,
    EVA,
    FAY,
    FIRST,
    FORTNIGHT,
    GUS,
    SIX,
    START,
    STRANGER,
    Conversation,
    a_meeting,
    a_second_meeting,
    a_set,
    create,
    invited,
    kinds,
    only,
    person,
    play,
)

TWELVE = tuple(f"p{n}" for n in range(12))
PAIRS = ("ada+ben", "cleo+dan", "eva+fay")


def joins(talk: Conversation, name: str) -> tuple[e.Event, ...]:
    return talk.say(name, c.JoinSet, person=person(name))


def places(talk: Conversation) -> list[str]:
    return [place.unit_id for place in talk.state.places]


def becauses(talk: Conversation) -> list[str]:
    return [proposal.reason for proposal in proposals(talk.state)]


# A new set


def test_a_new_set_has_invited_people_a_place_for_each_and_its_first_meeting() -> None:
    state, events = play(None, [create()], CREATED)

    assert kinds(events) == [e.SetCreated, e.MeetingScheduled]
    assert {member.answer for member in state.members} == {Answer.INVITED}
    assert [place.unit_id for place in state.places] == list(SIX)
    assert state.meeting is not None
    assert (state.meeting.id, state.meeting.starts_at) == ("heads.1", START)
    assert state.meeting.ends_at - state.meeting.starts_at == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("given", "reason", "field"),
    [
        ({"members": (ADA, BEN, ADA)}, Reason.DUPLICATE_MEMBER, "members"),
        ({"members": (ADA,)}, Reason.TOO_FEW_MEMBERS, "members"),
        ({"members": (*TWELVE, ADA)}, Reason.TOO_MANY_MEMBERS, "members"),
        ({"first_meeting_at": datetime(2026, 2, 2, 13)}, Reason.DATE_PASSED, "first_date"),  # noqa: DTZ001
    ],
)
def test_a_wrong_set_is_refused_beside_the_field_at_fault(
    given: dict[str, Any], reason: Reason, field: str
) -> None:
    with pytest.raises(Rejected) as caught:
        play(None, [create(**given)], CREATED)
    assert (caught.value.reason, caught.value.field) == (reason, field)


@pytest.mark.parametrize("members", [(ADA, BEN), TWELVE])
def test_two_to_twelve_members_are_allowed(members: tuple[str, ...]) -> None:
    assert len(invited(members=members).state.members) == len(members)


def test_pairs_are_taken_in_the_order_named_and_a_last_one_stands_alone() -> None:
    talk = invited(members=(ADA, BEN, CLEO, DAN, EVA), in_pairs=True)

    assert places(talk) == ["ada+ben", "cleo+dan", EVA]
    assert talk.state.pairs


def test_without_a_set_nothing_can_be_asked_of_it() -> None:
    with pytest.raises(Rejected) as caught:
        play(None, [c.LeaveSet(workspace_id="T1", set_id="heads", actor=ADA)])
    assert caught.value.reason is Reason.NO_SET_HERE


# The invitation


def test_who_has_not_answered_is_not_in_has_no_turn_and_is_not_named_as_absent() -> None:
    talk = a_set(accept=[CLEO, DAN, EVA])

    assert talk.proposed() == (CLEO, DAN)
    assert [proposal.passed_over for proposal in proposals(talk.state)] == [(), ()]
    assert {wake.person for wake in wakes(talk.state).values()} == {None, CLEO, DAN}


def test_i_am_in_counts_once() -> None:
    talk = invited()

    assert talk.say(BEN, c.AcceptInvitation) == (e.InvitationAccepted(BEN, 1),)
    assert talk.reason(BEN, c.AcceptInvitation) is Reason.ALREADY_IN


def test_not_for_me_takes_the_place_away_and_a_change_of_mind_gives_one_at_the_back() -> None:
    talk = invited()

    talk.say(BEN, c.DeclineInvitation)
    assert BEN not in places(talk)
    assert talk.say(BEN, c.DeclineInvitation) == ()
    talk.say(BEN, c.AcceptInvitation)
    assert places(talk) == [ADA, CLEO, DAN, EVA, FAY, BEN]


def test_who_is_in_leaves_instead_of_declining() -> None:
    assert a_set().reason(BEN, c.DeclineInvitation) is Reason.ALREADY_IN


def test_one_half_of_a_pair_declines_and_the_other_keeps_the_place() -> None:
    talk = invited(in_pairs=True)

    talk.say(ADA, c.DeclineInvitation)
    assert places(talk) == list(PAIRS)
    talk.say(BEN, c.DeclineInvitation)
    assert places(talk) == list(PAIRS[1:])


def test_a_full_set_takes_nobody_neither_new_nor_changed_in_mind() -> None:
    talk = a_set(members=TWELVE, accept=TWELVE[:11])
    assert talk.refused(STRANGER, c.JoinSet, person=person(STRANGER)).values == {"most": 12}

    talk.say("p11", c.DeclineInvitation)
    joins(talk, STRANGER)
    assert talk.reason("p11", c.AcceptInvitation) is Reason.SET_FULL


# Coming and going


def test_who_joins_stands_at_the_back() -> None:
    talk = a_set()

    joins(talk, STRANGER)
    assert places(talk)[-1] == STRANGER
    assert talk.reason(STRANGER, c.JoinSet, person=person(STRANGER)) is Reason.ALREADY_IN


def test_who_was_invited_may_join_as_well() -> None:
    talk = a_set(accept=[ADA, BEN])

    assert joins(talk, CLEO) == (e.InvitationAccepted(CLEO, 1),)
    assert places(talk) == list(SIX)


def test_who_left_was_not_invited_but_may_join_again_at_the_back() -> None:
    talk = a_set()

    talk.say(ADA, c.LeaveSet)
    assert talk.reason(ADA, c.AcceptInvitation) is Reason.NOT_INVITED
    joins(talk, ADA)
    assert places(talk) == [BEN, CLEO, DAN, EVA, FAY, ADA]


def test_a_newcomer_is_not_proposed_in_their_first_meeting_unless_they_ask() -> None:
    talk = a_set(members=(ADA, BEN)).meet()
    joins(talk, STRANGER)
    talk.start([STRANGER])

    assert talk.proposed() == ()
    talk.say(STRANGER, c.PlaceBid, line="It would be about my team")
    assert becauses(talk) == [Because.NEWCOMER_ASKED]


def test_who_joins_a_running_meeting_is_new_in_it_and_in_their_first_whole_one() -> None:
    talk = a_set(members=(ADA, BEN)).meet().start([ADA])
    joins(talk, STRANGER)
    talk.say(STRANGER, c.SetPresence, present={STRANGER: True})
    assert talk.proposed() == (ADA,)

    for expected in [(), (STRANGER,)]:
        talk.end()
        talk.end()
        talk.say(ADA, c.SkipTurn)
        talk.say(BEN, c.SkipTurn)
        assert talk.proposed() == expected
        talk.start()


def test_in_the_very_first_meeting_everyone_is_new_and_late_answers_count() -> None:
    talk = a_set(accept=[ADA]).start()

    talk.say(BEN, c.AcceptInvitation)
    talk.say(BEN, c.SetPresence, present={BEN: True})
    assert talk.proposed() == (ADA, BEN)
    talk.end()
    talk.end()
    assert talk.proposed() == (ADA, BEN)


def test_a_leaver_takes_the_place_along_and_what_they_said_stays() -> None:
    talk, first, _ = a_second_meeting()

    talk.say(ADA, c.LeaveSet)
    assert ADA not in places(talk)
    assert first in talk.state.commitments
    assert all(wake.person != ADA for wake in wakes(talk.state).values())


def test_a_pair_whose_half_left_still_owns() -> None:
    talk = a_set(in_pairs=True)

    talk.say(ADA, c.LeaveSet)
    assert talk.proposed()[0] == "ada+ben"
    assert talk.state.unit_people("ada+ben") == (BEN,)


def test_an_owner_who_leaves_while_telling_is_gone_and_the_meeting_goes_on() -> None:
    talk = a_meeting().to("problem", 1)

    events = talk.say(ADA, c.LeaveSet)
    assert kinds(events) == [e.PresenceSet, e.MemberLeft]
    assert e.TurnCounted(1, ADA, talk.now) in talk.move_on()
    assert places(talk) == [BEN, CLEO, DAN, EVA, FAY]
    talk.say(GUS, c.RecordNoCommitment, turn=1, because="Ada left us")
    talk.to("close")


def test_a_facilitator_who_leaves_gives_the_role_up_and_any_member_may_run() -> None:
    talk = a_meeting(facilitator=BEN)
    assert talk.reason(CLEO, c.MoveOn) is Reason.NOT_THE_FACILITATOR

    assert only(talk.say(BEN, c.LeaveSet), e.FacilitatorChanged).facilitator is None
    assert talk.state.facilitator is None
    talk.say(CLEO, c.MoveOn)


def test_the_set_changes_its_facilitator_or_has_none() -> None:
    talk = a_set()

    assert talk.say(GUS, c.ChangeFacilitator, facilitator=person(GUS)) == ()
    talk.say(GUS, c.ChangeFacilitator, facilitator=person(STRANGER))
    assert (talk.state.facilitator, talk.state.people[STRANGER].name) == (STRANGER, "Sam")
    talk.say(STRANGER, c.ChangeFacilitator, facilitator=None)
    assert talk.state.facilitator is None


def test_a_change_of_facilitator_leaves_a_running_meeting_to_who_facilitates_it() -> None:
    talk = a_meeting()

    talk.say(ADA, c.ChangeFacilitator, facilitator=person(CLEO))
    assert talk.state.acting_facilitator == GUS


def test_an_ended_set_refuses_people_and_wants_nothing_of_the_clock() -> None:
    talk = a_set()

    talk.say(ADA, c.EndSet)
    assert talk.meeting.phase is Phase.CANCELLED
    assert wakes(talk.state) == {}
    assert talk.reason(ADA, c.SkipTurn) is Reason.SET_ENDED
    assert talk.tick() == ()
    assert talk.say(None, c.UpdatePerson, person=person(ADA, "Asia/Tokyo")) == ()


def test_a_set_is_not_ended_in_the_middle_of_a_meeting() -> None:
    assert a_meeting().reason(ADA, c.EndSet) is Reason.MEETING_RUNNING


def test_the_workspace_tells_of_a_new_name_and_zone_and_nothing_else_changes() -> None:
    talk = a_set()
    talk.say(BEN, c.GoAway, until=date(2026, 2, 10))

    talk.say(None, c.UpdatePerson, person=person(BEN, "Asia/Tokyo"))
    assert talk.state.people[BEN].zone == "Asia/Tokyo"
    assert talk.state.people[BEN].away_until == date(2026, 2, 10)
    assert talk.say(None, c.UpdatePerson, person=person(BEN, "Asia/Tokyo")) == ()
    assert talk.say(None, c.UpdatePerson, person=person("nobody", "Asia/Tokyo")) == ()


# When the set meets


def wall(day: int, month: int = 3, hour: int = 10, minute: int = 0) -> datetime:
    """In Berlin."""
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001


def at(day: int, month: int = 3, hour: int = 9, minute: int = 0) -> datetime:
    """In UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moved_to", "then"),
    [
        (None, at(17)),
        (wall(2), at(17)),
        (wall(5), at(17)),
        (wall(16), at(17)),
        (wall(18), at(31, hour=8)),
        (wall(1, 4), at(14, 4, 8)),
    ],
    ids=["as planned", "earlier", "later", "the day before the next", "over the next", "over two"],
)
def test_the_next_meeting_follows_the_rhythm_wherever_this_one_was_moved(
    moved_to: datetime | None, then: datetime
) -> None:
    talk = a_set()
    if moved_to:
        talk.say(ADA, c.MoveMeeting, starts_at=moved_to)

    talk.meet()
    assert (talk.meeting.number, talk.meeting.starts_at) == (2, then)


def test_a_moved_meeting_keeps_its_length_and_those_who_came_early_come_again() -> None:
    talk = a_set().until(START - timedelta(minutes=10))
    talk.tick()
    talk.say(BEN, c.SetPresence, present={BEN: True})

    talk.say(ADA, c.MoveMeeting, starts_at=wall(5))
    assert talk.meeting.phase is Phase.SCHEDULED
    assert talk.meeting.ends_at - talk.meeting.starts_at == timedelta(minutes=90)
    assert talk.meeting.present == frozenset()


def test_a_meeting_is_not_moved_into_the_past_and_to_where_it_stands_is_no_move() -> None:
    talk = a_set()

    assert talk.refused(ADA, c.MoveMeeting, starts_at=wall(1, 2)).field == "date"
    assert talk.say(ADA, c.MoveMeeting, starts_at=FIRST) == ()


def test_a_cancelled_meeting_makes_room_for_the_one_after_it() -> None:
    talk = a_set()

    events = talk.say(ADA, c.CancelMeeting)
    assert kinds(events) == [e.MeetingCancelled, e.MeetingScheduled]
    assert (talk.meeting.number, talk.meeting.starts_at) == (2, START + FORTNIGHT)


def test_the_one_after_a_meeting_that_was_moved_and_cancelled_is_after_where_it_stood() -> None:
    talk = a_set()
    talk.say(ADA, c.MoveMeeting, starts_at=wall(18))
    talk.say(ADA, c.CancelMeeting)
    assert talk.meeting.starts_at == at(31, hour=8)


def test_what_was_reported_to_a_cancelled_meeting_is_told_to_the_next() -> None:
    talk, done, partly = a_second_meeting()
    talk.report(ADA, done, Outcome.DONE)
    talk.report(BEN, partly, Outcome.PARTLY)

    talk.say(ADA, c.CancelMeeting)
    assert {report.meeting_id for report in talk.state.reports} == {talk.meeting.id}
    assert talk.state.reports_missing(ADA) == talk.state.reports_missing(BEN) == ()


def test_a_meeting_that_nobody_started_is_cancelled_and_dates_that_passed_are_left_out() -> None:
    talk = a_set().until(at(20, 4))

    events = talk.tick()
    assert events[0] == e.MeetingCancelled(None)
    assert talk.meeting.starts_at == at(28, 4, 8)


def test_nobody_is_waited_for_until_two_hours_after_the_end() -> None:
    talk = a_set().until(START + timedelta(minutes=90 + 119))

    assert kinds(talk.tick()) == [e.BoardOpened]
    assert kinds(talk.let_time_pass(minutes=1)) == [e.MeetingCancelled, e.MeetingScheduled]


def test_the_wall_clock_stays_the_same_when_clocks_change() -> None:
    talk = a_set()
    starts = [talk.meet().meeting.starts_at for _ in range(2)]
    assert starts == [at(17), at(31, hour=8)]


@pytest.mark.parametrize(
    ("first", "then"),
    [(wall(22, 3, 2, 30), at(29, 3, 1)), (wall(18, 10, 2, 30), at(25, 10, 0, 30))],
    ids=["skipped by the clocks", "twice that night"],
)
def test_a_next_meeting_at_a_time_that_does_not_exist_or_exists_twice(
    first: datetime, then: datetime
) -> None:
    talk = a_set(first_meeting_at=first, every_weeks=1)
    talk.say(ADA, c.CancelMeeting)
    assert talk.meeting.starts_at == then


# Whose turn it is


def test_a_skip_keeps_the_place_at_the_front() -> None:
    talk = a_set()

    assert only(talk.say(ADA, c.SkipTurn), e.TurnSkipped).skip.unit_id == ADA
    assert talk.say(ADA, c.SkipTurn) == ()
    assert talk.proposed() == (BEN, CLEO)
    talk.meet()
    assert talk.proposed() == (ADA, DAN)
    assert becauses(talk) == [Because.KEPT_PLACE, Because.FIRST_TURN]


def test_once_they_have_had_their_turn_they_have_kept_nothing_any_more() -> None:
    talk = a_set(members=(ADA, BEN, CLEO), clock_id="60x1")
    talk.say(ADA, c.SkipTurn)
    reasons = [becauses(talk.meet())[0] for _ in range(4)]
    assert reasons == [Because.KEPT_PLACE, Because.FIRST_TURN, *[Because.WAITED_LONGEST] * 2]


def test_who_was_not_passed_over_has_kept_nothing() -> None:
    """Dan was absent, but stood behind both who had their turn."""
    talk = a_set().meet([ADA, BEN, CLEO])
    assert becauses(talk) == [Because.FIRST_TURN, Because.FIRST_TURN]


def test_who_was_handed_over_to_another_is_first_again() -> None:
    talk = a_meeting().to("bids")
    talk.say(GUS, c.ChooseOwners, units=(CLEO, DAN), why="Theirs will not wait")
    talk.to("close").move_on()
    assert talk.proposed() == (ADA, BEN)
    assert becauses(talk) == [Because.KEPT_PLACE, Because.KEPT_PLACE]


def test_either_half_of_a_pair_says_not_this_time_for_both() -> None:
    talk = a_set(in_pairs=True)
    talk.say(BEN, c.SkipTurn)
    assert talk.proposed() == PAIRS[1:]


def test_who_owns_a_turn_of_the_running_meeting_hands_on_instead_of_skipping() -> None:
    talk = a_meeting().to("problem", 1)
    assert talk.reason(ADA, c.SkipTurn) is Reason.MEETING_RUNNING
    talk.say(FAY, c.SkipTurn)


def test_a_swap_exchanges_two_places_once() -> None:
    talk = a_set(clock_id="60x1")

    assert talk.say(ADA, c.SwapPlaces, other=CLEO) == (e.PlacesSwapped(ADA, CLEO),)
    order = [(talk.proposed()[0], becauses(talk)[0])]
    for _ in range(6):
        talk.meet()
        order.append((talk.proposed()[0], becauses(talk)[0]))
    assert [unit for unit, _ in order] == [CLEO, BEN, ADA, DAN, EVA, FAY, ADA]
    assert order[0][1] == order[2][1] == Because.SWAPPED
    assert order[-1][1] == Because.WAITED_LONGEST


@pytest.mark.parametrize("other", [ADA, STRANGER, FAY])
def test_a_swap_needs_another_unit_that_is_in(other: str) -> None:
    talk = a_set(accept=[ADA, BEN, CLEO, DAN])
    refused = talk.refused(ADA, c.SwapPlaces, other=other)
    assert (refused.reason, refused.field) == (Reason.CANNOT_SWAP, "other")


def test_the_halves_of_a_pair_have_nothing_to_swap() -> None:
    assert a_set(in_pairs=True).reason(ADA, c.SwapPlaces, other=BEN) is Reason.CANNOT_SWAP


def test_a_second_swap_waits_until_the_first_is_used_up() -> None:
    talk = a_set()
    talk.say(ADA, c.SwapPlaces, other=CLEO)
    assert talk.reason(BEN, c.SwapPlaces, other=CLEO) is Reason.ALREADY_SWAPPED


def test_who_is_away_on_the_day_is_passed_over_and_back_by_themselves() -> None:
    talk = a_set()

    talk.say(ADA, c.GoAway, until=date(2026, 3, 3))
    assert talk.proposed() == (BEN, CLEO)
    talk.say(ADA, c.MoveMeeting, starts_at=wall(4))
    assert talk.proposed() == (ADA, BEN)


def test_who_is_back_early_says_so() -> None:
    talk = a_set()
    talk.say(ADA, c.GoAway, until=date(2026, 3, 3))

    assert talk.say(ADA, c.GoAway, until=None) == (e.PersonCameBack(ADA),)
    assert talk.proposed() == (ADA, BEN)
    assert talk.say(ADA, c.GoAway, until=None) == ()


def test_today_is_the_last_day_on_which_one_can_be_away_until() -> None:
    talk = a_set()
    talk.say(ADA, c.GoAway, until=CREATED.date())
    assert talk.refused(ADA, c.GoAway, until=CREATED.date() - timedelta(days=1)).field == "until"


def test_who_is_always_there_and_never_passes_has_as_many_turns_as_anyone_give_or_take_one() -> None:
    talk = a_set(members=(ADA, BEN, CLEO, DAN, EVA))
    for _ in range(6):
        talk.meet()
        taken = {unit.unit_id: unit.taken for unit in talk.state.unit_turns}
        turns = [taken.get(name, 0) for name in (ADA, BEN, CLEO, DAN, EVA)]
        assert max(turns) - min(turns) <= 1
