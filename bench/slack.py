"""A Slack that both sides can ask who they are, and which takes its time over every message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.sets import WORKSPACE

TOKEN = "xoxb-bench"
SECRET = "0123456789abcdef0123456789abcdef"
WHO = {
    "ok": True,
    "url": "https://bench.slack.com/",
    "team": "Bench",
    "user": "als",
    "team_id": WORKSPACE,
    "user_id": "UBOT",
    "bot_id": "BBOT",
}


@asynccontextmanager
async def slow_slack() -> AsyncIterator[str]:
    """The address of its Web API. Calls that post are answered when the block ends: what was put into the
    outbox stays there, and can be counted.
    """
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.match_info["method"].startswith("chat."):
            await over.wait()
            return web.Response(status=503)
        return web.json_response(WHO, headers={"x-oauth-scopes": "chat:write"})

    app = web.Application()
    app.router.add_post("/api/{method}", answer)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0)
    try:
        yield str(server.make_url("/api/"))
    finally:
        over.set()
        await server.close()
