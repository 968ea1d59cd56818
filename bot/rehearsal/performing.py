"""What every act of a person is made of: a payload, an envelope, a line in the transcript."""

from __future__ import annotations

import copy

from bot.rehearsal.acts import Act, expect_nothing
from bot.rehearsal.delivery import Delivery, Envelope
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.events import EventDesk
from bot.rehearsal.forms import Identified
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.model import Account, Conversation, Message
from bot.rehearsal.sight import Sight
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.world import World


class Performing(Sight):
    """The acting half of a person, underneath."""

    def __init__(self, world: World, delivery: Delivery, events: EventDesk, account: Account) -> None:
        super().__init__(world, account)
        self._delivery = delivery
        self._events = events

    async def _perform(self, act: Act) -> Act:
        if act.envelope is not None:
            await self._delivery.write(act.envelope)
            await self._delivery.settle(act.envelope)
        return act

    def _interactive(self, kind: str, payload: JsonObject) -> Act:
        act = Act(kind, self.id, self._world.now())
        if not self._world.manifest.interactivity:
            act.refused = "interactivity_disabled"
            return act
        if self._world.installation is None:
            act.refused = "app_not_installed"
            return act
        act.envelope = Envelope("interactive", copy.deepcopy(payload), self._world.now())
        expect_nothing(self._world, act)
        return act

    def _write_act(
        self, kind: str, channel: str | None, stage: str | None, text: str, act: Act, **more: str
    ) -> None:
        self._world.transcript.write(
            kind, user=self.id, channel=channel, stage=stage, text=text, refused=act.refused, **more
        )

    def _must_be_there(self) -> None:
        if self.account.deleted:
            raise CannotAct(f"the account of {self.name} is deactivated")

    def _response_url(self, channel: str, message: Message | None) -> str:
        key = self._world.response_urls.issue(channel, self.id, self._world.now(), message)
        return f"{self._world.base_url}/response/{key}"

    def _conversation(self, channel: str | Identified | None) -> Conversation:
        workspace = self._world.workspace
        if channel is None:
            return workspace.dm_with(self.id)
        conversation = workspace.conversations[channel if isinstance(channel, str) else channel.id]
        if self.id not in conversation.members:
            raise CannotAct(f"{self.name} is not in {conversation.name}")
        return conversation

    def _top(self) -> OpenView:
        self._must_be_there()
        if self.modal is None:
            raise CannotAct(f"{self.name} has no modal open")
        return self.modal
