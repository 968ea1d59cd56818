"""Ending: the meeting, where one is live, else the set."""

from slack_sdk.models.views import View

from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import carried, modal, told
from bot.surfaces.scene import Scene
from bot.surfaces.values import Carried


def end_modal(scene: Scene) -> View:
    """Asks about the meeting while one is live, since a set ends between its meetings; else about the set."""
    words, meeting = scene.words, scene.learning_set.meeting
    if meeting is not None and meeting.live:
        question = told(words.rich("modals.end.meeting_question"))
        return modal(words, "end", Callback.END, scene.carried(), [question])
    question = told(words.rich("modals.end.set_question", name=scene.learning_set.name))
    return modal(words, "end", Callback.END, carried(scene), [question])


def ends_the_meeting(brought_back: Carried) -> bool:
    """Whether the submitted modal asked about the meeting: then it was drawn in one of its stages."""
    return brought_back.stage is not None
