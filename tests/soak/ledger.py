"""What the driver writes down while it plays: what was acknowledged, and what troubled the calls to Slack."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.rehearsal.acts import Act

AMBIGUOUS = frozenset({"status_after", "drop_after", "garble"})
"""Faults after which the bot cannot know whether Slack did what it was asked."""
WRITTEN = re.compile(r"[A-Z][a-z]+ number \d+\.")
"""A text of a member: no two are equal, anywhere."""
COMMITMENT = "Commitment"
"""What the text of one begins with."""


@dataclass(frozen=True)
class Writing:
    """A text that somebody sent off, unlike any other. ``kept``: it was acknowledged without an error."""

    workspace_id: str
    table: str
    column: str
    text: str
    kept: bool


@dataclass(frozen=True)
class Mark:
    """What a press that was acknowledged has to leave: one row of ``table`` with these values."""

    workspace_id: str
    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Promise:
    """A commitment that was acknowledged: of whom, in which set, and when."""

    workspace_id: str
    channel: str
    person: str
    text: str
    at: datetime
    meeting_id: str


@dataclass
class Ledger:
    """See the head of this file."""

    writings: list[Writing] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    reports: dict[str, datetime] = field(default_factory=dict)
    """When somebody first tried to report on a commitment, acknowledged or not, by its text."""
    unproved: dict[tuple[str, str], str] = field(default_factory=dict)
    """Requests that were acknowledged and not looked for in the database yet: what they were."""
    missing: list[str] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    unanswered: int = 0

    def act(self, workspace_id: str, what: str, act: Act, *, records: bool = True) -> bool:
        """Write down one act. ``records``: the database must know its request. Whether it was done."""
        self.acts[what] += 1
        done = act.acknowledged and not act.errors
        self.acknowledged += done
        self.unanswered += not act.acknowledged
        if done and records and act.envelope is not None:
            self.unproved[workspace_id, act.envelope.payload["trigger_id"]] = what
        return done


def promised(shown: str) -> list[str]:
    """The commitments that a form shows. One that was kept need not have been acknowledged."""
    return [text for text in WRITTEN.findall(shown) if text.startswith(COMMITMENT)]
