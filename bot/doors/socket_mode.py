"""The door in Socket Mode: two web sockets, so that Slack always has one while it renews the other."""

import asyncio
import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.doors.reception import Reception
from bot.starting import CannotStart, ask

logger = logging.getLogger(__name__)

CONNECTIONS = 2
SECONDS_TO_CONNECT = 30
NEVER_MIND_WHEN = 0.0
"""Bolt wants to know when an answer was begun, for a line of its own log; we measure it ourselves."""


class SocketModeDoor:
    """Socket Mode on several connections at once. Every ``ping_seconds`` of real time each one is tried."""

    def __init__(
        self, reception: Reception, app_token: str, ping_seconds: float, connections: int = CONNECTIONS
    ) -> None:
        self._reception = reception
        self._app_token = app_token
        self._ping_seconds = ping_seconds
        self._wanted = connections
        self._connections: list[_Connection] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def port(self) -> None:
        """It listens nowhere: it connects."""

    async def open(self) -> None:
        """Connect, and keep connected. Raises `CannotStart` for a wrong token or network.

        slack_sdk tries for ever; at the start that would look like a bot that works.
        """
        opened = await ask(self._reception.app.client.apps_connections_open(app_token=self._app_token), "app")
        self._connections = [
            _Connection(self._reception, self._app_token, self._ping_seconds) for _ in range(self._wanted)
        ]
        # Already opened, and its address is good for one connection: without it the client would ask again.
        self._connections[0].client.wss_uri = opened["url"]
        self._tasks = [asyncio.create_task(self._watch())]
        await self._connect(self._connections[0])
        self._tasks += [asyncio.create_task(other.connect()) for other in self._connections[1:]]

    async def leave(self) -> None:
        """Let go of Slack as soon as everything that came is answered: an open web socket is sent to, and
        what is pressed comes once only.
        """
        while self._reception.in_flight or any(one.has_mail for one in self._connections):
            await self._reception.rests.wait()
            await asyncio.sleep(0)
        await self.close()

    async def close(self) -> None:
        """Let go of Slack."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._connections:
            await connection.close_async()  # type: ignore[no-untyped-call]

    async def die(self) -> None:
        """Slack is not told good-bye: whatever is on its way is cut off with the connections."""
        for task in self._tasks:
            task.cancel()
        for connection in self._connections:
            await connection.die()

    async def _connect(self, connection: "_Connection") -> None:
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                await connection.connect()
        except TimeoutError as error:
            raise CannotStart(
                "Slack does not let this bot connect by Socket Mode. Is Socket Mode switched on in the "
                "settings of your Slack app, and are web sockets allowed from here?"
            ) from error

    async def _watch(self) -> None:
        """Heal for as long as the door is open. Nothing else may hold it up, hence a task of its own."""
        while True:
            await asyncio.sleep(self._ping_seconds)
            for connection in self._connections:
                await connection.heal()


class _Connection(AsyncSocketModeHandler):
    """One web socket."""

    def __init__(self, reception: Reception, app_token: str, ping_seconds: float) -> None:
        super().__init__(reception.app, app_token, ping_interval=ping_seconds)
        self._reception = reception

    @property
    def has_mail(self) -> bool:
        """Something has come that has not been looked at."""
        return not self.client.message_queue.empty()

    async def connect(self) -> None:
        """Connect, however often it must be tried."""
        await self.connect_async()  # type: ignore[no-untyped-call]

    async def heal(self) -> None:
        """Let a lost connection be made anew: slack_sdk would try the address that was refused for ever."""
        if not await self.client.is_connected() and self.client.wss_uri is not None:
            logger.warning("a Socket Mode connection is lost; a new address is asked for")
            self.client.wss_uri = None

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Let Bolt answer one envelope; one that comes while the bot stops is left unanswered.

        One that crosses the closing of its connection is carried out all the same: what is pressed comes once
        only, and an event that comes again is known by its id.
        """
        if self._reception.is_closed:
            return
        async with self._reception.arrival(req.payload) as arrival:
            request = AsyncBoltRequest(mode="socket_mode", body=req.payload, headers=build_headers(req))
            response = await self._reception.dispatch(request, arrival)
            try:
                await send_async_response(client, req, response, NEVER_MIND_WHEN)
            except ConnectionError:
                arrival.unheard()
                level = logging.INFO if client.closed else logging.WARNING
                logger.log(level, "the connection was closed before the answer was sent")

    async def die(self) -> None:
        """Stop everything where it stands."""
        client = self.client
        client.closed = True
        loops = (client.message_processor, client.current_session_monitor, client.message_receiver)
        tasks = [one for one in loops if one is not None]
        for task in tasks:
            task.cancel()
        await client.aiohttp_client_session.close()
        await asyncio.gather(*tasks, return_exceptions=True)
