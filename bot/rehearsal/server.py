"""The local Slack itself: one workspace, one app, served on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from aiohttp import web

from bot.rehearsal.answers import answer_in_channel
from bot.rehearsal.changes import SAFETY_SECONDS
from bot.rehearsal.clock import Clock
from bot.rehearsal.delivery import Delivery, Envelope
from bot.rehearsal.errors import SlackError
from bot.rehearsal.events import EventDesk
from bot.rehearsal.faults import Faults
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.manifest import Manifest
from bot.rehearsal.model import Account, Conversation
from bot.rehearsal.people import Person
from bot.rehearsal.records import Call, Invalid, Refusal
from bot.rehearsal.signed_http import SignedHttp
from bot.rehearsal.sockets import SocketHub
from bot.rehearsal.transcript import Transcript
from bot.rehearsal.web_api import WebApi
from bot.rehearsal.workspace import Workspace
from bot.rehearsal.world import World


class LocalSlack:
    """A Slack on this machine, with the app of `manifest` (Slack's JSON form) installed in its one workspace.

    `clock` is anything with `now()`; a MovableClock also drives redelivery, warnings and limits by hand.
    The same `seed` gives the same ids.
    """

    def __init__(
        self, clock: Clock, manifest: JsonObject, *, seed: int = 0, transcript: Path | None = None
    ) -> None:
        self.clock = clock
        self.world = World.make(clock, Manifest.read(manifest), seed)
        self.hub = SocketHub(self.world)
        self.delivery = Delivery(self.world, self.hub)
        self.events = EventDesk(self.world, self.delivery)
        self._api = WebApi(self.world)
        self._runner: web.AppRunner | None = None
        self._http: SignedHttp | None = None
        self.hub.acknowledge = self.delivery.acknowledge
        if transcript is not None:
            self.world.transcript.open(transcript)

    # Running

    async def start(self, port: int = 0) -> None:
        """Serve on 127.0.0.1; port 0 takes a free one."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api.serve)
        app.router.add_get("/link", self.hub.serve)
        app.router.add_post("/response/{key}", self._respond)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, taken = self._runner.addresses[0][:2]
        self.world.base_url = f"http://{host}:{taken}"
        self.world.timers.start()

    async def stop(self) -> None:
        """Close every connection and the transcript."""
        self.world.timers.stop()
        self.delivery.stop()
        await self.hub.break_off()
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.world.transcript.close()

    def deliver_over_http(self, request_url: str) -> None:
        """Post everything, signed, to this address from now on; Socket Mode is then silent."""
        self._http = SignedHttp(request_url, self.signing_secret, self.delivery)
        self.delivery.carrier = self._http

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
        return self.world.app_token

    @property
    def signing_secret(self) -> str:
        return self.world.signing_secret

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
        **flags: bool,
    ) -> Person:
        """Add someone to the workspace; `flags` as in Account: is_bot, is_restricted, deleted."""
        account = self.workspace.add_account(
            name, real_name=real_name, display_name=display_name, tz=tz, **flags
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
        return self._api.serving == 0 and not any(one.in_flight for one in self.envelopes)

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

    async def _respond(self, request: web.Request) -> web.Response:
        try:
            place = self.world.response_urls.use(request.match_info["key"], self.world.now())
        except SlackError as refused:
            return web.json_response(refused.answer(), status=404)
        document = await request.json()
        try:
            answer_in_channel(self.world, place, document)
        except SlackError as refused:
            self.world.note_invalid("response_url", refused, document)
            return web.json_response(refused.answer(), status=400)
        self.world.changes.notify()
        return web.json_response({"ok": True})
