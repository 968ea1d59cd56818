"""The app itself, as Slack knows it: one set of secrets, however many workspaces it is installed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.rehearsal.changes import Changes
from bot.rehearsal.clock import Clock
from bot.rehearsal.faults import Faults
from bot.rehearsal.ids import Ids
from bot.rehearsal.installations import Installations
from bot.rehearsal.manifest import Manifest
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Records


@dataclass
class SlackApp:
    """What all workspaces of the app share.

    `ids` gives out what is unique in all Slack: events, envelopes, triggers, response urls, tokens. `records`
    and `faults` are of what belongs to no workspace: connecting, OAuth, calls with a token that nobody has.
    """

    clock: Clock
    manifest: Manifest
    ids: Ids
    app_id: str
    app_token: str
    signing_secret: str
    verification_token: str
    client_id: str
    client_secret: str
    installations: Installations
    limits: RateLimits = field(default_factory=RateLimits)
    records: Records = field(default_factory=Records)
    changes: Changes = field(default_factory=Changes)
    faults: Faults = field(default_factory=Faults)
    redirect_urls: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    base_url: str = ""

    @classmethod
    def make(cls, clock: Clock, manifest: Manifest, ids: Ids) -> SlackApp:
        """The app of this manifest, installed nowhere."""
        return cls(
            clock=clock,
            manifest=manifest,
            ids=ids,
            app_id=ids.next("A"),
            app_token=ids.token("xapp-1-"),
            signing_secret=ids.token(""),
            verification_token=ids.token(""),
            client_id=ids.number(12) + "." + ids.number(12),
            client_secret=ids.token(""),
            installations=Installations(ids, clock, rotates=manifest.token_rotation),
            redirect_urls=list(manifest.redirect_urls),
        )

    def now(self) -> datetime:
        return self.clock.now()
