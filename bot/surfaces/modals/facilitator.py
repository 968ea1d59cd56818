"""Naming who facilitates a set."""

from slack_sdk.models.views import View

from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import carried, modal
from bot.surfaces.picks import User
from bot.surfaces.scene import Scene


class FacilitatorAnswers(Answers):
    """A person, or nobody."""

    facilitator: str | None


def facilitator_form() -> Form[FacilitatorAnswers]:
    """A person of the workspace; empty: the set facilitates itself. Check that it is a person."""
    return Form("modals.facilitator", FacilitatorAnswers, [User(name="facilitator", optional=True)])


def facilitator_modal(scene: Scene) -> View:
    """Shows who facilitates the set."""
    blocks = facilitator_form().blocks(scene.words, {"facilitator": scene.learning_set.facilitator})
    return modal(scene.words, "facilitator", Callback.CHANGE_FACILITATOR, carried(scene), blocks)
