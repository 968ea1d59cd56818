"""Going back to an earlier stage."""

from slack_sdk.models.views import View

from bot.domain.agenda import Slot
from bot.domain.flow import stages_before
from bot.domain.rejections import Reason, Rejected
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.picks import Choice, Select
from bot.surfaces.scene import Scene


class BackAnswers(Answers):
    """The index in the agenda of the stage to return to."""

    position: int


def back_form(scene: Scene) -> Form[BackAnswers]:
    """The stages to which the meeting can go back, the latest first. Raises Rejected where there is none."""
    positions = stages_before(scene.meeting)
    if not positions:
        raise Rejected(Reason.NO_SUCH_STAGE)
    choices = [_choice(scene, position, scene.meeting.agenda[position]) for position in positions]
    return Form("modals.back", BackAnswers, [Select(name="position", choices=choices[::-1])])


def back_modal(scene: Scene) -> View:
    """Each option says which stage and whose turn reopens. Raises Rejected as the form does."""
    blocks = back_form(scene).blocks(scene.words)
    intro = told(scene.words.rich("modals.back.intro"))
    return modal(scene.words, "back", Callback.GO_BACK, scene.carried(), [intro, *blocks])


def _choice(scene: Scene, position: int, slot: Slot) -> Choice:
    stage = scene.stage_name(slot.stage).plain()
    if slot.turn is None:
        return Choice(str(position), stage)
    text = scene.words.plain("modals.back.of_turn", stage=stage, turn=slot.turn)
    owners = scene.owners(slot.turn)
    reopens = scene.words.plain("modals.back.reopens", owner=owners) if owners.spans else None
    return Choice(str(position), text, reopens)
