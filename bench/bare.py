"""The other side: Bolt's own app on aiohttp, which verifies a signed request and acknowledges it.

`python -m bench.bare PORT ACTION [MODULE ...]` serves until standard input ends; the modules are imported.
"""

import asyncio
import importlib
import os
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def acknowledge(ack: AsyncAck) -> None:
    """All that it does."""
    await ack()


def bare_app(action: str, *, token: str, slack_api_url: str, signing_secret: str) -> AsyncApp:
    """The app, made as Bolt's own documentation has it."""
    client = AsyncWebClient(token, base_url=slack_api_url)
    app = AsyncApp(token=token, client=client, signing_secret=signing_secret)
    app.action(action)(acknowledge)
    return app


async def serve(port: int, action: str) -> None:
    """Listen on loopback until standard input ends."""
    app = bare_app(
        action,
        token=os.environ["SLACK_BOT_TOKEN"],
        slack_api_url=os.environ["SLACK_API_URL"],
        signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    )
    await app.client.auth_test()
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    for module in sys.argv[3:]:
        importlib.import_module(module)
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
