"""The learning review: three lines, each of which may stay empty."""

from slack_sdk.models.views import View

from bot.surfaces.fields import Text
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.scene import Scene

LIMIT = 200
"""Twelve members' three lines stand whole in one message."""


class LearningAnswers(Answers):
    """A line about the problem, about oneself, about how the set worked. All None: nothing to add."""

    about_problem: str | None
    about_self: str | None
    about_set: str | None


def learning_form() -> Form[LearningAnswers]:
    """Three lines."""
    fields = [Text(name=name, limit=LIMIT, optional=True) for name in LearningAnswers.model_fields]
    return Form("modals.learning", LearningAnswers, fields)


def learning_modal(scene: Scene, person: str) -> View:
    """Shows what the person has written so far."""
    line = next((each for each in scene.meeting.learning if each.person == person), None)
    initial = {name: getattr(line, name) for name in LearningAnswers.model_fields} if line else {}
    intro = told(scene.words.rich("modals.learning.intro"))
    blocks = learning_form().blocks(scene.words, initial)
    return modal(scene.words, "learning", Callback.WRITE_LEARNING, scene.carried(), [intro, *blocks])
