"""What hinders a set or a person: what is paused, what is still taken, and how it goes on."""

from datetime import timedelta

import pytest

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.hindrances import OF_A_CHANNEL, OF_A_WORKSPACE, Hindrance
from bot.domain.learning_set import Phase
from bot.domain.rejections import Reason
from bot.domain.wakes import OPENS_BEFORE, Wake, WakeKind, forgotten_at, is_held, wakes
from tests.domain.builders import (
    ADA,
    BEN,
    CLEO,
    GUS,
    STRANGER,
    Conversation,
    a_meeting,
    a_second_meeting,
    a_set,
    kinds,
    only,
    words,
)


def hinder(talk: Conversation, cause: Hindrance = Hindrance.ARCHIVED) -> tuple[e.Event, ...]:
    return talk.say(None, c.HinderSet, cause=cause)


# The set


@pytest.mark.parametrize("cause", sorted({*OF_A_CHANNEL, *OF_A_WORKSPACE}))
def test_a_set_that_is_hindered_has_nothing_due_and_is_told_of_it_once(cause: Hindrance) -> None:
    talk = a_set()
    due = wakes(talk.state)
    assert kinds(hinder(talk, cause)) == [e.SetHindered]
    assert hinder(talk, cause) == ()
    assert wakes(talk.state) == {}
    assert kinds(talk.say(None, c.UnhinderSet)) == [e.SetUnhindered]
    assert talk.say(None, c.UnhinderSet) == ()
    assert wakes(talk.state) == due


def test_another_cause_takes_its_place_unless_the_workspace_is_gone() -> None:
    talk = a_set()
    hinder(talk, Hindrance.ARCHIVED)
    assert kinds(hinder(talk, Hindrance.BOT_REMOVED)) == [e.SetHindered]
    assert hinder(talk, Hindrance.DELETED) == ()
    hinder(talk, Hindrance.WORKSPACE_GONE)
    assert hinder(talk, Hindrance.ARCHIVED) == ()
    assert talk.state.hindered_by is Hindrance.WORKSPACE_GONE


def test_what_was_agreed_about_a_sharing_holds_as_long_as_the_channel_is_shared() -> None:
    talk = a_set()
    hinder(talk, Hindrance.SHARED_OUTSIDE)
    assert talk.reason(CLEO, c.GoOn) is Reason.NOT_ALLOWED_TO_MANAGE
    assert only(talk.say(GUS, c.GoOn), e.SetUnhindered).sharing_agreed
    assert talk.say(GUS, c.GoOn) == ()
    assert hinder(talk, Hindrance.SHARED_OUTSIDE) == ()
    hinder(talk, Hindrance.ARCHIVED)
    talk.say(None, c.UnhinderSet, shared=True)
    assert talk.state.sharing_agreed
    talk.say(None, c.UnhinderSet, shared=False)
    assert kinds(hinder(talk, Hindrance.SHARED_OUTSIDE)) == [e.SetHindered]


def test_who_tries_again_agrees_to_nothing_else() -> None:
    talk = a_set()
    hinder(talk, Hindrance.MAY_NOT_POST)
    assert not only(talk.say(GUS, c.GoOn), e.SetUnhindered).sharing_agreed


def test_while_it_is_hindered_nobody_moves_the_meeting_on_and_what_is_written_lands() -> None:
    talk = a_meeting().to("clarification", 1)
    asker = next(name for name in (ADA, BEN, CLEO) if name not in talk.state.current_owners)
    hinder(talk)
    assert talk.reason(GUS, c.MoveOn) is Reason.SET_HINDERED
    assert talk.reason(GUS, c.PauseMeeting) is Reason.SET_HINDERED
    assert talk.reason(asker, c.SetPresence, present={asker: True}) is Reason.SET_HINDERED
    talk.ask(asker)
    owner = talk.state.current_owners[0]
    talk.say(owner, c.RecordCommitment, id="c", turn=1, words=words())
    assert [q.asker for q in talk.meeting.questions] == [asker]
    assert talk.tick() == ()
    talk.say(None, c.UnhinderSet)
    talk.move_on()


def test_a_meeting_that_is_to_come_can_be_moved_cancelled_and_reported_to() -> None:
    talk, first, _ = a_second_meeting()
    hinder(talk)
    talk.report(first.recorded_by, first)
    talk.say(ADA, c.GoAway, until=talk.now.date())
    assert kinds(talk.say(GUS, c.CancelMeeting)) == [e.MeetingCancelled, e.MeetingScheduled]
    assert [report.commitment_id for report in talk.state.reports] == [first.id]
    talk.say(GUS, c.EndSet)


def test_a_meeting_that_was_missed_gives_way_and_keeps_what_was_reported() -> None:
    talk, first, second = a_second_meeting()
    talk.until(talk.meeting.starts_at - OPENS_BEFORE).tick()
    planned = talk.meeting
    hinder(talk)
    talk.report(first.recorded_by, first)
    talk.until(planned.ends_at)
    assert kinds(talk.say(None, c.UnhinderSet)) == [e.SetUnhindered, e.MeetingCancelled, e.MeetingScheduled]
    assert talk.meeting.number == planned.number + 1
    assert talk.meeting.starts_at > planned.starts_at
    assert [report.commitment_id for report in talk.state.reports] == [first.id]
    assert second in talk.state.commitments


def test_a_meeting_whose_time_has_come_can_still_be_held() -> None:
    talk = a_set()
    hinder(talk)
    talk.until(talk.meeting.ends_at - timedelta(seconds=1))
    assert kinds(talk.say(None, c.UnhinderSet)) == [e.SetUnhindered]
    assert talk.clock().due_at <= talk.now
    assert kinds(talk.tick()) == [e.BoardOpened]


