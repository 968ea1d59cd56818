"""A soak from the first to the last: what it needs is made, it is played, and all is taken down again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import make_url

from bot.doors.signed_http import EVENTS_PATH
from tests.databases import Templates
from tests.keys import KEY
from tests.soak.balancer import Balancer
from tests.soak.clock import DriversClock
from tests.soak.members import Members
from tests.soak.outages import Outages
from tests.soak.plan import Outcome, Plan
from tests.soak.replicas import Replicas
from tests.soak.soak import Soak
from tests.soak.town import BEGINS, Town
from tests.soak.weather import Weather


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
        outages = Outages(templates.postgresql, name, soak.random, stops=plan.stops)
        soak.weather = Weather(town, soak.replicas, outages, soak.random)
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
