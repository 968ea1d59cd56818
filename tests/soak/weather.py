"""What goes wrong, by chance: in Slack's answers, on the way from Slack, with replicas and database."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random
from time import monotonic
from typing import Any

from bot.rehearsal.faults import Fault, Faults
from tests.soak.balancer import Whim
from tests.soak.outages import Outages
from tests.soak.replicas import Replicas
from tests.soak.town import Town

OF_A_CALL = 0.06
"""How many calls meet a fault."""
OF_A_DELIVERY = 0.08
OF_AN_ACT = 0.015
"""To how many acts that were acknowledged there comes a death, an outage, and broken sockets: of each of the
three.
"""
OF_A_ROUND = 0.06
"""The same, of a round in which few act."""
SLOW_SECONDS = (0.02, 0.3)
SLACK_WAITS = 3.0
"""Of real seconds, as the clock stands still while people wait for an answer."""
LOOKS_EVERY = 0.2


class Weather:
    """``fair`` from the beginning to the end, unless told otherwise."""

    def __init__(self, town: Town, replicas: Replicas, outages: Outages, random: Random) -> None:
        self._town = town
        self._replicas = replicas
        self._outages = outages
        self._random = random
        self._of_rounds = Random(random.random())
        """Of its own, so that the same seed brings the same troubles in the same rounds."""
        self.fair = True
        self.struck = False
        """Whether the last `blow` was one."""
        self.counts: Counter[str] = Counter()

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

    async def blow(self, acts: int) -> None:
        """What happens to replicas, database and sockets while about so many acts are done; back when it is
        over.
        """
        troubles: list[Callable[[], Awaitable[None]]] = [self._kill, self._lose_database, self._break_sockets]
        drawn = [one for one in troubles for _ in range(self._how_many(acts))]
        self.struck = bool(drawn)
        await asyncio.gather(*(_after(self._of_rounds.uniform(0, 0.3), one) for one in drawn))

    def _how_many(self, acts: int) -> int:
        if self.fair:
            return 0
        whole, part = divmod(max(OF_A_ROUND, OF_AN_ACT * acts), 1)
        return int(whole) + (self._of_rounds.random() < part)

    async def _kill(self) -> None:
        if len(self._replicas.alive) > 1:
            self.counts["replica killed"] += 1
            await self._replicas.kill_one()

    async def _break_sockets(self) -> None:
        """All at once. Some that connect anew are refused, and an answer may get lost; if it was to an event,
        that comes again.
        """
        if self._town.slacks.site.hub.connections:
            self.counts["sockets closed"] += 1
            self._town.slacks.faults.refuse_handshakes(self._random.randint(0, 2))
            self._random.choice(self._town.neighbourhoods).slack.faults.lose_acks(self._random.randint(0, 1))
            await self._town.slacks.site.hub.break_off()

    async def _lose_database(self) -> None:
        self.counts[await self._outages.strike()] += 1

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
