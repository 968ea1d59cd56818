"""The smallest Slack that a sender can talk to over HTTP: it answers as scripted and keeps what it took."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

DROPPED_BEFORE = "dropped before"
DROPPED_AFTER = "dropped after"


@dataclass(frozen=True)
class Scripted:
    """An answer other than yes."""

    body: str
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def error(code: str, status: int = 200, **headers: str) -> Scripted:
    """Slack's way of refusing."""
    return Scripted(json.dumps({"ok": False, "error": code}), status, headers=headers)


@dataclass
class FakeSlack:
    """``taken`` are the calls that had an effect, as (method, arguments).

    ``script`` holds what happens to the next calls of a method: an answer, or a dropped connection.
    """

    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    script: defaultdict[str, list[Scripted | str]] = field(default_factory=lambda: defaultdict(list))
    limit: Callable[[str], Scripted | None] | None = None
    """Asked for each call by its method; what it gives is the answer, and the call has no effect."""
    stuck: asyncio.Event | None = None
    """Until it is set, calls wait, and have no effect yet."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def said(self, method: str) -> list[Any]:
        """The texts that a method was called with."""
        return [arguments.get("text") for name, arguments in self.taken if name == method]

    async def client_for(self, _workspace_id: str) -> AsyncWebClient:
        """A client as the sender wants it."""
        return AsyncWebClient(token="xoxb-fake", base_url=self.url, retry_handlers=[], timeout=60)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.asked.set()
        if self.stuck is not None:
            await self.stuck.wait()
        scripted: Scripted | str | None = self.script[method].pop(0) if self.script[method] else None
        scripted = scripted or (self.limit(method) if self.limit else None)
        if isinstance(scripted, Scripted):
            return web.Response(
                text=scripted.body,
                status=scripted.status,
                content_type=scripted.content_type,
                headers=scripted.headers,
            )
        if scripted == DROPPED_BEFORE:
            return _drop(request)
        self.taken.append((method, await request.json()))
        if scripted == DROPPED_AFTER:
            return _drop(request)
        channel = self.taken[-1][1].get("channel", "")
        if channel.startswith("U"):
            channel = f"D{channel[1:]}"
        return web.json_response({"ok": True, "channel": channel, "ts": f"{len(self.taken)}.0"})


def _drop(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def fake_slack() -> AsyncIterator[FakeSlack]:
    slack = FakeSlack()
    app = web.Application()
    app.router.add_post("/api/{method}", slack.serve)
    async with TestServer(app) as server:
        slack.url = str(server.make_url("/api/"))
        yield slack
