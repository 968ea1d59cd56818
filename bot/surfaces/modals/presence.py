"""Correcting who is here."""

from slack_sdk.models.views import View

from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal, told
from bot.surfaces.picks import Choice, MultiSelect
from bot.surfaces.scene import Scene


class PresenceAnswers(Answers):
    """The members who are here."""

    present: tuple[str, ...]

    def by_person(self, scene: Scene) -> dict[str, bool]:
        """Every member who is in, and whether they are here."""
        return {m.person: m.person in self.present for m in scene.learning_set.active_members}


def presence_form(scene: Scene) -> Form[PresenceAnswers]:
    """All members who are in; nobody here is an answer too."""
    members = [Choice(m.person, scene.called(m.person).plain()) for m in scene.learning_set.active_members]
    return Form(
        "modals.presence", PresenceAnswers, [MultiSelect(name="present", choices=members, optional=True)]
    )


def presence_modal(scene: Scene) -> View:
    """Preselected are those who count as present."""
    blocks = presence_form(scene).blocks(scene.words, {"present": tuple(scene.meeting.present)})
    intro = told(scene.words.rich("modals.presence.intro"))
    return modal(scene.words, "presence", Callback.CORRECT_PRESENCE, scene.carried(), [intro, *blocks])
