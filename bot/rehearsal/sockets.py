"""Socket Mode: WebSockets with tickets, hello, envelopes, acknowledgements, refreshes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import WSMsgType, web

from bot.rehearsal.block_kit import limits
from bot.rehearsal.delivery import Attempt, Envelope
from bot.rehearsal.errors import SlackError
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.slack_app import SlackApp

_CLOSING_SECONDS = 1.0
Acknowledge = Callable[[str, Json], Awaitable[None]]


@dataclass(eq=False)
class Connection:
    """One WebSocket of the app."""

    number: int
    socket: web.WebSocketResponse

    @property
    def name(self) -> str:
        return f"connection-{self.number}"

    async def send(self, document: JsonObject) -> bool:
        """Write one message; False when the socket has gone."""
        try:
            await self.socket.send_str(json.dumps(document))
        except ConnectionError:
            return False
        return True


class SocketHub:
    """Every open connection; each envelope goes to any one of them."""

    def __init__(self, app: SlackApp) -> None:
        self._app = app
        self._made = 0
        self.connections: list[Connection] = []
        self.acknowledge: Acknowledge | None = None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket for the holder of a fresh ticket; 503 when refused on purpose, 404 without a ticket."""
        if self._app.faults.handshakes_to_refuse > 0:
            self._app.faults.handshakes_to_refuse -= 1
            return web.Response(status=503)
        ticket = request.query.get("ticket", "")
        if ticket not in self._app.tickets:
            return web.Response(status=404)
        self._app.tickets.remove(ticket)
        socket = web.WebSocketResponse(timeout=_CLOSING_SECONDS)
        await socket.prepare(request)
        self._made += 1
        connection = Connection(self._made, socket)
        await self._attend(connection)
        return socket

    async def send(self, envelope: Envelope, attempt: Attempt) -> str | None:
        """Write to one connection, chosen without a pattern."""
        choice = [one for one in self.connections if not one.socket.closed]
        while choice:
            connection = choice.pop(self._app.ids.random.randrange(len(choice)))
            if await connection.send(envelope.document(attempt)):
                return connection.name
        return None

    async def disconnect(self, reason: str, *, close: bool = True) -> None:
        """Tell every connection `warning` (it stays open), `refresh_requested` or `link_disabled`."""
        for connection in list(self.connections):
            await connection.send(_farewell(reason))
            if close and reason != "warning":
                await self._close(connection)

    async def break_off(self) -> None:
        """Close every socket without a word."""
        for connection in list(self.connections):
            await self._close(connection)

    async def _attend(self, connection: Connection) -> None:
        if len(self.connections) >= limits.CONNECTIONS:
            await connection.send(_farewell("too_many_websockets"))
            await connection.socket.close()
            return
        self.connections.append(connection)
        await connection.send(self._hello())
        self._app.changes.notify()
        try:
            async for received in connection.socket:
                if received.type == WSMsgType.TEXT:
                    await self._read(received.data)
        finally:
            self._forget(connection)

    async def _read(self, data: str) -> None:
        try:
            document = json.loads(data)
            envelope_id = str(document["envelope_id"])
        except (ValueError, TypeError, KeyError):
            self._app.records.note_invalid(
                self._app.now(), "socket", SlackError("invalid_acknowledgement"), data
            )
            return
        if self.acknowledge is not None:
            await self.acknowledge(envelope_id, document.get("payload"))

    async def _close(self, connection: Connection) -> None:
        self._forget(connection)
        await connection.socket.close()

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self._app.changes.notify()

    def _hello(self) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "connection_info": {"app_id": self._app.app_id},
            "debug_info": {
                "host": "rehearsal",
                "started": self._app.now().isoformat(),
                "build_number": 1,
                "approximate_connection_time": 18_060,
            },
        }


def _farewell(reason: str) -> JsonObject:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "rehearsal"}}
