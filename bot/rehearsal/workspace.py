"""The state of the workspace, and what happens in it when people (not the bot) do something.

Ids are the same in every run with the same seed. Each change tells `on_event`, as Slack tells an app that
subscribed; whether the app did is decided where events are delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rehearsal.clock import Clock
from bot.rehearsal.ids import Ids, Timestamps
from bot.rehearsal.model import Account, Conversation, Message

EventSink = Callable[[dict[str, Any]], object]


class Workspace:
    """One team with its people, channels, direct messages with the bot, and messages."""

    def __init__(self, clock: Clock, ids: Ids, bot_name: str) -> None:
        self.clock = clock
        self.ids = ids
        self.timestamps = Timestamps()
        self.team_id = ids.next("T")
        self.team_name = "Rehearsal"
        self.team_domain = "rehearsal"
        self.app_id = ids.next("A")
        self.bot_id = ids.next("B")
        self.accounts: dict[str, Account] = {}
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, list[Message]] = {}
        self.on_event: EventSink = lambda event: None
        handle = "".join(letter if letter.isalnum() else "-" for letter in bot_name.lower())
        self.bot = self.add_account(handle, real_name=bot_name, tz="Etc/UTC", is_bot=True)

    def now(self) -> datetime:
        return self.clock.now()

    # People

    def add_account(
        self,
        name: str,
        *,
        real_name: str | None = None,
        display_name: str | None = None,
        tz: str = "Europe/London",
        **flags: bool,
    ) -> Account:
        """Add a user. `tz` is an IANA name, ZoneInfoNotFoundError when unknown; flags as in Account."""
        ZoneInfo(tz)
        full = real_name if real_name is not None else name.replace(".", " ").title()
        shown = display_name if display_name is not None else full
        account = Account(self.ids.next("U"), name, full, shown, tz)
        for flag, value in flags.items():
            setattr(account, flag, value)
        self.accounts[account.id] = account
        return account

    def change_zone(self, user: str, tz: str) -> None:
        """The person moved; tells the app by `user_change`."""
        ZoneInfo(tz)
        self.accounts[user].tz = tz
        self.user_changed(user)

    def deactivate(self, user: str) -> None:
        """The account is closed; tells the app by `user_change`."""
        self.accounts[user].deleted = True
        self.user_changed(user)

    def user_changed(self, user: str) -> None:
        payload = self.accounts[user].payload(self.team_id, self.now())
        self.on_event({"type": "user_change", "user": payload, "cache_ts": int(self.now().timestamp())})

    # Conversations

    def add_channel(
        self, name: str, members: Iterable[str] = (), *, is_private: bool = False, is_ext_shared: bool = False
    ) -> Conversation:
        """Add a channel with these user ids in it, silently; use `join` to have the app told."""
        channel = Conversation(
            self.ids.next("C"),
            name,
            int(self.now().timestamp()),
            list(members),
            is_private=is_private,
            is_ext_shared=is_ext_shared,
        )
        self.conversations[channel.id] = channel
        return channel

    def dm_with(self, user: str) -> Conversation:
        """The direct messages between the bot and this person, opened when there are none yet."""
        for one in self.conversations.values():
            if one.im_with == user:
                return one
        name = f"dm-{self.accounts[user].name}"
        dm = Conversation(
            self.ids.next("D"),
            name,
            int(self.now().timestamp()),
            [user, self.bot.id],
            is_private=True,
            im_with=user,
        )
        self.conversations[dm.id] = dm
        return dm

    def join(self, channel: str, user: str, inviter: str | None = None) -> None:
        """Someone joins; tells the app by `member_joined_channel`."""
        conversation = self.conversations[channel]
        if user in conversation.members:
            return
        conversation.members.append(user)
        self.on_event(
            self._membership("member_joined_channel", conversation, user)
            | ({"inviter": inviter} if inviter else {})
        )

    def leave(self, channel: str, user: str, actor: str | None = None) -> None:
        """Someone leaves or is removed: `member_left_channel`, or `channel_left` when it is the bot."""
        conversation = self.conversations[channel]
        if user not in conversation.members:
            return
        if user != self.bot.id:
            self.on_event(self._membership("member_left_channel", conversation, user))
            conversation.members.remove(user)
            return
        conversation.members.remove(user)
        kind = "group_left" if conversation.is_private else "channel_left"
        event_ts = self.timestamps.next(self.now())
        self.on_event({"type": kind, "channel": channel, "actor_id": actor or "", "event_ts": event_ts})

    def invite_bot(self, channel: str, inviter: str | None = None) -> None:
        """`/invite` the bot."""
        self.join(channel, self.bot.id, inviter)

    def remove_bot(self, channel: str, actor: str | None = None) -> None:
        self.leave(channel, self.bot.id, actor)

    def archive(self, channel: str, user: str) -> None:
        conversation = self.conversations[channel]
        conversation.is_archived = True
        kind = "group_archive" if conversation.is_private else "channel_archive"
        self.on_event(
            {"type": kind, "channel": channel, "user": user, "event_ts": self.timestamps.next(self.now())}
        )

    def rename_channel(self, channel: str, name: str) -> None:
        conversation = self.conversations[channel]
        conversation.name = name
        kind = "group_rename" if conversation.is_private else "channel_rename"
        about = {"id": channel, "name": name, "created": conversation.created}
        self.on_event({"type": kind, "channel": about, "event_ts": self.timestamps.next(self.now())})

    def _membership(self, kind: str, conversation: Conversation, user: str) -> dict[str, Any]:
        return {
            "type": kind,
            "user": user,
            "channel": conversation.id,
            "channel_type": "G" if conversation.is_private else "C",
            "team": self.team_id,
            "event_ts": self.timestamps.next(self.now()),
        }

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
