"""Several workspaces of one app on one local Slack, some of them perhaps in an organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.rehearsal.changes import SAFETY_SECONDS
from bot.rehearsal.clock import Clock
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.faults import Faults
from bot.rehearsal.ids import Ids
from bot.rehearsal.installations import Installation
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.manifest import Manifest
from bot.rehearsal.people import Person
from bot.rehearsal.records import Call, Invalid, Refusal
from bot.rehearsal.registry import GOODBYES, Organisation
from bot.rehearsal.server import LocalSlack, may_install
from bot.rehearsal.site import Site
from bot.rehearsal.slack_app import SlackApp
from bot.rehearsal.world import World


class LocalSlacks:
    """A Slack on this machine with one app, and as many workspaces as a test asks for.

    Each workspace is a `LocalSlack`, in which the app is not installed until somebody installs it.
    `calls`, `faults` and so on of this object are those of what belongs to no workspace.
    """

    def __init__(self, clock: Clock, manifest: JsonObject, *, seed: int = 0) -> None:
        self.clock = clock
        self.app = SlackApp.make(clock, Manifest.read(manifest), Ids(seed))
        self.site = Site(self.app)
        self.workspaces: list[LocalSlack] = []

    async def start(self, port: int = 0) -> None:
        """Serve on 127.0.0.1; port 0 takes a free one."""
        await self.site.start(port)

    async def stop(self) -> None:
        """Close every connection."""
        await self.site.stop()

    def deliver_over_http(self, request_url: str) -> None:
        """Post everything of all workspaces, signed, to this address from now on."""
        self.site.deliver_over_http(request_url)

    async def verifies(self, request_url: str) -> bool:
        """Whether the app answers at this address as Slack asks before it sends anything there."""
        return await self.site.verifies(request_url)

    # Who is there

    def add_workspace(self, name: str, *, like: LocalSlack | None = None) -> LocalSlack:
        """Add a workspace without the app.

        `like` another one, it gives the same ids to people, channels and views that come in the same order;
        its team id and its tokens are still its own.
        """
        return self.add_workspace_to(None, name, like)

    def add_enterprise(self, name: str) -> Enterprise:
        """Add an organisation; give it at least one workspace."""
        organisation = Organisation(self.app.ids.next("E"), name)
        self.site.registry.organisations.append(organisation)
        return Enterprise(self, organisation)

    def add_workspace_to(
        self, organisation: Organisation | None, name: str, like: LocalSlack | None = None
    ) -> LocalSlack:
        """Add a workspace to an organisation, or to none; `Enterprise` has a shorter way."""
        seed = like.world.ids.seed if like else f"{self.app.ids.seed}:{len(self.workspaces) + 1}"
        world = World.of(self.app, Ids(seed), self.app.ids.next("T"), name)
        if organisation is not None:
            _join(world, organisation)
        slack = LocalSlack.of(self.site, world)
        self.workspaces.append(slack)
        return slack

    # Installing, as a browser would

    def cancel(self, url: str) -> str:
        """Say no on the page at this address; returns the redirect address. Raises SlackError."""
        return self.site.oauth.cancel(url)

    def will_approve(self, where: LocalSlack | Enterprise, by: Person) -> None:
        """The next visit to the page is answered by a redirect with a code."""
        self.site.page.decision = lambda url: where.approve(url, by)

    def will_cancel(self) -> None:
        """The next visit to the page is answered by a redirect with `access_denied`."""
        self.site.page.decision = self.cancel

    # What the app is told to connect

    @property
    def base_url(self) -> str:
        return self.app.base_url

    @property
    def api_url(self) -> str:
        """The base of the Web API, with the closing slash that slack_sdk wants."""
        return f"{self.app.base_url}/api/"

    @property
    def authorize_url(self) -> str:
        """Where "Add to Slack" leads."""
        return f"{self.app.base_url}/oauth/v2/authorize"

    @property
    def redirect_urls(self) -> list[str]:
        """The addresses to which Slack sends people back; add the app's own."""
        return self.app.redirect_urls

    @property
    def app_id(self) -> str:
        return self.app.app_id

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def client_id(self) -> str:
        return self.app.client_id

    @property
    def client_secret(self) -> str:
        return self.app.client_secret

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    # What happened in no workspace

    @property
    def calls(self) -> list[Call]:
        return self.app.records.calls

    @property
    def refusals(self) -> list[Refusal]:
        return self.app.records.refusals

    @property
    def invalid(self) -> list[Invalid]:
        return self.app.records.invalid

    @property
    def faults(self) -> Faults:
        return self.app.faults

    # Waiting

    async def until(
        self, condition: Callable[[], object], within: float = SAFETY_SECONDS, told: str = ""
    ) -> None:
        """Wait for a condition on what Slack holds; TimeoutError after `within` seconds of real time."""
        await self.app.changes.until(condition, within, told)

    async def connected(self, count: int = 1, within: float = SAFETY_SECONDS) -> None:
        """Wait until the app has `count` Socket Mode connections."""
        await self.until(lambda: len(self.site.hub.connections) >= count, within, "the app did not connect")

    async def quiet(self, within: float = SAFETY_SECONDS) -> None:
        """Wait until no request is being served and no envelope of any workspace is in flight."""
        await self.until(lambda: self.is_quiet, within, "the local Slack did not become quiet")

    @property
    def is_quiet(self) -> bool:
        """True when no request is being served and no envelope of any workspace is in flight."""
        return self.site.serving == 0 and all(one.is_quiet for one in self.workspaces)

    def next_due(self) -> datetime | None:
        """When the clock must be for the next redelivery or warning anywhere; None when nothing waits."""
        found = [one.next_due() for one in self.workspaces]
        return min((at for at in found if at is not None), default=None)


