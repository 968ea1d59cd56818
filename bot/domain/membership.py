"""Decisions about the set: its creation, who belongs to it, when it meets next, whose place is where."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import calendar, ledger
from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.learning_set import Answer, Attendance, LearningSet, Meeting, Member, Phase, TurnSkip
from bot.domain.machine import Moment
from bot.domain.rejections import Reason, Rejected
from bot.domain.turns import kept_units

FEWEST_MEMBERS = 2
MOST_MEMBERS = 12
ADVISED_MEMBERS = range(4, 9)
"""4 to 8 are advised, 2 to 12 allowed."""
MOST_WEEKS = 12
"""The longest rhythm: every twelve weeks."""


def create(command: c.CreateSet, moment: Moment) -> tuple[e.Event, ...]:
    """The events of a new set. Raises ``Rejected`` with the field at fault."""
    _check_new_set(command, moment.now)
    units = _units(command.members, command.in_pairs)
    learning_set = LearningSet(
        workspace_id=command.workspace_id,
        id=command.set_id,
        name=command.name,
        channel_id=command.channel_id,
        creator=command.actor or "",
        facilitator=command.facilitator,
        zone=command.zone,
        first_meeting_at=command.first_meeting_at,
        every_weeks=command.every_weeks,
        format_id=moment.format.id,
        clock_id=command.clock_id,
        created_at=moment.now,
        call_link=command.call_link,
        sharing_agreed=command.sharing_agreed,
        members=tuple(Member(person, unit_id) for person, unit_id in units),
        places=ledger.open_places(dict.fromkeys(unit_id for _, unit_id in units)),
        people=command.people,
    )
    first = calendar.resolve(command.first_meeting_at, command.zone)
    return e.SetCreated(learning_set), e.MeetingScheduled(plan_meeting(learning_set, 1, first, moment))


def _check_new_set(command: c.CreateSet, now: datetime) -> None:
    if len(set(command.members)) < len(command.members):
        raise Rejected(Reason.DUPLICATE_MEMBER, field="members")
    if len(command.members) < FEWEST_MEMBERS:
        raise Rejected(Reason.TOO_FEW_MEMBERS, field="members", fewest=FEWEST_MEMBERS)
    if len(command.members) > MOST_MEMBERS:
        raise Rejected(Reason.TOO_MANY_MEMBERS, field="members", most=MOST_MEMBERS)
    if calendar.resolve(command.first_meeting_at, command.zone) <= now:
        raise Rejected(Reason.DATE_PASSED, field="first_date")


def _units(members: Sequence[str], in_pairs: bool) -> tuple[tuple[str, str], ...]:
    """Each member with their unit; in pairs the first two belong together, the next two, and a last one
    stands alone.
    """
    size = 2 if in_pairs else 1
    groups = [members[start : start + size] for start in range(0, len(members), size)]
    return tuple((person, "+".join(group)) for group in groups for person in group)


def plan_meeting(learning_set: LearningSet, number: int, starts_at: datetime, moment: Moment) -> Meeting:
    """A scheduled meeting of the set with its agenda laid out from the format."""
    clock = moment.format.clock(learning_set.clock_id)
    return Meeting(
        id=f"{learning_set.id}.{number}",
        number=number,
        planned_at=starts_at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=clock.length_minutes),
        agenda=moment.format.slots(clock.id),
        kept_units=kept_units(learning_set),
    )


def next_meeting(learning_set: LearningSet, moment: Moment) -> e.MeetingScheduled:
    """The meeting after the present one, at the next occurrence of the set's rhythm that has not passed."""
    meeting = current(learning_set)
    starts_at = calendar.next_meeting_at(
        learning_set.first_meeting_at,
        learning_set.zone,
        learning_set.every_weeks,
        max(meeting.planned_at, meeting.starts_at, moment.now),
    )
    return e.MeetingScheduled(plan_meeting(learning_set, meeting.number + 1, starts_at, moment))


def current(learning_set: LearningSet) -> Meeting:
    """The set's meeting. Raises ``Rejected`` where there is none."""
    if learning_set.meeting is None:
        raise Rejected(Reason.NO_MEETING)
    return learning_set.meeting


def accept(state: LearningSet, command: c.AcceptInvitation, moment: Moment) -> tuple[e.Event, ...]:
    """Who had declined may change their mind, as long as there is room."""
    actor = command.actor or ""
    if state.is_active(actor):
        raise Rejected(Reason.ALREADY_IN)
    _check_room(state, actor)
    return (e.InvitationAccepted(actor, _first_meeting(state)),)


def decline(state: LearningSet, command: c.DeclineInvitation, moment: Moment) -> tuple[e.Event, ...]:
    """Told to the creator alone. Who is in already leaves instead."""
    member = state.member(command.actor or "")
    if member is not None and member.answer is Answer.DECLINED:
        return ()
    if member is not None and member.answer is Answer.IN:
        raise Rejected(Reason.ALREADY_IN)
    return (e.InvitationDeclined(command.actor or ""),)


def join(state: LearningSet, command: c.JoinSet, moment: Moment) -> tuple[e.Event, ...]:
    """Also for who was invited, had declined or has left before."""
    person = command.person
    if state.is_active(person.id):
        raise Rejected(Reason.ALREADY_IN)
    _check_room(state, person.id)
    before = state.member(person.id)
    if before is not None and before.answer is Answer.INVITED:
        return (e.InvitationAccepted(person.id, _first_meeting(state)),)
    member = Member(person.id, person.id, Answer.IN, _first_meeting(state))
    return (e.MemberJoined(member, person),)


