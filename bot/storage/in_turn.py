"""Rows that are ready, taken by workspace in turn: a burst in one never delays another.

No statement here looks at more than it needs, however much waits. Where little is ready, it is read from the
index. Where much is, the workspaces are found by stepping from one to the next in another index, and of each
only the longest ready rows are read.
"""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    ScalarSelect,
    Select,
    String,
    Table,
    column,
    select,
    true,
    values,
)
from sqlalchemy.ext.asyncio import AsyncConnection

MUCH = 100
"""From so many ready rows on, one workspace may hide the others behind it."""


async def workspaces_in_turn(
    connection: AsyncConnection, table: Table, now: datetime, limit: int, after: str
) -> list[str]:
    """Up to ``limit`` workspaces with something ready, the next one after ``after`` first."""
    c = table.c
    longest_ready = select(c.workspace_id).where(c.ready_at <= now).order_by(c.ready_at).limit(MUCH)
    ready = list(await connection.scalars(longest_ready))
    if len(ready) < MUCH:
        names = sorted(set(ready))
        return [*(one for one in names if one > after), *(one for one in names if one <= after)][:limit]
    later = await _step_through(connection, table, now, limit, after)
    if not after or len(later) == limit:
        return later
    from_the_start = await _step_through(connection, table, now, limit - len(later), "")
    return later + [one for one in from_the_start if one not in later]


async def locked_in_turn(
    connection: AsyncConnection, table: Table, now: datetime, limit: int, workspaces: Sequence[str]
) -> list[RowMapping]:
    """About ``limit`` ready rows, as many of each of these workspaces, locked until the transaction ends.

    Each workspace's longest ready first. What another transaction holds is passed over, not waited for.
    """
    if not workspaces:
        return []
    share = ceil(limit / len(workspaces))
    if connection.dialect.name == "postgresql":
        found = await _locked_at_once(connection, table, now, share, workspaces)
    else:
        found = [row for one in workspaces for row in await _of_one(connection, table, now, share, one)]
    return found[:limit]


async def _step_through(
    connection: AsyncConnection, table: Table, now: datetime, limit: int, after: str
) -> list[str]:
    step = select(_next(table, after).label("id")).cte("step", recursive=True)
    step = step.union_all(select(_next(table, step.c.id)).where(step.c.id.is_not(None)))
    c = table.alias().c
    one_ready = select(c.workspace_id).where(c.workspace_id == step.c.id, c.ready_at <= now).limit(1)
    # No EXISTS: PostgreSQL would make a join of it, and look at all workspaces before it gives the first.
    some = one_ready.scalar_subquery().is_not(None)
    return list(await connection.scalars(select(step.c.id).where(some).limit(limit)))


def _next(table: Table, after: Any) -> ScalarSelect[Any]:
    """The next workspace in which something waits. Only one index has this order."""
    c = table.alias().c
    waiting = select(c.workspace_id).where(c.ready_at.is_not(None), c.workspace_id > after)
    return waiting.order_by(c.workspace_id, c.ready_at).limit(1).scalar_subquery()


async def _locked_at_once(
    connection: AsyncConnection, table: Table, now: datetime, share: int, workspaces: Sequence[str]
) -> list[RowMapping]:
    """One statement for all of them; SQLite, which is asked without a network between, has no LATERAL."""
    chosen = values(column("id", String), name="chosen").data([(one,) for one in workspaces])
    rows = _ready(table, now, share, chosen.c.id).lateral("rows")
    statement = select(rows).select_from(chosen.join(rows, onclause=true()))
    return list((await connection.execute(statement)).mappings())


async def _of_one(
    connection: AsyncConnection, table: Table, now: datetime, share: int, workspace_id: str
) -> list[RowMapping]:
    found = await connection.execute(_ready(table, now, share, workspace_id))
    return list(found.mappings())


def _ready(table: Table, now: datetime, share: int, workspace_id: Any) -> Select[Any]:
    c = table.c
    mine: ColumnElement[bool] = c.workspace_id == workspace_id
    return (
        select(table)
        .where(mine, c.ready_at <= now)
        .order_by(c.ready_at, list(table.primary_key)[1])
        .limit(share)
        .with_for_update(skip_locked=True)
    )
