"""What a learning set is: its people, meetings, and what they gave to them.

Columns have the names of the fields in ``bot.domain.learning_set``. ``position`` keeps the order of a tuple.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Time, false, text

from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Answer, Horizon, Outcome, Phase, Told
from bot.storage.tables.columns import (
    METADATA,
    belongs_to,
    flag,
    ident,
    instant,
    number,
    one_of,
    optional_ident,
    optional_instant,
    optional_prose,
    part,
    prose,
)
from bot.storage.types import Agenda, JsonTuple, WallClockTime, words

NOT_ENDED = text("ended_at IS NULL")
SETTLED_SOMEHOW = "settled"
"""The state of a question of which the owner has disposed: how is sealed in ``triage``."""


def _of_meeting(name: str, *columns: Column[Any]) -> Table:
    """Something that people gave to one meeting."""
    meeting = belongs_to("meetings", "meeting_id")
    return Table(name, METADATA, part("workspace_id"), part("meeting_id"), *columns, meeting)


people = Table(
    "people",
    METADATA,
    part("workspace_id"),
    part("id"),
    prose("name"),
    Column("zone", String(64), nullable=False),
    Column("work_days", JsonTuple, nullable=False),
    Column("work_start", Time, nullable=False),
    Column("work_end", Time, nullable=False),
    Column("away_from", Date),
    Column("away_until", Date),
)

learning_sets = Table(
    "learning_sets",
    METADATA,
    part("workspace_id"),
    part("id"),
    prose("name"),
    ident("channel_id"),
    ident("creator"),
    optional_ident("facilitator"),
    Column("zone", String(64), nullable=False),
    Column("first_meeting_at", WallClockTime, nullable=False),
    number("every_weeks"),
    ident("format_id"),
    ident("clock_id"),
    instant("created_at"),
    optional_prose("call_link"),
    Column("language", String(16), nullable=False),
    optional_instant("ended_at"),
    Column("hindered_by", words(Hindrance)),
    optional_instant("hindered_at"),
    Column("sharing_agreed", Boolean, nullable=False, server_default=false()),
    Column("hindered_people", JsonTuple, nullable=False, server_default=text("'[]'")),
    Column("unwritable_people", JsonTuple, nullable=False, server_default=text("'[]'")),
    Index(
        "uq_learning_sets_active_in_channel",
        "workspace_id",
        "channel_id",
        unique=True,
        sqlite_where=NOT_ENDED,
        postgresql_where=NOT_ENDED,
    ),
)

members = Table(
    "members",
    METADATA,
    part("workspace_id"),
    part("set_id"),
    part("person"),
    number("position"),
    ident("unit_id"),
    one_of("answer", Answer),
    number("first_meeting"),
    belongs_to("learning_sets", "set_id"),
    belongs_to("people", "person"),
    Index(None, "workspace_id", "person"),
)

places = Table(
    "places",
    METADATA,
    part("workspace_id"),
    part("set_id"),
    part("unit_id"),
    number("position"),
    optional_ident("stand_in"),
    belongs_to("learning_sets", "set_id"),
)

meetings = Table(
    "meetings",
    METADATA,
    part("workspace_id"),
    part("id"),
    ident("set_id"),
    number("number"),
    instant("planned_at"),
    instant("starts_at"),
    instant("ends_at"),
    Column("agenda", Agenda, nullable=False),
    one_of("phase", Phase),
    number("position"),
    number("version"),
    optional_ident("facilitator"),
    optional_instant("started_at"),
    optional_instant("stage_ends_at"),
    optional_instant("paused_at"),
    one_of("told", Told),
    Column("ending_offer_seconds", Integer),
    flag("learning_shown"),
    optional_instant("closed_at"),
    flag("closed_unfinished"),
    Column("kept_units", JsonTuple, nullable=False),
    Column("boards", Integer, nullable=False, server_default=text("0")),
    belongs_to("learning_sets", "set_id"),
    Index(None, "workspace_id", "set_id", "number", unique=True),
)

turns = _of_meeting(
    "turns",
    Column("number", Integer, primary_key=True, autoincrement=False),
    ident("unit_id"),
    ident("reason"),
    optional_prose("why"),
    optional_ident("chosen_by"),
    optional_instant("counted_at"),
    optional_prose("none_because"),
)

attendance = _of_meeting("attendance", part("person"), number("position"), flag("present"), ident("by"))

bids = _of_meeting("bids", part("person"), number("position"), prose("line"))

turn_skips = _of_meeting("turn_skips", part("unit_id"), number("position"), ident("by"))

report_skips = _of_meeting("report_skips", part("person"), number("position"), ident("by"))

questions = Table(
    "questions",
    METADATA,
    part("workspace_id"),
    part("id"),
    ident("meeting_id"),
    number("position"),
    number("turn"),
    ident("stage"),
    ident("begun_in"),
    ident("asker"),
    prose("text"),
    instant("asked_at"),
    Column("state", String(24), nullable=False),
    optional_prose("triage"),
    belongs_to("meetings", "meeting_id"),
    Index(None, "workspace_id", "meeting_id"),
)

takeaways = _of_meeting(
    "takeaways",
    Column("turn", Integer, primary_key=True, autoincrement=False),
    part("person"),
    number("position"),
    prose("text"),
    optional_prose("sealed"),
)

learning_lines = _of_meeting(
    "learning_lines",
    part("person"),
    number("position"),
    optional_prose("about_problem"),
    optional_prose("about_self"),
    optional_prose("about_set"),
)

commitments = Table(
    "commitments",
    METADATA,
    part("workspace_id"),
    part("id"),
    ident("set_id"),
    ident("meeting_id"),
    number("position"),
    number("turn"),
    ident("unit_id"),
    ident("recorded_by"),
    prose("what"),
    Column("due_on", Date, nullable=False),
    instant("made_at"),
    optional_prose("first_step"),
    optional_prose("how_known"),
    optional_prose("if_then"),
    optional_prose("hope_to_learn"),
    one_of("horizon", Horizon),
    optional_instant("locks_at"),
    flag("finished"),
    belongs_to("learning_sets", "set_id"),
    belongs_to("meetings", "meeting_id"),
    Index(None, "workspace_id", "set_id", "finished"),
    Index(None, "workspace_id", "meeting_id"),
)

report_backs = Table(
    "report_backs",
    METADATA,
    part("workspace_id"),
    part("id"),
    ident("commitment_id"),
    ident("meeting_id"),
    number("position"),
    ident("person"),
    one_of("outcome", Outcome),
    optional_prose("happened"),
    optional_prose("learned"),
    flag("airtime"),
    instant("filed_at"),
    belongs_to("commitments", "commitment_id"),
    belongs_to("meetings", "meeting_id"),
    Index(None, "workspace_id", "commitment_id", "meeting_id", unique=True),
    Index(None, "workspace_id", "meeting_id"),
)