def test_a_meeting_that_ran_stands_where_it_stood_until_it_is_forgotten() -> None:
    talk = a_meeting().to("clarification", 1)
    stage = talk.meeting
    hinder(talk)
    talk.wait(minutes=30)
    talk.say(None, c.UnhinderSet)
    assert talk.meeting == stage
    hinder(talk)
    talk.until(forgotten_at(stage))
    closed = only(talk.say(None, c.UnhinderSet), e.MeetingClosed)
    assert closed.by is None
    assert talk.meeting.number == 2


def test_a_set_that_has_ended_is_not_hindered() -> None:
    talk = a_set()
    talk.say(GUS, c.EndSet)
    assert hinder(talk) == ()


# The channel


def test_a_set_moves_to_another_channel_and_goes_on_there() -> None:
    talk = a_set()
    hinder(talk, Hindrance.DELETED)
    assert talk.reason(CLEO, c.ChangeChannel, channel_id="C2") is Reason.NOT_ALLOWED_TO_MANAGE
    assert kinds(talk.say(GUS, c.ChangeChannel, channel_id="C2")) == [e.ChannelChanged, e.SetUnhindered]
    assert talk.state.channel_id == "C2"
    assert talk.say(GUS, c.ChangeChannel, channel_id="C2") == ()


def test_the_same_channel_under_another_id_changes_nothing_else() -> None:
    talk = a_meeting()
    boards = talk.meeting.boards
    hinder(talk, Hindrance.SHARED_OUTSIDE)
    assert kinds(talk.say(None, c.ChangeChannel, channel_id="C2")) == [e.ChannelChanged]
    assert talk.state.hindered_by is Hindrance.SHARED_OUTSIDE
    assert talk.meeting.boards == boards


def test_a_new_board_goes_up_after_a_move_and_in_another_channel() -> None:
    talk = a_set().until(a_set().meeting.starts_at - OPENS_BEFORE)
    talk.tick()
    assert (talk.meeting.phase, talk.meeting.boards) == (Phase.OPENED, 1)
    later = talk.meeting.starts_at.replace(tzinfo=None) + timedelta(days=1)
    talk.say(GUS, c.MoveMeeting, starts_at=later)
    assert talk.meeting.boards == 1
    talk.until(talk.meeting.starts_at - OPENS_BEFORE).tick()
    assert talk.meeting.boards == 2
    talk.start()
    assert talk.meeting.boards == 2
    talk.say(GUS, c.ChangeChannel, channel_id="C2")
    assert talk.meeting.boards == 3


# People


def test_who_is_out_of_reach_is_absent_not_prompted_and_not_proposed_and_keeps_their_place() -> None:
    talk = a_set()
    first, places, due = talk.proposed()[0], talk.state.places, wakes(talk.state)
    assert kinds(talk.say(None, c.HinderPerson, person=first)) == [e.PersonHindered]
    assert talk.say(None, c.HinderPerson, person=first) == ()
    assert first not in talk.proposed()
    assert first not in {wake.person for wake in wakes(talk.state).values()}
    assert talk.say(None, c.TellProposedOwner, person=first) == ()
    assert talk.state.places == places
    assert kinds(talk.say(None, c.UnhinderPerson, person=first)) == [e.PersonUnhindered]
    assert talk.say(None, c.UnhinderPerson, person=first) == ()
    assert (talk.proposed()[0], wakes(talk.state)) == (first, due)


def test_who_was_present_is_so_no_longer() -> None:
    talk = a_meeting([ADA, BEN])
    assert kinds(talk.say(None, c.HinderPerson, person=BEN)) == [e.PersonHindered, e.PresenceSet]
    assert BEN not in talk.meeting.present
    assert talk.say(None, c.HinderPerson, person=STRANGER) == ()


def test_who_cannot_be_written_to_is_not_prompted_and_takes_part_all_the_same() -> None:
    talk = a_set()
    first = talk.proposed()[0]
    assert kinds(talk.say(None, c.HinderPerson, person=first, gone=False)) == [e.PersonHindered]
    assert talk.say(None, c.HinderPerson, person=first, gone=False) == ()
    assert talk.proposed()[0] == first
    assert first not in {wake.person for wake in wakes(talk.state).values()}
    talk.start()
    assert kinds(talk.say(None, c.HinderPerson, person=first)) == [e.PersonHindered, e.PresenceSet]
    assert talk.say(None, c.HinderPerson, person=first, gone=False) == ()
    talk.say(None, c.UnhinderPerson, person=first)
    assert talk.state.can_be_written_to(first)


def test_a_wake_of_who_is_out_of_reach_waits_for_them() -> None:
    talk = a_set()
    of_ben = Wake("owner", WakeKind.TELL_PROPOSED_OWNER, talk.now, talk.meeting.id, BEN)
    of_ada = Wake("owner", WakeKind.TELL_PROPOSED_OWNER, talk.now, talk.meeting.id, ADA)
    talk.say(None, c.HinderPerson, person=BEN)
    assert [is_held(talk.state, wake) for wake in (of_ben, of_ada)] == [True, False]
    hinder(talk)
    assert [is_held(talk.state, wake) for wake in (of_ben, of_ada)] == [True, True]


def test_who_leaves_the_channel_is_a_member_all_the_same() -> None:
    talk = a_set([ADA, BEN])
    members = talk.state.members
    assert kinds(talk.say(None, c.NoticeLeaving, person=BEN)) == [e.ChannelLeft]
    assert talk.state.members == members
    assert talk.say(None, c.NoticeLeaving, person=CLEO) == ()
    assert talk.say(None, c.NoticeLeaving, person=STRANGER) == ()
