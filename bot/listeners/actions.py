"""`block_actions`: every button and what happens when it is pressed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from slack_sdk.models.views import View

from bot.command_handler import Outcome, Result
from bot.domain.rejections import Rejected
from bot.listeners.openings import OPENINGS, Opening, new_set_view, opened
from bot.listeners.payloads import Press, carried
from bot.listeners.presses import PRESSES, Translate
from bot.listeners.refusals import Forged, NotNow
from bot.listeners.visit import Visit, given
from bot.surfaces.ids import Action
from bot.surfaces.modals.hand_over import handed_over_view
from bot.surfaces.modals.privacy import deleted_view, sent_view
from bot.surfaces.notices import Address
from bot.surfaces.scene import Scene
from bot.surfaces.values import Carried


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press that was understood."""

    visit: Visit
    press: Press
    carried: Carried


Listener = Callable[[Pressed], Awaitable[None]]


async def on_press(visit: Visit, press: Press) -> None:
    """Serve a press. Whatever can't be served is said to the person in a modal."""
    try:
        brought_back = carried(press.pressed.carried)
        if brought_back is None:
            raise Forged
        await LISTENERS[Action(press.pressed.action_id)](Pressed(visit, press, brought_back))
    except (NotNow, Rejected) as refusal:
        await visit.open(visit.refusal(refusal))


async def command(translate: Translate, pressed: Pressed) -> None:
    """A button that is a command: a refusal is said in private beside the message, by the outbox."""
    visit, press = pressed.visit, pressed.press
    asked = translate(visit.who(pressed.carried), pressed.carried)
    outcome = await visit.desk.handler.handle(asked, request=visit.request, reply_to=_reply_to(pressed))
    if press.view is not None and outcome.rejected is not None:
        await _say_in_view(pressed, outcome)
    elif outcome.rejected is not None and not outcome.told:
        await visit.open(visit.refusal(outcome.rejected, outcome.learning_set))
    elif press.in_modal and outcome.result is Result.DONE and press.view is not None:
        await _after_in_modal(pressed, press.view.id, outcome)
    if press.in_home:
        await visit.refresh_home()


async def modal(opening: Opening, pressed: Pressed) -> None:
    """A button that opens a modal about a set."""
    visit, brought_back = pressed.visit, pressed.carried
    scene = await visit.scene(brought_back)
    try:
        view = opened(opening, scene, visit.who(brought_back), brought_back)
    except (Rejected, NotNow) as refusal:
        view = visit.refusal(refusal, scene.learning_set)
    await visit.open(view)


async def new_set(pressed: Pressed) -> None:
    """The button that starts a set: on Home, or in a channel."""
    press = pressed.press
    await pressed.visit.open(await new_set_view(pressed.visit, press.channel.id if press.channel else None))


async def send_my_data(pressed: Pressed) -> None:
    """All that is kept of the person, to them alone."""
    visit, view_id = pressed.visit, _modal_of(pressed)
    words = visit.desk.queries.language.words
    anything = await visit.desk.own_data.send(visit.workspace_id, visit.person, visit.request, words)
    await visit.replace(view_id, sent_view(words, anything))


async def delete_my_words(pressed: Pressed) -> None:
    """At once, and for good; the button has asked whether they are sure."""
    visit, view_id = pressed.visit, _modal_of(pressed)
    anything = await visit.desk.own_data.delete(visit.workspace_id, visit.person)
    await visit.replace(view_id, deleted_view(visit.desk.queries.language.words, anything))
    await visit.refresh_home()


async def nothing(pressed: Pressed) -> None:
    """A button that only opens a web page: Slack wants its acknowledgement all the same."""


def _reply_to(pressed: Pressed) -> Address | None:
    """Beside the message, in its thread if it stands in one: a meeting's thread is its board's."""
    press, meeting_id = pressed.press, pressed.carried.meeting_id
    if press.channel is None:
        return None
    in_thread = press.container is not None and press.container.thread_ts is not None
    return Address(
        key=f"notice:{press.trigger_id}",
        conversation=press.channel.id,
        reader=press.user.id,
        from_outside=pressed.visit.from_outside,
        meeting_id=meeting_id if in_thread else None,
    )


async def _say_in_view(pressed: Pressed, outcome: Outcome) -> None:
    """Home and modals have no conversation in which to whisper."""
    visit, view = pressed.visit, given(pressed.press.view)
    said = visit.refusal(given(outcome.rejected), outcome.learning_set)
    if pressed.press.in_home:
        await visit.open(said)
    else:
        await visit.replace(given(view.id), said)


def _modal_of(pressed: Pressed) -> str:
    """The id of the modal in which the button stood. Raises `Forged` where it stood in none."""
    if not pressed.press.in_modal:
        raise Forged
    return given(given(pressed.press.view).id)


async def _after_in_modal(pressed: Pressed, view_id: str | None, outcome: Outcome) -> None:
    """The modal says that it was done."""
    scene = pressed.visit.desk.queries.scene(given(outcome.learning_set))
    if draw := DONE_IN_MODAL.get(Action(pressed.press.pressed.action_id)):
        await pressed.visit.replace(given(view_id), draw(scene, pressed.carried))


DONE_IN_MODAL: Mapping[Action, Callable[[Scene, Carried], View]] = {
    Action.HAND_OVER_TO: lambda scene, carried: handed_over_view(scene, given(carried.person)),
}

LISTENERS: Mapping[Action, Listener] = {
    **{action: partial(command, translate) for action, translate in PRESSES.items()},
    **{action: partial(modal, opening) for action, opening in OPENINGS.items()},
    Action.NEW_SET: new_set,
    Action.OPEN_LINK: nothing,
    Action.SEND_MY_DATA: send_my_data,
    Action.DELETE_MY_WORDS: delete_my_words,
}
"""Every action_id has one listener."""
