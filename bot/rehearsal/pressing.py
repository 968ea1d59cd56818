"""People who press buttons and choose from menus, in messages, modals and on App Home."""

from __future__ import annotations

from bot.rehearsal import payloads
from bot.rehearsal.acts import Act
from bot.rehearsal.block_kit.reading import read_text_object
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.form_values import STATE_KEYS
from bot.rehearsal.forms import set_value, state_of_choice
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.model import Message
from bot.rehearsal.performing import Performing
from bot.rehearsal.sight import Button, choose_button
from bot.rehearsal.view_desk import OpenView


class Pressing(Performing):
    """Presses what Slack shows."""

    async def press(
        self, message: Message, action_id: str, *, value: Json = None, block_id: str | None = None
    ) -> Act:
        """Press a button, or choose `value` in a menu, of a message. Raises CannotAct, FormRefused."""
        return await self._perform(self.pressing(message, action_id, value=value, block_id=block_id))

    def pressing(
        self, message: Message, action_id: str, *, value: Json = None, block_id: str | None = None
    ) -> Act:
        """Prepare a press: the payload is made now, of the message as it stands now."""
        self._must_be_there()
        if not self.sees(message):
            raise CannotAct(f"{self.name} does not see this message")
        button = choose_button(self.buttons(message), action_id, block_id, _plain(value))
        action = self._action(button, value)
        act = self.forge_press(message, [action])
        act.confirmed_text = _confirm_text(button)
        self._write_act("act_press", message.channel, message.stage, button.text, act, action_id=action_id)
        return act

    def forge_press(self, message: Message, actions: list[JsonObject]) -> Act:
        """Prepare block_actions with any actions at all, whatever the message offers."""
        url = self._response_url(message.channel, message)
        payload = payloads.message_actions(self._world, self.account, message, actions, url)
        return self._interactive("act_press", payload)

    async def press_in_modal(self, action_id: str, value: Json = None, *, block_id: str | None = None) -> Act:
        """Press a button, or pick `value` in a field that reports at once, in the modal on top."""
        return await self._perform(self._pressing_in(self._top(), action_id, value, block_id))

    async def press_home(self, action_id: str, value: Json = None, *, block_id: str | None = None) -> Act:
        """Press a button, or pick `value`, on their App Home."""
        if self.home is None:
            raise CannotAct(f"{self.name} sees no App Home")
        return await self._perform(self._pressing_in(self.home, action_id, value, block_id))

    def forge_press_in(self, view: OpenView, actions: list[JsonObject]) -> Act:
        """Prepare block_actions of a modal or Home with any actions at all."""
        return self._interactive("act_press", payloads.view_actions(self._world, self.account, view, actions))

    def _pressing_in(self, view: OpenView, action_id: str, value: Json, block_id: str | None) -> Act:
        button = choose_button(self.buttons(view), action_id, block_id, _plain(value))
        if button.kind in STATE_KEYS:
            _reports_at_once(view, button)
            set_value(view, button.block_id, button.element, value, self._world.workspace)
        action = self._action(button, value)
        act = self.forge_press_in(view, [action])
        act.confirmed_text = _confirm_text(button)
        self._write_act("act_press", None, view.stage, button.text, act, action_id=action_id)
        return act

    def _action(self, button: Button, value: Json) -> JsonObject:
        action: JsonObject = {"type": button.kind, "action_id": button.action_id, "block_id": button.block_id}
        if button.kind == "button":
            action["text"] = button.element["text"]
            action |= {key: button.element[key] for key in ("value", "style") if key in button.element}
        else:
            action |= state_of_choice(button.element, value, self._world.workspace)
        return action | {"action_ts": self._world.next_ts()}


def _plain(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _confirm_text(button: Button) -> str | None:
    confirm = button.element.get("confirm")
    return read_text_object(confirm["text"]) if confirm else None


def _reports_at_once(view: OpenView, button: Button) -> None:
    block = next(one for one in view.blocks if one["block_id"] == button.block_id)
    if block["type"] == "input" and not block.get("dispatch_action"):
        raise CannotAct(f"{button.action_id} tells the app nothing before the modal is sent")
