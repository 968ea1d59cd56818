"""What waits to be sent, in lanes.

A lane is what must stay in order: a conversation, one person's private notices in a conversation, one
person's Home. One row of a lane is in flight at a time. A lane is claimed by a lease, and the row is
marked as being sent, in a transaction that ends before Slack is called; so a row found so marked in a
lane without a lease may have reached Slack or not, and is sent again. Sent rows are deleted, because the
state has all they said; of a message only Slack's channel and ``ts`` are kept.

Locks are taken in one order: a set, then lanes, then paces.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, case, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.hindrances import Hindrance
from bot.outgoing import Outgoing
from bot.storage.claims import Claimed, Claims
from bot.storage.dialect import insert_into, upsert
from bot.storage.holds import Holds
from bot.storage.outbox_rows import Delivery, Sent, conversation_of, lane_of, row_of
from bot.storage.paces import Paces
from bot.storage.tables import STILL_WAITING, TO_SEND, RowState, lanes, outbox, sent_messages
from bot.vault import Vault

__all__ = ["LEASE", "Claimed", "Delivery", "Outbox", "Sent"]

LEASE = timedelta(seconds=60)
"""Longer than any one call to Slack may take, by so much that clocks a few seconds apart do no harm."""
REPLACED = ("kind", "payload", "best_before", "thread_key", "attempts", "error", "tried_at")


class Outbox:
    """The rows of ``outbox``, ``lanes``, ``sent_messages``, ``paces`` and ``holds``."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        self._paces = Paces(connection)
        self._holds = Holds(connection)

    async def enqueue(self, workspace_id: str, outgoing: Iterable[Outgoing], now: datetime) -> None:
        """Have these sent, in this order within each lane.

        One whose key still waits is replaced and keeps its place.
        """
        latest: dict[str, Outgoing] = {}
        for one in outgoing:
            latest[one.key] = one
        if not latest:
            return
        last = await self._give_positions(workspace_id, list(latest.values()), now)
        rows = []
        for one in reversed(latest.values()):
            lane = lane_of(one)
            rows.append(row_of(one, self._vault, workspace_id=workspace_id, position=last[lane], now=now))
            last[lane] -= 1
        await self._connection.execute(_put(self._connection.dialect.name), rows)

    async def claim(
        self,
        now: datetime,
        limit: int = 10,
        *,
        lease: timedelta = LEASE,
        after: str = "",
        busy: Mapping[str, int] | None = None,
        most: int | None = None,
    ) -> Claimed:
        """Take the next row of up to ``limit`` lanes that may send now, by workspace in turn.

        The workspace that follows ``after`` is first. None gets more than ``most`` in flight, of which it
        has ``busy`` already. Lanes that must wait (for the workspace's pace, or until what hinders them has
        ended) are given back, and no attempt is counted.
        """
        claims = Claims(self._connection, self._vault, self._paces, self._holds, now)
        return await claims.take(limit, lease, after, busy or {}, most or limit)

    async def is_ours(self, delivery: Delivery) -> bool:
        """Whether the lease still holds, as far as can be seen without a lock."""
        c = lanes.c
        found: int | None = await self._connection.scalar(
            select(c.last_position).where(*_lane(delivery), c.lease_token == delivery.lease_token)
        )
        return found is not None

    async def done(self, delivery: Delivery, next_at: datetime, sent: Sent | None = None) -> bool:
        """It was sent, or need not be; the lane may go on at ``next_at``.

        False when the lease is no longer ours.
        """
        if not await self._lock(delivery):
            return False
        await self._connection.execute(delete(outbox).where(*_this(delivery)))
        await self._release(delivery, next_at)
        if sent is not None:
            await self._remember(delivery, sent)
        return True

    async def retry(
        self, delivery: Delivery, next_at: datetime, error: str, *, ambiguous: bool = False
    ) -> bool:
        """Its lane tries it again at ``next_at``; ``ambiguous``: Slack may have done it.

        False when the lease is no longer ours.
        """
        state = RowState.AMBIGUOUS if ambiguous else RowState.FAILED
        return await self._settle(delivery, next_at, state, error)

    async def limit(self, delivery: Delivery, now: datetime, wait: timedelta, error: str) -> bool:
        """Slack said "not now": no such call is made in the workspace until ``wait`` has passed.

        False when the lease is no longer ours; the wait holds all the same.
        """
        ours = await self._settle(delivery, now, RowState.FAILED, error)
        if delivery.call is not None:
            await self._paces.limit(delivery.workspace_id, delivery.call, now, wait)
        return ours

    async def bury(self, delivery: Delivery, next_at: datetime, error: str) -> bool:
        """It can never be sent: keep it for the operator, and let the lane go on.

        False when the lease is no longer ours.
        """
        return await self._settle(delivery, next_at, RowState.DEAD, error)

    async def set_aside(self, delivery: Delivery, now: datetime, error: str) -> bool:
        """It waits until what hinders it has ended, which `hold` must say in the same transaction.

        False when the lease is no longer ours.
        """
        return await self._settle(delivery, now, RowState.HELD, error)

    async def give_back(self, deliveries: Iterable[Delivery], now: datetime) -> None:
        """Let others have at once what this process claimed and will not settle.

        Whether it reached Slack is not known.
        """
        for delivery in sorted(deliveries, key=lambda one: (one.workspace_id, one.lane)):
            await self._settle(delivery, now, RowState.AMBIGUOUS, "given_back")

    async def hold(
        self, workspace_id: str, conversation: str | None = None, *, cause: Hindrance, now: datetime
    ) -> None:
        """Send nothing to this conversation (a channel, or a person) or, without one, to the workspace.

        What waits, and what comes meanwhile, goes on after `release`.
        """
        await self._holds.add(workspace_id, conversation or "", cause, now)

    async def release(self, workspace_id: str, conversation: str | None = None, *, now: datetime) -> None:
        """End what `hold` with the same arguments began; what is past its best by then is dropped."""
        await self._holds.remove(workspace_id, conversation or "")
        c = lanes.c
        waiting = await self._lanes_of(
            workspace_id, conversation, c.ready_at.is_(None), c.lease_token.is_(None)
        )
        await self._connection.execute(
            update(lanes)
            .where(c.workspace_id == workspace_id, c.lane.in_(waiting), _has_rows())
            .values(ready_at=case((c.next_at > now, c.next_at), else_=now))
        )

    async def cancel(self, workspace_id: str, conversation: str | None = None) -> int:
        """Drop everything that still has to go to this conversation or, without one, to the workspace."""
        c = lanes.c
        named = await self._lanes_of(workspace_id, conversation)
        mine = [outbox.c.workspace_id == workspace_id, outbox.c.lane.in_(named), outbox.c.state.in_(TO_SEND)]
        dropped = (await self._connection.execute(delete(outbox).where(*mine))).rowcount
        await self._connection.execute(
            update(lanes)
            .where(c.workspace_id == workspace_id, c.lane.in_(named), c.lease_token.is_(None))
            .values(ready_at=None, slot_at=None)
        )
        return dropped

    async def next_due_at(self) -> datetime | None:
        """The earliest instant at which `claim` finds something; None when nothing waits."""
        c = lanes.c
        statement = select(func.min(c.ready_at)).where(c.ready_at.is_not(None), c.workspace_id.is_not(None))
        found: datetime | None = await self._connection.scalar(statement)
        return found

    async def sent(self, workspace_id: str, key: str) -> Sent | None:
        """Where Slack keeps the message with our key, or None."""
        c = sent_messages.c
        statement = select(c.channel, c.ts).where(c.workspace_id == workspace_id, c.key == key)
        row = (await self._connection.execute(statement)).one_or_none()
        return Sent(row.channel, row.ts) if row else None

    async def _give_positions(
        self, workspace_id: str, outgoing: list[Outgoing], now: datetime
    ) -> dict[str, int]:
        """Number the new rows of each lane; the highest number of each. Holds the lanes until the
        transaction ends.

        The counter is the lane's own row: a database sequence would let a later transaction's rows be
        seen first.
        """
        counts = Counter(lane_of(one) for one in outgoing)
        opens = {lane_of(one): getattr(one, "not_before", None) or now for one in outgoing}
        rows = await self._connection.execute(
            _counting_on(self._connection.dialect.name),
            [
                {"workspace_id": workspace_id, "lane": lane, "last_position": count}
                | {"next_at": opens[lane], "ready_at": opens[lane]}
                for lane, count in sorted(counts.items())
            ],
        )
        return {row.lane: row.last_position for row in rows}

    async def _lanes_of(
        self, workspace_id: str, conversation: str | None, *which: ColumnElement[bool]
    ) -> Sequence[str]:
        """The lanes to a conversation, or all of the workspace, locked in their order."""
        c = lanes.c
        statement = select(c.lane).where(c.workspace_id == workspace_id, *which).order_by(c.lane)
        if conversation is not None:
            statement = statement.where(
                c.lane.startswith(conversation, autoescape=True) | (c.lane == f"home/{conversation}")
            )
        found = await self._connection.scalars(statement.with_for_update())
        return [lane for lane in found if conversation in (None, conversation_of(lane))]

    async def _settle(self, delivery: Delivery, next_at: datetime, state: RowState, error: str) -> bool:
        if not await self._lock(delivery):
            return False
        await self._connection.execute(
            update(outbox).where(*_this(delivery)).values(state=state, error=error[:255])
        )
        await self._release(delivery, next_at)
        return True

    async def _lock(self, delivery: Delivery) -> bool:
        """Hold the lane until the transaction ends; False when the lease is no longer ours.

        A statement of its own: the next one must see the rows of whoever held the lane before.
        """
        c = lanes.c
        ours = select(c.lane).where(*_lane(delivery), c.lease_token == delivery.lease_token).with_for_update()
        return await self._connection.scalar(ours) is not None

    async def _release(self, delivery: Delivery, next_at: datetime) -> None:
        await self._connection.execute(
            update(lanes)
            .where(*_lane(delivery))
            .values(
                next_at=next_at, lease_until=None, lease_token=None, ready_at=case((_has_rows(), next_at))
            )
        )

    async def _remember(self, delivery: Delivery, sent: Sent) -> None:
        statement = upsert(self._connection, sent_messages).values(
            workspace_id=delivery.workspace_id,
            key=delivery.outgoing.key,
            channel=sent.channel,
            ts=sent.ts,
            sent_at=delivery.claimed_at,
            perhaps_twice=delivery.repeated and sent != delivery.sent,
        )
        twice = sent_messages.c.perhaps_twice | statement.excluded.perhaps_twice
        news = {name: statement.excluded[name] for name in ("channel", "ts", "sent_at")}
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["workspace_id", "key"], set_=news | {"perhaps_twice": twice}
            )
        )


