"""Everything that the parts of the local Slack share about one workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.rehearsal.changes import Changes
from bot.rehearsal.clock import Clock
from bot.rehearsal.errors import SlackError
from bot.rehearsal.faults import Faults
from bot.rehearsal.ids import Ids
from bot.rehearsal.installations import Grant, Installation
from bot.rehearsal.interactivity import ResponseUrls, Triggers
from bot.rehearsal.manifest import Manifest
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Records
from bot.rehearsal.slack_app import SlackApp
from bot.rehearsal.timers import Timers
from bot.rehearsal.transcript import Transcript
from bot.rehearsal.view_desk import ViewDesk
from bot.rehearsal.workspace import Workspace


@dataclass
class World:
    """One workspace, and the app that is or is not installed in it."""

    app: SlackApp
    ids: Ids
    workspace: Workspace
    views: ViewDesk
    triggers: Triggers
    response_urls: ResponseUrls
    transcript: Transcript
    timers: Timers
    limits: RateLimits = field(default_factory=RateLimits)
    records: Records = field(default_factory=Records)
    faults: Faults = field(default_factory=Faults)

    @classmethod
    def make(cls, clock: Clock, manifest: Manifest, seed: int) -> World:
        """The one workspace of an app, which is installed in it; nobody is in it but the bot."""
        ids = Ids(seed)
        team_id = ids.next("T")
        app = SlackApp.make(clock, manifest, ids)
        world = cls.of(app, ids, team_id)
        app.records, app.faults = world.records, world.faults
        world.install(world.workspace.bot.id, manifest.scopes)
        return world

    @classmethod
    def of(cls, app: SlackApp, ids: Ids, team_id: str, name: str = "Rehearsal") -> World:
        """A workspace in which the app is not installed yet."""
        workspace = Workspace(app.clock, ids, app.manifest.name, team_id, app.app_id, name)
        return cls(
            app=app,
            ids=ids,
            workspace=workspace,
            views=ViewDesk(workspace, ids),
            triggers=Triggers(app.ids),
            response_urls=ResponseUrls(app.ids),
            transcript=Transcript(workspace),
            timers=Timers(app.clock),
        )

    # The app in it

    def install(self, installer: str, scopes: frozenset[str]) -> Grant:
        """Install the app in this workspace alone, or install it again. `installer` is a user id."""
        workspace = self.workspace
        place = Installation(
            workspace.team_id,
            installer,
            workspace.bot.id,
            workspace.bot_id,
            enterprise_id=workspace.enterprise_id,
            team_ids=[workspace.team_id],
        )
        workspace.bot.deleted = False
        return self.app.installations.install(place, scopes)

    @property
    def installation(self) -> Installation | None:
        """What lets the app in: its installation here, or in the whole organisation; None without."""
        return self.app.installations.of_team(self.workspace.team_id, self.workspace.enterprise_id)

    @property
    def scopes(self) -> frozenset[str]:
        """What the app may do here; nothing where it is not installed."""
        return self.installation.scopes if self.installation else frozenset()

    @property
    def bot_token(self) -> str:
        """The newest good token. Raises LookupError where there is none."""
        if self.installation is None:
            raise LookupError(f"the app is not installed in {self.workspace.team_name}")
        return self.app.installations.token_of(self.installation)

    @property
    def manifest(self) -> Manifest:
        return self.app.manifest

    @property
    def changes(self) -> Changes:
        return self.app.changes

    @property
    def tickets(self) -> list[str]:
        """Socket Mode addresses that were given out and not used yet."""
        return self.app.tickets

    @property
    def base_url(self) -> str:
        return self.app.base_url

    def now(self) -> datetime:
        return self.app.now()

    def next_ts(self) -> str:
        return self.workspace.next_ts()

    def note_invalid(self, where: str, error: SlackError, sent: object) -> None:
        """Remember something that Slack would refuse whatever the circumstances."""
        self.records.note_invalid(self.now(), where, error, sent)
