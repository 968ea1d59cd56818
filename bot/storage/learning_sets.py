"""Learning sets in and out of the database. A set is read in two statements, however large it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import bindparam, exists, or_, select
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
from bot.storage.parts import LEARNING_SET, MEETING, SET_AT_MEETING
from bot.storage.sealing import opened
from bot.storage.tables import learning_sets, members, questions, takeaways
from bot.storage.together import Row
from bot.vault import Vault

Thing = TypeVar("Thing")
Rows = dict[str, list[Row]]

ITS_ROW = select(learning_sets).where(
    learning_sets.c.workspace_id == bindparam("workspace_id"), learning_sets.c.id == bindparam("set_id")
)
ITS_ROW_LOCKED = ITS_ROW.with_for_update()
BY_POSITION = itemgetter("position")
FIELDS: dict[type[Any], tuple[str, ...]] = {
    cls: tuple(field.name for field in fields(cls))
    for cls in (
        Attendance,
        Bid,
        Commitment,
        LearningLine,
        Meeting,
        Member,
        Person,
        Place,
        Question,
        ReportBack,
        ReportSkip,
        Takeaway,
        Turn,
        TurnSkip,
        UnitTurns,
    )
}
"""Of what a set consists of."""


class ChannelTaken(Exception):
    """Another set became active in the channel at the same time."""


class LearningSets:
    """The learning sets of all workspaces. Every call names its workspace."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def load(self, workspace_id: str, set_id: str, *, lock: bool = False) -> LearningSet | None:
        """The set with its latest meeting, or None.

        ``lock`` keeps others from loading it so until this unit ends.
        """
        whose = {"workspace_id": workspace_id, "set_id": set_id}
        found = await self._connection.execute(ITS_ROW_LOCKED if lock else ITS_ROW, whose)
        of_set = found.mappings().first()
        if of_set is None:
            return None
        rows = await LEARNING_SET.rows(self._connection, **whose)
        return self._set(dict(of_set), rows)

    async def at_meeting(self, learning_set: LearningSet, meeting_id: str) -> LearningSet:
        """The set with another of its meetings, and what was reported to it; all else is as it is now."""
        rows = await SET_AT_MEETING.rows(
            self._connection,
            workspace_id=learning_set.workspace_id,
            set_id=learning_set.id,
            meeting_id=meeting_id,
        )
        of_set = {name: getattr(learning_set, name) for name in learning_sets.c.keys()}  # noqa: SIM118
        return self._set(of_set, rows)

    def _set(self, of_set: Mapping[str, Any], rows: Rows) -> LearningSet:
        return LearningSet(
            **of_set,
            members=_things(Member, rows["members"]),
            places=_things(Place, rows["places"]),
            unit_turns=_things(UnitTurns, rows["unit_turns"], itemgetter("last_at", "number", "unit_id")),
            meeting=_meeting(rows, self._vault),
            commitments=_things(Commitment, rows["commitments"], itemgetter("made_at", "position", "id")),
            reports=_things(ReportBack, rows["reports"]),
            people={row["id"]: _thing(Person, row) for row in rows["people"]},
        )

    async def meeting(self, workspace_id: str, meeting_id: str) -> Meeting | None:
        """A meeting of any set, also one that is over, or None."""
        rows = await MEETING.rows(self._connection, workspace_id=workspace_id, meeting_id=meeting_id)
        return _meeting(rows, self._vault)

    async def save(self, before: LearningSet | None, *states: LearningSet) -> None:
        """Write what differs between ``before`` (None for a new set) and the last of ``states``.

        Give the state after each event, in order: when a meeting is closed and the next one takes its
        place within one command, only a state on the way shows how it closed. Raises `ChannelTaken`.
        """
        try:
            await mapping.save(self._connection, self._vault, before, *states)
        except IntegrityError as error:
            if "channel_id" in str(error.orig):
                raise ChannelTaken from error
            raise

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


def _meeting(rows: Rows, vault: Vault) -> Meeting | None:
    if not rows["meeting"]:
        return None
    found: Meeting = _thing(
        Meeting,
        rows["meeting"][0],
        turns=_things(Turn, rows["turns"], itemgetter("number")),
        attendance=_things(Attendance, rows["attendance"]),
        bids=_things(Bid, rows["bids"]),
        turn_skips=_things(TurnSkip, rows["turn_skips"]),
        report_skips=_things(ReportSkip, rows["report_skips"]),
        questions=_things(Question, [opened(vault, questions, row) for row in rows["questions"]]),
        takeaways=_things(Takeaway, [opened(vault, takeaways, row) for row in rows["takeaways"]]),
        learning=_things(LearningLine, rows["learning"]),
    )
    return found


def _things(
    cls: type[Thing], rows: Iterable[Row], order: Callable[[Row], Any] = BY_POSITION
) -> tuple[Thing, ...]:
    return tuple(_thing(cls, row) for row in sorted(rows, key=order))


def _thing(cls: type[Any], row: Row, **more: Any) -> Any:
    """One object from those columns that are its fields."""
    return cls(**{name: row[name] for name in FIELDS[cls] if name in row}, **more)
