"""Who may do and see what: every command and read, asked for by everybody. A new one without a case fails."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain import commands as c
from bot.domain import reads as r
from bot.domain.authority import RULES, authorise, may_manage, may_see, why_not
from bot.domain.authority import keeper as keeper_of
from bot.domain.decide import DECISIONS
from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Outcome, QuestionState
from bot.domain.rejections import Reason, Rejected
from tests.domain.builders import (
    ADA,
    BEN,
    CLEO,
    FAY,
    FIRST,
    GUS,
    SIX,
    STRANGER,
    Conversation,
    a_set,
    person,
    words,
)

CREATOR, OWNER, MEMBER, INVITED, DECLINED, LEFT, FACILITATOR = *SIX, GUS
CLOCK = None
EVERYBODY: tuple[str | None, ...] = (*SIX, FACILITATOR, STRANGER, CLOCK)
MEMBERS: Set[str | None] = {CREATOR, OWNER, MEMBER}


def the_meeting(facilitator: str | None = FACILITATOR) -> Conversation:
    """Ben owns the turn that runs; Cleo has asked him something; he has committed to something."""
    talk = a_set(accept=[ADA, BEN, CLEO, FAY], facilitator=facilitator)
    talk.say(DECLINED, c.DeclineInvitation)
    talk.say(ADA, c.SkipTurn)
    talk.start([ADA, BEN, CLEO]).say(LEFT, c.LeaveSet)
    talk.to("analysis", 1)
    talk.ask(CLEO)
    talk.commit(BEN)
    return talk


@dataclass(frozen=True)
class Case:
    """Who may ask for this in a meeting that is running in time, and why the others may not.

    In the place of ``ACTOR`` in ``given`` stands each who asks.
    """

    kind: type[c.Command]
    given: dict[str, Any]
    may: Set[str | None]
    to_others: Reason = Reason.NOT_IN_THE_SET
    to_members: Reason = Reason.NOT_IN_THE_SET

    def told(self, actor: str | None) -> Reason | None:
        if actor in self.may:
            return None
        return self.to_members if actor in MEMBERS else self.to_others


ACTOR = "<the actor>"
COMMITMENT, QUESTION = "heads.1-0", "q0"
WHO_SPEAKS = MEMBERS | {FACILITATOR}
INVITATION = MEMBERS | {INVITED, DECLINED}


def member(kind: type[c.Command], **given: Any) -> Case:
    return Case(kind, given, MEMBERS)


def speaker(kind: type[c.Command], **given: Any) -> Case:
    return Case(kind, given, WHO_SPEAKS)


def facilitator(kind: type[c.Command], **given: Any) -> Case:
    return Case(kind, given, {FACILITATOR}, to_members=Reason.NOT_THE_FACILITATOR)


def keeper(kind: type[c.Command], **given: Any) -> Case:
    refused = Reason.NOT_ALLOWED_TO_MANAGE
    return Case(kind, given, {CREATOR, FACILITATOR}, refused, refused)


def clock(kind: type[c.Command], **given: Any) -> Case:
    return Case(kind, given, {CLOCK})


def owner(kind: type[c.Command], **given: Any) -> Case:
    return Case(kind, given, {OWNER, FACILITATOR}, to_members=Reason.NOT_THE_OWNER)


REPORT = {"id": "r", "outcome": Outcome.DONE, "happened": None, "learned": None, "airtime": False}
OF_BEN = {"commitment_id": COMMITMENT, **REPORT}
PASS = {"id": QUESTION, "state": QuestionState.PASSED}
TAKE_BACK = {"id": COMMITMENT, "words": None}

CASES = [
    Case(c.AcceptInvitation, {}, INVITATION, Reason.NOT_INVITED),
    Case(c.DeclineInvitation, {}, INVITATION, Reason.NOT_INVITED),
    Case(c.JoinSet, {"person": ACTOR}, {*EVERYBODY} - {CLOCK}),
    Case(c.JoinSet, {"person": STRANGER}, {STRANGER}),
    member(c.LeaveSet),
    keeper(c.ChangeFacilitator, facilitator=None),
    keeper(c.EndSet),
    keeper(c.MoveMeeting, starts_at=FIRST),
    keeper(c.CancelMeeting),
    member(c.SkipTurn),
    member(c.SwapPlaces, other=ADA),
    Case(c.GoAway, {"until": None}, {*EVERYBODY} - {CLOCK, STRANGER}),
    clock(c.UpdatePerson, person=ADA),
    clock(c.HinderSet, cause=Hindrance.ARCHIVED),
    clock(c.UnhinderSet),
    keeper(c.GoOn),
    Case(
        c.ChangeChannel,
        {"channel_id": "C2"},
        {CREATOR, FACILITATOR, CLOCK},
        Reason.NOT_ALLOWED_TO_MANAGE,
        Reason.NOT_ALLOWED_TO_MANAGE,
    ),
    clock(c.HinderPerson, person=ADA),
    clock(c.UnhinderPerson, person=ADA),
    clock(c.NoticeLeaving, person=ADA),
    clock(c.PassTime),
    clock(c.AskForReportBack, person=ADA, rung=1),
    clock(c.TellProposedOwner, person=ADA),
    facilitator(c.StartMeeting),
    speaker(c.SetPresence, present={ACTOR: True}),
    facilitator(c.SetPresence, present={INVITED: True}),
    facilitator(c.SetPresence, present={ACTOR: True, INVITED: True}),
    facilitator(c.MoveOn),
    facilitator(c.GoBack, position=0),
    facilitator(c.StretchStage, minutes=1),
    facilitator(c.PauseMeeting),
    facilitator(c.ResumeMeeting),
    facilitator(c.ChooseEnding, later=True),
    facilitator(c.HandOver, to=ADA),
    facilitator(c.EndMeeting),
    facilitator(c.ChooseOwners, units=(ADA,), why=None),
    member(c.PlaceBid, line="Mine"),
    speaker(c.AskQuestion, id="q", text="Why?", begun_in="analysis", turn=1),
    Case(
        c.EditQuestion,
        {"id": QUESTION, "text": None},
        {MEMBER},
        Reason.NOT_THE_AUTHOR,
        Reason.NOT_THE_AUTHOR,
    ),
    Case(c.SettleQuestion, PASS, {OWNER}, Reason.NOT_THE_OWNER, Reason.NOT_THE_OWNER),
    owner(c.RecordCommitment, id="c", turn=1, words=words()),
    owner(c.RecordNoCommitment, turn=1, because="no"),
    Case(c.EditCommitment, TAKE_BACK, {OWNER}, Reason.NOT_THE_OWNER, Reason.NOT_THE_OWNER),
    speaker(c.EditCommitment, id="unknown", words=None),
    Case(c.FileReport, OF_BEN, {OWNER}, to_members=Reason.NOT_THE_OWNER),
    member(c.FileReport, commitment_id="unknown", **REPORT),
    member(c.SkipReport, person=ACTOR),
    facilitator(c.SkipReport, person=INVITED),
    speaker(c.NoteTakeaway, turn=1, text="Wait"),
    speaker(c.WriteLearning, about_problem=None, about_self=None, about_set=None),
]


def answer(talk: Conversation, case: Case, actor: str | None) -> Reason | None:
    """Why the actor may not, or None."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): each for key, each in value.items()}
        return actor if value == ACTOR else value

    given = {name: filled(value) for name, value in case.given.items()}
    if case.kind in {c.JoinSet, c.UpdatePerson}:
        given["person"] = person(given["person"] or "nobody")
    try:
        authorise(talk.state, talk.command(actor, case.kind, **given), talk.now)
    except Rejected as rejected:
        return rejected.reason
    return None


