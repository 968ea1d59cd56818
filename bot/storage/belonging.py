"""Whose each row is: which tables belong to a set, and in which columns people and their words stand.

A new table or column that holds a person or a word of theirs is named here; a test asks for it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_, select

from bot.domain.learning_set import QuestionState
from bot.storage.tables import (
    attendance,
    bids,
    commitments,
    due_prompts,
    learning_lines,
    learning_sets,
    meetings,
    members,
    places,
    questions,
    report_backs,
    report_skips,
    takeaways,
    turn_skips,
    turns,
)

OF_A_SET = (
    learning_sets,
    members,
    places,
    meetings,
    turns,
    attendance,
    bids,
    turn_skips,
    report_skips,
    questions,
    takeaways,
    learning_lines,
    commitments,
    report_backs,
    due_prompts,
)
"""Each after those to which its rows belong."""

GONE = "—"
"""Stands where somebody's words were deleted."""

PEOPLE: Mapping[Table, tuple[str, ...]] = {
    learning_sets: ("creator", "facilitator"),
    members: ("person",),
    meetings: ("facilitator",),
    turns: ("chosen_by",),
    attendance: ("person", "by"),
    bids: ("person",),
    turn_skips: ("by",),
    report_skips: ("person", "by"),
    questions: ("asker",),
    takeaways: ("person",),
    learning_lines: ("person",),
    commitments: ("recorded_by",),
    report_backs: ("person",),
}
"""Columns that hold the id of a person."""

UNITS: Mapping[Table, tuple[str, ...]] = {
    members: ("unit_id",),
    places: ("unit_id", "stand_in"),
    turns: ("unit_id",),
    turn_skips: ("unit_id",),
    commitments: ("unit_id",),
}
"""Columns that hold the id of a unit, which is made of the ids of its people."""

LISTS: Mapping[Table, tuple[str, ...]] = {
    learning_sets: ("hindered_people", "unwritable_people"),
    meetings: ("kept_units",),
}
"""Columns that hold a list of either."""

WORDS: Mapping[Table, tuple[str, Mapping[str, Any]]] = {
    questions: ("asker", {"text": GONE}),
    bids: ("person", {"line": GONE}),
    takeaways: ("person", {"text": GONE, "sealed": None}),
    learning_lines: ("person", {"about_problem": None, "about_self": None, "about_set": None}),
    commitments: (
        "recorded_by",
        {
            "what": GONE,
            "first_step": None,
            "how_known": None,
            "if_then": None,
            "hope_to_learn": None,
            "finished": True,
        },
    ),
    report_backs: ("person", {"happened": None, "learned": None}),
    turns: ("chosen_by", {"why": None}),
}
"""Who wrote the words of a row, and what stands there when they are deleted. Nobody is asked any longer for a
commitment that has none."""

UNANSWERED = (QuestionState.HELD.value, QuestionState.WAITING.value)


def of_set(table: Table, workspace_id: str, set_id: str) -> ColumnElement[bool]:
    """Which rows of the table belong to a set."""
    c, m = table.c, meetings.c
    ours = c.workspace_id == workspace_id
    if table is learning_sets:
        return and_(ours, c.id == set_id)
    if "set_id" in c:
        return and_(ours, c.set_id == set_id)
    of_it = select(m.id).where(m.workspace_id == workspace_id, m.set_id == set_id)
    return and_(ours, c.meeting_id.in_(of_it))


def keys_of_set(column: ColumnElement[str], set_id: str) -> ColumnElement[bool]:
    """Which keys of messages are about a set or a meeting of it; see `bot.surfaces.keys`."""
    beginnings = (f"set:{set_id}:", f"meeting:{set_id}.", f"dm:{set_id}:", f"dm:{set_id}.")
    return or_(*(column.startswith(beginning, autoescape=True) for beginning in beginnings))
