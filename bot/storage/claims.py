"""Which rows are sent next: the lanes of all workspaces in turn, each at the pace that Slack allows.

A lane is given back untouched where its workspace's pace, or what hinders it, lets nothing through now.
Where only one kind of call is refused, what stands behind in the lane may go first, if it is of another kind
and nothing before it has its key: updates that must wait do not silence a thread. (A reply never overtakes
the message that opens its thread, as both are posts.)

What goes to a channel, where people may be meeting, does not wait behind direct messages: it takes the next
turn that one of them was given, and that one the turn at the end.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.outgoing import Outgoing
from bot.storage.holds import Holds
from bot.storage.in_turn import locked_in_turn, workspaces_in_turn
from bot.storage.outbox_rows import (
    OF_PEOPLE,
    UNKNOWN_END,
    Delivery,
    Row,
    call_of_row,
    conversation_of,
    is_direct,
    outgoing_of,
    sent_of,
)
from bot.storage.paces import Pace, Paces, Slot
from bot.storage.tables import TO_SEND, Call, RowState, lanes, outbox, sent_messages
from bot.vault import CannotOpen, NoKeys, Vault

logger = logging.getLogger(__name__)

LOOKED_THROUGH = 20
"""How far behind a row that must wait another one is looked for."""
A_MOMENT = timedelta(seconds=2)
"""For so long a channel can wait for a turn of its own."""
UNREADABLE_FOR = timedelta(minutes=5)
"""A row that cannot be read (another key, another version) is tried again after this time."""
UNREADABLE = (CannotOpen, NoKeys, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What may be sent now. ``more``: lanes were given back, so that asking again may find others."""

    deliveries: list[Delivery]
    more: bool


@dataclass(frozen=True, slots=True)
class _Taken:
    lane: RowMapping
    row: Row
    outgoing: Outgoing
    slot: Slot | None
    """The turn of what this row overtakes."""


