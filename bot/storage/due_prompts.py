"""What is due by itself, as rows that any process may claim.

A claim is a lease: committed before the work begins, over by itself when the process dies. Whoever still
holds it may say what became of the prompt; anyone else's word is ignored.

``ready_at`` says when a row may be claimed, and is NULL where it is final: so neither what is due in a year
nor what is long done is looked at to find what is due now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Executable, RowMapping, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.wakes import Wake
from bot.storage.dialect import insert_into
from bot.storage.in_turn import locked_in_turn, workspaces_in_turn
from bot.storage.sweeping import some_of
from bot.storage.tables import PromptState, due_prompts

LEASE = timedelta(seconds=60)
Ending = Literal["done", "missed", "failed", "cancelled"]
WAKE = tuple(field.name for field in fields(Wake))
"""The columns that make up a wake."""


@dataclass(frozen=True, slots=True)
class DuePrompt:
    """A claimed prompt. ``attempts`` counts the claims, this one included."""

    workspace_id: str
    set_id: str
    wake: Wake
    attempts: int
    lease_token: str


class DuePrompts:
    """The rows of ``due_prompts``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def sync(
        self, workspace_id: str, set_id: str, before: Mapping[str, Wake], after: Mapping[str, Wake]
    ) -> None:
        """Write the difference between what was due for a set and what is.

        What was done is never due again, and a claimed one is left to who holds it.
        """
        of_set = {"workspace_id": workspace_id, "set_id": set_id, "attempts": 0}
        vanished = {"state": PromptState.CANCELLED, "ready_at": None}
        rows = [asdict(wake) | of_set | vanished for key, wake in sorted(before.items()) if key not in after]
        for key, wake in sorted(after.items()):
            if before.get(key) != wake:
                rows.append(asdict(wake) | of_set | {"state": PromptState.DUE, "ready_at": wake.due_at})
        if rows:
            await self._connection.execute(_put(self._connection.dialect.name), rows)

    async def waiting(self, workspace_id: str, set_id: str) -> dict[str, Wake]:
        """What the rows say is due for a set.

        The ``before`` of `sync` where a command in another set may have changed it, such as a person who
        goes away.
        """
        c = due_prompts.c
        statement = select(due_prompts).where(
            c.workspace_id == workspace_id, c.set_id == set_id, c.state == PromptState.DUE
        )
        found = [_wake(row) for row in (await self._connection.execute(statement)).mappings()]
        return {wake.key: wake for wake in found}

    async def claim(
        self, now: datetime, limit: int = 20, lease: timedelta = LEASE, *, after: str = ""
    ) -> list[DuePrompt]:
        """Take what is due, by workspace in turn, of each the longest due. The workspace that follows
        ``after`` is first. Prompts whose lease is over are due again.
        """
        workspaces = await workspaces_in_turn(self._connection, due_prompts, now, limit, after)
        found = await locked_in_turn(self._connection, due_prompts, now, limit, workspaces)
        if not found:
            return []
        token, until, c = uuid4().hex, now + lease, due_prompts.c
        await self._connection.execute(
            update(due_prompts)
            .where(tuple_(c.workspace_id, c.key).in_([(row["workspace_id"], row["key"]) for row in found]))
            .values(
                state=PromptState.LEASED,
                attempts=c.attempts + 1,
                lease_until=until,
                lease_token=token,
                ready_at=until,
            )
        )
        return [_prompt(row, token) for row in found]

    async def finish(self, prompt: DuePrompt, ending: Ending = "done") -> bool:
        """Settle it: done, missed or failed for good; or cancelled, from which it can be due again.

        False, and nothing done, when the lease is no longer ours.
        """
        return await self._settle(prompt, state=PromptState(ending), ready_at=None)

    async def postpone(self, prompt: DuePrompt, due_at: datetime) -> bool:
        """Make it due again later. False, and nothing done, when the lease is no longer ours."""
        return await self._settle(prompt, state=PromptState.DUE, due_at=due_at, ready_at=due_at)

    async def give_back(self, prompts: Iterable[DuePrompt]) -> None:
        """Let others have at once what was claimed and not begun."""
        c = due_prompts.c
        for prompt in prompts:
            await self._settle(prompt, state=PromptState.DUE, ready_at=c.due_at, attempts=prompt.attempts - 1)

    async def forget(self, before: datetime, limit: int) -> None:
        """Delete up to ``limit`` rows that are final and were due before this instant.

        From then on it is no longer known that they were done: no meeting may come back to them.
        """
        c = due_prompts.c
        old = c.ready_at.is_(None), c.due_at < before
        await self._connection.execute(some_of(due_prompts, limit, *old))

    async def next_due_at(self) -> datetime | None:
        """The earliest instant at which `claim` finds something; None when nothing is due ever."""
        c = due_prompts.c
        statement = select(func.min(c.ready_at)).where(c.ready_at.is_not(None), c.workspace_id.is_not(None))
        found: datetime | None = await self._connection.scalar(statement)
        return found

    async def _settle(self, prompt: DuePrompt, **values: Any) -> bool:
        c = due_prompts.c
        statement = (
            update(due_prompts)
            .where(c.workspace_id == prompt.workspace_id, c.key == prompt.wake.key)
            .where(c.state == PromptState.LEASED, c.lease_token == prompt.lease_token)
            .values(values | {"lease_until": None, "lease_token": None})
        )
        return (await self._connection.execute(statement)).rowcount == 1


@cache
def _put(dialect: str) -> Executable:
    c, statement = due_prompts.c, insert_into(dialect, due_prompts)
    return statement.on_conflict_do_update(
        index_elements=["workspace_id", "key"],
        set_={name: statement.excluded[name] for name in ("due_at", "state", "attempts", "ready_at")},
        where=or_(c.state == PromptState.DUE, c.state == PromptState.CANCELLED),
    )


def _wake(row: RowMapping) -> Wake:
    return Wake(**{name: row[name] for name in WAKE})


def _prompt(row: RowMapping, token: str) -> DuePrompt:
    return DuePrompt(row["workspace_id"], row["set_id"], _wake(row), row["attempts"] + 1, token)
