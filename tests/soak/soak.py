"""One soak, from an empty database to the balance."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from sqlalchemy import make_url, select, tuple_

from bot.domain.learning_set import Phase
from bot.doors.signed_http import EVENTS_PATH
from bot.storage.tables import handled_requests, lanes, learning_sets, meetings
from bot.storage.unit_of_work import Database
from tests.databases import Templates
from tests.keys import KEY, VAULT
from tests.soak.balance import Balance
from tests.soak.balancer import Balancer
from tests.soak.clock import DriversClock
from tests.soak.ledger import Ledger
from tests.soak.members import Members
from tests.soak.planted import Bug
from tests.soak.posts import Posts
from tests.soak.replicas import Replicas, Stuck
from tests.soak.town import BEGINS, Town
from tests.soak.weather import Weather

LIVE = (Phase.SCHEDULED, Phase.OPENED, Phase.RUNNING, Phase.PAUSED)
MOST_STEPS_TO_REST = 500
ALL_AT_ONCE = 0.2
PATIENCE_SECONDS = 3
A_LITTLE = timedelta(seconds=5)
A_STEP = timedelta(seconds=2)
"""The clock goes no shorter way: a channel takes a message a second, and that would be many steps."""
SECONDS_OF_CALM = 600
"""Of the clock that is played: the longest that anything may take to heal."""


@dataclass(frozen=True)
class Plan:
    """How one soak is to be."""

    seconds: float
    seed: int
    rounds: int | None = None
    """No more of them, however fast this machine is."""
    workspaces: int = 3
    sets: int = 8
    replicas: int = 3
    http: bool = True
    fair: bool = False
    """Nothing goes wrong but what is planted."""
    bug: Bug | None = None


@dataclass(frozen=True)
class Outcome:
    """What the driver says at the end."""

    wrong: list[str]
    counts: Mapping[str, int]
    line: str

    @property
    def balanced(self) -> bool:
        return not self.wrong


class Soak:
    """Everything of one soak. `play`, then `balance`."""

    def __init__(self, plan: Plan, clock: DriversClock, town: Town, database_url: str) -> None:
        self.plan = plan
        self.random = Random(plan.seed)
        self.clock = clock
        self.town = town
        self.database = Database(f"{database_url}&application_name=driver", VAULT)
        self.ledger = Ledger()
        self.posts = Posts(town)
        self.rounds = 0
        self.replicas: Replicas
        self.weather: Weather
        self.members: Members

    async def play(self) -> None:
        """Until the time is up, and then until everything has come to rest."""
        await self._play(monotonic() + self.plan.seconds)
        self.weather.fair, self.members.leaving = True, True
        await self.replicas.replace(wait=True)
        until = self.clock.now() + timedelta(seconds=SECONDS_OF_CALM)
        while self.clock.now() < until:
            await self._rest()
            await self._go_on(until)
        await self._rest()
        self.town.look()

    async def balance(self) -> Outcome:
        """Compare, when everything has come to rest."""
        balance = Balance(self.town, self.database, self.ledger, self.clock.now())
        await balance.draw_up()
        doubled, excused = self.posts.doubled(self.replicas, self.weather)
        wrong = balance.wrong + doubled
        counts = self._counts(balance, excused)
        verdict = "BALANCED" if not wrong else f"NOT BALANCED: {len(wrong)} wrong"
        told = ", ".join(f"{number} {what}" for what, number in counts.items())
        return Outcome(wrong, counts, f"{verdict}; seed {self.plan.seed}; {told}")

    def _counts(self, balance: Balance, excused: int) -> Mapping[str, int]:
        counts, faults = balance.counts, self.weather.counts
        return {
            "meetings": counts["meetings"],
            "acts": self.ledger.acts.total(),
            "acknowledged": self.ledger.acknowledged,
            "texts once": counts["texts"],
            "posts": self.posts.count,
            "twice with cause": excused,
            "boards due": counts["boards"],
            "boards up": counts["boards up"],
            "nudges due": counts["nudges due"],
            "nudges": counts["nudges"],
            "dead or held": counts["dead or held"],
            "faults": faults.total(),
            "killed": faults["replica killed"],
            "outages": faults["database gone"],
        }

    # The course

    async def _play(self, end: float) -> None:
        while monotonic() < end and self.rounds != self.plan.rounds:
            self.rounds += 1
            await asyncio.gather(self.members.act(await self._live()), self.weather.blow())
            await self.replicas.replace()
            await self._rest()
            await self._prove()
            self.town.look()
            self.members.read_post()
            await self._go_on()

    async def _rest(self) -> None:
        """Let everything happen that can happen now."""
        for _ in range(MOST_STEPS_TO_REST):
            await self._quiet()
            due = await self._due()
            if due is None or due > self.clock.now():
                return
            await self._do_what_is_due()
        raise Stuck(f"something is always due at {self.clock.now()}")

    async def _do_what_is_due(self) -> None:
        """By one replica, or sometimes by all at the same time."""
        async with self.database.reading() as unit:
            prompted = await unit.due_prompts.next_due_at()
        how_many = self.plan.replicas if self.random.random() < ALL_AT_ONCE else 1
        await self.replicas.have(
            "tick" if prompted is not None and prompted <= self.clock.now() else "send", how_many
        )

    async def _quiet(self) -> None:
        """Nothing is on its way from Slack, and nobody is at work. The dead hold what they hold."""
        while True:
            await self.town.slacks.quiet()
            await self._idle()
            if self.town.slacks.is_quiet and not await self._anybody_sends():
                return

    async def _anybody_sends(self) -> bool:
        """Whether a lane is leased by somebody who lives: then it is not, once all have come to rest."""
        before = await self._leases()
        if not before:
            return False
        await self._idle()
        return await self._leases() != before

    async def _idle(self) -> None:
        """Nobody is at work. Who waits for Slack to let them connect again waits for the clock, so it goes on
        a little, by far less than a lease.
        """
        idle = asyncio.create_task(self.replicas.idle())
        while not (await asyncio.wait([idle], timeout=PATIENCE_SECONDS))[0]:
            self.clock.move_to(self.clock.now() + A_LITTLE)
        await idle

    async def _leases(self) -> set[str]:
        statement = select(lanes.c.lease_token).where(lanes.c.lease_token.is_not(None))
        async with self.database._engine.connect() as connection:
            return set((await connection.execute(statement)).scalars())

    async def _due(self) -> datetime | None:
        async with self.database.reading() as unit:
            found = [await unit.due_prompts.next_due_at(), await unit.outbox.next_due_at()]
        return min((at for at in [*found, self.town.next_due()] if at is not None), default=None)

    async def _go_on(self, until: datetime | None = None) -> None:
        """To the next instant at which anything is due, or somebody acts."""
        found = [await self._due(), self.members.next_at(), until]
        following = min(at for at in found if at is not None)
        self.clock.move_to(max(following, self.clock.now() + A_STEP))

    async def _live(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The next or running meeting of each set, by workspace and channel."""
        own = meetings.c.workspace_id == learning_sets.c.workspace_id
        joined = meetings.join(learning_sets, own & (meetings.c.set_id == learning_sets.c.id))
        statement = (
            select(meetings, learning_sets.c.channel_id).select_from(joined).where(meetings.c.phase.in_(LIVE))
        )
        async with self.database._engine.connect() as connection:
            rows = (await connection.execute(statement)).mappings()
            return {(row["workspace_id"], row["channel_id"]): dict(row) for row in rows}

    async def _prove(self) -> None:
        """Each request that was acknowledged stands in the database, before it may be forgotten there."""
        if not self.ledger.unproved:
            return
        c = handled_requests.c
        wanted = tuple_(c.workspace_id, c.request).in_(list(self.ledger.unproved))
        async with self.database._engine.connect() as connection:
            statement = select(c.workspace_id, c.request).where(wanted)
            found = {tuple(row) for row in await connection.execute(statement)}
        for request, what in self.ledger.unproved.items():
            if request not in found:
                self.ledger.missing.append(f"{what} was acknowledged in {request[0]}, and never happened")
        self.ledger.unproved.clear()