class Enterprise:
    """An organisation with several workspaces, in all of which the app can be at once."""

    def __init__(self, slacks: LocalSlacks, organisation: Organisation) -> None:
        self._slacks = slacks
        self._registry = slacks.site.registry
        self.organisation = organisation

    @property
    def id(self) -> str:
        return self.organisation.id

    @property
    def name(self) -> str:
        return self.organisation.name

    def add_workspace(self, name: str, *, like: LocalSlack | None = None) -> LocalSlack:
        """Add a workspace of the organisation. Its bot is that of the others."""
        return self._slacks.add_workspace_to(self.organisation, name, like)

    @property
    def is_installed(self) -> bool:
        """Whether the app is installed org-wide."""
        place = self._slacks.app.installations.at(self.id)
        return place is not None and place.live

    @property
    def bot_token(self) -> str:
        """The newest good org-wide token. Raises CannotAct, LookupError."""
        return self._slacks.app.installations.token_of(self._installation())

    def install(self, by: Person, scopes: Iterable[str] | None = None) -> str:
        """Install the app org-wide without OAuth; returns the bot token. It may enter no workspace yet."""
        may_install(by)
        wanted = self._slacks.app.manifest.scopes if scopes is None else frozenset(scopes)
        return self._registry.install(self.organisation, by.id, wanted).token

    def approve(self, url: str, by: Person) -> str:
        """Say yes for the whole organisation on the page at this address; returns the redirect address."""
        may_install(by)
        return self._slacks.site.oauth.approve(url, self.organisation, by.id)

    def grant_access(self, *workspaces: LocalSlack) -> None:
        """Let the app into these workspaces: `team_access_granted`."""
        place = self._installation()
        ids = [one.team_id for one in workspaces]
        place.team_ids.extend(one for one in ids if one not in place.team_ids)
        for one in workspaces:
            one.workspace.bot.deleted = False
        self._registry.tell(place, "team_access_granted", team_ids=ids)

    def revoke_access(self, *workspaces: LocalSlack) -> None:
        """Take the app out of these workspaces: `team_access_revoked`; then `team_access_not_granted`."""
        place = self._installation()
        ids = [one.team_id for one in workspaces]
        place.team_ids = [one for one in place.team_ids if one not in ids]
        for one in workspaces:
            self._registry.bot_leaves(one.world)
        self._registry.tell(place, "team_access_revoked", team_ids=ids)

    def uninstall(self, goodbyes: Iterable[str] = GOODBYES, code: str = "account_inactive") -> None:
        """Remove the app from the organisation; as `LocalSlack.uninstall`."""
        self._registry.uninstall(self._installation(), code, goodbyes)

    def _installation(self) -> Installation:
        place = self._slacks.app.installations.at(self.id)
        if place is None or not place.live:
            raise CannotAct("the app is not installed in this organisation")
        return place


def _join(world: World, organisation: Organisation) -> None:
    """Make it a workspace of the organisation, with the bot that all its workspaces have."""
    workspace = world.workspace
    workspace.enterprise = (organisation.id, organisation.name)
    if organisation.worlds:
        common = organisation.worlds[0].workspace
        workspace.bot_id = common.bot_id
        del workspace.accounts[workspace.bot.id]
        workspace.bot.id = common.bot.id
        workspace.accounts = {workspace.bot.id: workspace.bot, **workspace.accounts}
    organisation.worlds.append(world)
