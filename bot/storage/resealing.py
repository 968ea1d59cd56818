"""Seals anew what was sealed with an older key, and what still lies open from before there were seals.

A few rows at a time, each few in a transaction of their own. It can be stopped and begun again: what the
newest key opens is passed over.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.learning_set import SETTLED
from bot.storage.installations import context_of_token
from bot.storage.sealing import closed, context_of, context_of_payload, opened, sealed_payload
from bot.storage.tables import installations, outbox, questions, takeaways
from bot.vault import Vault

Key = tuple[Any, ...]
Row = dict[str, Any]

SEALED_TABLES: tuple[Table, ...] = (questions, takeaways, outbox, installations)
"""Tables with sealed columns."""


class Resealing:
    """Goes through one table after another, by their keys."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def step(self, table: Table, after: Key | None, limit: int) -> tuple[Key | None, int]:
        """Look at the next rows; the key of the last of them (None: there were none), and how many were
        sealed. Raises `CannotOpen` for a row that no key opens.
        """
        found = await self._connection.execute(_next(table, after, limit))
        rows = [dict(row) for row in found.mappings()]
        changed = 0
        for row in rows:
            if values := dict(self._anew(table, row)):
                this = [column == row[column.name] for column in table.primary_key]
                await self._connection.execute(update(table).where(*this).values(values))
                changed += 1
        return (_key(table, rows[-1]) if rows else None), changed

    async def try_some(self, table: Table, some: int = 20) -> None:
        """Open some of what is sealed, and change nothing. Raises `CannotOpen` for what no key opens."""
        found = await self._connection.execute(select(table).order_by(*table.primary_key).limit(some))
        for row in found.mappings():
            for column, context in _contexts(table, dict(row)):
                if row[column] is not None:
                    self._vault.open(row[column], context)

    def _anew(self, table: Table, row: Row) -> Iterator[tuple[str, Any]]:
        """What is to stand in which columns of the row; nothing where it is sealed as it should be."""
        for column, context in _contexts(table, row):
            sealed = row[column]
            if sealed is not None and not self._vault.sealed_with_newest(sealed, context):
                yield column, self._vault.seal(self._vault.open(sealed, context), context)
        yield from self._from_before(table, row).items()

    def _from_before(self, table: Table, row: Row) -> dict[str, Any]:
        if table is questions and row["triage"] is None and row["state"] in frozenset(SETTLED):
            return closed(
                self._vault, questions, row, {"state": opened(self._vault, questions, row)["state"]}
            )
        if table is takeaways and row["sealed"] is None and row["text"]:
            return closed(self._vault, takeaways, row, {"text": row["text"]})
        if table is outbox and isinstance(row["payload"], dict):
            payload = sealed_payload(self._vault, row["workspace_id"], row["key"], row["payload"])
            return {"payload": payload}
        return {}


def _contexts(table: Table, row: Row) -> Iterator[tuple[str, str]]:
    """The sealed columns of the row, and the name under which each was sealed."""
    if table is outbox and isinstance(row["payload"], str):
        yield "payload", context_of_payload(row["workspace_id"], row["key"])
    if table is questions:
        yield "triage", context_of(questions, row, "triage")
    if table is takeaways:
        yield "sealed", context_of(takeaways, row, "sealed")
    if table is installations:
        for column in ("bot_token", "refresh_token"):
            yield column, context_of_token(row["workspace_id"], column)


def _next(table: Table, after: Key | None, limit: int) -> Select[Any]:
    """Locked, so that nothing is put back that somebody else changes meanwhile."""
    key = list(table.primary_key)
    rows = select(table).order_by(*key).limit(limit).with_for_update()
    return rows if after is None else rows.where(tuple_(*key) > after)


def _key(table: Table, row: Row) -> Key:
    return tuple(row[column.name] for column in table.primary_key)
