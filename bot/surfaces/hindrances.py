"""What is said when a set, or somebody of it, can't be reached: once, by DM, to who can put it right; and one
line in the channel when the set goes on.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.authority import keeper
from bot.domain.events import (
    ChannelChanged,
    ChannelLeft,
    MeetingCancelled,
    PersonHindered,
    SetHindered,
    SetUnhindered,
)
from bot.domain.hindrances import OF_A_CHANNEL
from bot.domain.learning_set import Answer, LearningSet
from bot.outgoing import Outgoing
from bot.prompt_library import Line
from bot.surfaces import keys
from bot.surfaces.board import is_up
from bot.surfaces.ids import Action
from bot.surfaces.invitation import invitation
from bot.surfaces.parts import button, buttons, direct, in_hours, occurrence, said
from bot.surfaces.scene import Scene, Step
from bot.surfaces.values import Carried

FRESH = timedelta(minutes=10)
"""That a set goes on is no news any more when something hinders it again at once."""


def set_hindered(event: SetHindered, step: Step) -> Iterator[Outgoing]:
    """What has happened and what to do, to whoever looks after the set; of a workspace nobody can be told."""
    if event.cause in OF_A_CHANNEL:
        yield from _asked(step.after)


def set_unhindered(_event: SetUnhindered, step: Step) -> Iterator[Outgoing]:
    """The DM asks for nothing any more, and the channel reads that the set goes on."""
    before = step.before.learning_set if step.before else None
    if before is None or before.hindered_by is None or before.hindered_at is None:
        return
    scene = step.after
    reader = keeper(before)
    if reader is not None and before.hindered_by in OF_A_CHANNEL:
        solved = scene.words.rich("hindrances.set.solved", set=before.name)
        message = direct(reader, _told_key(before, reader, before.hindered_at), said(solved))
        yield replace(message, update_only=True)
    if not any(isinstance(each, MeetingCancelled) for each in step.events):
        yield replace(occurrence(scene, "on", _goes_on(scene)), best_before=scene.now + FRESH)


def channel_changed(event: ChannelChanged, step: Step) -> Iterator[Outgoing]:
    """In the new channel; an invitation that somebody has not answered goes there, too."""
    if event.by is None:
        return
    scene = step.after
    yield occurrence(scene, "here", scene.words.rich("hindrances.set.moved_here"))
    if any(member.answer is Answer.INVITED for member in scene.learning_set.members):
        yield invitation(scene)


def person_hindered(event: PersonHindered, step: Step) -> Iterator[Outgoing]:
    """To whoever looks after the set, when it is a member or the facilitator.

    That somebody cannot be written to may be tried and found again and again: it is told once.
    """
    scene, about = step.after, step.after.learning_set
    reader = keeper(about)
    facilitates = event.person == about.facilitator
    if reader is None or not (about.is_active(event.person) or facilitates):
        return
    words, kind = scene.words, "gone" if event.gone else "unwritable"
    line = words.rich(f"hindrances.person.{kind}", who=scene.called(event.person), set=about.name)
    instead = words.rich("hindrances.person.facilitator") if facilitates and event.gone else Line()
    when = f":{int(scene.now.timestamp())}" if event.gone else ""
    key = keys.direct(about.id, reader, f"gone:{event.person}{when}")
    yield in_hours(scene, direct(reader, key, said(line, instead)))
    if step.before and keeper(step.before.learning_set) == event.person and about.hindered_by in OF_A_CHANNEL:
        yield from _asked(scene)


def channel_left(event: ChannelLeft, step: Step) -> Iterator[Outgoing]:
    """To them alone: whether they meant to leave the set is theirs to say, and nobody else's to ask."""
    scene, about = step.after, step.after.learning_set
    leave = button(
        Action.LEAVE_SET, scene.words.plain("hindrances.person.leave"), Carried(set_id=about.id).packed()
    )
    key = keys.direct(about.id, event.person, f"left:{int(scene.now.timestamp())}")
    line = scene.words.rich("hindrances.person.left", set=about.name)
    yield in_hours(scene, direct(event.person, key, said(line), buttons(leave)))


def _asked(scene: Scene) -> Iterator[Outgoing]:
    """What has happened to the channel and what to do; in a meeting at once, else while they work."""
    words, about = scene.words, scene.learning_set
    reader = keeper(about)
    if reader is None or about.hindered_by is None or about.hindered_at is None:
        return
    cause = about.hindered_by
    again = button(Action.GO_ON, words.plain(f"hindrances.button.{cause}"), Carried(set_id=about.id).packed())
    message = direct(
        reader,
        _told_key(about, reader, about.hindered_at),
        said(words.rich(f"hindrances.told.{cause}", set=about.name), words.rich(f"hindrances.do.{cause}")),
        buttons(again),
    )
    yield message if is_up(about.meeting) else in_hours(scene, message)


def _goes_on(scene: Scene) -> Line:
    meeting, words = scene.meeting, scene.words
    if meeting.live:
        return words.rich("hindrances.set.on_live")
    start = scene.date_time(meeting.starts_at)
    return words.rich(
        "hindrances.set.on" if scene.now < meeting.starts_at else "hindrances.set.on_soon", start=start
    )


def _told_key(about: LearningSet, reader: str, hindered_at: datetime) -> str:
    return keys.direct(about.id, reader, f"hindered:{int(hindered_at.timestamp())}")
