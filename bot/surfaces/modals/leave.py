"""Leaving a set."""

from slack_sdk.models.views import View

from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import carried, modal, told
from bot.surfaces.scene import Scene


def leave_modal(scene: Scene) -> View:
    """Asks before somebody leaves; it has no fields."""
    question = told(scene.words.rich("modals.leave.question", name=scene.learning_set.name))
    return modal(scene.words, "leave", Callback.LEAVE_SET, carried(scene), [question])
