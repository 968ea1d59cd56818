"""The course of one soak, from an empty database to the balance."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Any

from sqlalchemy import exists, select, tuple_

from bot.domain.learning_set import Phase
from bot.storage.tables import (
    RowState,
    handled_requests,
    lanes,
    learning_sets,
    meetings,
    outbox,
    sent_messages,
)
from bot.storage.unit_of_work import Database
from tests.keys import VAULT
from tests.soak.balance import compared
from tests.soak.clock import DriversClock
from tests.soak.evidence import Evidence, evidence
from tests.soak.ledger import Ledger
from tests.soak.members import Members
from tests.soak.outages import CRASHED, SHUT, STOPPED
from tests.soak.plan import Outcome, Plan
from tests.soak.posts import Posts
from tests.soak.replicas import Replicas, Stuck
from tests.soak.town import Town
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
        found = await self.evidence()
        doubled, excused = self.posts.doubled()
        wrong = compared(found) + doubled
        counts = self._counts(found.counts, excused)
        verdict = "BALANCED" if not wrong else f"NOT BALANCED: {len(wrong)} wrong"
        told = ", ".join(f"{number} {what}" for what, number in counts.items())
        return Outcome(wrong, counts, f"{verdict}; seed {self.plan.seed}; {told}")

    async def evidence(self) -> Evidence:
        """What is to be compared, as it is now."""
        return await evidence(self.town, self.ledger, self.database, self.clock.now())

    def _counts(self, counts: Counter[str], excused: int) -> Mapping[str, int]:
        faults = self.weather.counts
        return {
            "meetings": counts["meetings"],
            "acts": self.ledger.acts.total(),
            "acknowledged": self.ledger.acknowledged,
            "texts once": counts["texts"],
            "presses kept": counts["marks"],
            "posts": self.posts.count,
            "twice with cause": excused,
            "boards due": counts["boards"],
            "boards up": counts["boards up"],
            "nudges due": counts["nudges due"],
            "nudges": counts["nudges"],
            "owners told": counts["owners told"],
            "faults": faults.total(),
            "killed": faults["replica killed"],
            "outages": sum(faults[kind] for kind in (SHUT, STOPPED, CRASHED)),
        }

    # The course

    async def _play(self, end: float) -> None:
        acts = 0
        while monotonic() < end and self.rounds != self.plan.rounds:
            self.rounds += 1
            since, before = self.clock.now(), self.ledger.acknowledged
            await asyncio.gather(self.members.act(await self._live()), self.weather.blow(acts))
            acts = self.ledger.acknowledged - before
            await self._recover()
            await self._rest()
            await self._find_left_behind()
            await self._prove(since)
            self.town.look()
            self.members.read_post()
            await self._go_on()

    async def _recover(self) -> None:
        """From what the weather did."""
        if self.weather.struck:
            await self.database.close()  # whose connections may be dead; it opens others
        await self.replicas.replace()

    async def _find_left_behind(self) -> None:
        """When all are at rest, what is being sent is being sent by nobody. What the bot knows to be there is
        only updated.
        """
        if not self.weather.struck:
            return
        c, sent = outbox.c, sent_messages.c
        known = exists().where(sent.workspace_id == c.workspace_id, sent.key == c.key)
        statement = select(c.workspace_id, c.key).where(c.state == RowState.SENDING, ~known)
        async with self.database._engine.connect() as connection:
            self.posts.left_behind([(row[0], row[1]) for row in await connection.execute(statement)])

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
            await self._find_left_behind()  # before a lease may end
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

    async def _prove(self, since: datetime) -> None:
        """Each request that was acknowledged stands in the database, before it may be forgotten there; and it
        came when the driver's clock says so, whatever the clocks of the replicas say.
        """
        if not self.ledger.unproved:
            return
        c = handled_requests.c
        wanted = tuple_(c.workspace_id, c.request).in_(list(self.ledger.unproved))
        async with self.database._engine.connect() as connection:
            statement = select(c.workspace_id, c.request, c.received_at).where(wanted)
            found = {(row[0], row[1]): row[2] for row in await connection.execute(statement)}
        for request, what in self.ledger.unproved.items():
            at = found.get(request)
            if at is None:
                self.ledger.missing.append(f"{what} was acknowledged in {request[0]}, and never happened")
            elif not since <= at <= self.clock.now():
                self.ledger.missing.append(f"{what} was taken down for {at}, and came at {since}")
        self.ledger.unproved.clear()
