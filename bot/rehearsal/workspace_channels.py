"""Channels: who is in them, and all that may befall them.

An event about a channel reaches the app only while its bot is in that channel; `channel_left` and
`group_left` are the last that it hears.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.rehearsal.model import Conversation
from bot.rehearsal.workspace_state import WorkspaceState


class Channels(WorkspaceState):
    """The conversations of the workspace."""

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

    # Who is in them

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
        if user == self.bot.id:
            self.remove_bot(channel, actor)
        elif user in conversation.members:
            self.on_event(self._membership("member_left_channel", conversation, user))
            conversation.members.remove(user)

    def invite_bot(self, channel: str, inviter: str | None = None) -> None:
        """`/invite` the bot: `member_joined_channel` with the bot as its user."""
        self.join(channel, self.bot.id, inviter)

    def remove_bot(self, channel: str, actor: str | None = None, *, tell: bool = True) -> None:
        """`channel_left` or `group_left`, which Slack sometimes withholds, as does `tell=False`."""
        conversation = self.conversations[channel]
        if self.bot.id not in conversation.members:
            return
        if tell:
            kind = _kind(conversation, "left")
            self.on_event(
                {"type": kind, "channel": channel, "actor_id": actor or "", "event_ts": self.next_ts()}
            )
        conversation.members.remove(self.bot.id)

    # What befalls them

    def archive(self, channel: str, user: str) -> None:
        """From then on `is_archived`, and `is_inactive` for an update."""
        conversation = self.conversations[channel]
        conversation.is_archived = True
        self._tell(_kind(conversation, "archive"), channel, user=user, is_moved=0)

    def unarchive(self, channel: str, user: str) -> None:
        """Undo `archive`; its members are still there."""
        conversation = self.conversations[channel]
        conversation.is_archived = False
        self._tell(
            _kind(conversation, "unarchive"),
            channel,
            **{"actor_id" if conversation.is_private else "user": user},
        )

    def delete_channel(self, channel: str, user: str) -> None:
        """The channel and its messages are gone for good: `channel_not_found`."""
        conversation = self.conversations[channel]
        when = {"date_deleted": int(self.now().timestamp())} if conversation.is_private else {}
        self._tell(_kind(conversation, "deleted"), channel, actor_id=user, **when)
        del self.conversations[channel]
        self.messages.pop(channel, None)

    def rename_channel(self, channel: str, name: str) -> None:
        """Another name for the same id."""
        conversation = self.conversations[channel]
        conversation.name = name
        about = {"id": channel, "name": name, "name_normalized": name, "created": conversation.created}
        self.on_event({"type": _kind(conversation, "rename"), "channel": about, "event_ts": self.next_ts()})

    def convert_to_private(self, channel: str) -> None:
        """A public channel becomes private, with the same id; Slack tells bots nothing of it."""
        self.conversations[channel].is_private = True

    def share(self, channel: str, team_id: str) -> None:
        """Another organisation is in the channel from now on: `channel_shared`."""
        conversation = self.conversations[channel]
        conversation.connected_team_ids.append(team_id)
        conversation.is_ext_shared = True
        self._tell("channel_shared", channel, connected_team_id=team_id)

    def unshare(self, channel: str, team_id: str) -> None:
        """The other organisation is out again: `channel_unshared`; so are its people."""
        conversation = self.conversations[channel]
        if team_id in conversation.connected_team_ids:
            conversation.connected_team_ids.remove(team_id)
        conversation.is_ext_shared = bool(conversation.connected_team_ids)
        theirs = [one for one in conversation.members if self.accounts[one].team_id == team_id]
        conversation.members = [one for one in conversation.members if one not in theirs]
        self._tell(
            "channel_unshared",
            channel,
            previously_connected_team_id=team_id,
            is_ext_shared=conversation.is_ext_shared,
        )

    def change_id(self, channel: str) -> str:
        """What happens to a private channel that is about to be shared: `channel_id_changed`. Its new id."""
        conversation = self.conversations.pop(channel)
        new = self.ids.next("C")
        conversation.id = new
        self.conversations[new] = conversation
        self.messages[new] = self.messages.pop(channel, [])
        for message in self.messages[new]:
            message.channel = new
        event_ts = self.next_ts()
        self.on_event(
            {
                "type": "channel_id_changed",
                "old_channel_id": channel,
                "new_channel_id": new,
                "event_ts": event_ts,
            }
        )
        return new

    def restrict_posting(self, channel: str, code: str | None = "restricted_action") -> None:
        """Posting there answers this code; None lets the app post again. Slack tells no event of it."""
        self.conversations[channel].posting_refused = code

    def _tell(self, kind: str, channel: str, **more: object) -> None:
        self.on_event({"type": kind, "channel": channel, **more, "event_ts": self.next_ts()})

    def _membership(self, kind: str, conversation: Conversation, user: str) -> dict[str, Any]:
        return {
            "type": kind,
            "user": user,
            "channel": conversation.id,
            "channel_type": "G" if conversation.is_private else "C",
            "team": self.accounts[user].team_id or self.team_id,
            "event_ts": self.next_ts(),
        }


def _kind(conversation: Conversation, happened: str) -> str:
    return f"{'group' if conversation.is_private else 'channel'}_{happened}"
