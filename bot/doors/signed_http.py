"""The door in HTTP mode: Slack posts its payloads, signed, to one address; a load balancer asks how we are.

Bolt would check the signature as well, but it logs the whole body of a request that fails. So the signature
is checked here, on the bytes as they came, and only what is Slack's is read at all. From then on a payload is
what it is in Socket Mode: a dict, for the same listeners.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from yarl import query_to_pairs

from bot.doors.reception import Reception
from bot.metrics import CONTENT_TYPE
from bot.starting import CannotStart

logger = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"
MOST_BYTES = 1024 * 1024
"""Of a request. Slack's largest, a press in a full message, has a tenth of it."""
SECONDS_TO_LEAVE = 1.0
"""For answers that are being written when the door closes; those of the bot have been waited for by then."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 3000


class HttpDoor:
    """Listens for Slack and for whoever watches over the bot.

    ``ready`` says whether the bot can serve, ``page`` what it has counted. ``routes`` are more of the same
    server, such as those of installing.
    """

    def __init__(
        self,
        reception: Reception,
        address: Address,
        signing_secret: str,
        *,
        ready: Callable[[], Awaitable[bool]],
        page: Callable[[], Awaitable[bytes]],
        routes: Iterable[web.AbstractRouteDef] = (),
    ) -> None:
        self._reception = reception
        self._address = address
        self._verifier = SignatureVerifier(signing_secret)
        self._ready = ready
        self._page = page
        self._runner = web.AppRunner(self._server(routes), access_log=None, shutdown_timeout=SECONDS_TO_LEAVE)

    @property
    def port(self) -> int:
        """Where it listens, once it is open."""
        port: int = self._runner.addresses[0][1]
        return port

    async def open(self) -> None:
        """Listen. Raises `CannotStart` where the address cannot be had."""
        host, port = self._address.host, self._address.port
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise CannotStart(
                f"Nothing can listen at {host}, port {port} ({error.strerror}). "
                "Choose others with --host and --port."
            ) from error

    async def leave(self) -> None:
        """What comes now is answered with 503, which a load balancer takes to another process."""

    async def close(self) -> None:
        """Listen no more, after the answers that are being written."""
        await self._runner.cleanup()

    async def die(self) -> None:
        """Let go of every connection at once."""
        await self._runner.cleanup()

    def _server(self, routes: Iterable[web.AbstractRouteDef]) -> web.Application:
        server = web.Application(client_max_size=MOST_BYTES)
        server.add_routes(
            [
                web.post(EVENTS_PATH, self._serve),
                web.get("/healthz", self._is_alive),
                web.get("/readyz", self._is_ready),
                web.get("/metrics", self._metrics),
                *routes,
            ]
        )
        return server

    async def _serve(self, request: web.Request) -> web.Response:
        """Let Bolt answer one payload; one that comes while the bot stops is for another process."""
        if self._reception.is_closed:
            return web.Response(status=503)
        raw = await request.read()
        if not self._is_slacks(request, raw):
            logger.info("refused a request that Slack has not signed within five minutes")
            self._reception.refused()
            return web.Response(status=401)
        try:
            body = payload_of(request.content_type, raw.decode())
        except ValueError:
            logger.warning("refused a signed request that cannot be read")
            return web.Response(status=400)
        async with self._reception.arrival(body) as arrival:
            asked = AsyncBoltRequest(mode="socket_mode", body=body, headers=dict(request.headers))
            return await to_aiohttp_response(await self._reception.dispatch(asked, arrival))

    def _is_slacks(self, request: web.Request, raw: bytes) -> bool:
        """Signed with our secret, at most five minutes ago. What makes no sense is nobody's."""
        signed_at, signature = (
            request.headers.get(f"X-Slack-{name}", "") for name in ("Request-Timestamp", "Signature")
        )
        try:
            return self._verifier.is_valid(raw, signed_at, signature)
        except (TypeError, ValueError):
            return False

    async def _is_alive(self, _request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def _is_ready(self, _request: web.Request) -> web.Response:
        ready = not self._reception.is_closed and await self._ready()
        return web.Response(text="ready\n") if ready else web.Response(status=503, text="not ready\n")

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._page(), headers={"Content-Type": CONTENT_TYPE})


def payload_of(content_type: str, text: str) -> dict[str, Any]:
    """The payload of a request: an event is JSON, a command a form, and all else JSON in a form.

    Bolt's own reading (1.30.0) takes a command for empty in which somebody typed the word payload. Raises
    ValueError for what is none of these.
    """
    if content_type == "application/json":
        body = json.loads(text)
    else:
        form = dict(query_to_pairs(text))
        body = json.loads(form["payload"]) if "payload" in form else form
    if not isinstance(body, dict):
        raise ValueError("a payload is an object")  # noqa: TRY004 -- about the text, as all others
    return body
