"""What events about the set, its members and its channel change."""

from dataclasses import replace
from datetime import date

from bot.domain import events as e
from bot.domain import ledger
from bot.domain.evolving.applying import apply, is_placed, with_meeting, without
from bot.domain.learning_set import Answer, LearningSet, Member, Person, Phase


@apply.register
def _(event: e.SetCreated, state: LearningSet) -> LearningSet:
    return event.learning_set


@apply.register
def _(event: e.InvitationAccepted, state: LearningSet) -> LearningSet:
    return _with_place(_answered(state, event.person, Answer.IN, event.first_meeting), event.person)


@apply.register
def _(event: e.InvitationDeclined, state: LearningSet) -> LearningSet:
    return _leave_ledger(_answered(state, event.person, Answer.DECLINED), event.person)


@apply.register
def _(event: e.MemberJoined, state: LearningSet) -> LearningSet:
    members = (*without(state.members, person=event.member.person), event.member)
    return _with_place(replace(_with_person(state, event.person), members=members), event.member.person)


@apply.register
def _(event: e.MemberLeft, state: LearningSet) -> LearningSet:
    left = _leave_ledger(_answered(state, event.person, Answer.LEFT), event.person)
    if state.meeting is None or state.meeting.facilitator != event.person:
        return left
    return with_meeting(left, facilitator=None)


@apply.register
def _(event: e.FacilitatorChanged, state: LearningSet) -> LearningSet:
    person = event.facilitator
    people = {**state.people, person.id: person} if person else state.people
    return replace(state, facilitator=person.id if person else None, people=people)


@apply.register
def _(event: e.SetEnded, state: LearningSet) -> LearningSet:
    ended = replace(state, ended_at=event.at)
    if state.meeting is None or state.meeting.phase in (Phase.CLOSED, Phase.CANCELLED):
        return ended
    return with_meeting(ended, phase=Phase.CANCELLED)


@apply.register
def _(event: e.PlacesSwapped, state: LearningSet) -> LearningSet:
    return replace(state, places=ledger.swap(state.places, event.one, event.other))


@apply.register
def _(event: e.PersonWentAway, state: LearningSet) -> LearningSet:
    return _away(state, event.person, event.away_from, event.until)


@apply.register
def _(event: e.PersonCameBack, state: LearningSet) -> LearningSet:
    return _away(state, event.person, None, None)


@apply.register
def _(event: e.PersonUpdated, state: LearningSet) -> LearningSet:
    return _with_person(state, event.person)


@apply.register
def _(event: e.SetHindered, state: LearningSet) -> LearningSet:
    return replace(state, hindered_by=event.cause, hindered_at=event.at)


@apply.register
def _(event: e.SetUnhindered, state: LearningSet) -> LearningSet:
    return replace(state, hindered_by=None, hindered_at=None, sharing_agreed=event.sharing_agreed)


@apply.register
def _(event: e.ChannelChanged, state: LearningSet) -> LearningSet:
    """Under another id everything stands where it stood; in another channel a board goes up anew."""
    moved = replace(state, channel_id=event.channel_id)
    if event.by is None or state.meeting is None or state.meeting.boards == 0:
        return moved
    return with_meeting(moved, boards=state.meeting.boards + 1)


@apply.register
def _(event: e.PersonHindered, state: LearningSet) -> LearningSet:
    if event.gone:
        return replace(state, hindered_people=(*state.hindered_people, event.person))
    return replace(state, unwritable_people=(*state.unwritable_people, event.person))


@apply.register
def _(event: e.PersonUnhindered, state: LearningSet) -> LearningSet:
    return replace(
        state,
        hindered_people=tuple(p for p in state.hindered_people if p != event.person),
        unwritable_people=tuple(p for p in state.unwritable_people if p != event.person),
    )


@apply.register
def _(event: e.ChannelLeft, state: LearningSet) -> LearningSet:
    return state


def _answered(
    state: LearningSet, person: str, answer: Answer, first_meeting: int | None = None
) -> LearningSet:
    def changed(member: Member) -> Member:
        if member.person != person:
            return member
        return replace(member, answer=answer, first_meeting=first_meeting or member.first_meeting)

    return replace(state, members=tuple(changed(m) for m in state.members))


def _with_place(state: LearningSet, person: str) -> LearningSet:
    """The person's unit stands in the turn order: where it stood, or at the back."""
    member = state.member(person)
    if member is None or is_placed(state, member.unit_id):
        return state
    return replace(state, places=ledger.join(state.places, member.unit_id))


def _leave_ledger(state: LearningSet, person: str) -> LearningSet:
    """A unit leaves the turn order when nobody of it is in or may still answer."""
    member = state.member(person)
    unit_id = member.unit_id if member else ""
    remains = any(m.unit_id == unit_id and m.answer in (Answer.IN, Answer.INVITED) for m in state.members)
    if remains or not is_placed(state, unit_id):
        return state
    return replace(state, places=ledger.leave(state.places, unit_id))


def _with_person(state: LearningSet, person: Person) -> LearningSet:
    return replace(state, people={**state.people, person.id: person})


def _away(state: LearningSet, person: str, away_from: date | None, until: date | None) -> LearningSet:
    return _with_person(state, replace(state.people[person], away_from=away_from, away_until=until))
