"""The local Slack itself: one workspace with one app, or one of several workspaces of an app."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from bot.rehearsal.changes import SAFETY_SECONDS
from bot.rehearsal.clock import Clock
from bot.rehearsal.delivery import Delivery, Envelope
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.events import EventDesk
from bot.rehearsal.faults import Faults
from bot.rehearsal.installations import Installation
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.manifest import Manifest
from bot.rehearsal.model import Account, Conversation
from bot.rehearsal.people import Person
from bot.rehearsal.records import Call, Invalid, Refusal
from bot.rehearsal.registry import GOODBYES
from bot.rehearsal.site import Site
from bot.rehearsal.sockets import SocketHub
from bot.rehearsal.transcript import Transcript
from bot.rehearsal.workspace import Workspace
from bot.rehearsal.world import World


class LocalSlack:
    """A Slack on this machine, with the app of `manifest` (Slack's JSON form) installed in its one workspace.

    `clock` is anything with `now()`; a MovableClock also drives redelivery, warnings and limits by hand.
    The same `seed` gives the same ids. Several workspaces of one app come from `LocalSlacks`.
    """

    def __init__(
        self, clock: Clock, manifest: JsonObject, *, seed: int = 0, transcript: Path | None = None
    ) -> None:
        world = World.make(clock, Manifest.read(manifest), seed)
        self._set_up(Site(world.app), world)
        if transcript is not None:
            self.world.transcript.open(transcript)

    @classmethod
    def of(cls, site: Site, world: World) -> LocalSlack:
        """One more workspace on this site."""
        slack = cls.__new__(cls)
        cls._set_up(slack, site, world)
        return slack

    def _set_up(self, site: Site, world: World) -> None:
        self.site = site
        self.world = world
        self.clock = world.app.clock
        tenant = site.move_in(world)
        self.delivery: Delivery = tenant.delivery
        self.events: EventDesk = tenant.events

    # Running

    async def start(self, port: int = 0) -> None:
        """Serve on 127.0.0.1; port 0 takes a free one. With several workspaces, `LocalSlacks` does it."""
        await self.site.start(port)

    async def stop(self) -> None:
        """Close every connection and the transcript."""
        await self.site.stop()

    def deliver_over_http(self, request_url: str) -> None:
        """Post everything, signed, to this address from now on; Socket Mode is then silent."""
        self.site.deliver_over_http(request_url)

    @property
    def hub(self) -> SocketHub:
        """The app's Socket Mode connections."""
        return self.site.hub

    # The app in this workspace

    @property
    def is_installed(self) -> bool:
        """Whether the app is in this workspace, by itself or with the whole organisation."""
        return self.world.installation is not None

    def install(self, by: Person, scopes: Iterable[str] | None = None) -> str:
        """Install the app without OAuth; returns the bot token. Raises CannotAct for who may not."""
        may_install(by)
        wanted = self.world.app.manifest.scopes if scopes is None else frozenset(scopes)
        return self.site.registry.install(self.world, by.id, wanted).token

    def approve(self, url: str, by: Person) -> str:
        """Say yes on the page at this address; returns the redirect address. Raises SlackError, CannotAct."""
        may_install(by)
        return self.site.oauth.approve(url, self.world, by.id)

    def uninstall(self, goodbyes: Iterable[str] = GOODBYES, code: str = "account_inactive") -> None:
        """Remove the app: tokens answer `code`, the bot is out of every channel, the app is told in order."""
        self.site.registry.uninstall(self._own_installation(), code, goodbyes)

    def revoke_tokens(self) -> None:
        """Take the tokens away without uninstalling: `token_revoked`."""
        self.site.registry.revoke(self._own_installation())

    def _own_installation(self) -> Installation:
        place = self.world.app.installations.at(self.team_id)
        if place is None or not place.live:
            raise CannotAct("the app is not installed in this workspace by itself")
        return place

    # What the app is told to connect

    @property
    def api_url(self) -> str:
        """The base of the Web API, with the closing slash that slack_sdk wants."""
        return f"{self.world.base_url}/api/"

    @property
    def bot_token(self) -> str:
        return self.world.bot_token

    @property
    def app_token(self) -> str:
        return self.world.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.world.app.signing_secret

    @property
    def client_id(self) -> str:
        return self.world.app.client_id

    @property
    def client_secret(self) -> str:
        return self.world.app.client_secret

    @property
    def bot_user_id(self) -> str:
        return self.world.workspace.bot.id

    @property
    def team_id(self) -> str:
        return self.world.workspace.team_id

    @property
    def app_id(self) -> str:
        return self.world.workspace.app_id

    # Who is there

    @property
    def workspace(self) -> Workspace:
        return self.world.workspace

    def add_person(
        self,
        name: str,
        *,
        real_name: str | None = None,
        display_name: str | None = None,
        tz: str = "Europe/London",
        team_id: str | None = None,
        **flags: bool,
    ) -> Person:
        """Add someone; `flags` as in Account: is_bot, is_restricted, deleted. `team_id` when from outside."""
        account = self.workspace.add_account(
            name, real_name=real_name, display_name=display_name, tz=tz, team_id=team_id, **flags
        )
        return self.act_as(account)

    def person(self, name_or_id: str) -> Person:
        """Whoever has this handle or id. Raises KeyError."""
        for account in self.workspace.accounts.values():
            if name_or_id in (account.id, account.name):
                return self.act_as(account)
        raise KeyError(name_or_id)

    def act_as(self, account: Account) -> Person:
        return Person(self.world, self.delivery, self.events, account)

    def add_channel(
        self, name: str, members: Iterable[Person] = (), *, with_bot: bool = True, **flags: bool
    ) -> Conversation:
        """Add a channel with these people, and the bot. Flags: is_private, is_ext_shared."""
        ids = [one.id for one in members]
        return self.workspace.add_channel(name, [*ids, self.bot_user_id] if with_bot else ids, **flags)

    # What happened

    @property
    def calls(self) -> list[Call]:
        return self.world.records.calls

    @property
    def refusals(self) -> list[Refusal]:
        return self.world.records.refusals

    @property
    def invalid(self) -> list[Invalid]:
        return self.world.records.invalid

    @property
    def envelopes(self) -> list[Envelope]:
        return self.delivery.envelopes

    @property
    def transcript(self) -> Transcript:
        return self.world.transcript

    @property
    def faults(self) -> Faults:
        return self.world.faults

    # Waiting

    async def until(
        self, condition: Callable[[], object], within: float = SAFETY_SECONDS, told: str = ""
    ) -> None:
        """Wait for a condition on what Slack holds; TimeoutError after `within` seconds of real time."""
        await self.world.changes.until(condition, within, told)

    async def connected(self, count: int = 1, within: float = SAFETY_SECONDS) -> None:
        """Wait until the app has `count` Socket Mode connections."""
        await self.until(lambda: len(self.hub.connections) >= count, within, "the app did not connect")

    async def quiet(self, within: float = SAFETY_SECONDS) -> None:
        """Wait until no request is being served and no envelope is waiting for its acknowledgement."""
        await self.until(lambda: self.is_quiet, within, "the local Slack did not become quiet")

    @property
    def is_quiet(self) -> bool:
        """True when no request is being served and no envelope is in flight."""
        return self.site.serving == 0 and not any(one.in_flight for one in self.envelopes)

    def next_due(self) -> datetime | None:
        """When the clock must be for the next redelivery or warning; None when nothing waits."""
        return self.world.timers.next_due()

    # Below the people

    async def write(self, *envelopes: Envelope) -> None:
        """Write all of these before reading any acknowledgement."""
        await self.delivery.write(*envelopes)

    async def settle(self, *envelopes: Envelope) -> None:
        """Wait for the acknowledgement (or the end of waiting) of each."""
        for envelope in envelopes:
            await self.delivery.settle(envelope)

    def time_out(self, envelope: Envelope) -> None:
        """Slack's three seconds are over for this envelope, whatever the clock says."""
        self.delivery.time_out(envelope)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to reconnect, as Slack does every few hours."""
        await self.hub.disconnect(reason)

    async def close_sockets(self) -> None:
        """Break every connection off without a word."""
        await self.hub.break_off()


def may_install(person: Person) -> None:
    """Raise CannotAct: guests, bots and people from outside install nothing."""
    account = person.account
    if account.is_restricted or account.is_bot or account.is_external or account.deleted:
        raise CannotAct(f"{person.name} may not install apps")
