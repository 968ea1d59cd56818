"""Ending: the meeting, where one is live, or the set."""

from enum import StrEnum

from slack_sdk.models.views import View

from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import carried, modal, told
from bot.surfaces.picks import Choice, Radio
from bot.surfaces.scene import Scene


class Ending(StrEnum):
    """What ends."""

    MEETING = "meeting"
    SET = "set"


class EndAnswers(Answers):
    """What to end."""

    what: Ending


def end_form() -> Form[EndAnswers]:
    """For the modal with a choice; the other one has no fields, and its submission ends the set."""
    choices = [Choice(ending) for ending in Ending]
    return Form("modals.end", EndAnswers, [Radio(name="what", choices=choices)])


def end_modal(scene: Scene) -> View:
    """While a meeting is live it offers both; otherwise it asks about the set alone, without a field."""
    words, meeting = scene.words, scene.learning_set.meeting
    if meeting is not None and meeting.live:
        blocks = end_form().blocks(words, {"what": Ending.MEETING})
        return modal(words, "end", Callback.END, scene.carried(), blocks)
    question = told(words.rich("modals.end.set_question", name=scene.learning_set.name))
    return modal(words, "end", Callback.END, carried(scene), [question])


def asks_what_to_end(values: object) -> bool:
    """Whether the submitted state is that of the modal with a choice."""
    return bool(values)
