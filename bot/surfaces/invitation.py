"""The invitation in the set's channel: answers show as a count; a refusal is told to the creator alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from slack_sdk.models.blocks import ButtonElement

from bot.domain import calendar
from bot.domain.events import InvitationAccepted, InvitationDeclined, SetCreated
from bot.domain.learning_set import Answer, LearningSet, Member
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line
from bot.surfaces import keys
from bot.surfaces.ids import Action
from bot.surfaces.parts import Part, bullets, button, buttons, direct, in_channel, in_hours, said, title
from bot.surfaces.scene import Scene, Step
from bot.surfaces.values import Carried


def created(_event: SetCreated, step: Step) -> Iterator[Outgoing]:
    """The invitation, and what happens next to the creator alone, once."""
    scene = step.final
    yield invitation(scene)
    creator, words = scene.learning_set.creator, scene.words
    yield direct(
        creator,
        keys.direct(scene.learning_set.id, creator, "created"),
        said(
            words.rich("invitation.creator", set=scene.learning_set.name),
            words.rich("invitation.creator_next", start=scene.date_time(_first_start(scene.learning_set))),
        ),
    )


def accepted(_event: InvitationAccepted, step: Step) -> Iterator[Outgoing]:
    """The count, one higher."""
    yield invitation(step.after)


def declined(event: InvitationDeclined, step: Step) -> Iterator[Outgoing]:
    """To the creator alone, if they are still there. The invitation shows nothing of it."""
    scene = step.after
    if scene.learning_set.is_former(scene.learning_set.creator):
        return
    creator, who = scene.learning_set.creator, scene.called(event.person)
    line = scene.words.rich("invitation.declined", who=who, set=scene.learning_set.name)
    key = keys.direct(scene.learning_set.id, creator, f"declined:{event.person}")
    yield in_hours(scene, direct(creator, key, said(line)))


def invitation(scene: Scene) -> Message:
    """The invitation as it is; after the set's end only an update of one that was sent, without buttons."""
    learning_set = scene.learning_set
    ended = learning_set.ended_at is not None
    message = in_channel(
        scene,
        keys.invitation(learning_set.id),
        title(scene.words.rich("invitation.title", set=learning_set.name)),
        *_who_and_what(scene),
        said(*_terms(scene), scene.words.rich("invitation.ended") if ended else _count(scene)),
        None if ended else buttons(*_answers(scene)),
    )
    return replace(message, update_only=ended)


def _who_and_what(scene: Scene) -> Iterator[Part | None]:
    learning_set, words = scene.learning_set, scene.words
    creator = scene.called(learning_set.creator)
    what = words.rich("invitation.what", creator=creator)
    if learning_set.pairs:
        yield said(what, words.rich("invitation.pairs"))
        yield bullets(_pairs(scene))
    else:
        people = scene.people(member.person for member in _invited(scene))
        yield said(what, words.rich("invitation.people", people=people))


def _invited(scene: Scene) -> list[Member]:
    """Whoever was invited or joined since. A refusal changes nothing here, so that nobody can read it from
    the list.
    """
    return [member for member in scene.learning_set.members if member.answer is not Answer.LEFT]


def _pairs(scene: Scene) -> list[Line]:
    members = _invited(scene)
    units = dict.fromkeys(member.unit_id for member in members)
    return [scene.people(m.person for m in members if m.unit_id == unit) for unit in units]


def _terms(scene: Scene) -> Iterator[Line]:
    learning_set, words = scene.learning_set, scene.words
    yield words.rich(
        "invitation.first",
        start=scene.date_time(_first_start(learning_set)),
        rhythm=words.rich("invitation.rhythm", count=learning_set.every_weeks),
        minutes=scene.format.clock(learning_set.clock_id).length_minutes,
    )
    if learning_set.facilitator is not None:
        yield words.rich("invitation.facilitates", name=scene.called(learning_set.facilitator))
    yield words.rich("invitation.stays")


def _first_start(learning_set: LearningSet) -> datetime:
    """When the first meeting is, or was planned to be once it is over."""
    meeting = learning_set.meeting
    if meeting is not None and meeting.number == 1:
        return meeting.starts_at
    return calendar.resolve(learning_set.first_meeting_at, learning_set.zone)


def _count(scene: Scene) -> Line:
    count = len(scene.learning_set.active_members)
    return scene.words.rich("invitation.answers", count=count, total=len(_invited(scene)))


def _answers(scene: Scene) -> list[ButtonElement]:
    value = Carried(set_id=scene.learning_set.id).packed()
    return [
        button(Action.ACCEPT_INVITATION, scene.words.plain("invitation.accept"), value, primary=True),
        button(Action.DECLINE_INVITATION, scene.words.plain("invitation.decline"), value),
    ]