@cache
def _counting_on(dialect: str) -> Executable:
    statement = insert_into(dialect, lanes)
    raised = {
        "last_position": lanes.c.last_position + statement.excluded.last_position,
        "ready_at": _ready_for_more(statement.excluded.next_at),
    }
    changed = statement.on_conflict_do_update(index_elements=["workspace_id", "lane"], set_=raised)
    return changed.returning(lanes.c.lane, lanes.c.last_position)


@cache
def _put(dialect: str) -> Executable:
    statement = insert_into(dialect, outbox)
    replaced: dict[str, ColumnElement[Any]] = {name: statement.excluded[name] for name in REPLACED}
    # What was to be posted is still posted, though its content came as an update of it.
    replaced["update_only"] = and_(outbox.c.update_only, statement.excluded.update_only)
    return statement.on_conflict_do_update(
        index_elements=["workspace_id", "key"], index_where=STILL_WAITING, set_=replaced
    )


def _ready_for_more(asked_for: ColumnElement[Any]) -> ColumnElement[Any]:
    """When a lane that is given more may be claimed: not before it rests no longer. Whoever holds it, and
    what is ready already, stays as it is.
    """
    c = lanes.c
    opens = case((c.next_at > asked_for, c.next_at), else_=asked_for)
    sooner = (c.lease_token.is_(None)) & ((c.ready_at.is_(None)) | (c.ready_at > opens))
    return case((sooner, opens), else_=c.ready_at)


def _has_rows() -> ColumnElement[bool]:
    same_lane = and_(outbox.c.workspace_id == lanes.c.workspace_id, outbox.c.lane == lanes.c.lane)
    return exists().where(same_lane, outbox.c.state.in_(TO_SEND))


def _lane(delivery: Delivery) -> list[ColumnElement[bool]]:
    return [lanes.c.workspace_id == delivery.workspace_id, lanes.c.lane == delivery.lane]


def _this(delivery: Delivery) -> list[ColumnElement[bool]]:
    c = outbox.c
    return [
        c.workspace_id == delivery.workspace_id,
        c.lane == delivery.lane,
        c.position == delivery.position,
    ]
