"""Every table, in two halves: what a learning set is, and what has to happen because of it.

Each primary key begins with the workspace, and so does each foreign key: rows of two workspaces cannot
meet. Columns of the first half have the names of the fields in ``bot.domain.learning_set``. ``position``
keeps the order of a tuple.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Time,
    false,
    text,
)

from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import Answer, Horizon, Outcome, Phase, Told
from bot.domain.wakes import WakeKind
from bot.storage.types import Agenda, JsonTuple, UtcDateTime, WallClockTime, words

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


NOT_ENDED = text("ended_at IS NULL")
STILL_WAITING = text("state = 'waiting'")
READY = text("ready_at IS NOT NULL")
FINAL = text("ready_at IS NULL")
SETTLED_SOMEHOW = "settled"
"""The state of a question of which the owner has disposed: how is sealed in ``triage``."""


class PromptState(StrEnum):
    """What became of something that is due. ``DONE``, ``MISSED`` and ``FAILED`` are final."""

    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"
    FAILED = "failed"


class WorkspaceState(StrEnum):
    """Whether the app is in a workspace. What it keeps outlives an uninstallation for a while."""

    INSTALLED = "installed"
    UNINSTALLED = "uninstalled"


class RowState(StrEnum):
    """Where an outbox row stands.

    A row that was sent or dropped is gone.
    """

    WAITING = "waiting"
    """Not tried since it was written; what comes later under the same key takes its place."""
    SENDING = "sending"
    """A call is under way. Where the lane's lease is over, its sender died and nobody knows how it ended."""
    FAILED = "failed"
    """Slack certainly did not do it; it is tried again."""
    AMBIGUOUS = "ambiguous"
    """Slack may have done it; it is tried again, so that people may see it twice."""
    HELD = "held"
    """Waits for a hindrance to end: see ``holds``."""
    DEAD = "dead"
    """Can never be sent; kept for the operator."""


TO_SEND = tuple(state for state in RowState if state is not RowState.DEAD)
"""The states of rows that still have to go."""


class Call(StrEnum):
    """The ways to call Slack, each with limits of its own."""

    POST = "post"
    UPDATE = "update"
    NOTICE = "notice"
    HOME = "home"


def _id(name: str) -> Column[str]:
    return Column(name, String(255), nullable=False)


def _optional_id(name: str) -> Column[str]:
    return Column(name, String(255))


def _part(name: str) -> Column[str]:
    """A part of the primary key."""
    return Column(name, String(255), primary_key=True)


def _instant(name: str) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=False)


def _optional_instant(name: str) -> Column[Any]:
    return Column(name, UtcDateTime)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _words(name: str, enum: type[StrEnum]) -> Column[Any]:
    return Column(name, words(enum), nullable=False)


