"""What has to happen because of a set: what was asked, what is due, what waits to be sent, and how fast."""

from enum import StrEnum

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, false, text

from bot.domain.hindrances import Hindrance
from bot.domain.wakes import WakeKind
from bot.storage.tables.columns import (
    FINAL,
    METADATA,
    belongs_to,
    flag,
    ident,
    instant,
    number,
    one_of,
    optional_ident,
    optional_instant,
    part,
    ready_indexes,
)
from bot.storage.types import words

STILL_WAITING = text("state = 'waiting'")


class PromptState(StrEnum):
    """What became of something that is due. ``DONE``, ``MISSED`` and ``FAILED`` are final."""

    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"
    FAILED = "failed"


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


handled_requests = Table(
    "handled_requests",
    METADATA,
    part("workspace_id"),
    part("request"),
    instant("received_at"),
    Index(None, "received_at"),
)

due_prompts = Table(
    "due_prompts",
    METADATA,
    part("workspace_id"),
    part("key"),
    ident("set_id"),
    one_of("kind", WakeKind),
    instant("due_at"),
    ident("meeting_id"),
    optional_ident("person"),
    Column("rung", Integer),
    one_of("state", PromptState),
    number("attempts"),
    optional_instant("lease_until"),
    optional_ident("lease_token"),
    optional_instant("ready_at"),
    belongs_to("learning_sets", "set_id"),
    Index(None, "workspace_id", "set_id"),
    *ready_indexes("due_prompts", "key"),
    Index("ix_due_prompts_final", "due_at", sqlite_where=FINAL, postgresql_where=FINAL),
)
"""``ready_at`` is when a row may be claimed: when it is due or its lease is over; NULL once it is final."""

lanes = Table(
    "lanes",
    METADATA,
    part("workspace_id"),
    part("lane"),
    number("last_position"),
    instant("next_at"),
    optional_instant("lease_until"),
    optional_ident("lease_token"),
    optional_instant("ready_at"),
    optional_instant("slot_at"),
    Column("slot_round", Integer),
    *ready_indexes("lanes", "lane"),
)
"""``next_at``: nothing is sent to the lane before. ``ready_at``: when it may be claimed, which is when it has
something to send, when its turn in the workspace's pace comes, or when its lease is over; NULL while nothing
waits, or what waits is held. ``slot_at`` is a turn that was given to it, in a round of `paces`.
"""

outbox = Table(
    "outbox",
    METADATA,
    part("workspace_id"),
    part("lane"),
    Column("position", Integer, primary_key=True, autoincrement=False),
    ident("key"),
    Column("kind", String(24), nullable=False),
    Column("payload", JSON, nullable=False),
    optional_instant("best_before"),
    flag("update_only"),
    one_of("state", RowState),
    number("attempts"),
    Column("error", String(255)),
    optional_ident("thread_key"),
    optional_instant("put_at"),
    optional_instant("tried_at"),
    belongs_to("lanes", "lane", key=("lane",)),
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
    part("workspace_id"),
    part("key"),
    ident("channel"),
    Column("ts", String(32), nullable=False),
    optional_instant("sent_at"),
    Column("perhaps_twice", Boolean, nullable=False, server_default=false()),
    Index(None, "sent_at"),
)
"""``perhaps_twice``: it was posted after an attempt of which nobody knows how it ended."""

paces = Table(
    "paces",
    METADATA,
    part("workspace_id"),
    Column("call", words(Call), primary_key=True),
    number("interval_ms"),
    instant("next_at"),
    instant("blocked_until"),
    instant("limited_at"),
    number("round"),
)

holds = Table(
    "holds",
    METADATA,
    part("workspace_id"),
    part("conversation"),
    one_of("cause", Hindrance),
    instant("held_at"),
)
"""Conversations to which nothing is sent; an empty ``conversation`` is the whole workspace."""
