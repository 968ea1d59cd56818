"""The other side: Bolt's own app on aiohttp, which verifies a signed request and acknowledges it.

`python -m bench.bare ACTION [MODULE ...]` serves until its standard input ends, with these modules imported.
"""

import asyncio
import importlib
import os
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

LISTENING = "Listening at"


async def acknowledge(ack: AsyncAck) -> None:
    """All that it does."""
    await ack()


async def serve(action: str) -> None:
    """Listen on a free port of loopback, and say which on standard error."""
    token = os.environ["SLACK_BOT_TOKEN"]
    client = AsyncWebClient(token, base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(token=token, client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
    app.action(action)(acknowledge)
    await client.auth_test()
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"{LISTENING} http://127.0.0.1:{runner.addresses[0][1]}.", file=sys.stderr, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    for module in sys.argv[2:]:
        importlib.import_module(module)
    asyncio.run(serve(sys.argv[1]))
