"""Short posts in the set's channel about the set itself: who belongs to it, when it meets."""

from collections.abc import Iterator

from bot.domain.events import (
    FacilitatorChanged,
    MeetingCancelled,
    MeetingMoved,
    MemberJoined,
    MemberLeft,
    SetEnded,
    SetUnhindered,
)
from bot.outgoing import Outgoing
from bot.surfaces.invitation import invitation
from bot.surfaces.parts import occurrence
from bot.surfaces.scene import Step


def joined(event: MemberJoined, step: Step) -> Iterator[Outgoing]:
    """A newcomer."""
    person = event.member.person
    line = step.after.words.rich("between.channel.joined", who=step.after.called(person))
    yield occurrence(step.after, f"joined:{person}", line)


def left(event: MemberLeft, step: Step) -> Iterator[Outgoing]:
    """Somebody has gone."""
    line = step.after.words.rich("between.channel.left", who=step.after.called(event.person))
    yield occurrence(step.after, f"left:{event.person}", line)


def facilitator_changed(event: FacilitatorChanged, step: Step) -> Iterator[Outgoing]:
    """Who facilitates from now on."""
    scene = step.after
    if event.facilitator is None:
        yield occurrence(scene, "facilitator", scene.words.rich("between.channel.no_facilitator"))
        return
    who = scene.called(event.facilitator.id)
    yield occurrence(scene, "facilitator", scene.words.rich("between.channel.facilitator", who=who))


def moved(event: MeetingMoved, step: Step) -> Iterator[Outgoing]:
    """The new date."""
    line = step.after.words.rich("between.channel.moved", start=step.after.date_time(event.starts_at))
    yield occurrence(step.after, "moved", line)


def cancelled(event: MeetingCancelled, step: Step) -> Iterator[Outgoing]:
    """Cancelled, or never started; and when the set meets next."""
    scene, final = step.after, step.final
    start = scene.date_time(scene.meeting.starts_at)
    if final.meeting.id == scene.meeting.id:
        line = scene.words.rich("between.channel.cancelled_last", start=start)
    else:
        following = final.date_time(final.meeting.starts_at)
        line = scene.words.rich(_why_cancelled(event, step), start=start, next=following)
    yield occurrence(scene, "cancelled", line)


def _why_cancelled(event: MeetingCancelled, step: Step) -> str:
    if event.by is not None:
        return "between.channel.cancelled"
    missed = any(isinstance(each, SetUnhindered) for each in step.events)
    return "between.channel.missed" if missed else "between.channel.never_started"


def ended(_event: SetEnded, step: Step) -> Iterator[Outgoing]:
    """The end of the set; its invitation can no longer be answered."""
    scene = step.after
    yield invitation(scene)
    yield occurrence(scene, "ended", scene.words.rich("between.channel.ended", set=scene.learning_set.name))
