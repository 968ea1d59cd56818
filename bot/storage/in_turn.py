"""Rows that are ready, taken by workspace in turn: a burst in one never delays another.

No statement here looks at more than it needs, however much waits. Where little is ready, it is read from the
index. Where much is, the workspaces are found by stepping from one to the next in another index, and of each
only the longest ready rows are read.

Each statement is built once and filled by parameters: claims are made all the time, and to build and compile
one takes longer than to have it executed.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from math import ceil
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    RowMapping,
    ScalarSelect,
    Select,
    String,
    Table,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

MUCH = 100
"""From so many ready rows on, one workspace may hide the others behind it."""


async def workspaces_in_turn(
    connection: AsyncConnection, table: Table, now: datetime, limit: int, after: str
) -> list[str]:
    """Up to ``limit`` workspaces with something ready, the next one after ``after`` first."""
    ready = list(await connection.scalars(_longest_ready(table), {"now": now}))
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


@cache
def _longest_ready(table: Table) -> Select[Any]:
    c = table.c
    return select(c.workspace_id).where(c.ready_at <= bindparam("now")).order_by(c.ready_at).limit(MUCH)


async def _step_through(
    connection: AsyncConnection, table: Table, now: datetime, limit: int, after: str
) -> list[str]:
    filled = {"now": now, "after": after, "at_most": limit}
    return list(await connection.scalars(_stepping(table), filled))


@cache
def _stepping(table: Table) -> Select[Any]:
    first = _next(table, bindparam("after", type_=String))
    step = select(first.label("id")).cte("step", recursive=True)
    step = step.union_all(select(_next(table, step.c.id)).where(step.c.id.is_not(None)))
    c = table.alias().c
    ready: list[ColumnElement[bool]] = [c.workspace_id == step.c.id, c.ready_at <= bindparam("now")]
    one_ready = select(c.workspace_id).where(*ready).limit(1)
    # No EXISTS: PostgreSQL would make a join of it, and look at all workspaces before it gives the first.
    some = one_ready.scalar_subquery().is_not(None)
    return select(step.c.id).where(some).limit(bindparam("at_most", type_=Integer))


def _next(table: Table, after: ColumnElement[str]) -> ScalarSelect[Any]:
    """The next workspace in which something waits. Only one index has this order."""
    c = table.alias().c
    waiting = select(c.workspace_id).where(c.ready_at.is_not(None), c.workspace_id > after)
    return waiting.order_by(c.workspace_id, c.ready_at).limit(1).scalar_subquery()


async def _locked_at_once(
    connection: AsyncConnection, table: Table, now: datetime, share: int, workspaces: Sequence[str]
) -> list[RowMapping]:
    """One statement for all of them; SQLite, which is asked without a network between, has no LATERAL."""
    filled = {"now": now, "share": share, "chosen": list(workspaces)}
    return list((await connection.execute(_locking_at_once(table), filled)).mappings())


@cache
def _locking_at_once(table: Table) -> Select[Any]:
    """An array, as VALUES would be compiled anew for each claim."""
    ids = func.unnest(bindparam("chosen", type_=ARRAY(String)))
    chosen = ids.table_valued("id", name="chosen").render_derived()
    rows = _ready(table, chosen.c.id).lateral("rows")
    return select(rows).select_from(chosen.join(rows, onclause=true()))


async def _of_one(
    connection: AsyncConnection, table: Table, now: datetime, share: int, workspace_id: str
) -> list[RowMapping]:
    filled = {"now": now, "share": share, "workspace_id": workspace_id}
    return list((await connection.execute(_locking_one(table), filled)).mappings())


@cache
def _locking_one(table: Table) -> Select[Any]:
    return _ready(table, bindparam("workspace_id"))


def _ready(table: Table, workspace_id: ColumnElement[str]) -> Select[Any]:
    c = table.c
    return (
        select(table)
        .where(c.workspace_id == workspace_id, c.ready_at <= bindparam("now"))
        .order_by(c.ready_at, list(table.primary_key)[1])
        .limit(bindparam("share", type_=Integer))
        .with_for_update(skip_locked=True)
    )
