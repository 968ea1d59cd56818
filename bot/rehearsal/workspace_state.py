"""What a workspace holds: its people, conversations and messages, found by their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from bot.rehearsal.clock import Clock
from bot.rehearsal.ids import Ids, Timestamps
from bot.rehearsal.model import Account, Conversation, Message

EventSink = Callable[[dict[str, Any]], object]
OrganisationSink = Callable[[str, dict[str, Any]], object]


class WorkspaceState:
    """One team with its people, channels, direct messages with the bot, and messages."""

    def __init__(self, clock: Clock, ids: Ids, team_id: str, app_id: str, name: str = "Rehearsal") -> None:
        self.clock = clock
        self.ids = ids
        self.timestamps = Timestamps()
        self.team_id = team_id
        self.team_name = name
        self.team_domain = _handle(name)
        self.app_id = app_id
        self.enterprise: tuple[str, str] | None = None
        """Id and name of the organisation that it belongs to."""
        self.bot_id = ids.next("B")
        self.accounts: dict[str, Account] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, list[Message]] = {}
        self.on_event: EventSink = lambda event: None
        self.on_organisation_event: OrganisationSink = lambda enterprise_id, event: None
        self.bot: Account

    @property
    def enterprise_id(self) -> str | None:
        return self.enterprise[0] if self.enterprise else None

    def now(self) -> datetime:
        return self.clock.now()

    def next_ts(self) -> str:
        return self.timestamps.next(self.now())

    # Messages

    def keep(self, message: Message) -> Message:
        self.messages.setdefault(message.channel, []).append(message)
        return message

    def all_messages(self) -> Iterator[Message]:
        for one in self.messages.values():
            yield from one

    def find_message(self, channel: str, ts: str) -> Message | None:
        """The message, unless it was deleted or is ephemeral (which nobody can look up)."""
        for one in self.messages.get(channel, []):
            if one.ts == ts and not one.deleted and one.ephemeral_to is None:
                return one
        return None

    # Names

    def name_of(self, identifier: str) -> str:
        """The name that Slack shows for the id of a person or channel; the id itself when unknown."""
        if identifier in self.accounts:
            return self.accounts[identifier].shown_name
        if identifier in self.conversations:
            return self.conversations[identifier].name
        return identifier

    def user_exists(self, user: str) -> bool:
        return user in self.accounts

    def message_payload(self, message: Message) -> dict[str, Any]:
        return message.payload(self.team_id, self.app_id, self.bot_id)


def _handle(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())
