"""What an operator does about what is kept: for the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.privacy.erasure import Counts, Erasure
from bot.storage.resealing import SEALED_TABLES, Key
from bot.storage.unit_of_work import Database

FORMAT, VERSION = "action-learning-export", 1
"""Of the document; its parts are told in docs/export.md."""
ROWS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class About:
    """Of what or whom: a set, a person, or where neither is named the whole workspace."""

    workspace_id: str
    set_id: str | None = None
    person: str | None = None

    @property
    def kind(self) -> str:
        """Which of the three."""
        return "set" if self.set_id else "person" if self.person else "workspace"

    @property
    def id(self) -> str:
        """Its id."""
        return self.set_id or self.person or self.workspace_id


async def export(database: Database, about: About, now: datetime) -> dict[str, Any]:
    """All that is kept, as one document for JSON, and a row about it in the audit; empty where nothing is."""
    async with database.unit_of_work() as unit:
        if about.set_id:
            kept = await unit.exports.learning_set(about.workspace_id, about.set_id)
        elif about.person:
            kept = await unit.exports.person(about.workspace_id, about.person)
        else:
            kept = await unit.exports.workspace(about.workspace_id)
        if not kept:
            return {}
        counts = {name: len(rows) for name, rows in kept.items()}
        await unit.audit.record(about.workspace_id, now, f"{about.kind} exported", about.id, counts)
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": now.isoformat(),
        "workspace": about.workspace_id,
        "about": {"kind": about.kind, "id": about.id},
        "kept": kept,
    }


async def erase(database: Database, erasure: Erasure, about: About) -> Counts:
    """Delete for good. How many rows of what; empty where there was nothing."""
    if about.person:
        return await erasure.person(about.workspace_id, about.person)
    async with database.unit_of_work() as unit:
        if about.set_id:
            return await erasure.learning_set(unit, about.workspace_id, about.set_id)
        return await erasure.workspace(unit, about.workspace_id)


async def rotate_keys(database: Database, tell: Callable[[str], None]) -> int:
    """Seal everything anew that the newest key does not open; how many rows.

    Can be stopped and begun again. Raises `CannotOpen` for a row that no key opens.
    """
    whole = 0
    for table in SEALED_TABLES:
        after: Key | None = None
        changed = 0
        while True:
            async with database.unit_of_work() as unit:
                after, sealed = await unit.resealing.step(table, after, ROWS_AT_ONCE)
            changed += sealed
            if after is None:
                break
        tell(f"{table.name}: {changed} sealed anew")
        whole += changed
    return whole
