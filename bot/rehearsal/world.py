"""Everything that the parts of the local Slack share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.rehearsal.changes import Changes
from bot.rehearsal.clock import Clock
from bot.rehearsal.errors import SlackError
from bot.rehearsal.faults import Faults
from bot.rehearsal.ids import Ids
from bot.rehearsal.interactivity import ResponseUrls, Triggers
from bot.rehearsal.manifest import Manifest
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Invalid, Records
from bot.rehearsal.timers import Timers
from bot.rehearsal.transcript import Transcript
from bot.rehearsal.view_desk import ViewDesk
from bot.rehearsal.workspace import Workspace

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
    }
)


@dataclass
class World:
    """One workspace with one app installed in it."""

    clock: Clock
    manifest: Manifest
    ids: Ids
    workspace: Workspace
    views: ViewDesk
    triggers: Triggers
    response_urls: ResponseUrls
    transcript: Transcript
    timers: Timers
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str
    limits: RateLimits = field(default_factory=RateLimits)
    records: Records = field(default_factory=Records)
    changes: Changes = field(default_factory=Changes)
    faults: Faults = field(default_factory=Faults)
    base_url: str = ""
    tickets: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, clock: Clock, manifest: Manifest, seed: int) -> World:
        """A workspace with nobody in it but the bot."""
        ids = Ids(seed)
        workspace = Workspace(clock, ids, manifest.name)
        return cls(
            clock=clock,
            manifest=manifest,
            ids=ids,
            workspace=workspace,
            views=ViewDesk(workspace, ids),
            triggers=Triggers(ids),
            response_urls=ResponseUrls(ids),
            transcript=Transcript(workspace),
            timers=Timers(clock),
            bot_token=ids.token("xoxb-"),
            app_token=ids.token("xapp-1-"),
            signing_secret=ids.token(""),
            verification_token=ids.token(""),
        )

    def now(self) -> datetime:
        return self.clock.now()

    def next_ts(self) -> str:
        return self.workspace.timestamps.next(self.now())

    def note_invalid(self, where: str, error: SlackError, sent: object) -> None:
        """Remember something that Slack would refuse whatever the circumstances."""
        if error.code not in CIRCUMSTANCES:
            self.records.invalid.append(Invalid(self.now(), where, error.code, error.messages, sent))
