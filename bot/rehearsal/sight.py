"""What one person can see: nothing that Slack did not send to them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rehearsal.block_kit.composition import options_of
from bot.rehearsal.block_kit.reading import read_text_object, readable_text
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.form_values import elements_of
from bot.rehearsal.forms import Identified
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.model import Account, Message
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.world import World


@dataclass(frozen=True)
class Button:
    """Something to press or choose from, as the person sees it."""

    text: str
    action_id: str
    block_id: str
    kind: str
    value: str | None
    options: dict[str, str]
    element: JsonObject


def buttons_in(blocks: list[JsonObject], user: str) -> list[Button]:
    """The interactive elements of these blocks that are shown to this user."""
    return [
        _button(block, element)
        for block in blocks
        for element in elements_of(block)
        if user in element.get("visible_to_user_ids", [user])
    ]


def _button(block: JsonObject, element: JsonObject) -> Button:
    label = element.get("text") or element.get("placeholder") or block.get("label")
    return Button(
        text=read_text_object(label),
        action_id=element["action_id"],
        block_id=block["block_id"],
        kind=element["type"],
        value=element.get("value"),
        options={str(one.get("value")): read_text_object(one.get("text")) for one in options_of(element)},
        element=element,
    )


def choose_button(buttons: list[Button], action_id: str, block_id: str | None, value: str | None) -> Button:
    """The one that is meant. `value` tells buttons of one action_id apart. Raises CannotAct."""
    fitting = [one for one in buttons if one.action_id == action_id and block_id in (None, one.block_id)]
    if len(fitting) > 1 and value is not None:
        fitting = [one for one in fitting if value == one.value or value in one.options]
    if len(fitting) != 1:
        offered = ", ".join(one.action_id for one in buttons) or "nothing"
        raise CannotAct(f"{len(fitting)} things to press are called {action_id}; there is {offered}")
    return fitting[0]


class Sight:
    """The reading half of a person."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self.account = account

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def name(self) -> str:
        return self.account.name

    def messages(self, channel: str | Identified) -> list[Message]:
        """What the channel shows them, oldest first: messages, broadcast replies, their ephemerals."""
        return [one for one in self._seen(channel) if not one.is_reply or one.broadcast]

    def thread(self, message: Message) -> list[Message]:
        """The thread under a message, oldest first, without the message itself."""
        root = message.thread_ts or message.ts
        return [one for one in self._seen(message.channel) if one.is_reply and one.thread_ts == root]

    def dm(self) -> list[Message]:
        """Their direct messages with the bot, oldest first; empty when there are none yet."""
        for conversation in self._world.workspace.conversations.values():
            if conversation.im_with == self.id:
                return [one for one in self._seen(conversation) if not one.is_reply]
        return []

    def ephemerals(self, channel: str | Identified | None = None) -> list[Message]:
        """Messages that only they see, oldest first, in one conversation or in all."""
        wanted = None if channel is None else channel if isinstance(channel, str) else channel.id
        mine = [
            one
            for one in self._world.workspace.all_messages()
            if one.ephemeral_to == self.id and not one.deleted
        ]
        return [one for one in mine if wanted in (None, one.channel)]

    def text_of(self, seen: Message | OpenView) -> str:
        """The whole text of a message, modal or Home as they read it."""
        text = seen.text if isinstance(seen, Message) else ""
        return readable_text(seen.blocks, text, self._world.workspace.name_of)

    def buttons(self, seen: Message | OpenView) -> list[Button]:
        """What they can press or choose in a message, modal or Home."""
        return buttons_in(seen.blocks, self.id)

    @property
    def modal(self) -> OpenView | None:
        """The modal on top of their stack, or None."""
        return self._world.views.top(self.id)

    @property
    def home(self) -> OpenView | None:
        """Their App Home as last published, or None."""
        return self._world.views.homes.get(self.id)

    @property
    def field_errors(self) -> dict[str, str]:
        """The errors under the fields of the modal on top, by block_id."""
        return dict(self.modal.errors) if self.modal else {}

    def sees(self, message: Message) -> bool:
        """Whether Slack shows them this message."""
        if message.deleted or message.ephemeral_to not in (None, self.id):
            return False
        conversation = self._world.workspace.conversations[message.channel]
        guest = self.account.is_restricted or self.account.is_ultra_restricted
        public = not conversation.is_private and not conversation.is_im
        return self.id in conversation.members or (public and not guest)

    def _seen(self, channel: str | Identified) -> list[Message]:
        wanted = channel if isinstance(channel, str) else channel.id
        kept = self._world.workspace.messages.get(wanted, [])
        return [one for one in kept if self.sees(one)]
