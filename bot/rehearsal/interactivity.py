"""The short-lived handles that come with an interaction: trigger ids and response urls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rehearsal.block_kit import limits
from bot.rehearsal.errors import SlackError
from bot.rehearsal.ids import Ids
from bot.rehearsal.model import Message


@dataclass
class Trigger:
    """Leave to open one modal for one person, for three seconds of the clock."""

    user: str
    issued: datetime
    view_id: str | None
    channel: str | None
    used: bool = False


class Triggers:
    """Gives out trigger ids, and takes each back once."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._issued: dict[str, Trigger] = {}

    def issue(
        self, user: str, now: datetime, view_id: str | None = None, *, channel: str | None = None
    ) -> str:
        """A new trigger id; `view_id` and `channel` are the modal or conversation that it comes from."""
        trigger_id = f"{int(now.timestamp())}.{self._ids.token('')}"
        self._issued[trigger_id] = Trigger(user, now, view_id, channel)
        return trigger_id

    def knows(self, trigger_id: str) -> bool:
        return trigger_id in self._issued

    def exchange(self, trigger_id: str, now: datetime) -> Trigger:
        """Use the trigger. Raises SlackError: invalid_trigger_id, trigger_expired, trigger_exchanged."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError(
                "trigger_exchanged", ["[ERROR] `trigger_id` already used [json-pointer:/trigger_id]"]
            )
        if now - trigger.issued > timedelta(seconds=limits.TRIGGER_SECONDS):
            raise SlackError("trigger_expired", ["[ERROR] `trigger_id` expired [json-pointer:/trigger_id]"])
        trigger.used = True
        return trigger


@dataclass
class ResponseUrl:
    """Leave to answer in one conversation, five times within thirty minutes of the clock."""

    channel: str
    user: str
    issued: datetime
    message: Message | None
    uses: int = 0


class ResponseUrls:
    """Gives out response urls, and counts their uses."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, channel: str, user: str, now: datetime, message: Message | None = None) -> str:
        """The key of a new response url; `message` is the one that was acted on."""
        key = self._ids.token("")
        self._issued[key] = ResponseUrl(channel, user, now, message)
        return key

    def knows(self, key: str) -> bool:
        return key in self._issued

    def use(self, key: str, now: datetime) -> ResponseUrl:
        """Count one use. Raises SlackError: invalid_url, expired_url, used_url."""
        found = self._issued.get(key)
        if found is None:
            raise SlackError("invalid_url")
        if now - found.issued > timedelta(minutes=limits.RESPONSE_URL_MINUTES):
            raise SlackError("expired_url")
        if found.uses >= limits.RESPONSE_URL_USES:
            raise SlackError("used_url")
        found.uses += 1
        return found