def who_may(talk: Conversation, case: Case) -> set[str | None]:
    return {actor for actor in EVERYBODY if answer(talk, case, actor) is None}


def test_every_command_has_a_rule_a_decision_and_a_case_here() -> None:
    kinds = {kind for kind in vars(c).values() if isinstance(kind, type) and issubclass(kind, c.Command)}
    asked_of_a_set = kinds - {c.Command, c.CreateSet}
    ruled = {kind for kind in RULES if issubclass(kind, c.Command)}
    assert asked_of_a_set == ruled == set(DECISIONS) == {case.kind for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.__name__)
def test_who_may_and_what_the_others_are_told(case: Case) -> None:
    talk = the_meeting()
    told = {actor: answer(talk, case, actor) for actor in EVERYBODY}
    assert told == {actor: case.told(actor) for actor in EVERYBODY}


SEEN_BY: Mapping[type[r.Read], Set[str | None]] = {
    r.SeeNextMeeting: WHO_SPEAKS,
    r.SeeStatus: WHO_SPEAKS,
    r.SeeOwnPart: WHO_SPEAKS | {INVITED},
    r.SeeForm: WHO_SPEAKS | {INVITED, DECLINED, LEFT},
}


def test_every_read_has_a_rule_and_a_case_here() -> None:
    kinds = {kind for kind in vars(r).values() if isinstance(kind, type) and issubclass(kind, r.Read)}
    assert kinds - {r.Read} == {kind for kind in RULES if issubclass(kind, r.Read)} == set(SEEN_BY)


