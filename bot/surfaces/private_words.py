"""Private words during a meeting: a minute over, a role handed on, "on time or later?"."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.domain.events import EndingChosen, EndingOffered, FacilitatorHandedOver, StageOverrun
from bot.outgoing import Outgoing, PrivateNotice
from bot.prompt_library import Line
from bot.surfaces import board_buttons as rows
from bot.surfaces import keys
from bot.surfaces.board import minutes_lost
from bot.surfaces.parts import buttons, direct, drawn, said
from bot.surfaces.scene import Scene, Step

FRESH = timedelta(minutes=2)
"""A word about this minute is not sent later than that."""


def overrun(_event: StageOverrun, step: Step) -> Iterator[Outgoing]:
    """One word to whoever facilitates; where nobody does, the board has said it."""
    scene = step.after
    facilitator = scene.learning_set.acting_facilitator
    if facilitator is not None:
        line = scene.words.rich("notices.overrun", stage=Line.ours(scene.stage_words.name))
        yield _whispered(scene, facilitator, f"overrun:{scene.meeting.version}", line)


def handed_over(event: FacilitatorHandedOver, step: Step) -> Iterator[Outgoing]:
    """What the role brings, to whoever has it now."""
    scene = step.after
    line = scene.words.rich("notices.handed_over", giver=scene.called(event.by))
    yield _whispered(scene, event.to, f"handed:{int(scene.now.timestamp())}", line)


def ending_offered(event: EndingOffered, step: Step) -> Iterator[Outgoing]:
    """By DM to the facilitator, so that it is not lost; the board asks as well, and alone where nobody
    facilitates.
    """
    scene = step.after
    facilitator = scene.learning_set.acting_facilitator
    if facilitator is None:
        return
    minutes = minutes_lost(scene.meeting)
    message = direct(
        facilitator,
        _ending_key(scene, facilitator, event.seconds_lost),
        said(scene.words.rich("board.ending.offer", count=minutes)),
        buttons(*rows.for_ending(scene, minutes)),
    )
    yield replace(message, best_before=scene.meeting.ends_at)


def ending_chosen(event: EndingChosen, step: Step) -> Iterator[Outgoing]:
    """The DM that asked is answered."""
    scene = step.after
    facilitator = scene.learning_set.acting_facilitator
    lost = step.before.meeting.ending_offer_seconds if step.before else None
    if facilitator is not None and lost is not None:
        line = scene.words.rich("board.ending.chosen", end=scene.time(event.ends_at))
        message = direct(facilitator, _ending_key(scene, facilitator, lost), said(line))
        yield replace(message, update_only=True)


def _ending_key(scene: Scene, reader: str, seconds: int) -> str:
    return keys.direct(scene.meeting.id, reader, f"ending:{seconds}")


def _whispered(scene: Scene, reader: str, what: str, line: Line) -> PrivateNotice:
    text, blocks = drawn(said(line))
    return PrivateNotice(
        key=keys.in_meeting(scene.meeting.id, what),
        conversation=scene.learning_set.channel_id,
        reader=reader,
        text=text,
        blocks=blocks,
        best_before=scene.now + FRESH,
        stage=scene.meeting.stage,
    )
