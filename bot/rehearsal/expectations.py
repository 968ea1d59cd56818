"""What people must see after an act, looked for among what the bot sent to the local Slack since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rehearsal.model import Conversation
from bot.rehearsal.people import Person
from bot.rehearsal.scenario import Place, Sees
from bot.rehearsal.transcript import Entry
from bot.rehearsal.workspace import Workspace

MESSAGES = frozenset({"message_posted", "message_updated"})
MODALS = frozenset({"modal_opened", "modal_updated", "modal_refused"})
HOMES = frozenset({"home_published", "home_updated"})
PRIVATE = "ephemeral_posted"
VISIBLE = MESSAGES | MODALS | HOMES | {PRIVATE, "message_deleted"}
"""Kinds of entries that are something for somebody to see."""


class Observer:
    """Knows what each person could see."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def finds(self, entries: Iterable[Entry], wanted: Sees, reader: Person) -> bool:
        """Whether the reader saw this among these entries; the words of `wanted` are already resolved."""
        return any(self._fits(entry, wanted, reader) for entry in entries)

    def visible(self, entries: Iterable[Entry]) -> bool:
        """Whether anybody saw anything."""
        return any(entry["kind"] in VISIBLE for entry in entries)

    def _fits(self, entry: Entry, wanted: Sees, reader: Person) -> bool:
        return (
            self.shows(entry, wanted.where, reader)
            and (wanted.says is None or wanted.says in entry["text"])
            and (wanted.local is None or _within(entry, wanted.local, reader.account.tz))
        )

    def shows(self, entry: Entry, where: Place, reader: Person) -> bool:
        """Whether the entry is something that the reader sees in this place."""
        if where == "any":
            places: tuple[Place, ...] = ("channel", "dm", "private", "modal", "home")
            return any(self.shows(entry, place, reader) for place in places)
        kind = entry["kind"]
        if kind in MESSAGES:
            return self._message(entry, where, reader)
        own = {PRIVATE: "private"} | dict.fromkeys(MODALS, "modal") | dict.fromkeys(HOMES, "home")
        return own.get(kind) == where and entry["user"] == reader.id

    def _message(self, entry: Entry, where: Place, reader: Person) -> bool:
        conversation = self._workspace.conversations[entry["channel"]]
        if conversation.im_with is not None:
            return where == "dm" and conversation.im_with == reader.id
        reply = entry["thread_ts"] not in (None, entry["ts"])
        return self._sees(conversation, reader) and where in ("channel", "thread" if reply else "board")

    def _sees(self, conversation: Conversation, reader: Person) -> bool:
        return reader.id in conversation.members or not conversation.is_private


def _within(entry: Entry, hours: str, zone: str) -> bool:
    at = datetime.fromisoformat(entry["at"]).astimezone(ZoneInfo(zone))
    first, _, last = hours.partition("-")
    return first <= f"{at:%H:%M}" <= last


def in_words(wanted: Sees, name: str) -> str:
    """What was to be seen, as the end of a sentence."""
    place = {
        "any": "anywhere",
        "dm": "in a direct message",
        "private": "in a private note",
        "home": "on App Home",
    }
    where = place.get(wanted.where, f"in the {wanted.where}")
    words = f"“{wanted.says}”" if wanted.says else "something new"
    hours = f" between {wanted.local} in their own time" if wanted.local else ""
    return f"{name} was to see {words} {where}{hours}"
