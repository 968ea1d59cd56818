"""How fast a workspace may be called, as Slack's refusals have taught it. Shared by all processes.

Slack's limits hold for one method in one workspace; it publishes some of them and none for posting. So a
workspace has no pace until Slack answers 429. The rule:

- A 429 blocks this kind of call in this workspace for as long as `Retry-After` says.
- Each such round doubles the interval between calls, from `SHORTEST` on; a round that comes long after the
  last one (`LONG_AFTER`) adds a quarter. The interval is never longer than `LONGEST`, nor than what Slack
  asked for: after that time it takes a call. Further 429s while the call is blocked are answers to calls
  that were under way, and teach nothing.
- With each minute without a 429 the interval shrinks by a tenth; after the time of `FORGOTTEN` there is none.

A lane that must wait is given a turn of its own (``slot_at``), so that it waits once. The turns given in a
round are void in the next one. No turn is given further ahead than `HORIZON`: until then much may change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.dialect import upsert
from bot.storage.sweeping import some_of
from bot.storage.tables import Call, paces

SHORTEST = timedelta(milliseconds=100)
LONGEST = timedelta(seconds=10)
LONG_AFTER = timedelta(minutes=2)
FORGOTTEN = timedelta(minutes=10)
HORIZON = timedelta(minutes=1)
MILLISECOND = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A turn in a workspace's pace, given to a lane in a round."""

    at: datetime
    round: int | None


@dataclass(slots=True)
class Pace:
    """The pace of one kind of call in one workspace. ``round`` counts Slack's refusals."""

    workspace_id: str
    call: Call
    interval_ms: int
    next_at: datetime
    """The next turn that nobody has yet."""
    blocked_until: datetime
    limited_at: datetime
    round: int = 0

    @classmethod
    def unlimited(cls, workspace_id: str, call: Call, now: datetime) -> "Pace":
        """Of a workspace that Slack has not limited yet."""
        return cls(workspace_id, call, 0, now, now, now - FORGOTTEN)

    def counts(self, now: datetime) -> bool:
        """Whether it still has to be kept."""
        return now < max(self.blocked_until, self.limited_at + FORGOTTEN)

    def is_open(self, now: datetime) -> bool:
        """Whether a call may be made now, without anybody's turn being taken."""
        return max(self.next_at, self.blocked_until) <= now

    def interval(self, now: datetime) -> timedelta:
        """The least time between two calls, as things stand."""
        minutes = max(now - self.limited_at, timedelta()) // MINUTE
        kept = self.interval_ms * MILLISECOND * 0.9**minutes
        return kept if now < self.limited_at + FORGOTTEN else timedelta()

    def admit(self, now: datetime, slot: Slot | None) -> Slot | None:
        """None: the call may be made now, and has taken its turn. Else when the lane's turn is.

        ``slot`` is the turn that the lane was given before, if any.
        """
        if slot is not None and slot.round == self.round:
            return None if slot.at <= now else slot
        at = max(self.next_at, self.blocked_until)
        furthest = max(now, self.blocked_until) + HORIZON
        if at > furthest:
            return Slot(furthest, None)
        self.next_at = max(at, now) + self.interval(now)
        return None if at <= now else Slot(at, self.round)

    def limit(self, now: datetime, wait: timedelta) -> None:
        """Slack refused a call, and wants to be left alone for so long."""
        if now < self.blocked_until:
            self.blocked_until = max(self.blocked_until, now + wait)
            return
        by = 2 if now < self.limited_at + LONG_AFTER else 1.25
        raised = min(self.interval(now) * by, wait, LONGEST)
        self.interval_ms = max(raised, SHORTEST) // MILLISECOND
        self.blocked_until = self.next_at = now + wait
        self.limited_at, self.round = now, self.round + 1


class Paces:
    """The rows of ``paces``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, workspaces: Iterable[str], now: datetime) -> dict[tuple[str, Call], Pace]:
        """The paces that count in these workspaces, locked until the transaction ends."""
        c = paces.c
        statement = select(paces).where(c.workspace_id.in_(list(workspaces))).order_by(c.workspace_id, c.call)
        rows = (await self._connection.execute(statement.with_for_update())).mappings()
        found = [Pace(**row) for row in rows]
        return {(pace.workspace_id, pace.call): pace for pace in found if pace.counts(now)}

    async def took_turns(self, changed: Sequence[Pace]) -> None:
        """Write down which turns are taken."""
        if not changed:
            return
        c = paces.c
        await self._connection.execute(
            update(paces)
            .where(c.workspace_id == bindparam("of_workspace"), c.call == bindparam("of_call"))
            .values(next_at=bindparam("turn")),
            [{"of_workspace": one.workspace_id, "of_call": one.call, "turn": one.next_at} for one in changed],
        )

    async def limit(self, workspace_id: str, call: Call, now: datetime, wait: timedelta) -> None:
        """Slack refused such a call in this workspace, and wants to be left alone for so long."""
        new = asdict(Pace.unlimited(workspace_id, call, now))
        await self._connection.execute(upsert(self._connection, paces).values(new).on_conflict_do_nothing())
        mine = [paces.c.workspace_id == workspace_id, paces.c.call == call]
        row = (await self._connection.execute(select(paces).where(*mine).with_for_update())).mappings().one()
        pace = Pace(**row)
        pace.limit(now, wait)
        await self._connection.execute(update(paces).where(*mine).values(**asdict(pace)))

    async def forget(self, now: datetime, limit: int) -> None:
        """Delete up to ``limit`` paces that no longer count."""
        c = paces.c
        over = [c.limited_at <= now - FORGOTTEN, c.blocked_until <= now]
        await self._connection.execute(some_of(paces, limit, *over))
