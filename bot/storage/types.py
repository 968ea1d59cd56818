"""Column types: instants, wall-clock times, words of an enum, and values that SQL is never asked about."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, TypeDecorator

from bot.domain.agenda import Slot


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC.

    Refuses a naive one with ValueError: SQLite would lose the offset without a word.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallClockTime(TypeDecorator[datetime]):
    """A time as a clock on the wall shows it; its zone stands in a column of its own.

    Refuses an aware one.
    """

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError("a wall-clock time has no time zone of its own")
        return value


class Agenda(TypeDecorator[tuple[Slot, ...]]):
    """A meeting's plan, which is never asked across meetings."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[Slot] | None, dialect: Dialect) -> list[dict[str, Any]]:
        return [asdict(slot) for slot in value or ()]

    def process_result_value(self, value: list[dict[str, Any]] | None, dialect: Dialect) -> tuple[Slot, ...]:
        return tuple(Slot(**slot) for slot in value or ())


class JsonTuple(TypeDecorator[tuple[Any, ...]]):
    """A few numbers or ids that always go together."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> list[Any]:
        return list(value or ())

    def process_result_value(self, value: list[Any] | None, dialect: Dialect) -> tuple[Any, ...]:
        return tuple(value or ())


def words(enum: type[StrEnum]) -> Enum:
    """One of the enum's values, stored as that word."""
    return Enum(
        enum,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        validate_strings=True,
        length=24,
    )
