"""What waits to be sent, in lanes.

A lane is what must stay in order: a conversation, one person's private notices in a conversation, one
person's Home. One row of a lane is in flight at a time. A lane is claimed by a lease, and the row is
marked as being sent, in a transaction that ends before Slack is called; so a row found so marked in a
lane without a lease may have reached Slack or not, and is sent again. Sent rows are deleted, because the
state has all they said; of a message only Slack's channel and ``ts`` are kept.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice
from bot.storage.dialect import upsert
from bot.storage.sealing import opened_payload, sealed_payload
from bot.storage.tables import STILL_WAITING, RowState, lanes, outbox, sent_messages
from bot.vault import Vault

LEASE = timedelta(seconds=60)
"""Longer than any one call to Slack may take."""
TO_SEND = (RowState.WAITING, RowState.SENDING)
KINDS: dict[str, type[Outgoing]] = {"message": Message, "notice": PrivateNotice, "home": HomeView}
KIND_OF = {cls: kind for kind, cls in KINDS.items()}
IN_COLUMNS = frozenset({"key", "best_before", "update_only"})
"""Fields that have a column of their own; the others are the payload."""
REPLACED = ("kind", "payload", "best_before", "attempts", "error")
IN_ITS_LANE = frozenset({"not_before"})
"""Fields that are kept as the state of the row's lane."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where Slack keeps a message of ours."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row. ``attempts`` counts the claims, this one included."""

    workspace_id: str
    lane: str
    position: int
    attempts: int
    lease_token: str
    outgoing: Outgoing
    sent: Sent | None
    """The message that this one updates; None when it is new."""
    thread: Sent | None
    """The message in whose thread this one stands, if it was sent."""


