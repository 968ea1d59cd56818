"""What a learning set and a meeting consist of, as SELECTs that are run together."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, exists, func, or_, select, union

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
from bot.storage.together import Together

WORKSPACE: ColumnElement[str] = bindparam("workspace_id")
SET: ColumnElement[str] = bindparam("set_id")
GIVEN_TO_A_MEETING = {
    "turns": turns,
    "attendance": attendance,
    "bids": bids,
    "turn_skips": turn_skips,
    "report_skips": report_skips,
    "questions": questions,
    "takeaways": takeaways,
    "learning": learning_lines,
}
"""Field of ``Meeting`` and its table."""


def _where(table: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(table).where(table.c.workspace_id == WORKSPACE, *conditions)


def _meeting(meeting_id: ColumnElement[str]) -> dict[str, Select[Any]]:
    given = {
        name: _where(table, table.c.meeting_id == meeting_id) for name, table in GIVEN_TO_A_MEETING.items()
    }
    return {"meeting": _where(meetings, meetings.c.id == meeting_id), **given}


def _latest_meeting() -> ColumnElement[str]:
    c = meetings.c
    of_set = select(c.id).where(c.workspace_id == WORKSPACE, c.set_id == SET)
    latest = of_set.order_by(c.number.desc()).limit(1).cte("latest_meeting")
    return select(latest.c.id).scalar_subquery()


def _unit_turns() -> Select[Any]:
    """Counted over all meetings of the set."""
    same_meeting = and_(turns.c.workspace_id == meetings.c.workspace_id, turns.c.meeting_id == meetings.c.id)
    return (
        select(
            turns.c.unit_id,
            func.count().label("taken"),
            func.max(turns.c.counted_at).label("last_at"),
            func.max(turns.c.number).label("number"),
        )
        .join_from(turns, meetings, same_meeting)
        .where(meetings.c.workspace_id == WORKSPACE, meetings.c.set_id == SET)
        .where(turns.c.counted_at.is_not(None))
        .group_by(turns.c.unit_id)
    )


def _commitments(meeting_id: ColumnElement[str]) -> Select[Any]:
    """Open ones, those of this meeting, and those that were reported on to this meeting."""
    c = commitments.c
    reported = exists().where(
        report_backs.c.workspace_id == c.workspace_id,
        report_backs.c.commitment_id == c.id,
        report_backs.c.meeting_id == meeting_id,
    )
    return _where(
        commitments, c.set_id == SET, or_(c.finished.is_(False), c.meeting_id == meeting_id, reported)
    )


def _people(meeting_id: ColumnElement[str]) -> Select[Any]:
    """Whoever is or was a member, the creator, and the facilitators of the set and of this meeting."""
    of_set = and_(learning_sets.c.workspace_id == WORKSPACE, learning_sets.c.id == SET)
    whose = [
        select(members.c.person).where(members.c.workspace_id == WORKSPACE, members.c.set_id == SET),
        select(learning_sets.c.creator).where(of_set),
        select(learning_sets.c.facilitator).where(of_set),
        select(meetings.c.facilitator).where(
            meetings.c.workspace_id == WORKSPACE, meetings.c.id == meeting_id
        ),
    ]
    # In one IN: with an OR between several, PostgreSQL reads the people of all sets.
    return _where(people, people.c.id.in_(union(*whose)))


MEETING = Together(_meeting(bindparam("meeting_id")))
"""A meeting, by ``workspace_id`` and ``meeting_id``."""


def _learning_set(meeting_id: ColumnElement[str]) -> Together:
    return Together(
        {
            "members": _where(members, members.c.set_id == SET),
            "places": _where(places, places.c.set_id == SET),
            "unit_turns": _unit_turns(),
            "commitments": _commitments(meeting_id),
            "reports": _where(report_backs, report_backs.c.meeting_id == meeting_id),
            "people": _people(meeting_id),
            **_meeting(meeting_id),
        }
    )


LEARNING_SET = _learning_set(_latest_meeting())
"""Everything of a set but its own row, with its latest meeting, by ``workspace_id`` and ``set_id``."""
SET_AT_MEETING = _learning_set(bindparam("meeting_id"))
"""The same with any of its meetings, by ``meeting_id`` too."""
