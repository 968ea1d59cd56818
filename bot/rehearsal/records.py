"""What the local Slack noticed, for tests to look at afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.rehearsal.errors import SlackError

# Errors that even a faultless app meets: time passed, or somebody did something meanwhile.
CIRCUMSTANCES = frozenset(
    {
        "trigger_expired",
        "trigger_exchanged",
        "not_found",
        "hash_conflict",
        "message_not_found",
        "channel_not_found",
        "not_in_channel",
        "user_not_in_channel",
        "user_not_found",
        "user_disabled",
        "is_archived",
        "is_inactive",
        "already_pinned",
        "expired_url",
        "used_url",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "team_access_not_granted",
        "invalid_refresh_token",
    }
)


@dataclass
class Call:
    """One Web API call: what was asked and what was answered (None when the connection was dropped)."""

    at: datetime
    method: str
    arguments: dict[str, Any]
    status: int | None = None
    answer: Any = None
    fault: str | None = None


@dataclass
class Refusal:
    """One error that was answered."""

    at: datetime
    method: str
    code: str
    messages: list[str]


@dataclass
class Invalid:
    """Something that the app sent and that Slack would refuse."""

    at: datetime
    where: str
    code: str
    messages: list[str]
    sent: Any


@dataclass
class Records:
    """Everything noticed since the start, in order."""

    calls: list[Call] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    invalid: list[Invalid] = field(default_factory=list)

    def note_invalid(self, at: datetime, where: str, error: SlackError, sent: object) -> None:
        """Remember something that Slack would refuse whatever the circumstances."""
        if error.code not in CIRCUMSTANCES:
            self.invalid.append(Invalid(at, where, error.code, error.messages, sent))
