"""Exchanging places in the turn order, once."""

from slack_sdk.models.views import View

from bot.domain.rejections import Reason, Rejected
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import carried, modal, told
from bot.surfaces.picks import Choice, Select
from bot.surfaces.scene import Scene


class SwapAnswers(Answers):
    """Somebody of the unit with which to exchange places."""

    other: str


def swap_form(scene: Scene, person: str) -> Form[SwapAnswers]:
    """The other units, each by one of its people. Raises Rejected where there is none, or for an outsider."""
    member = scene.learning_set.member(person)
    if member is None or not scene.learning_set.is_active(person):
        raise Rejected(Reason.NOT_IN_THE_SET)
    units = dict.fromkeys(m.unit_id for m in scene.learning_set.active_members if m.unit_id != member.unit_id)
    if not units:
        raise Rejected(Reason.CANNOT_SWAP)
    choices = [Choice(scene.learning_set.unit_people(unit)[0], scene.unit(unit).plain()) for unit in units]
    return Form("modals.swap", SwapAnswers, [Select(name="other", words="whom", choices=choices)])


def swap_modal(scene: Scene, person: str) -> View:
    """Raises Rejected as the form does."""
    blocks = swap_form(scene, person).blocks(scene.words)
    intro = told(scene.words.rich("modals.swap.intro"))
    return modal(scene.words, "swap", Callback.SWAP, carried(scene), [intro, *blocks])
