"""The door to Slack in Socket Mode: hands every envelope to Bolt, and knows how many are unanswered."""

import asyncio
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

AT_ONCE = 20
"""Envelopes worked on at the same time; the others wait, since slack_sdk itself starts as many as arrive."""


class SocketModeDoor(AsyncSocketModeHandler):
    """Socket Mode whose envelopes can be counted and waited for."""

    def __init__(self, app: AsyncApp, app_token: str, ping_seconds: float) -> None:
        super().__init__(app, app_token, ping_interval=ping_seconds)
        self.in_flight = 0
        """Envelopes that have arrived and are not answered yet."""
        self._room = asyncio.Semaphore(AT_ONCE)
        self.rests = asyncio.Event()
        """Everything that has arrived is answered."""
        self.rests.set()
        self._answering: set[asyncio.Task[Any]] = set()

    async def heal(self) -> None:
        """Let a lost connection be made anew: slack_sdk would try the address that was refused for ever."""
        if not await self.client.is_connected():
            self.client.wss_uri = None

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Let Bolt answer one envelope."""
        self.in_flight += 1
        self.rests.clear()
        if (task := asyncio.current_task()) is not None:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        try:
            async with self._room:
                await super().handle(client, req)
        finally:
            self.in_flight -= 1
            if self.in_flight == 0:
                self.rests.set()

    async def die(self) -> None:
        """Stop everything where it stands: no answer goes out, and Slack is not told good-bye."""
        client = self.client
        client.closed = True
        loops = (client.message_processor, client.current_session_monitor, client.message_receiver)
        tasks = [*self._answering, *(one for one in loops if one is not None)]
        for task in tasks:
            task.cancel()
        # Without a closing frame: whatever is on its way is cut off with the connection.
        await client.aiohttp_client_session.close()
        await asyncio.gather(*tasks, return_exceptions=True)