def _prose(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _optional_prose(name: str) -> Column[str]:
    return Column(name, Text)


def _ready(table: str, name: str) -> tuple[Index, Index]:
    """Rows that may be claimed, the longest ready first: of all workspaces, and of each."""
    return (
        Index(f"ix_{table}_ready_at", "ready_at", sqlite_where=READY, postgresql_where=READY),
        Index(
            f"ix_{table}_workspace_id_ready_at",
            "workspace_id",
            "ready_at",
            name,
            sqlite_where=READY,
            postgresql_where=READY,
        ),
    )


def _belongs_to(table: str, *columns: str, key: tuple[str, ...] = ("id",)) -> ForeignKeyConstraint:
    """A foreign key within the workspace."""
    return ForeignKeyConstraint(
        ["workspace_id", *columns], [f"{table}.workspace_id", *(f"{table}.{column}" for column in key)]
    )


def _of_meeting(name: str, *columns: Column[Any]) -> Table:
    """Something that people gave to one meeting."""
    meeting = _belongs_to("meetings", "meeting_id")
    return Table(name, METADATA, _part("workspace_id"), _part("meeting_id"), *columns, meeting)


people = Table(
    "people",
    METADATA,
    _part("workspace_id"),
    _part("id"),
    _prose("name"),
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
    _part("workspace_id"),
    _part("id"),
    _prose("name"),
    _id("channel_id"),
    _id("creator"),
    _optional_id("facilitator"),
    Column("zone", String(64), nullable=False),
    Column("first_meeting_at", WallClockTime, nullable=False),
    _number("every_weeks"),
    _id("format_id"),
    _id("clock_id"),
    _instant("created_at"),
    _optional_prose("call_link"),
    Column("language", String(16), nullable=False),
    _optional_instant("ended_at"),
    Column("hindered_by", words(Hindrance)),
    _optional_instant("hindered_at"),
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
    _part("workspace_id"),
    _part("set_id"),
    _part("person"),
    _number("position"),
    _id("unit_id"),
    _words("answer", Answer),
    _number("first_meeting"),
    _belongs_to("learning_sets", "set_id"),
    _belongs_to("people", "person"),
    Index(None, "workspace_id", "person"),
)

places = Table(
    "places",
    METADATA,
    _part("workspace_id"),
    _part("set_id"),
    _part("unit_id"),
    _number("position"),
    _optional_id("stand_in"),
    _belongs_to("learning_sets", "set_id"),
)

meetings = Table(
    "meetings",
    METADATA,
    _part("workspace_id"),
    _part("id"),
    _id("set_id"),
    _number("number"),
    _instant("planned_at"),
    _instant("starts_at"),
    _instant("ends_at"),
    Column("agenda", Agenda, nullable=False),
    _words("phase", Phase),
    _number("position"),
    _number("version"),
    _optional_id("facilitator"),
    _optional_instant("started_at"),
    _optional_instant("stage_ends_at"),
    _optional_instant("paused_at"),
    _words("told", Told),
    Column("ending_offer_seconds", Integer),
    _flag("learning_shown"),
    _optional_instant("closed_at"),
    _flag("closed_unfinished"),
    Column("kept_units", JsonTuple, nullable=False),
    Column("boards", Integer, nullable=False, server_default=text("0")),
    _belongs_to("learning_sets", "set_id"),
    Index(None, "workspace_id", "set_id", "number", unique=True),
)

turns = _of_meeting(
    "turns",
    Column("number", Integer, primary_key=True, autoincrement=False),
    _id("unit_id"),
    _id("reason"),
    _optional_prose("why"),
    _optional_id("chosen_by"),
    _optional_instant("counted_at"),
    _optional_prose("none_because"),
)

attendance = _of_meeting("attendance", _part("person"), _number("position"), _flag("present"), _id("by"))

bids = _of_meeting("bids", _part("person"), _number("position"), _prose("line"))

turn_skips = _of_meeting("turn_skips", _part("unit_id"), _number("position"), _id("by"))

report_skips = _of_meeting("report_skips", _part("person"), _number("position"), _id("by"))

questions = Table(
    "questions",
    METADATA,
    _part("workspace_id"),
    _part("id"),
    _id("meeting_id"),
    _number("position"),
    _number("turn"),
    _id("stage"),
    _id("begun_in"),
    _id("asker"),
    _prose("text"),
    _instant("asked_at"),
    Column("state", String(24), nullable=False),
    _optional_prose("triage"),
    _belongs_to("meetings", "meeting_id"),
    Index(None, "workspace_id", "meeting_id"),
)

takeaways = _of_meeting(
    "takeaways",
    Column("turn", Integer, primary_key=True, autoincrement=False),
    _part("person"),
    _number("position"),
    _prose("text"),
    _optional_prose("sealed"),
)

learning_lines = _of_meeting(
    "learning_lines",
    _part("person"),
    _number("position"),
    _optional_prose("about_problem"),
    _optional_prose("about_self"),
    _optional_prose("about_set"),
)

commitments = Table(
    "commitments",
    METADATA,
    _part("workspace_id"),
    _part("id"),
    _id("set_id"),
    _id("meeting_id"),
    _number("position"),
    _number("turn"),
    _id("unit_id"),
    _id("recorded_by"),
    _prose("what"),
    Column("due_on", Date, nullable=False),
    _instant("made_at"),
    _optional_prose("first_step"),
    _optional_prose("how_known"),
    _optional_prose("if_then"),
    _optional_prose("hope_to_learn"),
    _words("horizon", Horizon),
    _optional_instant("locks_at"),
    _flag("finished"),
    _belongs_to("learning_sets", "set_id"),
    _belongs_to("meetings", "meeting_id"),
    Index(None, "workspace_id", "set_id", "finished"),
    Index(None, "workspace_id", "meeting_id"),
)

report_backs = Table(
    "report_backs",
    METADATA,
    _part("workspace_id"),
    _part("id"),
    _id("commitment_id"),
    _id("meeting_id"),
    _number("position"),
    _id("person"),
    _words("outcome", Outcome),
    _optional_prose("happened"),
    _optional_prose("learned"),
    _flag("airtime"),
    _instant("filed_at"),
    _belongs_to("commitments", "commitment_id"),
    _belongs_to("meetings", "meeting_id"),
    Index(None, "workspace_id", "commitment_id", "meeting_id", unique=True),
    Index(None, "workspace_id", "meeting_id"),
)

handled_requests = Table(
    "handled_requests",
    METADATA,
    _part("workspace_id"),
    _part("request"),
    _instant("received_at"),
    Index(None, "received_at"),
)

due_prompts = Table(
    "due_prompts",
    METADATA,
    _part("workspace_id"),
    _part("key"),
    _id("set_id"),
    _words("kind", WakeKind),
    _instant("due_at"),
    _id("meeting_id"),
    _optional_id("person"),
    Column("rung", Integer),
    _words("state", PromptState),
    _number("attempts"),
    _optional_instant("lease_until"),
    _optional_id("lease_token"),
    _optional_instant("ready_at"),
    _belongs_to("learning_sets", "set_id"),
    Index(None, "workspace_id", "set_id"),
    *_ready("due_prompts", "key"),
    Index("ix_due_prompts_final", "due_at", sqlite_where=FINAL, postgresql_where=FINAL),
)
"""``ready_at`` is when a row may be claimed: when it is due or its lease is over; NULL once it is final."""

lanes = Table(
    "lanes",
    METADATA,
    _part("workspace_id"),
    _part("lane"),
    _number("last_position"),
    _instant("next_at"),
    _optional_instant("lease_until"),
    _optional_id("lease_token"),
    _optional_instant("ready_at"),
    _optional_instant("slot_at"),
    Column("slot_round", Integer),
    *_ready("lanes", "lane"),
)
"""``next_at``: nothing is sent to the lane before. ``ready_at``: when it may be claimed, which is when it has
something to send, when its turn in the workspace's pace comes, or when its lease is over; NULL while nothing
waits, or what waits is held. ``slot_at`` is a turn that was given to it, in a round of `paces`.
"""

outbox = Table(
    "outbox",
    METADATA,
    _part("workspace_id"),
    _part("lane"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _id("key"),
    Column("kind", String(24), nullable=False),
    Column("payload", JSON, nullable=False),
    _optional_instant("best_before"),
    _flag("update_only"),
    _words("state", RowState),
    _number("attempts"),
    Column("error", String(255)),
    _optional_id("thread_key"),
    _optional_instant("put_at"),
    _optional_instant("tried_at"),
    _belongs_to("lanes", "lane", key=("lane",)),
    Index(
        "uq_outbox_waiting",
        "workspace_id",
        "key",
        unique=True,
        sqlite_where=STILL_WAITING,
        postgresql_where=STILL_WAITING,
    ),
)

sent_messages = Table(
    "sent_messages",
    METADATA,
    _part("workspace_id"),
    _part("key"),
    _id("channel"),
    Column("ts", String(32), nullable=False),
    _optional_instant("sent_at"),
    Column("perhaps_twice", Boolean, nullable=False, server_default=false()),
    Index(None, "sent_at"),
)
"""``perhaps_twice``: it was posted after an attempt of which nobody knows how it ended."""

paces = Table(
    "paces",
    METADATA,
    _part("workspace_id"),
    Column("call", words(Call), primary_key=True),
    _number("interval_ms"),
    _instant("next_at"),
    _instant("blocked_until"),
    _instant("limited_at"),
    _number("round"),
)

holds = Table(
    "holds",
    METADATA,
    _part("workspace_id"),
    _part("conversation"),
    _words("cause", Hindrance),
    _instant("held_at"),
)
"""Conversations to which nothing is sent; an empty ``conversation`` is the whole workspace."""

workspaces = Table(
    "workspaces",
    METADATA,
    _part("workspace_id"),
    _optional_id("enterprise_id"),
    _words("state", WorkspaceState),
    _instant("installed_at"),
    _optional_instant("uninstalled_at"),
    _optional_instant("erase_at"),
    Column("retention_days", Integer),
)

installations = Table(
    "installations",
    METADATA,
    _part("workspace_id"),
    _optional_id("enterprise_id"),
    _flag("org_wide"),
    _id("app_id"),
    _id("bot_id"),
    _id("bot_user_id"),
    _prose("scopes"),
    _prose("bot_token"),
    _optional_prose("refresh_token"),
    _optional_instant("token_expires_at"),
    _id("installer"),
    _instant("installed_at"),
)

oauth_states = Table(
    "oauth_states",
    METADATA,
    _part("workspace_id"),
    _part("state"),
    _instant("expires_at"),
    Index(None, "expires_at"),
)

audit = Table(
    "audit",
    METADATA,
    _part("workspace_id"),
    _part("id"),
    _instant("at"),
    _id("act"),
    _id("subject"),
    Column("counts", JSON, nullable=False),
    Index(None, "workspace_id", "at"),
)
