"""What somebody at the page does, carried out by the person as whom they act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rehearsal.acts import Act
from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.forms import find_field
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.model import Message
from bot.rehearsal.page.rehearsal import Rehearsal
from bot.rehearsal.people import Person
from bot.rehearsal.view_desk import OpenView


@dataclass
class Done:
    """What is told to whoever acted: the key of a notice with its values, or nothing."""

    notice: str | None = None
    values: dict[str, str] = field(default_factory=dict)


class Acting:
    """Turns requests of the page into acts. Each raises CannotAct where Slack offers no such thing now."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    async def press(self, person: Person, given: JsonObject) -> Done:
        """Press a button or choose from a menu, in a message, the modal on top, or App Home."""
        action, block, value = str(given["action"]), str(given["block"]), given.get("value")
        doing = self._pressing(person, given, action, block, value)
        act = await self._rehearsal.act(person, doing, action)
        return _told(act, "unanswered")

    def _pressing(
        self, person: Person, given: JsonObject, action: str, block: str, value: Json
    ) -> Callable[[], Awaitable[Act]]:
        if given["where"] == "home":
            return lambda: person.press_home(action, value, block_id=block)
        if given["where"] == "modal":
            if person.modal is None:
                raise CannotAct(action)
            _fill(person.modal, person, given.get("form") or {})
            return lambda: person.press_in_modal(action, value, block_id=block)
        message = self._message(person, given)
        return lambda: person.press(message, action, value=value, block_id=block)

    async def submit(self, person: Person, given: JsonObject) -> Done:
        """Fill in and send the modal on top."""
        view = person.modal
        if view is None or view.id != given.get("view"):
            raise CannotAct("submit")
        view.errors = _fill(view, person, given.get("form") or {})
        if view.errors:
            return self._to_fix()
        try:
            act = await self._rehearsal.act(person, person.submit, view.callback_id)
        except FormRefused as refused:
            view.errors = dict(refused.fields)
            return self._to_fix()
        return Done("fix") if act.errors else _told(act, "modal-unanswered")

    def _to_fix(self) -> Done:
        self._rehearsal.pulse.touch()
        return Done("fix")

    async def close(self, person: Person, given: JsonObject) -> Done:
        """Close the modal on top, or all of them."""
        if person.modal is None:
            return Done()
        everything = bool(given.get("all"))
        await self._rehearsal.act(person, lambda: person.close_modal(all_of_them=everything))
        return Done()

    async def home(self, person: Person, _given: JsonObject) -> Done:
        """Open the Home tab."""
        act = await self._rehearsal.act(person, person.open_home)
        return _told(act, "unanswered")

    async def say(self, person: Person, given: JsonObject) -> Done:
        """Write a message, or a slash command."""
        text = str(given["text"]).strip()
        channel = given.get("channel") or None
        if not text:
            return Done()
        if not text.startswith("/"):
            return await self._write(person, text, channel, given)
        thread = given.get("thread") or None
        name = text.strip()
        act = await self._rehearsal.act(person, lambda: person.command(text, channel, thread_ts=thread), name)
        return _told(act, "command-unanswered", line=text)

    async def _write(self, person: Person, text: str, channel: str | None, given: JsonObject) -> Done:
        where = channel or self._rehearsal.slack.workspace.dm_with(person.id).id
        root = given.get("thread")
        thread = self._message(person, {"channel": where, "ts": root}) if root else None
        person.say(text, where, thread=thread)
        await self._rehearsal.settle()
        return Done()

    def _message(self, person: Person, given: JsonObject) -> Message:
        kept = self._rehearsal.slack.workspace.messages.get(str(given["channel"]), [])
        for message in kept:
            if message.ts == given["ts"] and person.sees(message):
                return message
        raise CannotAct(str(given["ts"]))


def _fill(view: OpenView, person: Person, form: JsonObject) -> dict[str, str]:
    """Type everything in; what Slack's client would not take comes back by field."""
    wrong: dict[str, str] = {}
    for block, value in form.items():
        try:
            person.fill({block: _typed(view, block, value, person)})
        except FormRefused as refused:
            wrong[block] = str(next(iter(refused.fields.values())))
    return wrong


def _typed(view: OpenView, block: str, value: Json, person: Person) -> Json:
    """A browser's date and time without a zone are those of whoever acts."""
    if find_field(view, block)[1]["type"] != "datetimepicker" or not value:
        return value
    return datetime.fromisoformat(str(value)).replace(tzinfo=ZoneInfo(person.account.tz))


def _told(act: Act, unanswered: str, **values: str) -> Done:
    """What the person is told when Slack or the app did not do it."""
    if act.refused is not None:
        known = act.refused in ("unknown_command", "commands_do_not_work_in_threads")
        return Done(act.refused if known else "refused", {"code": act.refused} | values)
    if act.invalid is not None:
        return Done("unusable", {"code": act.invalid} | values)
    if act.envelope is not None and not act.acknowledged:
        return Done(unanswered, dict(values))
    return Done()