@pytest.mark.parametrize("kind", SEEN_BY, ids=lambda kind: kind.__name__)
def test_who_sees_it(kind: type[r.Read]) -> None:
    talk = the_meeting()
    people = {actor for actor in EVERYBODY if actor is not None}
    asked = {actor: kind(workspace_id="T1", set_id="heads", actor=actor) for actor in people}
    assert {actor for actor in people if why_not(talk.state, asked[actor], talk.now) is None} == SEEN_BY[kind]


def test_nobody_asks_one_set_for_what_is_another_s() -> None:
    talk = the_meeting()
    for workspace, set_id in (("T2", "heads"), ("T1", "tails")):
        read = r.SeeStatus(workspace_id=workspace, set_id=set_id, actor=FACILITATOR)
        command = c.MoveOn(workspace_id=workspace, set_id=set_id, actor=FACILITATOR, version=0)
        for asked in (read, command):
            assert why_not(talk.state, asked, talk.now) is Reason.NO_SET_HERE


RUN_BY_THE_FACILITATOR = [case for case in CASES if case.to_members is Reason.NOT_THE_FACILITATOR]


@pytest.mark.parametrize("case", RUN_BY_THE_FACILITATOR, ids=lambda case: case.kind.__name__)
def test_where_the_facilitator_does_not_act_any_member_may_after_two_minutes(case: Case) -> None:
    talk = the_meeting()
    assert talk.meeting.stage_ends_at is not None
    talk.until(talk.meeting.stage_ends_at + timedelta(minutes=2, seconds=-1))
    assert who_may(talk, case) == {FACILITATOR}
    talk.wait(seconds=1)
    assert who_may(talk, case) == MEMBERS | {FACILITATOR}


@pytest.mark.parametrize("case", RUN_BY_THE_FACILITATOR, ids=lambda case: case.kind.__name__)
def test_where_there_is_no_facilitator_any_member_may_at_once(case: Case) -> None:
    talk = the_meeting(facilitator=None)
    assert who_may(talk, case) == MEMBERS


def test_whoever_took_the_role_over_has_it_alone() -> None:
    talk = the_meeting()
    talk.say(FACILITATOR, c.HandOver, to=MEMBER)
    assert who_may(talk, facilitator(c.MoveOn)) == {MEMBER}


def test_a_command_that_no_rule_knows_is_refused_to_everybody() -> None:
    class Unheard(c.Command):
        """Of no set."""

    talk = the_meeting()
    for actor in EVERYBODY:
        command = Unheard(workspace_id="T1", set_id="heads", actor=actor)
        with pytest.raises(Rejected):
            authorise(talk.state, command, talk.now)


def test_the_set_is_managed_by_its_keepers_and_without_any_by_every_member() -> None:
    state = the_meeting().state
    assert {actor for actor in EVERYBODY if may_manage(state, actor)} == {CREATOR, FACILITATOR}

    from_outside = replace(state, creator=STRANGER)
    assert {actor for actor in EVERYBODY if may_manage(from_outside, actor)} == {STRANGER, FACILITATOR}
    orphaned = replace(state, creator="gone", facilitator=None, meeting=None)
    assert {actor for actor in EVERYBODY if may_manage(orphaned, actor)} == MEMBERS


def test_a_keeper_who_cannot_be_reached_does_not_stand_in_the_way() -> None:
    talk = the_meeting()
    talk.say(CLOCK, c.HinderPerson, person=FACILITATOR)
    assert who_may(talk, facilitator(c.MoveOn)) == MEMBERS
    assert keeper_of(talk.state) == CREATOR
    talk.say(CLOCK, c.HinderPerson, person=CREATOR)
    assert keeper_of(talk.state) == OWNER
    assert {actor for actor in EVERYBODY if may_manage(talk.state, actor)} == MEMBERS
    talk.say(CLOCK, c.UnhinderPerson, person=FACILITATOR)
    assert keeper_of(talk.state) == FACILITATOR
    assert who_may(talk, facilitator(c.MoveOn)) == {FACILITATOR}


def test_what_is_said_in_the_set_is_shown_to_its_members_and_whoever_facilitates() -> None:
    talk = the_meeting()
    seen_by = {name for name in (*SIX, FACILITATOR, STRANGER) if may_see(talk.state, name)}
    assert seen_by == MEMBERS | {FACILITATOR}
    talk.say(FACILITATOR, c.HandOver, to=MEMBER)
    assert may_see(talk.state, FACILITATOR)
