"""A load balancer, as simple as can be: each request of Slack goes to the next replica that takes it.

It can also be slow, and deliver a request twice: see `Balancer.whim`.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

LINE = b"\r\n"
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Whim:
    """What befalls one request on its way."""

    seconds: float = 0.0
    twice: bool = False


class Balancer:
    """Listens on loopback; ``ports`` tells where the replicas are just now."""

    def __init__(self, ports: Callable[[], list[int]], whim: Callable[[], Whim]) -> None:
        self._ports = ports
        self._whim = whim
        self._server: asyncio.Server | None = None
        self._turn = 0
        self._extras: set[asyncio.Task[bytes | None]] = set()

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Let go of the port."""
        for extra in self._extras:
            extra.cancel()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def busy(self) -> bool:
        """Whether a second copy of something is still on its way."""
        return bool(self._extras)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _read(reader)
            whim = self._whim()
            await asyncio.sleep(whim.seconds)
            if whim.twice:
                extra = asyncio.create_task(self._deliver(request))
                self._extras.add(extra)
                extra.add_done_callback(self._extras.discard)
            answer = await self._deliver(request)
            if answer:
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _deliver(self, request: bytes) -> bytes | None:
        """The answer; None where the replica that took it went away without one."""
        ports = self._ports()
        for _ in ports:
            self._turn += 1
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", ports[self._turn % len(ports)])
            except ConnectionError:
                continue
            try:
                writer.write(request)
                return await reader.read() or None
            except ConnectionError:
                return None
            finally:
                writer.close()
        return UNAVAILABLE


async def _read(reader: asyncio.StreamReader) -> bytes:
    """One whole request, after which its connection is to be closed."""
    head = await reader.readuntil(LINE + LINE)
    lines = [line for line in head.split(LINE) if not line.lower().startswith(b"connection:")]
    length = next(
        (int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0
    )
    body = await reader.readexactly(length)
    return LINE.join([lines[0], b"Connection: close", *lines[1:]]) + body
