"""A member's open commitments, each with its button to report: on App Home and in private replies."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import ButtonElement, PlainTextObject, SectionBlock

from bot.domain.learning_set import Commitment
from bot.surfaces import parts
from bot.surfaces.ids import Action
from bot.surfaces.parts import Part
from bot.surfaces.scene import Scene


def rows(scenes: Iterable[Scene], person: str) -> list[Part]:
    """One row for each open commitment of the person in the sets they are in, by due date."""
    found = [(scene, commitment) for scene in scenes for commitment in open_commitments(scene, person)]
    return [_row(scene, commitment) for scene, commitment in sorted(found, key=lambda each: each[1].due_on)]


def rows_to_report(scenes: Iterable[Scene], person: str) -> list[Part]:
    """Only those on which the next or running meeting awaits a report, or has one that may still change."""
    found = [(s, c) for s in scenes if _is_in(s, person) for c in s.learning_set.due_commitments(person)]
    return [_row(scene, commitment) for scene, commitment in sorted(found, key=lambda each: each[1].due_on)]


def open_commitments(scene: Scene, person: str) -> Sequence[Commitment]:
    """What the person's unit has still to do; nothing for somebody who is not in."""
    member = scene.learning_set.member(person)
    if member is None or not _is_in(scene, person):
        return ()
    return [c for c in scene.learning_set.commitments if c.unit_id == member.unit_id and not c.finished]


def _is_in(scene: Scene, person: str) -> bool:
    return scene.learning_set.is_active(person)


def _row(scene: Scene, commitment: Commitment) -> Part:
    line = scene.words.rich(
        "home.commitment", what=commitment.what, due=commitment.due_on, name=scene.learning_set.name
    )
    shown = PlainTextObject(text=line.plain(), emoji=False)
    block = SectionBlock(text=shown, accessory=_button(scene, commitment))
    return Part(block, line.fallback())


def _button(scene: Scene, commitment: Commitment) -> ButtonElement | None:
    """Commitments of the running meeting have no report yet: they are reported to the next one."""
    if commitment not in scene.learning_set.due_commitments():
        return None
    label = "home.change_report" if scene.learning_set.report_on(commitment.id) else "home.report"
    tells = scene.words.plain("home.report_on", what=commitment.what)
    carried = scene.carried(item=commitment.id)
    return parts.button(Action.FILE_REPORT, scene.words.plain(label), carried, tells=tells)
