"""What came of an act: which rows of a set changed, and what was said to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.rehearsal.model import Message
from bot.rehearsal.people import Person
from bot.rehearsal.records import Call
from bot.rehearsal.view_desk import OpenView
from bot.storage.tables import METADATA, handled_requests, lanes, outbox, sent_messages
from tests.e2e.world import World

DELIVERY = frozenset({handled_requests, lanes, outbox, sent_messages})
"""How things come and go; every other table holds what a set is and what is due in it."""
READING = frozenset({"users.info", "conversations.info", "conversations.members"})

Rows = Mapping[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Watch:
    """Everything since one moment."""

    world: World
    rows: Rows
    waiting: list[Mapping[str, Any]]
    calls_before: int

    @classmethod
    async def begin(cls, world: World) -> "Watch":
        """From now on."""
        rows = await domain_rows(world)
        return cls(world, rows, await world.rows(outbox), len(world.slack.calls))

    async def changed(self) -> list[str]:
        """The tables of the domain in which anything is not as it was."""
        after = await domain_rows(self.world)
        return [table for table, rows in after.items() if rows != self.rows[table]]

    async def still_waiting(self) -> bool:
        """Whether the outbox holds anything that it did not hold before."""
        return await self.world.rows(outbox) != self.waiting

    def told(self) -> list[Call]:
        """Every call of Slack's API that shows something to anybody."""
        return [call for call in self.world.slack.calls[self.calls_before :] if call.method not in READING]


async def domain_rows(world: World) -> Rows:
    """Every row of every table of the domain."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    async with world.database._engine.connect() as connection:
        for table in METADATA.sorted_tables:
            if table not in DELIVERY:
                rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
                found[table.name] = [tuple(row) for row in rows]
    return found


@dataclass(frozen=True)
class Heard:
    """What one person was shown in private since one moment."""

    person: Person
    before: list[Message]
    open_before: list[OpenView]

    @classmethod
    def begin(cls, person: Person) -> "Heard":
        """From now on."""
        return cls(person, person.ephemerals(), _modals(person))

    def all(self) -> list[str]:
        """The texts of new private messages and modals."""
        shown: list[Message | OpenView] = [one for one in self.person.ephemerals() if one not in self.before]
        shown += [one for one in _modals(self.person) if one not in self.open_before]
        return [self.person.text_of(one) for one in shown]

    def dismiss(self) -> None:
        """Close the new modals."""
        self.person._world.views.stacks[self.person.id] = self.open_before


def _modals(person: Person) -> list[OpenView]:
    return list(person._world.views.stacks.get(person.id, []))
