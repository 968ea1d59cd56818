"""The one web server of a local Slack, and all the workspaces that it serves."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.rehearsal.answers import answer_in_channel
from bot.rehearsal.delivery import Delivery
from bot.rehearsal.errors import SlackError
from bot.rehearsal.events import EventDesk
from bot.rehearsal.json_types import Json
from bot.rehearsal.oauth import OAuthDesk
from bot.rehearsal.oauth_page import OAuthPage
from bot.rehearsal.registry import Registry
from bot.rehearsal.signed_http import SignedHttp, answers_challenge
from bot.rehearsal.slack_app import SlackApp
from bot.rehearsal.sockets import SocketHub
from bot.rehearsal.web_api import WebApi
from bot.rehearsal.world import World


@dataclass(eq=False)
class Tenant:
    """One workspace, and what carries its envelopes to the app."""

    world: World
    delivery: Delivery
    events: EventDesk
    http: SignedHttp | None = None


class Site:
    """Web API, OAuth, Socket Mode and response urls under one address."""

    def __init__(self, app: SlackApp) -> None:
        self.app = app
        self.registry = Registry(app)
        self.oauth = OAuthDesk(self.registry)
        self.page = OAuthPage(self.oauth)
        self.hub = SocketHub(app)
        self.tenants: list[Tenant] = []
        self._api = WebApi(self.registry, self.oauth)
        self._request_url: str | None = None
        self._runner: web.AppRunner | None = None
        self.hub.acknowledge = self._acknowledge

    def move_in(self, world: World) -> Tenant:
        """Serve this workspace too, at once when the server is running."""
        delivery = Delivery(world, self.hub)
        tenant = Tenant(world, delivery, EventDesk(world, delivery))
        self.registry.worlds.append(world)
        self.tenants.append(tenant)
        if self._request_url is not None:
            self._post_to(tenant, self._request_url)
        if self._runner is not None:
            world.timers.start()
        return tenant

    async def start(self, port: int = 0) -> None:
        """Serve on 127.0.0.1; port 0 takes a free one."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api.serve)
        app.router.add_get("/oauth/v2/authorize", self.page.serve)
        app.router.add_get("/link", self.hub.serve)
        app.router.add_post("/response/{key}", self._respond)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, taken = self._runner.addresses[0][:2]
        self.app.base_url = f"http://{host}:{taken}"
        for tenant in self.tenants:
            tenant.world.timers.start()

    async def stop(self) -> None:
        """Close every connection and every transcript."""
        for tenant in self.tenants:
            tenant.world.timers.stop()
            tenant.delivery.stop()
        await self.hub.break_off()
        for tenant in self.tenants:
            if tenant.http is not None:
                await tenant.http.close()
        if self._runner is not None:
            await self._runner.cleanup()
        for tenant in self.tenants:
            tenant.world.transcript.close()

    def deliver_over_http(self, request_url: str) -> None:
        """Post everything, signed, to this address from now on; Socket Mode is then silent."""
        self._request_url = request_url
        for tenant in self.tenants:
            self._post_to(tenant, request_url)

    async def verifies(self, request_url: str) -> bool:
        """Whether the app answers Slack's challenge at this address."""
        challenge = self.app.ids.token("")
        secret, token = self.app.signing_secret, self.app.verification_token
        return await answers_challenge(request_url, secret, token, challenge)

    @property
    def serving(self) -> int:
        """How many Web API calls are being answered."""
        return self._api.serving

    def _post_to(self, tenant: Tenant, request_url: str) -> None:
        tenant.http = SignedHttp(request_url, self.app.signing_secret, tenant.delivery)
        tenant.delivery.carrier = tenant.http

    async def _acknowledge(self, envelope_id: str, answer: Json) -> None:
        for tenant in self.tenants:
            if tenant.delivery.knows(envelope_id):
                await tenant.delivery.acknowledge(envelope_id, answer)

    async def _respond(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        for tenant in self.tenants:
            if tenant.world.response_urls.knows(key):
                return await _respond_in(tenant.world, key, request)
        return web.json_response(SlackError("invalid_url").answer(), status=404)


async def _respond_in(world: World, key: str, request: web.Request) -> web.Response:
    try:
        place = world.response_urls.use(key, world.now())
    except SlackError as refused:
        return web.json_response(refused.answer(), status=404)
    document = await request.json()
    try:
        answer_in_channel(world, place, document)
    except SlackError as refused:
        world.note_invalid("response_url", refused, document)
        return web.json_response(refused.answer(), status=400)
    world.changes.notify()
    return web.json_response({"ok": True})
