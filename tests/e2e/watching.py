"""What came of an act: which rows of a set changed, and what was said to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select

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
    waiting: list[tuple[Any, ...]]
    calls_before: int

    @classmethod
    async def begin(cls, world: World) -> "Watch":
        """From now on."""
        return cls(world, await domain_rows(world), await _read(world, outbox), len(world.slack.calls))

    async def changed(self) -> list[str]:
        """The tables of the domain in which anything is not as it was."""
        after = await domain_rows(self.world)
        return [table for table, rows in after.items() if rows != self.rows[table]]

    async def still_waiting(self) -> bool:
        """Whether the outbox holds anything that it did not hold before."""
        return await _read(self.world, outbox) != self.waiting

    def told(self) -> list[Call]:
        """Every call of Slack's API that shows something to anybody."""
        return [call for call in self.world.slack.calls[self.calls_before :] if call.method not in READING]


async def domain_rows(world: World) -> Rows:
    """Every row of every table of the domain."""
    return {
        table.name: await _read(world, table) for table in METADATA.sorted_tables if table not in DELIVERY
    }


async def _read(world: World, table: Table) -> list[tuple[Any, ...]]:
    async with world.database._engine.connect() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key.columns))
        return [tuple(row) for row in found]


@dataclass(frozen=True)
class Heard:
    """What one person was shown in private since one moment."""

    person: Person
    before: list[Message]

    @classmethod
    def begin(cls, person: Person) -> "Heard":
        """From now on."""
        return cls(person, person.ephemerals())

    def all(self) -> list[str]:
        """The texts of new private messages, and of the modal that is open."""
        shown: list[Message | OpenView] = [one for one in self.person.ephemerals() if one not in self.before]
        if self.person.modal is not None:
            shown.append(self.person.modal)
        return [self.person.text_of(one) for one in shown]
