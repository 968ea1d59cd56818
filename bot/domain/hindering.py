"""Decisions about what hinders a set or one of its people: what is paused, and how it goes on.

A hindrance takes nothing away: members, places, commitments and the meeting stay as they are, only nothing
is due by itself any more (``wakes``) and nobody moves the meeting on (``machine.check_hindrance``). When it
ends, the set stands where it stood. A meeting whose time has passed meanwhile gives way to the next
occurrence of the rhythm; one that was running closes as a forgotten one does, with all that was said.
"""

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.flow import forgotten
from bot.domain.hindrances import OF_A_WORKSPACE, Hindrance
from bot.domain.learning_set import Attendance, LearningSet
from bot.domain.machine import Moment
from bot.domain.membership import next_meeting, was_never_started
from bot.domain.wakes import forgotten_at

SEEN_ALIKE = {Hindrance.DELETED, Hindrance.BOT_REMOVED}
"""Slack's answers do not tell them apart in a private channel, so the one is no news after the other."""


def hinder_set(state: LearningSet, command: c.HinderSet, moment: Moment) -> tuple[e.Event, ...]:
    """Nothing new for a cause that is known or agreed to, or that a workspace out of reach outweighs."""
    if {command.cause, state.hindered_by} == SEEN_ALIKE:
        return ()
    agreed = command.cause is Hindrance.SHARED_OUTSIDE and state.sharing_agreed
    outweighed = state.hindered_by in OF_A_WORKSPACE and command.cause not in OF_A_WORKSPACE
    if agreed or outweighed or command.cause is state.hindered_by:
        return ()
    return (e.SetHindered(command.cause, moment.now),)


def unhinder_set(state: LearningSet, command: c.UnhinderSet, moment: Moment) -> tuple[e.Event, ...]:
    """What was agreed about a sharing stands only as long as the channel is shared."""
    agreed = state.sharing_agreed and command.shared
    if state.hindered_by is None and agreed == state.sharing_agreed:
        return ()
    return e.SetUnhindered(agreed), *_catch_up(state, moment)


def go_on(state: LearningSet, command: c.GoOn, moment: Moment) -> tuple[e.Event, ...]:
    """If the cause is still there, the next post finds that out, and it is told once more."""
    if state.hindered_by is None:
        return ()
    agreed = state.sharing_agreed or state.hindered_by is Hindrance.SHARED_OUTSIDE
    return e.SetUnhindered(agreed), *_catch_up(state, moment)


def change_channel(state: LearningSet, command: c.ChangeChannel, moment: Moment) -> tuple[e.Event, ...]:
    """Whoever moves a set that is hindered to another channel has it go on there."""
    if command.channel_id == state.channel_id:
        return ()
    changed = e.ChannelChanged(command.channel_id, command.actor)
    if command.actor is None or state.hindered_by is None:
        return (changed,)
    return changed, e.SetUnhindered(sharing_agreed=False), *_catch_up(state, moment)


def _catch_up(state: LearningSet, moment: Moment) -> tuple[e.Event, ...]:
    """A meeting that could not be held is not waited for until it is forgotten."""
    meeting = state.meeting
    if meeting is None or state.hindered_by is None:
        return ()
    if was_never_started(state) and moment.now >= meeting.ends_at:
        return e.MeetingCancelled(None), next_meeting(state, moment)
    return forgotten(state, moment) if meeting.live and moment.now >= forgotten_at(meeting) else ()


def hinder_person(state: LearningSet, command: c.HinderPerson, moment: Moment) -> tuple[e.Event, ...]:
    """Their place, their turns and their commitments stay; somebody who was present is so no longer."""
    known = state.hindered_people if command.gone else (*state.hindered_people, *state.unwritable_people)
    if command.person not in state.people or command.person in known:
        return ()
    if not command.gone:
        return (e.PersonHindered(command.person, gone=False),)
    meeting = state.meeting
    present = meeting is not None and meeting.live and command.person in meeting.present
    gone = (e.PresenceSet(Attendance(command.person, False, command.person)),) if present else ()
    return e.PersonHindered(command.person, gone=True), *gone


def unhinder_person(state: LearningSet, command: c.UnhinderPerson, moment: Moment) -> tuple[e.Event, ...]:
    """They are where they were; at a meeting that runs they say themselves that they are here."""
    out_of_reach = (*state.hindered_people, *state.unwritable_people)
    return (e.PersonUnhindered(command.person),) if command.person in out_of_reach else ()


def notice_leaving(state: LearningSet, command: c.NoticeLeaving, moment: Moment) -> tuple[e.Event, ...]:
    """Who leaves a channel does not thereby leave the set; whoever is not in has nothing to be told."""
    told = state.is_active(command.person) and state.can_be_written_to(command.person)
    return (e.ChannelLeft(command.person),) if told else ()