@asynccontextmanager
async def soaking(plan: Plan, templates: Templates, database_url: str) -> AsyncIterator[Soak]:
    """A town, its replicas and a weather, for as long as the block lasts."""
    with TemporaryDirectory(prefix="als-soak-") as folder:
        clock = DriversClock(BEGINS, Path(folder) / "clock")
        town = Town(clock, Random(plan.seed), plan.seed)
        town.settle(plan.workspaces, plan.sets)
        await town.slacks.start()
        soak = Soak(plan, clock, town, database_url)
        await town.install(soak.database, clock.now())
        given = _given(plan, town, Path(folder) / "clock", database_url)
        soak.replicas = Replicas(given, plan.replicas, Path(folder), soak.random)
        soak.members = Members(town, soak.database, clock, soak.ledger, soak.random)
        name = make_url(database_url).database
        assert name is not None
        soak.weather = Weather(town, soak.replicas, templates.postgresql, name, soak.random)
        balancer = Balancer(lambda: _ports(soak.replicas), soak.weather.whim)
        await balancer.start()
        impatience = asyncio.create_task(soak.weather.time_out())
        try:
            await soak.replicas.start()
            if plan.http:
                town.slacks.deliver_over_http(balancer.url + EVENTS_PATH)
            soak.weather.begin()
            soak.weather.fair = plan.fair
            yield soak
        finally:
            impatience.cancel()
            await soak.replicas.end()
            await balancer.stop()
            await town.slacks.stop()
            await soak.database.close()


def _ports(replicas: Replicas) -> list[int]:
    return [one.port for one in replicas.alive if one.port is not None]


def _given(plan: Plan, town: Town, clock: Path, database_url: str) -> dict[str, Any]:
    slacks = town.slacks
    return {
        "api_url": slacks.api_url,
        "app_token": slacks.app_token,
        "bug": plan.bug,
        "client_id": slacks.client_id,
        "client_secret": slacks.client_secret,
        "clock": str(clock),
        "database_url": database_url,
        "forgotten": town.neighbourhoods[-1].id,
        "http": plan.http,
        "key": KEY,
        "signing_secret": slacks.signing_secret,
    }


async def soaked(plan: Plan, templates: Templates, database_url: str, say: Callable[[str], None]) -> Outcome:
    """The whole, and what there is to say of it."""
    async with soaking(plan, templates, database_url) as soak:
        await soak.play()
        outcome = await soak.balance()
        acts = ", ".join(f"{what} {n}" for what, n in sorted(soak.ledger.acts.items()))
        say(f"{soak.rounds} rounds to {soak.clock.now():%d %B %Y}; acts: {acts}")
        say(f"weather: {dict(soak.weather.counts)}")
    return outcome