class Outbox:
    """The rows of ``outbox``, ``lanes`` and ``sent_messages``."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

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
            rows.append(_row(one, self._vault, workspace_id=workspace_id, lane=lane, position=last[lane]))
            last[lane] -= 1
        await self._put(rows)

    async def claim(self, now: datetime, limit: int = 10, lease: timedelta = LEASE) -> list[Delivery]:
        """Take the first row of up to ``limit`` lanes that may send now."""
        token = uuid4().hex
        taken = await self._claim_lanes(now, limit, lease, token)
        if not taken:
            return []
        rows = await self._mark_first(taken)
        sent = await self._sent([(row["workspace_id"], key) for row in rows for key in _keys(row)])
        return [_delivery(row, token, sent) for row in rows]

    async def done(self, delivery: Delivery, next_at: datetime, sent: Sent | None = None) -> bool:
        """It was sent, or need not be; the lane may go on at ``next_at``.

        False when the lease is no longer ours.
        """
        if not await self._release(delivery, next_at):
            return False
        await self._connection.execute(delete(outbox).where(*_this(delivery)))
        if sent is not None and sent != delivery.sent:
            await self._remember(delivery, sent)
        return True

    async def retry(self, delivery: Delivery, next_at: datetime, error: str) -> bool:
        """Its lane tries it again at ``next_at``. False when the lease is no longer ours."""
        if not await self._release(delivery, next_at):
            return False
        await self._connection.execute(update(outbox).where(*_this(delivery)).values(error=error[:255]))
        return True

    async def bury(self, delivery: Delivery, next_at: datetime, error: str) -> bool:
        """It can never be sent: keep it for the operator, and let the lane go on.

        False when the lease is no longer ours.
        """
        if not await self._release(delivery, next_at):
            return False
        await self._connection.execute(
            update(outbox).where(*_this(delivery)).values(state=RowState.DEAD, error=error[:255])
        )
        return True

    async def next_due_at(self) -> datetime | None:
        """The earliest instant at which `claim` finds something; None when nothing waits."""
        c = lanes.c
        free_at = case((c.lease_until > c.next_at, c.lease_until), else_=c.next_at)
        found: datetime | None = await self._connection.scalar(select(func.min(free_at)).where(_has_rows()))
        return found

    async def sent(self, workspace_id: str, key: str) -> Sent | None:
        """Where Slack keeps the message with our key, or None."""
        return (await self._sent([(workspace_id, key)])).get((workspace_id, key))

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
        statement = upsert(self._connection, lanes)
        raised = lanes.c.last_position + statement.excluded.last_position
        rows = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["workspace_id", "lane"], set_={"last_position": raised}
            ).returning(lanes.c.lane, lanes.c.last_position),
            [
                {"workspace_id": workspace_id, "lane": lane, "last_position": count, "next_at": opens[lane]}
                for lane, count in sorted(counts.items())
            ],
        )
        return {row.lane: row.last_position for row in rows}

    async def _put(self, rows: list[dict[str, Any]]) -> None:
        statement = upsert(self._connection, outbox)
        replaced: dict[str, ColumnElement[Any]] = {name: statement.excluded[name] for name in REPLACED}
        # What was to be posted is still posted, though its content came as an update of it.
        replaced["update_only"] = and_(outbox.c.update_only, statement.excluded.update_only)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["workspace_id", "key"],
                index_where=STILL_WAITING,
                set_=replaced,
            ),
            rows,
        )

    async def _claim_lanes(
        self, now: datetime, limit: int, lease: timedelta, token: str
    ) -> list[tuple[str, str]]:
        c = lanes.c
        free = and_(c.next_at <= now, (c.lease_until.is_(None)) | (c.lease_until <= now))
        candidates = (
            select(c.workspace_id, c.lane)
            .where(free, _has_rows())
            .order_by(c.next_at, c.lane)
            .limit(limit)
            .with_for_update(skip_locked=True, of=lanes)
            .cte("candidates")
        )
        statement = (
            update(lanes)
            .where(tuple_(c.workspace_id, c.lane).in_(select(candidates)))
            .values(lease_until=now + lease, lease_token=token)
            .returning(c.workspace_id, c.lane)
        )
        return [(row.workspace_id, row.lane) for row in await self._connection.execute(statement)]

    async def _mark_first(self, taken: list[tuple[str, str]]) -> list[Any]:
        c, rows = outbox.c, outbox.alias()
        first = (
            select(rows.c.workspace_id, rows.c.lane, func.min(rows.c.position))
            .where(tuple_(rows.c.workspace_id, rows.c.lane).in_(taken), rows.c.state.in_(TO_SEND))
            .group_by(rows.c.workspace_id, rows.c.lane)
        )
        statement = (
            update(outbox)
            .where(tuple_(c.workspace_id, c.lane, c.position).in_(first))
            .values(state=RowState.SENDING, attempts=c.attempts + 1)
            .returning(outbox)
        )
        rows = (await self._connection.execute(statement)).mappings()
        return [{**row, "payload": opened_payload(self._vault, row)} for row in rows]

    async def _sent(self, keys: list[tuple[str, str]]) -> dict[tuple[str, str], Sent]:
        c = sent_messages.c
        statement = select(sent_messages).where(tuple_(c.workspace_id, c.key).in_(keys))
        rows = await self._connection.execute(statement)
        return {(row.workspace_id, row.key): Sent(row.channel, row.ts) for row in rows}

    async def _release(self, delivery: Delivery, next_at: datetime) -> bool:
        c = lanes.c
        statement = (
            update(lanes)
            .where(c.workspace_id == delivery.workspace_id, c.lane == delivery.lane)
            .where(c.lease_token == delivery.lease_token)
            .values(next_at=next_at, lease_until=None, lease_token=None)
        )
        return (await self._connection.execute(statement)).rowcount == 1

    async def _remember(self, delivery: Delivery, sent: Sent) -> None:
        statement = upsert(self._connection, sent_messages).values(
            workspace_id=delivery.workspace_id, key=delivery.outgoing.key, channel=sent.channel, ts=sent.ts
        )
        place = {"channel": statement.excluded.channel, "ts": statement.excluded.ts}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["workspace_id", "key"], set_=place)
        )


def lane_of(outgoing: Outgoing) -> str:
    """What the row must stay in order with.

    Private notices and Homes do not wait behind a channel's messages, and nothing waits behind a message
    that is held until a later time.
    """
    if isinstance(outgoing, Message):
        held = outgoing.not_before is not None
        return f"{outgoing.conversation}@{outgoing.key}" if held else outgoing.conversation
    if isinstance(outgoing, PrivateNotice):
        return f"{outgoing.conversation}/{outgoing.reader}"
    return f"home/{outgoing.person}"


def _has_rows() -> Any:
    same_lane = and_(outbox.c.workspace_id == lanes.c.workspace_id, outbox.c.lane == lanes.c.lane)
    return exists().where(same_lane, outbox.c.state.in_(TO_SEND))


def _row(outgoing: Outgoing, vault: Vault, **place: Any) -> dict[str, Any]:
    names = [field.name for field in fields(outgoing) if field.name not in IN_COLUMNS | IN_ITS_LANE]
    return place | {
        "key": outgoing.key,
        "kind": KIND_OF[type(outgoing)],
        "payload": sealed_payload(
            vault, place["workspace_id"], outgoing.key, {name: getattr(outgoing, name) for name in names}
        ),
        "best_before": getattr(outgoing, "best_before", None),
        "update_only": getattr(outgoing, "update_only", False),
        "state": RowState.WAITING,
        "attempts": 0,
        "error": None,
    }


def _keys(row: Any) -> list[str]:
    return [key for key in (row["key"], row["payload"].get("thread_key")) if key is not None]


def _delivery(row: Any, token: str, sent: dict[tuple[str, str], Sent]) -> Delivery:
    cls, workspace_id, payload = KINDS[row["kind"]], row["workspace_id"], row["payload"]
    in_columns = {field.name: row[field.name] for field in fields(cls) if field.name in IN_COLUMNS}
    return Delivery(
        workspace_id=workspace_id,
        lane=row["lane"],
        position=row["position"],
        attempts=row["attempts"],
        lease_token=token,
        outgoing=cls(**payload, **in_columns),
        sent=sent.get((workspace_id, row["key"])),
        thread=sent.get((workspace_id, payload.get("thread_key"))),
    )


def _this(delivery: Delivery) -> list[Any]:
    c = outbox.c
    return [
        c.workspace_id == delivery.workspace_id,
        c.lane == delivery.lane,
        c.position == delivery.position,
    ]
