"""The one client of both sides: a process that posts signed requests as fast as they are answered.

Reads an order from standard input (`Order` as JSON) and writes what came of it (`Done`) to standard output.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http import HTTPStatus
from statistics import median

from aiohttp import ClientSession, TCPConnector

from bot.rehearsal.signed_http import sign

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Order:
    """What to post where; ``at_once`` connections, each of which waits for its answer."""

    url: str
    secret: str
    bodies: list[str]
    at_once: int


@dataclass(frozen=True, slots=True)
class Done:
    """How long all of it took, and one request in the middle of all."""

    seconds: float
    median_seconds: float
    refused: int


async def post_all(order: Order) -> Done:
    """Carry an order out. Signing and connecting come before the measured time."""
    requests = [(body, FORM | sign(order.secret, body, int(time.time()))) for body in order.bodies]
    connector = TCPConnector(limit=order.at_once)
    async with ClientSession(connector=connector) as session:
        waiting, took, statuses = iter(requests), list[float](), Counter[int]()
        await asyncio.gather(*(_connect(session, order.url) for _ in range(order.at_once)))
        began = time.perf_counter()
        await asyncio.gather(
            *(_post_each(session, order.url, waiting, took, statuses) for _ in range(order.at_once))
        )
        seconds = time.perf_counter() - began
    return Done(seconds, median(took), statuses.total() - statuses[HTTPStatus.OK])


async def _connect(session: ClientSession, url: str) -> None:
    """A request that is nobody's: it is refused at the door, and leaves a connection."""
    async with session.post(url, data="") as response:
        await response.read()


async def _post_each(
    session: ClientSession,
    url: str,
    waiting: Iterator[tuple[str, dict[str, str]]],
    took: list[float],
    statuses: Counter[int],
) -> None:
    for body, headers in waiting:
        began = time.perf_counter()
        async with session.post(url, data=body, headers=headers) as response:
            await response.read()
            statuses[response.status] += 1
        took.append(time.perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(post_all(Order(**json.load(sys.stdin)))))))
