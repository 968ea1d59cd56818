"""The members of all sets: what each circle does next, from what its people see. Every text is one of a kind.

Nobody insists: where a button is not there, or an act was not answered, they look again a little later.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.domain.learning_set import Phase
from bot.rehearsal.clock import MovableClock
from bot.storage.unit_of_work import Database
from bot.surfaces.ids import Action
from tests.soak.deeds import Deeds
from tests.soak.ledger import Ledger
from tests.soak.town import Circle, Neighbourhood, Town

A_BREATH = 15
"""Acts fall on multiples of so many seconds, so that many circles act at once."""
IN_A_HURRY = 0.04
"""How many go straight to the learning review after a stage, or close from there."""
TALKING = frozenset({"problem", "stillness", "shift", "break"})
"""Stages in which nobody writes anything."""
ANSWERS = 0.7
"""How many of those who are asked for a report-back answer."""
QUITE_LATE = timedelta(minutes=30)


@dataclass(eq=False)
class Company:
    """A circle at play. ``next_at``: when its people look again."""

    circle: Circle
    next_at: datetime
    accepted: set[str] = field(default_factory=set)
    visits: int = 0
    """How often they have looked at the stage that is running."""
    stands: tuple[str, int, int] = ("", 0, 0)


@dataclass(eq=False)
class Errand:
    """Something that one person will do at an instant."""

    at: datetime
    do: Callable[[], Awaitable[None]]


@dataclass
class Members:
    """Everybody. `act` lets all whose time has come act at once."""

    town: Town
    database: Database
    clock: MovableClock
    ledger: Ledger
    random: Random
    companies: list[Company] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    leaving: bool = False
    """Nobody begins anything any more."""

    def __post_init__(self) -> None:
        self.deeds = Deeds(self.town, self.database, self.clock, self.ledger, self.random)
        nth: Counter[str] = Counter()
        for circle in self.town.circles:
            nth[circle.where.id] += 1
            founded_at = self.clock.now() + timedelta(seconds=A_BREATH * nth[circle.where.id])
            self.companies.append(Company(circle, founded_at))

    def next_at(self) -> datetime | None:
        """When somebody acts next."""
        if self.leaving:
            return None
        return min([*(one.next_at for one in self.companies), *(one.at for one in self.errands)])

    async def act(self, rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        """Let everybody act whose time has come. ``rows``: the live meetings, by workspace and channel."""
        now = self.clock.now()
        due = [one for one in self.companies if one.next_at <= now]
        errands = [one for one in self.errands if one.at <= now]
        self.errands = [one for one in self.errands if one.at > now]
        doing = [self._company(one, rows) for one in due] + [self.deeds.alone(one.do) for one in errands]
        await asyncio.gather(*doing)

    def read_post(self) -> None:
        """Whoever is newly asked for a report-back may answer in a while."""
        for where in self.town.neighbourhoods:
            asked = [key for key in where.new_keys if key.startswith("dm:") and ":report:" in key]
            where.new_keys.clear()
            for key in asked:
                _, _, person, _, _ = key.split(":")
                if self.random.random() < ANSWERS:
                    at = self.clock.now() + timedelta(minutes=self.random.randrange(1, 240))
                    self.errands.append(Errand(at, self._answer(where, person, key)))

    def _answer(self, where: Neighbourhood, asked: str, key: str) -> Callable[[], Awaitable[None]]:
        async def answer() -> None:
            message = where.newest(key)
            if message is not None:
                await self.deeds.report(where.id, where.slack.person(asked), message)

        return answer

    # One circle

    async def _company(self, company: Company, rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        circle = company.circle
        row = rows.get((circle.where.id, circle.channel.id))
        company.next_at = self._in_a_while()
        if row is None:
            await self.deeds.alone(lambda: self.deeds.create(circle))
        elif row["phase"] in (Phase.SCHEDULED, Phase.OPENED):
            await self._before(company, row)
        elif row["phase"] is Phase.PAUSED:
            await self.deeds.alone(lambda: self.deeds.press_board(circle, circle.runner, row, Action.RESUME))
        else:
            await self._during(company, row)

    async def _before(self, company: Company, row: Mapping[str, Any]) -> None:
        circle, now = company.circle, self.clock.now()
        missing = [name for name in circle.members if name not in company.accepted]
        if missing and now < row["starts_at"] - QUITE_LATE:
            await asyncio.gather(
                *(
                    self.deeds.alone(self.deeds.accepting(circle, name, company.accepted))
                    for name in missing[:2]
                )
            )
            return
        if now < row["starts_at"]:
            company.next_at = row["starts_at"] + timedelta(seconds=self.random.choice((0, 0, 5, 150)))
            return
        await self.deeds.alone(
            lambda: self.deeds.press_board(circle, circle.runner, row, Action.START_MEETING)
        )

    async def _during(self, company: Company, row: Mapping[str, Any]) -> None:
        circle = company.circle
        stands = (row["id"], row["position"], row["version"])
        company.visits = company.visits + 1 if company.stands == stands else 0
        company.stands = stands
        if company.visits == 0 and row["agenda"][row["position"]].stage not in TALKING:
            await self._stage(circle, row)
            return
        if self.random.random() < IN_A_HURRY:
            await self.deeds.alone(self.deeds.pressing(circle, circle.runner, row, Action.END_MEETING))
            return
        movers = [circle.runner]
        if circle.facilitator is None and self.random.random() < 0.3:
            movers.append(circle.where.people[self.random.choice(circle.members)])
        moving = [self.deeds.pressing(circle, one, row, Action.MOVE_ON) for one in dict.fromkeys(movers)]
        await asyncio.gather(*(self.deeds.alone(one) for one in moving))

    async def _stage(self, circle: Circle, row: Mapping[str, Any]) -> None:
        slot = row["agenda"][row["position"]]
        people = [circle.where.people[name] for name in circle.members]
        doing: list[Callable[[], Awaitable[None]]] = []
        if slot.stage == "welcome":
            doing = [self.deeds.pressing(circle, one, row, Action.I_AM_HERE) for one in people]
        elif slot.stage == "report-backs":
            doing = [self.deeds.reporting(circle, one, row) for one in people]
        elif slot.stage == "bids":
            doing = [self.deeds.bidding(circle, self.random.choice(people), row)]
        elif slot.stage in ("clarification", "reflection", "analysis", "reframing", "action"):
            asking = self.random.sample(people, self.random.randint(0, 2))
            doing = [self.deeds.asking(circle, one, row) for one in asking]
            if slot.stage == "reframing":
                doing.append(self.deeds.settling(circle, row))
        elif slot.stage == "commitments":
            doing = [self.deeds.committing(circle, row)]
        elif slot.stage == "learning-review":
            doing = [self.deeds.learning(circle, one, row) for one in people if self.random.random() < 0.7]
        if self.random.random() < 0.1:
            doing.append(self.deeds.home(circle, self.random.choice(people)))
        await asyncio.gather(*(self.deeds.alone(one) for one in doing))

    def _in_a_while(self) -> datetime:
        now = self.clock.now()
        seconds = A_BREATH * self.random.randint(1, 2)
        return now + timedelta(seconds=seconds - now.timestamp() % A_BREATH)
