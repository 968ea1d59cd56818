"""Learning sets in and out of the database: one SELECT per table, however large the set."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, Table, and_, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.learning_set import (
    Answer,
    Attendance,
    Bid,
    Commitment,
    LearningLine,
    LearningSet,
    Meeting,
    Member,
    Person,
    Question,
    ReportBack,
    ReportSkip,
    Takeaway,
    Turn,
    TurnSkip,
    UnitTurns,
)
from bot.domain.ledger import Place
from bot.storage import mapping
from bot.storage.people import person_of
from bot.storage.tables import (
    attendance,
    bids,
    commitments,
    learning_lines,
    learning_sets,
    meetings,
    members,
    people,
    places,
    questions,
    report_backs,
    report_skips,
    takeaways,
    turn_skips,
    turns,
)

Thing = TypeVar("Thing")

GIVEN_TO_A_MEETING: dict[str, tuple[Table, type[Any], str]] = {
    "turns": (turns, Turn, "number"),
    "attendance": (attendance, Attendance, "position"),
    "bids": (bids, Bid, "position"),
    "turn_skips": (turn_skips, TurnSkip, "position"),
    "report_skips": (report_skips, ReportSkip, "position"),
    "questions": (questions, Question, "position"),
    "takeaways": (takeaways, Takeaway, "position"),
    "learning": (learning_lines, LearningLine, "position"),
}
"""Field of ``Meeting``: its table, its class, and the column that orders it."""


class ChannelTaken(Exception):
    """Another set became active in the channel at the same time."""


class LearningSets:
    """The learning sets of all workspaces. Every call names its workspace."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, workspace_id: str, set_id: str, *, lock: bool = False) -> LearningSet | None:
        """The set with its latest meeting, or None.

        ``lock`` keeps others from loading it so until this unit ends.
        """
        statement = _of_workspace(learning_sets, workspace_id).where(learning_sets.c.id == set_id)
        if lock:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            return None
        meeting = await self._latest_meeting(workspace_id, set_id)
        return LearningSet(
            **row,
            members=await self._ordered(Member, members, workspace_id, members.c.set_id == set_id),
            places=await self._ordered(Place, places, workspace_id, places.c.set_id == set_id),
            unit_turns=await self._unit_turns(workspace_id, set_id),
            meeting=meeting,
            commitments=await self._commitments(workspace_id, set_id, meeting),
            reports=await self._reports(workspace_id, meeting),
            people=await self._people(row, meeting),
        )

    async def save(self, before: LearningSet | None, *states: LearningSet) -> None:
        """Write what differs between ``before`` (None for a new set) and the last of ``states``.

        Give the state after each event, in order: when a meeting is closed and the next one takes its
        place within one command, only a state on the way shows how it closed. Raises `ChannelTaken`.
        """
        try:
            await mapping.save(self._connection, before, *states)
        except IntegrityError as error:
            if "channel_id" in str(error.orig):
                raise ChannelTaken from error
            raise

    async def meeting(self, workspace_id: str, meeting_id: str) -> Meeting | None:
        """A meeting of any set, also one that is over, or None."""
        return await self._meeting(_of_workspace(meetings, workspace_id).where(meetings.c.id == meeting_id))

    async def active_set_in_channel(self, workspace_id: str, channel_id: str) -> str | None:
        """Id of the set that meets in the channel, or None."""
        c = learning_sets.c
        statement = select(c.id).where(
            c.workspace_id == workspace_id, c.channel_id == channel_id, c.ended_at.is_(None)
        )
        found: str | None = await self._connection.scalar(statement)
        return found

    async def sets_of_person(self, workspace_id: str, person: str) -> list[str]:
        """Ids of the active sets in which the person is in, invited, facilitator or creator, oldest first."""
        c = learning_sets.c
        member = exists().where(
            members.c.workspace_id == c.workspace_id,
            members.c.set_id == c.id,
            members.c.person == person,
            members.c.answer.in_([Answer.INVITED, Answer.IN]),
        )
        statement = (
            select(c.id)
            .where(c.workspace_id == workspace_id, c.ended_at.is_(None))
            .where(or_(member, c.facilitator == person, c.creator == person))
            .order_by(c.created_at, c.id)
        )
        return list(await self._connection.scalars(statement))

    async def _latest_meeting(self, workspace_id: str, set_id: str) -> Meeting | None:
        statement = _of_workspace(meetings, workspace_id).where(meetings.c.set_id == set_id)
        return await self._meeting(statement.order_by(meetings.c.number.desc()).limit(1))

    async def _meeting(self, statement: Select[Any]) -> Meeting | None:
        row = (await self._connection.execute(statement)).mappings().first()
        if row is None:
            return None
        workspace_id, meeting_id = row["workspace_id"], row["id"]
        given = {
            name: await self._ordered(cls, table, workspace_id, table.c.meeting_id == meeting_id, order)
            for name, (table, cls, order) in GIVEN_TO_A_MEETING.items()
        }
        found: Meeting = _thing(Meeting, row, **given)
        return found

    async def _unit_turns(self, workspace_id: str, set_id: str) -> tuple[UnitTurns, ...]:
        """Counted turns of each unit, the unit whose turn is longest ago first."""
        same_meeting = and_(
            turns.c.workspace_id == meetings.c.workspace_id, turns.c.meeting_id == meetings.c.id
        )
        taken, last_at = func.count().label("taken"), func.max(turns.c.counted_at).label("last_at")
        statement = (
            select(turns.c.unit_id, taken, last_at)
            .join_from(turns, meetings, same_meeting)
            .where(meetings.c.workspace_id == workspace_id, meetings.c.set_id == set_id)
            .where(turns.c.counted_at.is_not(None))
            .group_by(turns.c.unit_id)
            .order_by(last_at, func.max(turns.c.number), turns.c.unit_id)
        )
        return _things(UnitTurns, (await self._connection.execute(statement)).mappings())

    async def _commitments(
        self, workspace_id: str, set_id: str, meeting: Meeting | None
    ) -> tuple[Commitment, ...]:
        """Open ones, those of this meeting, and those that were reported on to this meeting."""
        c = commitments.c
        meeting_id = meeting.id if meeting else None
        reported = exists().where(
            report_backs.c.workspace_id == c.workspace_id,
            report_backs.c.commitment_id == c.id,
            report_backs.c.meeting_id == meeting_id,
        )
        statement = (
            _of_workspace(commitments, workspace_id)
            .where(c.set_id == set_id)
            .where(or_(c.finished.is_(False), c.meeting_id == meeting_id, reported))
            .order_by(c.made_at, c.position, c.id)
        )
        return _things(Commitment, (await self._connection.execute(statement)).mappings())

    async def _reports(self, workspace_id: str, meeting: Meeting | None) -> tuple[ReportBack, ...]:
        if meeting is None:
            return ()
        where = report_backs.c.meeting_id == meeting.id
        return await self._ordered(ReportBack, report_backs, workspace_id, where)

    async def _people(self, of_set: RowMapping, meeting: Meeting | None) -> dict[str, Person]:
        workspace_id = of_set["workspace_id"]
        of_members = select(members.c.person).where(
            members.c.workspace_id == workspace_id, members.c.set_id == of_set["id"]
        )
        others = [of_set["creator"], of_set["facilitator"], meeting.facilitator if meeting else None]
        statement = _of_workspace(people, workspace_id).where(
            or_(people.c.id.in_(of_members), people.c.id.in_([id_ for id_ in others if id_ is not None]))
        )
        rows = (await self._connection.execute(statement)).mappings()
        return {row["id"]: person_of(row) for row in rows}

    async def _ordered(
        self,
        cls: type[Thing],
        table: Table,
        workspace_id: str,
        where: ColumnElement[bool],
        order: str = "position",
    ) -> tuple[Thing, ...]:
        statement = _of_workspace(table, workspace_id).where(where).order_by(table.c[order])
        return _things(cls, (await self._connection.execute(statement)).mappings())


def _of_workspace(table: Table, workspace_id: str) -> Select[Any]:
    return select(table).where(table.c.workspace_id == workspace_id)


def _thing(cls: type[Any], row: RowMapping, **more: Any) -> Any:
    """One object from those columns that are its fields."""
    names = [field.name for field in fields(cls) if field.name in row]
    return cls(**{name: row[name] for name in names}, **more)


def _things(cls: type[Thing], rows: Iterable[RowMapping]) -> tuple[Thing, ...]:
    return tuple(_thing(cls, row) for row in rows)
