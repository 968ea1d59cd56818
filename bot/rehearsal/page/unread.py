"""What each person has read: the timestamp of the last message seen, per channel and per thread."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rehearsal.json_types import Json
from bot.rehearsal.model import Message


class Unread:
    """Marks of everybody. A place is a channel's id, or that and a thread's timestamp."""

    def __init__(self, marks: dict[str, dict[str, str]] | None = None) -> None:
        self.marks = marks or {}

    @classmethod
    def from_json(cls, document: Json) -> Unread:
        """What `marks` was."""
        return cls({str(user): dict(places) for user, places in dict(document).items()})

    def read(self, user: str, place: str, messages: Sequence[Message]) -> bool:
        """They have seen these; True when that is news."""
        last = max((one.ts for one in messages), default="")
        known = self.marks.setdefault(user, {})
        if last <= known.get(place, ""):
            return False
        known[place] = last
        return True

    def count(self, user: str, place: str, messages: Sequence[Message]) -> int:
        """How many of these, other than their own, they have not seen."""
        last = self.marks.get(user, {}).get(place, "")
        return sum(one.ts > last and one.user != user for one in messages)


def thread_place(channel: str, root_ts: str) -> str:
    """The place of a thread."""
    return f"{channel}/{root_ts}"
