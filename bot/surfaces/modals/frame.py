"""What all modals share: the frame around the blocks, and what they carry."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.prompt_library import Line, Words
from bot.surfaces import parts
from bot.surfaces.ids import Callback
from bot.surfaces.parts import Part
from bot.surfaces.scene import Scene
from bot.surfaces.values import Carried

Piece = Block | Part | None


def modal(words: Words, subject: str, callback: Callback, carried: str, pieces: Sequence[Piece]) -> View:
    """A modal to submit; the words of title and button are ``modals.<subject>.title`` and ``.submit``."""
    return View(
        type="modal",
        callback_id=callback,
        title=words.plain(f"modals.{subject}.title"),
        submit=words.plain(f"modals.{subject}.submit"),
        close=words.plain("modals.not_now"),
        private_metadata=carried,
        blocks=_blocks(pieces),
    )


def notice(
    words: Words, subject: str, callback: Callback, pieces: Sequence[Piece], carried: str = ""
) -> View:
    """A modal that only tells something, or whose buttons act at once."""
    return View(
        type="modal",
        callback_id=callback,
        title=words.plain(f"modals.{subject}.title"),
        close=words.plain("modals.close"),
        private_metadata=carried,
        blocks=_blocks(pieces),
    )


def carried(scene: Scene) -> str:
    """What a modal about the set carries: the set, and its meeting where there is one."""
    if scene.learning_set.meeting is None:
        return Carried(set_id=scene.learning_set.id).packed()
    return scene.carried()


def told(*lines: Line) -> Part | None:
    """Our words above the fields; nothing when there are none."""
    return parts.said(*lines)


def _blocks(pieces: Sequence[Piece]) -> list[Block]:
    return [piece.block if isinstance(piece, Part) else piece for piece in pieces if piece is not None]
