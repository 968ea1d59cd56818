"""What tables are made of: columns of one kind, keys within a workspace, and the names of all of them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, MetaData, String, Text, text

from bot.storage.types import UtcDateTime, words

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
READY = text("ready_at IS NOT NULL")
FINAL = text("ready_at IS NULL")


def ident(name: str) -> Column[str]:
    """An id, of Slack's or of ours, or another short name."""
    return Column(name, String(255), nullable=False)


def optional_ident(name: str) -> Column[str]:
    """The same, where there may be none."""
    return Column(name, String(255))


def part(name: str) -> Column[str]:
    """A part of the primary key."""
    return Column(name, String(255), primary_key=True)


def instant(name: str) -> Column[Any]:
    """In UTC."""
    return Column(name, UtcDateTime, nullable=False)


def optional_instant(name: str) -> Column[Any]:
    """In UTC, where there may be none."""
    return Column(name, UtcDateTime)


def number(name: str) -> Column[int]:
    """A whole one."""
    return Column(name, Integer, nullable=False)


def flag(name: str) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False)


def one_of(name: str, enum: type[StrEnum]) -> Column[Any]:
    """A word of this enum."""
    return Column(name, words(enum), nullable=False)


def prose(name: str) -> Column[str]:
    """A text of any length."""
    return Column(name, Text, nullable=False)


def optional_prose(name: str) -> Column[str]:
    """The same, where there may be none."""
    return Column(name, Text)


def ready_indexes(table: str, name: str) -> tuple[Index, Index]:
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


def belongs_to(table: str, *columns: str, key: tuple[str, ...] = ("id",)) -> ForeignKeyConstraint:
    """A foreign key within the workspace."""
    return ForeignKeyConstraint(
        ["workspace_id", *columns], [f"{table}.workspace_id", *(f"{table}.{column}" for column in key)]
    )
