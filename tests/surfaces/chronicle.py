"""A set's whole life, in which every event of the domain happens at least once."""

from datetime import UTC, date, datetime, timedelta

from bot.domain import commands as c
from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Outcome, QuestionState
from tests import factories as f
from tests.factories import AMA, BEN, CHIDI, DEE, EVA, FELA, GUIDE, SIX, Play, person

NEWCOMER = "U8NIA"
OTHER_CHANNEL = "C2OTHER"


def lived() -> Play:
    """Two meetings and what lies between and after them, every word of it harmless."""
    play = f.new_set()
    for member in SIX[:5]:
        play.do(c.AcceptInvitation, member)
    play.do(c.DeclineInvitation, FELA)
    play.do(c.AcceptInvitation, FELA)
    _first_meeting(play)
    _between(play)
    _second_meeting(play)
    _after(play)
    return play


def _first_meeting(play: Play) -> None:
    play.until(play.meeting.starts_at - timedelta(minutes=10))
    f.begin(play)
    play.to("clarification", 1)
    first = play.ask(BEN)
    play.ask(DEE, "What have you tried?")
    play.do(c.EditQuestion, BEN, id=first, text="What matters most to you?")
    play.do(c.SettleQuestion, AMA, id=first, state=QuestionState.TAKEN_AWAY)
    play.to("stillness", 1)
    held = play.ask(EVA)
    play.wait(minutes=2)
    play.do(c.EditQuestion, EVA, id=held, text=None)
    play.wait(minutes=8)
    play.wait(minutes=2)
    play.now += timedelta(minutes=20)
    play.do(c.StretchStage, GUIDE, version=play.meeting.version, minutes=20, from_others=True)
    play.to("commitments", 1)
    play.do(c.RecordNoCommitment, AMA, turn=1, because="I need to sleep on it")
    play.do(c.RecordCommitment, AMA, id="c1", turn=1, words=f.words_for_commitment())
    better = f.words_for_commitment(first_step="Ask for a date")
    play.do(c.EditCommitment, AMA, id="c1", words=better)
    play.do(c.RecordCommitment, AMA, id="c2", turn=1, words=f.words_for_commitment("Something else"))
    play.do(c.EditCommitment, AMA, id="c2", words=None)
    play.do(c.NoteTakeaway, CHIDI, turn=1, text="To wait for the answer")
    play.do(c.NoteTakeaway, DEE, turn=1, text="To ask less")
    play.do(c.NoteTakeaway, DEE, turn=1, text=None)
    play.to("learning-review")
    for each in SIX:
        play.do(c.WriteLearning, each, about_problem="It is older", about_self=None, about_set="We waited")
    play.to("close")
    play.move_on()


def _between(play: Play) -> None:
    play.do(c.EditCommitment, AMA, id="c1", words=f.words_for_commitment(if_then="If late, then by mail"))
    play.do(c.UpdatePerson, None, person=person(BEN, "Benedict"))
    play.do(c.GoAway, EVA, until=date(2026, 11, 12))
    play.do(c.GoAway, EVA, until=None)
    play.do(c.JoinSet, NEWCOMER, person=person(NEWCOMER))
    play.do(c.SwapPlaces, DEE, other=EVA)
    play.now = datetime(2026, 11, 18, 9, tzinfo=UTC)
    play.do(c.TellProposedOwner, None, meeting_id=play.meeting.id, person=CHIDI)
    play.do(c.SkipTurn, CHIDI)
    play.do(c.AskForReportBack, None, meeting_id=play.meeting.id, person=AMA, rung=1)
    play.do(c.AskForReportBack, None, meeting_id=play.meeting.id, person=BEN, rung=1)
    play.report(AMA, Outcome.PARTLY)
    play.do(c.MoveMeeting, AMA, starts_at=datetime(2026, 11, 24, 10))  # noqa: DTZ001 -- wall clock


def _second_meeting(play: Play) -> None:
    play.until(play.meeting.starts_at - timedelta(minutes=10))
    f.begin(play)
    play.now += timedelta(minutes=1)
    play.do(c.PauseMeeting, GUIDE)
    play.now += timedelta(minutes=5)
    play.do(c.ResumeMeeting, GUIDE)
    play.do(c.ChooseEnding, GUIDE, later=True)
    play.do(c.HandOver, GUIDE, to=FELA)
    play.to("report-backs")
    play.do(c.SkipReport, BEN, person=BEN)
    play.report(AMA, Outcome.CHANGED_COURSE, airtime=True)
    play.to("bids")
    play.do(c.PlaceBid, EVA, line="A colleague who does not answer")
    play.do(c.PlaceBid, DEE, line="A budget")
    play.do(c.PlaceBid, DEE, line=None)
    play.do(c.ChooseOwners, FELA, units=(BEN, DEE), why="It cannot wait")
    play.to("clarification", 1)
    play.do(c.GoBack, FELA, version=play.meeting.version, position=3)
    play.wait(hours=6)


def _after(play: Play) -> None:
    play.do(c.LeaveSet, NEWCOMER)
    play.do(c.ChangeFacilitator, AMA, facilitator=None)
    play.do(c.ChangeFacilitator, AMA, facilitator=person(GUIDE))
    _out_of_reach(play)
    play.do(c.CancelMeeting, AMA)
    play.do(c.EndSet, AMA)


def _out_of_reach(play: Play) -> None:
    play.do(c.HinderSet, None, cause=Hindrance.SHARED_OUTSIDE)
    play.do(c.GoOn, GUIDE)
    play.do(c.HinderSet, None, cause=Hindrance.ARCHIVED)
    play.do(c.ChangeChannel, GUIDE, channel_id=OTHER_CHANNEL)
    play.do(c.ChangeChannel, GUIDE, channel_id=f.CHANNEL)
    play.do(c.HinderPerson, None, person=BEN)
    play.do(c.UnhinderPerson, None, person=BEN)
    play.do(c.HinderPerson, None, person=BEN, gone=False)
    play.do(c.NoticeLeaving, None, person=CHIDI)