def _check_room(state: LearningSet, person: str) -> None:
    """Raise ``Rejected`` when all places are taken or kept for others who were invited."""
    expected = sum(m.answer in (Answer.IN, Answer.INVITED) for m in state.members if m.person != person)
    if expected >= MOST_MEMBERS:
        raise Rejected(Reason.SET_FULL, most=MOST_MEMBERS)


def _first_meeting(state: LearningSet) -> int:
    """The first meeting that a person who says yes now can be at from its beginning; in the very first all
    are new.
    """
    meeting = state.meeting
    if meeting is None or meeting.number == 1:
        return 1
    return meeting.number + 1 if meeting.live else meeting.number


def leave(state: LearningSet, command: c.LeaveSet, moment: Moment) -> tuple[e.Event, ...]:
    """A member who facilitates gives that up as well."""
    actor = command.actor or ""
    present = state.meeting is not None and actor in state.meeting.present
    gone = (e.PresenceSet(Attendance(actor, False, actor)),) if present else ()
    role = (e.FacilitatorChanged(None),) if state.facilitator == actor else ()
    return *gone, e.MemberLeft(actor), *role


def change_facilitator(
    state: LearningSet, command: c.ChangeFacilitator, moment: Moment
) -> tuple[e.Event, ...]:
    """Of the set; a running meeting keeps whoever facilitates it."""
    chosen = command.facilitator.id if command.facilitator else None
    return () if chosen == state.facilitator else (e.FacilitatorChanged(command.facilitator),)


def end_set(state: LearningSet, command: c.EndSet, moment: Moment) -> tuple[e.Event, ...]:
    """With it goes the meeting that was next."""
    return (e.SetEnded(moment.now),)


def move_meeting(state: LearningSet, command: c.MoveMeeting, moment: Moment) -> tuple[e.Event, ...]:
    """Its length and its place in the rhythm stay."""
    meeting = current(state)
    starts_at = calendar.resolve(command.starts_at, state.zone)
    if starts_at <= moment.now:
        raise Rejected(Reason.DATE_PASSED, field="date")
    if starts_at == meeting.starts_at:
        return ()
    return (e.MeetingMoved(starts_at, starts_at + (meeting.ends_at - meeting.starts_at)),)


def cancel_meeting(state: LearningSet, command: c.CancelMeeting, moment: Moment) -> tuple[e.Event, ...]:
    """The next one is the one after it in the rhythm."""
    cancelled = e.MeetingCancelled(command.actor)
    return cancelled, next_meeting(state, moment)


def skip_turn(state: LearningSet, command: c.SkipTurn, moment: Moment) -> tuple[e.Event, ...]:
    """ "Not this time", for the whole unit; its place at the front is kept."""
    meeting, member = current(state), state.member(command.actor or "")
    unit_id = member.unit_id if member else ""
    if meeting.live and any(turn.unit_id == unit_id for turn in meeting.turns):
        raise Rejected(Reason.MEETING_RUNNING)
    if meeting.turn_skipped(unit_id):
        return ()
    return (e.TurnSkipped(TurnSkip(unit_id, command.actor or "")),)


def swap_places(state: LearningSet, command: c.SwapPlaces, moment: Moment) -> tuple[e.Event, ...]:
    """Once for each of the two; a second swap waits until both have had their turn."""
    mine, theirs = state.member(command.actor or ""), state.member(command.other)
    if mine is None or theirs is None or theirs.answer is not Answer.IN:
        raise Rejected(Reason.CANNOT_SWAP, field="other")
    try:
        ledger.swap(state.places, mine.unit_id, theirs.unit_id)
    except ledger.LedgerError as error:
        swapped = error.fault is ledger.LedgerFault.ALREADY_SWAPPED
        raise Rejected(Reason.ALREADY_SWAPPED if swapped else Reason.CANNOT_SWAP, field="other") from error
    return (e.PlacesSwapped(mine.unit_id, theirs.unit_id),)


def go_away(state: LearningSet, command: c.GoAway, moment: Moment) -> tuple[e.Event, ...]:
    """From today, in the person's own zone, up to and including a day."""
    person = state.people[command.actor or ""]
    if command.until is None:
        return (e.PersonCameBack(person.id),) if person.away_until else ()
    today = calendar.local_date(moment.now, person.zone)
    if command.until < today:
        raise Rejected(Reason.DATE_PASSED, field="until")
    return (e.PersonWentAway(person.id, today, command.until),)


def update_person(state: LearningSet, command: c.UpdatePerson, moment: Moment) -> tuple[e.Event, ...]:
    """Name and zone; everything else is the person's own choice."""
    known = state.people.get(command.person.id)
    if known is None or (known.name, known.zone) == (command.person.name, command.person.zone):
        return ()
    return (e.PersonUpdated(replace(known, name=command.person.name, zone=command.person.zone)),)


def was_never_started(state: LearningSet) -> bool:
    """The meeting is still waiting for its start."""
    return state.meeting is not None and state.meeting.phase in (Phase.SCHEDULED, Phase.OPENED)
