"""Choosing who owns the turns of this meeting."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator
from slack_sdk.models.views import View

from bot.domain import turns
from bot.domain.rejections import Reason, Rejected
from bot.surfaces import parts
from bot.surfaces.fields import FieldError, Text
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal
from bot.surfaces.picks import Choice, Select
from bot.surfaces.scene import Scene
from bot.surfaces.why import why_line

WHY_LIMIT = 300
TURN = "turn_"


class OwnersAnswers(Answers):
    """For each turn the unit chosen, or nobody; and why, where that is not what was settled or proposed."""

    turns: tuple[str | None, ...]
    why: str | None

    @property
    def units(self) -> tuple[str, ...]:
        """The owners in the order of their turns, without the turns that nobody owns."""
        return tuple(unit for unit in self.turns if unit is not None)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, read: Any) -> Any:
        """There is one field for each turn, and how many turns there are depends on the clock."""
        gathered = tuple(value for name, value in read.items() if name.startswith(TURN))
        return {"turns": gathered, "why": read["why"]}


def owners_form(scene: Scene) -> Form[OwnersAnswers]:
    """One menu for each turn. Raises Rejected where nobody is here who could own one."""
    meeting = scene.meeting
    units = turns.eligible_units(scene.learning_set, meeting)
    if not units:
        raise Rejected(Reason.NOBODY_TO_OWN)
    count = min(scene.format.clock(scene.learning_set.clock_id).turns, len(units))
    choices = [Choice(unit, scene.unit(unit).plain()) for unit in units]
    menus = [
        Select(
            name=f"{TURN}{number}",
            words="turn",
            label_values={"turn": number},
            choices=choices,
            optional=number > 1,
        )
        for number in range(1, count + 1)
    ]
    expected = _expected(scene)

    def differs(answers: OwnersAnswers) -> Mapping[str, FieldError]:
        if answers.units == expected or answers.why:
            return {}
        return {"why": FieldError("modals.owners.why_missing")}

    why = Text(name="why", limit=WHY_LIMIT, optional=True)
    return Form("modals.owners", OwnersAnswers, [*menus, why], rules=[_nobody_twice, differs])


def owners_modal(scene: Scene) -> View:
    """Preselected are the owners already chosen, else those proposed. Raises Rejected as the form does."""
    form = owners_form(scene)
    proposals = turns.proposals(scene.learning_set)
    initial = {f"{TURN}{number}": unit for number, unit in enumerate(_expected(scene), start=1)}
    proposed = parts.bullets(
        [why_line(scene.learning_set, proposal, scene.language) for proposal in proposals]
    )
    pieces = [proposed, *form.blocks(scene.words, initial)]
    return modal(scene.words, "owners", Callback.CHOOSE_OWNERS, scene.carried(), pieces)


def _expected(scene: Scene) -> tuple[str, ...]:
    """The owners already chosen, else those proposed: they need no reason."""
    chosen = tuple(turn.unit_id for turn in scene.meeting.turns)
    return chosen or tuple(proposal.unit_id for proposal in turns.proposals(scene.learning_set))


def _nobody_twice(answers: OwnersAnswers) -> Mapping[str, FieldError]:
    return {
        f"{TURN}{number}": FieldError("modals.owners.twice")
        for number, unit in enumerate(answers.turns, start=1)
        if unit is not None and unit in answers.turns[: number - 1]
    }