class Claims:
    """One claim, within one transaction."""

    def __init__(
        self, connection: AsyncConnection, vault: Vault, paces: Paces, holds: Holds, now: datetime
    ) -> None:
        self._connection = connection
        self._vault = vault
        self._all_paces = paces
        self._all_holds = holds
        self._now = now
        self._paces: dict[tuple[str, Call], Pace] = {}
        self._taken: list[_Taken] = []
        self._given_back: list[tuple[RowMapping, Slot | None]] = []
        self._held: list[Row] = []
        self._unreadable: list[Row] = []
        self._without_direct: set[str] = set()
        """Workspaces in which no direct message has a turn that it could give to a channel."""

    async def take(
        self, limit: int, lease: timedelta, after: str, busy: Mapping[str, int], most: int
    ) -> Claimed:
        """See `Outbox.claim`."""
        picked = await self._pick(limit, after, busy, most)
        if not picked:
            return Claimed([], more=False)
        await self._sort(picked)
        token = uuid4().hex
        await self._lease(lease, token)
        await self._give_back()
        await self._set_aside()
        more = bool(self._given_back or self._held or self._unreadable)
        return Claimed([self._delivery(one, token) for one in self._taken], more)

    async def _pick(self, limit: int, after: str, busy: Mapping[str, int], most: int) -> list[RowMapping]:
        full = [one for one, count in busy.items() if count >= most]
        waiting = await workspaces_in_turn(self._connection, lanes, self._now, limit + len(full), after)
        open_ones = [one for one in waiting if one not in full][:limit]
        picked = await locked_in_turn(self._connection, lanes, self._now, limit, open_ones)
        counts, kept = Counter(busy), []
        for lane in picked:
            counts[lane["workspace_id"]] += 1
            if counts[lane["workspace_id"]] <= most:
                kept.append(lane)
        return kept

    async def _sort(self, picked: Sequence[RowMapping]) -> None:
        workspaces = {lane["workspace_id"] for lane in picked}
        held = await self._all_holds.among(workspaces, {conversation_of(lane["lane"]) for lane in picked})
        self._paces = await self._all_paces.of(workspaces, self._now)
        heads = await self._heads(picked)
        for lane in picked:
            workspace_id, name = _place(lane)
            head = heads.get((workspace_id, name))
            if head is None:
                self._given_back.append((lane, None))
            elif {(workspace_id, ""), (workspace_id, conversation_of(name))} & held:
                self._held.append(head)
            else:
                await self._admit(lane, head)
        await self._all_paces.took_turns(list(self._paces.values()))

    async def _admit(self, lane: RowMapping, head: Row) -> None:
        """Take the lane's first row if the workspace's pace allows, else one that may overtake it."""
        slot = self._turn_of(lane, head)
        if slot is None:
            self._take(lane, head, None)
            return
        other = await self._overtaking(lane, head)
        if other is None:
            slot = await self._turn_before_direct_messages(lane, slot)
            self._given_back.append((lane, slot))
        else:
            self._take(lane, other, slot)

    def _turn_of(self, lane: RowMapping, row: Row) -> Slot | None:
        """When the row's turn in its workspace's pace is; None: now."""
        call = call_of_row(row)
        stale = row["best_before"] is not None and row["best_before"] < self._now
        pace = self._paces.get((row["workspace_id"], call)) if call else None
        if pace is None or stale:
            return None
        given = Slot(lane["slot_at"], lane["slot_round"]) if lane["slot_at"] else None
        return pace.admit(self._now, given)

    async def _turn_before_direct_messages(self, lane: RowMapping, slot: Slot) -> Slot:
        """The next turn of a direct message, which is given this one for it; else this one."""
        at_once = slot.at - self._now <= A_MOMENT or slot.at == lane["slot_at"]
        if at_once or is_direct(lane["lane"]) or lane["workspace_id"] in self._without_direct:
            return slot
        c = lanes.c
        sooner = [c.workspace_id == lane["workspace_id"], c.ready_at > self._now, c.ready_at < slot.at]
        turns = [c.slot_round == slot.round] if slot.round is not None else [c.slot_round.is_not(None)]
        found = await self._connection.execute(
            select(lanes)
            .where(*sooner, *turns, or_(*(c.lane.startswith(kind) for kind in OF_PEOPLE)))
            .order_by(c.ready_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        direct = found.mappings().one_or_none()
        if direct is None:
            self._without_direct.add(lane["workspace_id"])
            return slot
        await self._put_off([(direct, slot.at, slot)])
        return Slot(direct["slot_at"], direct["slot_round"])

    async def _overtaking(self, lane: RowMapping, head: Row) -> Row | None:
        passed = {head["key"]}
        behind = await self._behind(head) if lane["last_position"] > head["position"] else []
        for row in behind:
            call = call_of_row(row)
            pace = self._paces.get((row["workspace_id"], call)) if call else None
            if row["key"] not in passed:
                if pace is None:
                    return row
                if pace.is_open(self._now):
                    pace.admit(self._now, None)
                    return row
            passed.add(row["key"])
        return None

    def _take(self, lane: RowMapping, row: Row, slot: Slot | None) -> None:
        try:
            outgoing = outgoing_of(row, self._vault)
        except UNREADABLE as error:
            logger.exception("cannot be read", extra={"workspace": row["workspace_id"], "key": row["key"]})
            self._unreadable.append({**row, "error": type(error).__name__})
        else:
            self._taken.append(_Taken(lane, row, outgoing, slot))

    async def _heads(self, picked: Iterable[RowMapping]) -> dict[tuple[str, str], RowMapping]:
        c, places = outbox.c, [_place(lane) for lane in picked]
        first = (
            select(c.workspace_id, c.lane, func.min(c.position))
            .where(tuple_(c.workspace_id, c.lane).in_(places), c.state.in_(TO_SEND))
            .group_by(c.workspace_id, c.lane)
        )
        rows = await self._connection.execute(_rows(tuple_(c.workspace_id, c.lane, c.position).in_(first)))
        return {_place(row): row for row in rows.mappings()}

    async def _behind(self, head: Row) -> Sequence[RowMapping]:
        c, (workspace_id, lane) = outbox.c, _place(head)
        later = [c.workspace_id == workspace_id, c.lane == lane, c.position > head["position"]]
        statement = _rows(*later, c.state.in_(TO_SEND)).order_by(c.position).limit(LOOKED_THROUGH)
        found = await self._connection.execute(statement)
        return list(found.mappings())

    async def _lease(self, lease: timedelta, token: str) -> None:
        if not self._taken:
            return
        c, rows, until = lanes.c, outbox.c, self._now + lease
        places = [_place(one.row) for one in self._taken]
        await self._connection.execute(
            update(lanes)
            .where(tuple_(c.workspace_id, c.lane).in_(places))
            .values(lease_until=until, lease_token=token, ready_at=until, slot_at=None, slot_round=None)
        )
        await self._connection.execute(
            update(outbox)
            .where(
                tuple_(rows.workspace_id, rows.lane, rows.position).in_(
                    [(*_place(one.row), one.row["position"]) for one in self._taken]
                )
            )
            .values(state=RowState.SENDING, attempts=rows.attempts + 1, tried_at=self._now)
        )
        await self._put_off([(one.lane, until, one.slot) for one in self._taken if one.slot is not None])

    async def _give_back(self) -> None:
        await self._put_off([(lane, slot.at if slot else None, slot) for lane, slot in self._given_back])

    async def _put_off(self, lanes_: Sequence[tuple[RowMapping, datetime | None, Slot | None]]) -> None:
        if not lanes_:
            return
        c = lanes.c
        await self._connection.execute(
            update(lanes)
            .where(c.workspace_id == bindparam("of_workspace"), c.lane == bindparam("of_lane"))
            .values(
                ready_at=bindparam("ready"), slot_at=bindparam("turn"), slot_round=bindparam("its_round")
            ),
            [
                {"of_workspace": lane["workspace_id"], "of_lane": lane["lane"], "ready": at}
                | {"turn": slot.at if slot and slot.round is not None else None}
                | {"its_round": slot.round if slot else None}
                for lane, at, slot in lanes_
            ],
        )

    async def _set_aside(self) -> None:
        """What is held is claimed again when it is released; what cannot be read, after a while."""
        for row in self._held:
            await self._wait(row, RowState.HELD, None)
        for row in self._unreadable:
            await self._wait(row, RowState.FAILED, self._now + UNREADABLE_FOR)

    async def _wait(self, row: Row, state: RowState, until: datetime | None) -> None:
        c, rows = lanes.c, outbox.c
        this = [rows.workspace_id == row["workspace_id"], rows.lane == row["lane"]]
        its_lane = [c.workspace_id == row["workspace_id"], c.lane == row["lane"]]
        await self._connection.execute(
            update(outbox)
            .where(*this, rows.position == row["position"])
            .values(state=state, error=row["error"])
        )
        await self._connection.execute(update(lanes).where(*its_lane).values(ready_at=until))

    def _delivery(self, taken: _Taken, token: str) -> Delivery:
        row = taken.row
        return Delivery(
            workspace_id=row["workspace_id"],
            lane=row["lane"],
            position=row["position"],
            attempts=row["attempts"] + 1,
            lease_token=token,
            claimed_at=self._now,
            outgoing=taken.outgoing,
            sent=sent_of(row, "own"),
            thread=sent_of(row, "thread"),
            repeated=row["state"] in UNKNOWN_END,
        )


def _place(row: Row) -> tuple[str, str]:
    return row["workspace_id"], row["lane"]


def _rows(*which: ColumnElement[bool]) -> Select[Any]:
    """Rows with what Slack knows of them and of their thread."""
    c, own, thread = outbox.c, sent_messages.alias("own"), sent_messages.alias("thread")
    joined = outbox.outerjoin(own, and_(own.c.workspace_id == c.workspace_id, own.c.key == c.key)).outerjoin(
        thread, and_(thread.c.workspace_id == c.workspace_id, thread.c.key == c.thread_key)
    )
    of_both = [
        one.c[name].label(f"{whose}_{name}")
        for whose, one in (("own", own), ("thread", thread))
        for name in ("channel", "ts")
    ]
    return select(outbox, *of_both).select_from(joined).where(*which)
