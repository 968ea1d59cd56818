"""What people wrote, wherever messages of ours show it: drawn again after somebody's words were deleted."""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.learning_set import Phase
from bot.outgoing import Message
from bot.surfaces.bids import bids_post, owners_post
from bot.surfaces.board import board, board_parts
from bot.surfaces.commitments import commitment_post, none_post
from bot.surfaces.farewells import questions_of_turn
from bot.surfaces.invitation import invitation
from bot.surfaces.learning import learning_posts, takeaways_post
from bot.surfaces.parts import drawn, said
from bot.surfaces.questions import as_it_stands
from bot.surfaces.reports import gathered
from bot.surfaces.scene import Scene
from bot.surfaces.summary import summary_post

BEGUN = (Phase.RUNNING, Phase.PAUSED, Phase.CLOSED)


def shown(scene: Scene) -> dict[str, Message]:
    """Messages about the scene's meeting, and the set's invitation, that may show words of people, by key.
    Some of them may never have been sent.
    """
    found = [invitation(scene)]
    if scene.learning_set.meeting is not None:
        found += [*_on_board(scene), *(_in_thread(scene) if scene.meeting.phase in BEGUN else ())]
    return {message.key: message for message in found}


def differences(before: dict[str, Message], after: dict[str, Message], scene: Scene) -> Iterator[Message]:
    """Updates of those that show something else than before."""
    for key, message in before.items():
        now = after.get(key) or _nothing_left(message, scene)
        if (now.text, now.blocks) != (message.text, message.blocks):
            yield replace(now, update_only=True)


def _on_board(scene: Scene) -> Iterator[Message]:
    if scene.meeting.phase is not Phase.SCHEDULED:
        yield board(scene, board_parts(scene))


def _in_thread(scene: Scene) -> Iterator[Message]:
    meeting = scene.meeting
    posts = [bids_post(scene), gathered(scene), *(as_it_stands(scene, each) for each in meeting.questions)]
    yield from (post for post in posts if post is not None)
    if meeting.turns:
        yield owners_post(scene)
    for turn in meeting.turns:
        yield takeaways_post(scene, turn.number)
        yield from (commitment_post(scene, each) for each in scene.learning_set.turn_commitments(turn.number))
        if turn.none_because is not None:
            yield none_post(scene, turn, turn.none_because)
    if meeting.learning_shown:
        yield from learning_posts(scene)
    if meeting.phase is Phase.CLOSED:
        yield from _after_the_close(scene)


def _after_the_close(scene: Scene) -> Iterator[Message]:
    """Without what was to come next, which is over or stands on the next board."""
    yield summary_post(scene, _unfinished(scene), iter(()))
    for turn in scene.meeting.turns:
        for person in scene.learning_set.owners(turn):
            yield from questions_of_turn(scene, person, turn.number)


def _unfinished(scene: Scene) -> list[int]:
    return [
        turn.number
        for turn in scene.meeting.turns
        if turn.counted_at is not None
        and turn.none_because is None
        and not scene.learning_set.turn_commitments(turn.number)
    ]


def _nothing_left(message: Message, scene: Scene) -> Message:
    text, blocks = drawn(said(scene.words.rich("thread.deleted")))
    return replace(message, text=text, blocks=blocks)
