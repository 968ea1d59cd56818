"""Handing the facilitator's role over: one button for each person who is here, so that it takes two taps."""

from slack_sdk.models.views import View

from bot.surfaces import parts
from bot.surfaces.ids import Action, Callback
from bot.surfaces.modals.frame import notice, told
from bot.surfaces.scene import Scene


def hand_over_modal(scene: Scene) -> View:
    """Buttons (``Action.HAND_OVER_TO``, each carries its person); a plain notice when nobody else is here."""
    words, candidates = scene.words, _candidates(scene)
    intro = told(words.rich("modals.hand_over.intro" if candidates else "modals.hand_over.nobody"))
    # Slack wants each action_id once in a block, so every button has a block to itself.
    buttons = [
        parts.buttons(
            parts.button(Action.HAND_OVER_TO, scene.called(person).plain(), scene.carried(person=person))
        )
        for person in candidates
    ]
    return notice(words, "hand_over", Callback.HAND_OVER, [intro, *buttons], scene.carried())


def handed_over_view(scene: Scene, person: str) -> View:
    """What the modal turns into after the press."""
    done = told(scene.words.rich("modals.hand_over.done", name=scene.called(person)))
    return notice(scene.words, "hand_over", Callback.HAND_OVER, [done])


def _candidates(scene: Scene) -> list[str]:
    """Members who are here, in the set's order, then anybody else who is; never who has the role now."""
    members = [m.person for m in scene.learning_set.active_members]
    here = [person for person in members if person in scene.meeting.present]
    guests = sorted(scene.meeting.present.difference(members))
    return [person for person in (*here, *guests) if person != scene.learning_set.acting_facilitator]
