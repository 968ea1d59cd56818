"""What the local Slack noticed, for tests to look at afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


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
