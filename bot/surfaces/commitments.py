"""Commitments in the thread, in the words of whoever made them; complete or editable until they lock."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.events import (
    CommitmentEdited,
    CommitmentRecorded,
    CommitmentWithdrawn,
    NoCommitmentRecorded,
)
from bot.domain.learning_set import Commitment, Horizon, Turn
from bot.domain.machine import COMMITMENTS
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line
from bot.surfaces import keys
from bot.surfaces.ids import Action
from bot.surfaces.parts import Part, button, buttons, in_channel, quoted, said, short
from bot.surfaces.scene import Scene, Step
from bot.surfaces.values import Carried

DETAILS = ("first_step", "how_known", "if_then", "hope_to_learn")
"""The optional parts of a commitment."""
DETAIL_LIMIT = 600


def recorded(event: CommitmentRecorded, step: Step) -> Iterator[Outgoing]:
    """The commitment; where the turn had said "none" before, that post is set right."""
    commitment, scene = event.commitment, step.after
    if _had_said_none(step, commitment.turn):
        line = scene.words.rich("thread.commitment.none_replaced", who=scene.unit(commitment.unit_id))
        earlier = _in_thread_of(scene, commitment.meeting_id, f"none:{commitment.turn}", said(line))
        yield replace(earlier, update_only=True)
    yield commitment_post(scene, commitment)


def edited(event: CommitmentEdited, step: Step) -> Iterator[Outgoing]:
    """The post with its new words, in the thread of the meeting in which it was made."""
    yield commitment_post(step.after, event.commitment)


def withdrawn(event: CommitmentWithdrawn, step: Step) -> Iterator[Outgoing]:
    """The post says so and keeps nothing of it."""
    before = step.before.learning_set.commitments if step.before else ()
    commitment = next((each for each in before if each.id == event.id), None)
    if commitment is not None:
        who = step.after.unit(commitment.unit_id)
        line = step.after.words.rich("thread.commitment.withdrawn", who=who)
        what = f"commitment:{commitment.id}"
        yield replace(_in_thread_of(step.after, commitment.meeting_id, what, said(line)), update_only=True)


def none_recorded(event: NoCommitmentRecorded, step: Step) -> Iterator[Outgoing]:
    """None, and the reason in the owner's words."""
    turn = next(turn for turn in step.after.meeting.turns if turn.number == event.turn)
    yield none_post(step.after, turn, event.because)


def none_post(scene: Scene, turn: Turn, because: str) -> Message:
    """That a turn of the meeting ended without a commitment, and why."""
    line = scene.words.rich("thread.commitment.none", who=scene.unit(turn.unit_id))
    return _in_thread_of(scene, scene.meeting.id, f"none:{turn.number}", said(line), quoted(because))


def edit_button(scene: Scene, commitment: Commitment, label: str, tells: str) -> Part | None:
    """The button that completes or edits a commitment, for as long as it does not lock."""
    value = Carried(set_id=scene.learning_set.id, meeting_id=commitment.meeting_id, item=commitment.id)
    return buttons(button(Action.EDIT_COMMITMENT, label, value.packed(), tells=tells))


def commitment_post(scene: Scene, commitment: Commitment) -> Message:
    """The commitment as it is now, in the thread of the meeting in which it was made."""
    words = scene.words
    return _in_thread_of(
        scene,
        commitment.meeting_id,
        f"commitment:{commitment.id}",
        said(words.rich("thread.commitment.made", who=scene.unit(commitment.unit_id))),
        quoted(commitment.what),
        said(words.rich("thread.commitment.due", date=commitment.due_on), *_details(scene, commitment)),
        edit_button(
            scene,
            commitment,
            words.plain("thread.commitment.edit"),
            words.plain("thread.commitment.edit_label"),
        ),
    )


def _had_said_none(step: Step, number: int) -> bool:
    turns = step.before.meeting.turns if step.before else ()
    return any(turn.number == number and turn.none_because is not None for turn in turns)


def _details(scene: Scene, commitment: Commitment) -> Iterator[Line]:
    if commitment.horizon is Horizon.LONG:
        yield scene.words.rich("thread.commitment.long")
    for name in DETAILS:
        value = getattr(commitment, name)
        if value:
            yield scene.words.rich(f"thread.commitment.{name}", text=short(value, DETAIL_LIMIT))


def _in_thread_of(scene: Scene, meeting_id: str, what: str, *parts: Part | None) -> Message:
    """In the thread of that meeting, which may be over and no longer part of the state."""
    message = in_channel(scene, keys.in_meeting(meeting_id, what), *parts)
    return replace(message, thread_key=scene.board_key_of(meeting_id), stage=COMMITMENTS)
