"""People who act: each sees and does only what Slack's client would let them."""

from __future__ import annotations

import copy

from bot.rehearsal import payloads
from bot.rehearsal.acts import Act, expect_command_reply, expect_view_answer
from bot.rehearsal.answers import may_use_commands
from bot.rehearsal.delivery import Envelope
from bot.rehearsal.errors import FormRefused
from bot.rehearsal.form_values import Values
from bot.rehearsal.forms import Identified, check_form, fill_field
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.mentions import escape_mentions
from bot.rehearsal.model import Message
from bot.rehearsal.pressing import Pressing
from bot.rehearsal.view_desk import OpenView


class Person(Pressing):
    """One member of the workspace. Acting methods wait for the acknowledgement and return an Act.

    Each act has a twin whose name ends in `ing` or begins with `forge_` that only prepares it: send its
    `envelope` with `LocalSlack.write` to choose the moment, or to send what Slack's client would not.
    """

    # Commands and shortcuts

    async def command(
        self, line: str, channel: str | Identified | None = None, *, thread_ts: str | None = None
    ) -> Act:
        """Type a slash command in a channel, or in their direct messages with the bot when none is named."""
        return await self._perform(self.commanding(line, channel, thread_ts=thread_ts))

    def commanding(
        self, line: str, channel: str | Identified | None = None, *, thread_ts: str | None = None
    ) -> Act:
        """Prepare a slash command; one that Slack itself refuses has `refused` and no envelope."""
        self._must_be_there()
        conversation = self._conversation(channel)
        command, _, text = line.strip().partition(" ")
        act = Act("act_command", self.id, self._world.now())
        act.refused = self._command_refused(command, thread_ts)
        if act.refused is None:
            known = self._world.manifest.commands[command]
            text = (
                escape_mentions(text.strip(), self._world.workspace) if known.should_escape else text.strip()
            )
            url = self._response_url(conversation.id, None)
            payload = payloads.slash_command(self._world, self.account, conversation, command, text, url)
            act.envelope = Envelope("slash_commands", dict(payload), self._world.now())
            expect_command_reply(self._world, act, conversation.id)
        self._write_act("act_command", conversation.id, None, line, act)
        return act

    def _command_refused(self, command: str, thread_ts: str | None) -> str | None:
        known = command in self._world.manifest.commands and may_use_commands(self._world)
        if not known or self.account.is_external:
            return "unknown_command"
        return "commands_do_not_work_in_threads" if thread_ts is not None else None

    async def shortcut(self, callback_id: str, message: Message | None = None) -> Act:
        """Choose a shortcut of the app, global or on a message."""
        manifest = self._world.manifest
        known = manifest.shortcuts.get(callback_id)
        kind = "global" if message is None else "message"
        if (
            known is None
            or known.kind != kind
            or not may_use_commands(self._world)
            or self.account.is_external
        ):
            return Act("act_shortcut", self.id, self._world.now(), refused="unknown_shortcut")
        if message is None:
            payload = payloads.global_shortcut(self._world, self.account, callback_id)
        else:
            url = self._response_url(message.channel, message)
            payload = payloads.message_shortcut(self._world, self.account, callback_id, message, url)
        act = self._interactive("act_shortcut", payload)
        stage = message.stage if message else None
        self._write_act("act_shortcut", message.channel if message else None, stage, known.name, act)
        return await self._perform(act)

    # Modals

    def fill(self, values: dict[str, Json]) -> None:
        """Type into the modal on top without sending it. Raises FormRefused, CannotAct."""
        for key, value in values.items():
            fill_field(self._top(), key, value, self._world.workspace)

    async def submit(self, values: dict[str, Json] | None = None) -> Act:
        """Fill in and send the modal on top; keys are block_ids, labels or action_ids. Raises FormRefused."""
        return await self._perform(self.submitting(values))

    def submitting(self, values: dict[str, Json] | None = None) -> Act:
        """Prepare a submission of the modal on top."""
        view = self._top()
        self.fill(values or {})
        if "submit" not in view.document:
            raise FormRefused({"submit": "this modal has no button to send it"})
        check_form(view)
        return self._submission(view, view)

    def forge_submission(self, values: Values, *, view: OpenView | None = None) -> Act:
        """Prepare a submission with any state at all, also of a modal that is no longer open."""
        shown = view if view is not None else self._top()
        forged = copy.copy(shown)
        forged.values = values
        return self._submission(forged, shown)

    def _submission(self, view: OpenView, shown: OpenView) -> Act:
        act = self._interactive("act_submit", payloads.view_submission(self._world, self.account, view))
        if act.envelope is not None:
            expect_view_answer(self._world, act, shown)
        typed = view.typed_text(self._world.workspace.name_of)
        self._write_act("act_submit", None, view.stage, typed, act, callback_id=view.callback_id)
        return act

    async def close_modal(self, *, all_of_them: bool = False) -> Act:
        """Close the modal on top, or the whole stack; the app is told if the modal asked for it."""
        view = self._top()
        everything = all_of_them or bool(view.document.get("clear_on_close"))
        payload = payloads.view_closed(self._world, self.account, view, cleared=everything)
        if everything:
            self._world.views.clear(self.id)
        else:
            self._world.views.close_top(self.id)
        act = Act("act_closed", self.id, self._world.now())
        if view.document.get("notify_on_close"):
            act = self._interactive("act_closed", payload)
        self._write_act("act_closed", None, view.stage, view.title, act, callback_id=view.callback_id)
        return await self._perform(act)

    async def see_modal(self, title: str | None = None) -> OpenView:
        """Wait until a modal (with this title) is open before them, and return it."""
        await self._world.changes.until(
            lambda: self.modal is not None and title in (None, self.modal.title),
            told=f"{self.name} sees no modal",
        )
        return self._top()

    # App Home and talking

    async def open_home(self) -> Act:
        """Open the Home tab of the app; what is shown there follows when the app publishes it."""
        self._must_be_there()
        workspace = self._world.workspace
        event: JsonObject = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": workspace.dm_with(self.id).id,
            "event_ts": self._world.next_ts(),
            "tab": "home",
        }
        if self.home is not None:
            event["view"] = self.home.payload(workspace)
        act = Act("act_open_home", self.id, self._world.now())
        self._write_act("act_open_home", None, None, "", act)
        if not self._world.manifest.home_tab:
            act.refused = "home_tab_disabled"
            return act
        if self._world.installation is None or self.account.is_external:
            act.refused = "app_not_installed"
            return act
        act.envelope = self._events.tell(event)
        if act.envelope is not None:
            await self._delivery.settle(act.envelope)
        return act

    def say(self, text: str, channel: str | Identified, *, thread: Message | None = None) -> Message:
        """Write a message of one's own."""
        conversation = self._conversation(channel)
        message = Message(
            ts=self._world.next_ts(),
            channel=conversation.id,
            user=self.id,
            text=text,
            from_bot=False,
            thread_ts=(thread.thread_ts or thread.ts) if thread else None,
        )
        self._world.workspace.keep(message)
        self._world.transcript.message("human_message", message)
        kind = "im" if conversation.is_im else "group" if conversation.is_private else "channel"
        self._events.tell(
            self._world.workspace.message_payload(message)
            | {"channel": conversation.id, "channel_type": kind}
        )
        return message
