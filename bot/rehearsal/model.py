"""What a workspace holds: people, conversations, messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class Account:
    """A user of the workspace, as `users.info` describes one."""

    id: str
    name: str
    real_name: str
    display_name: str
    tz: str
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    locale: str = "en-GB"
    team_id: str | None = None
    """The team of somebody from outside; None for those of the workspace itself."""

    @property
    def is_external(self) -> bool:
        return self.team_id is not None

    @property
    def shown_name(self) -> str:
        """The name that Slack's client puts beside what they write."""
        return self.display_name or self.real_name

    def payload(self, team_id: str, now: datetime) -> dict[str, Any]:
        """The `user` object, with the offset that holds at `now`; less is told of people from outside."""
        team_id = self.team_id or team_id
        local = now.astimezone(ZoneInfo(self.tz))
        offset = local.utcoffset()
        payload = {
            "id": self.id,
            "team_id": team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": local.tzname() or self.tz,
            "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
            "profile": {
                "real_name": self.real_name,
                "real_name_normalized": self.real_name,
                "display_name": self.display_name,
                "display_name_normalized": self.display_name,
                "status_text": "",
                "status_emoji": "",
                "team": team_id,
            },
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_stranger": self.is_stranger,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": int(now.timestamp()),
        }
        ours = {"is_admin": False, "is_owner": False, "is_primary_owner": False, "is_email_confirmed": True}
        return payload if self.is_external else payload | ours


@dataclass
class Conversation:
    """A channel, or the direct messages between one person and the bot."""

    id: str
    name: str
    created: int
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    im_with: str | None = None
    connected_team_ids: list[str] = field(default_factory=list)
    posting_refused: str | None = None

    @property
    def is_im(self) -> bool:
        return self.im_with is not None

    def payload(self, team_id: str, bot_user_id: str) -> dict[str, Any]:
        """The `channel` object of `conversations.info`."""
        if self.im_with is not None:
            return {
                "id": self.id,
                "created": self.created,
                "is_im": True,
                "is_org_shared": False,
                "context_team_id": team_id,
                "user": self.im_with,
                "is_archived": self.is_archived,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_general": False,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "shared_team_ids": [team_id, *self.connected_team_ids],
            "connected_team_ids": list(self.connected_team_ids),
            "conversation_host_id": team_id,
            "context_team_id": team_id,
            "is_member": bot_user_id in self.members,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass(eq=False)
class Message:
    """One message as Slack keeps it. `ephemeral_to` names the only person who sees it, if it is ephemeral."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    from_bot: bool = True
    ephemeral_to: str | None = None
    edited_ts: str | None = None
    pinned: bool = False
    deleted: bool = False
    versions: int = 1
    values: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def stage(self) -> str | None:
        """The opaque `stage` of the message's metadata, if the bot gave one."""
        payload = (self.metadata or {}).get("event_payload")
        stage = payload.get("stage") if isinstance(payload, dict) else None
        return stage if isinstance(stage, str) else None

    def payload(self, team_id: str, app_id: str, bot_id: str) -> dict[str, Any]:
        """The `message` object of Web API answers and of interactions."""
        body: dict[str, Any] = {
            "type": "message",
            "user": self.user,
            "ts": self.ts,
            "text": self.text,
            "team": team_id,
        }
        if self.from_bot:
            body |= {"bot_id": bot_id, "app_id": app_id}
        if self.blocks:
            body["blocks"] = self.blocks
        if self.thread_ts is not None:
            body["thread_ts"] = self.thread_ts
        if self.edited_ts is not None:
            body["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.metadata is not None:
            body["metadata"] = self.metadata
        return body
