"""Reads of all that is kept of a person, a set or a workspace, as plain values for JSON.

An owner's triage is shown to that owner alone: in every other export a question is settled, or not.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.belonging import OF_A_SET, UNITS, keys_of_set, of_set
from bot.storage.sealing import opened
from bot.storage.tables import (
    METADATA,
    SETTLED_SOMEHOW,
    attendance,
    bids,
    commitments,
    lanes,
    learning_lines,
    learning_sets,
    meetings,
    members,
    oauth_states,
    outbox,
    people,
    questions,
    report_backs,
    sent_messages,
    takeaways,
    turns,
)
from bot.vault import Vault

Rows = list[dict[str, Any]]
Kept = dict[str, Rows]
"""Rows by the name of what they are."""

SECRET = frozenset({"bot_token", "refresh_token", "payload", "triage", "sealed", "lease_token"})
"""Columns that no export shows as they are kept."""
PASSING = frozenset({lanes, oauth_states})
"""Tables that say nothing about anybody."""
OWN: Mapping[str, tuple[Table, str]] = {
    "memberships": (members, "person"),
    "attendance": (attendance, "person"),
    "bids": (bids, "person"),
    "takeaways": (takeaways, "person"),
    "learning_lines": (learning_lines, "person"),
    "commitments": (commitments, "recorded_by"),
    "report_backs": (report_backs, "person"),
}
"""What a person gave, and by which column it is theirs."""
NOT_THEIRS = {"turns": frozenset({"why", "chosen_by"}), "attendance": frozenset({"by"})}
"""Columns of a person's rows that others filled."""


class Exports:
    """Shows what is kept. Every call names its workspace."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def person(self, workspace_id: str, person: str) -> Kept:
        """All that a person gave, and what is kept of them; not one word of anybody else."""
        theirs = people.c.workspace_id == workspace_id, people.c.id == person
        found = {"person": await self._rows(people, *theirs)}
        for name, (table, column) in OWN.items():
            mine = table.c.workspace_id == workspace_id, table.c[column] == person
            found[name] = await self._rows(table, *mine)
        asked = questions.c.workspace_id == workspace_id, questions.c.asker == person
        found["questions_asked"] = await self._rows(questions, *asked)
        units = await self._units(workspace_id, person)
        owned = turns.c.workspace_id == workspace_id, turns.c.unit_id.in_(units)
        found["turns"] = await self._rows(turns, *owned)
        chose = turns.c.workspace_id == workspace_id, turns.c.chosen_by == person
        found["owners_chosen"] = [
            {name: row[name] for name in ("meeting_id", "number", "why")}
            for row in await self._rows(turns, *chose)
        ]
        found["questions_settled"] = await self._settled(workspace_id, units)
        found["sets"] = await self._sets(workspace_id, person, found)
        hidden = {name: NOT_THEIRS.get(name, frozenset()) for name in found}
        return {name: [_without(row, hidden[name]) for row in rows] for name, rows in found.items() if rows}

    async def learning_set(self, workspace_id: str, set_id: str) -> Kept:
        """A set with all its meetings, and its people; none where there is no such set."""
        found = {
            table.name: await self._rows(table, of_set(table, workspace_id, set_id)) for table in OF_A_SET
        }
        if not found[learning_sets.name]:
            return {}
        found[people.name] = await self._people_of_set(workspace_id, set_id)
        for table in (outbox, sent_messages):
            about = table.c.workspace_id == workspace_id, keys_of_set(table.c.key, set_id)
            found[table.name] = await self._rows(table, *about)
        return {name: rows for name, rows in found.items() if rows}

    async def workspace(self, workspace_id: str) -> Kept:
        """Everything of a workspace, without tokens and without what waits to be sent."""
        found = {
            table.name: await self._rows(table, table.c.workspace_id == workspace_id)
            for table in METADATA.sorted_tables
            if table not in PASSING
        }
        return {name: rows for name, rows in found.items() if rows}

    async def _settled(self, workspace_id: str, units: Iterable[str]) -> Rows:
        """What the person, as an owner, did with questions: how, and not a word of the question."""
        c = questions.c
        own = (
            select(questions)
            .join_from(
                questions,
                turns,
                (turns.c.workspace_id == c.workspace_id)
                & (turns.c.meeting_id == c.meeting_id)
                & (turns.c.number == c.turn),
            )
            .where(c.workspace_id == workspace_id, turns.c.unit_id.in_(list(units)))
            .where(c.state == SETTLED_SOMEHOW)
            .order_by(c.meeting_id, c.position)
        )
        rows = [
            opened(self._vault, questions, dict(row))
            for row in (await self._connection.execute(own)).mappings()
        ]
        names = ("id", "meeting_id", "turn", "state")
        return [{name: _plain(row[name]) for name in names} for row in rows]

    async def _sets(self, workspace_id: str, person: str, found: Kept) -> Rows:
        """The names of the sets in which they have or had a part."""
        c = learning_sets.c
        ids = {row["set_id"] for row in found["memberships"]}
        theirs = or_(c.id.in_(ids), c.creator == person, c.facilitator == person)
        rows = await self._rows(learning_sets, c.workspace_id == workspace_id, theirs)
        roles = ("creator", "facilitator")
        return [
            {name: row[name] for name in ("id", "name", "created_at", "ended_at")}
            | {"roles": [role for role in roles if row[role] == person]}
            for row in rows
        ]

    async def _units(self, workspace_id: str, person: str) -> list[str]:
        """The units to which the person belongs or belonged."""
        every = union(
            *(
                select(table.c[column]).where(
                    table.c.workspace_id == workspace_id, table.c[column].contains(person, autoescape=True)
                )
                for table, columns in UNITS.items()
                for column in columns
            )
        )
        return [unit for unit in await self._connection.scalars(every) if person in unit.split("+")]

    async def _people_of_set(self, workspace_id: str, set_id: str) -> Rows:
        c = members.c
        its = select(c.person).where(c.workspace_id == workspace_id, c.set_id == set_id)
        return await self._rows(people, people.c.workspace_id == workspace_id, people.c.id.in_(its))

    async def _rows(self, table: Table, *where: ColumnElement[bool]) -> Rows:
        by_key = select(table).where(*where).order_by(*table.primary_key)
        return [self._shown(table, row) for row in (await self._connection.execute(by_key)).mappings()]

    def _shown(self, table: Table, row: RowMapping) -> dict[str, Any]:
        values = opened(self._vault, takeaways, dict(row)) if table is takeaways else dict(row)
        if table is meetings:
            values["agenda"] = [slot.stage for slot in row["agenda"]]
        if table is questions and values["triage"] is None and values["state"] in LONG_SETTLED:
            values["state"] = SETTLED_SOMEHOW
        return {name: _plain(value) for name, value in values.items() if name not in SECRET}


LONG_SETTLED = frozenset({"answered", "taken-away", "passed"})
"""As states were kept before they were sealed."""


def _without(row: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _plain(value: Any) -> Any:
    """As JSON has it: instants, days and times in ISO 8601."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
