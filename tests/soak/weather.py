"""What goes wrong, by chance: in Slack's answers, on the way from Slack, with replicas and database."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random
from time import monotonic
from typing import Any

import psycopg

from bot.rehearsal.faults import Fault, Faults
from tests.soak.balancer import Whim
from tests.soak.replicas import Replicas
from tests.soak.town import Town

OF_A_CALL = 0.06
"""How many calls meet a fault."""
OF_A_DELIVERY = 0.08
OF_A_ROUND = 0.06
"""How many rounds meet a death, an outage, or broken sockets: each of the three."""
SLOW_SECONDS = (0.02, 0.3)
LONGEST_OUTAGE_SECONDS = 0.6
SLACK_WAITS = 3.0
"""Of real seconds, as the clock stands still while people wait for an answer."""
LOOKS_EVERY = 0.2


class Weather:
    """``fair`` from the beginning to the end, unless told otherwise."""

    def __init__(self, town: Town, replicas: Replicas, server: str, database: str, random: Random) -> None:
        """``server`` is PostgreSQL's address, ``database`` the name of that which goes away now and then."""
        self._town = town
        self._replicas = replicas
        self._server = server
        self._database = database
        self._random = random
        self._of_rounds = Random(random.random())
        """Of its own, so that the same seed brings the same troubles in the same rounds."""
        self.fair = True
        self.counts: Counter[str] = Counter()
        self.outages: list[tuple[float, float]] = []
        """From when to when the database was gone, by the monotonic clock."""

    def begin(self) -> None:
        """Have a hand in every call."""
        for where in self._town.neighbourhoods:
            faults = where.slack.faults
            faults.on("*", "received", partial(self._befall, faults))

    def whim(self) -> Whim:
        """What befalls a request on its way from Slack: late, and so perhaps after a later one; or twice."""
        if self.fair or self._random.random() > OF_A_DELIVERY:
            return Whim()
        twice = self._random.random() < 0.5
        self.counts["delivered twice" if twice else "delivered late"] += 1
        return Whim(self._random.uniform(*SLOW_SECONDS), twice)

    async def time_out(self) -> None:
        """Until cancelled, let Slack wait for no acknowledgement longer than it does."""
        since: dict[str, float] = {}
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            now = monotonic()
            flying = {
                envelope.attempts[-1].envelope_id: (where.slack, envelope)
                for where in self._town.neighbourhoods
                for envelope in where.slack.envelopes
                if envelope.in_flight and envelope.attempts
            }
            since = {attempt: since.get(attempt, now) for attempt in flying}
            for attempt, (slack, envelope) in flying.items():
                if now - since[attempt] > SLACK_WAITS:
                    slack.time_out(envelope)

    async def blow(self) -> None:
        """What happens to replicas, database and sockets while people act; back when it is over."""
        if self.fair:
            return
        troubles: list[Callable[[], Awaitable[None]]] = [self._kill, self._lose_database, self._break_sockets]
        drawn = [(one, self._of_rounds.random(), self._of_rounds.uniform(0, 0.3)) for one in troubles]
        await asyncio.gather(*(_after(pause, one) for one, chance, pause in drawn if chance < OF_A_ROUND))

    async def _kill(self) -> None:
        if len(self._replicas.alive) > 1:
            self.counts["replica killed"] += 1
            await self._replicas.kill_one()

    async def _break_sockets(self) -> None:
        if self._town.slacks.site.hub.connections:
            self.counts["sockets closed"] += 1
            self._town.slacks.faults.refuse_handshakes(self._random.randint(0, 2))
            await self._town.slacks.site.hub.break_off()

    async def _lose_database(self) -> None:
        """Everybody is thrown out, and for a moment nobody gets in."""
        self.counts["database gone"] += 1
        began = monotonic()
        async with await psycopg.AsyncConnection.connect(self._server, autocommit=True) as connection:
            await connection.execute(_allow(self._database, allowed=False))
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
                " AND application_name <> 'driver'",
                (self._database,),
            )
            await asyncio.sleep(self._random.uniform(0, LONGEST_OUTAGE_SECONDS))
            await connection.execute(_allow(self._database, allowed=True))
        self.outages.append((began, monotonic()))

    async def _befall(self, faults: Faults, subject: dict[str, Any]) -> None:
        if self.fair or self._random.random() > OF_A_CALL:
            return
        name, fault = self._random.choice(list(_KINDS.items()))
        self.counts[name] += 1
        if fault is None:
            await asyncio.sleep(self._random.uniform(*SLOW_SECONDS))
            return
        call = subject["arguments"]
        faults.waiting.append(fault(subject["method"], lambda met: met is call))


async def _after(seconds: float, trouble: Callable[[], Awaitable[None]]) -> None:
    await asyncio.sleep(seconds)
    await trouble()


def _allow(database: str, *, allowed: bool) -> bytes:
    return f"ALTER DATABASE {database} ALLOW_CONNECTIONS {'true' if allowed else 'false'}".encode()


_KINDS: dict[str, Callable[[str, Any], Fault] | None] = {
    "429": lambda method, met: Fault(method, "status", 1, met, 429, "2"),
    "429 that does not say how long": lambda method, met: Fault(method, "status", 1, met, 429),
    "500": lambda method, met: Fault(method, "status", 1, met, 500),
    "503": lambda method, met: Fault(method, "status", 1, met, 503),
    "reset before": lambda method, met: Fault(method, "drop_before", 1, met),
    "reset after": lambda method, met: Fault(method, "drop_after", 1, met),
    "500 after": lambda method, met: Fault(method, "status_after", 1, met, 500),
    "no JSON": lambda method, met: Fault(method, "garble", 1, met),
    "slow": None,
}
