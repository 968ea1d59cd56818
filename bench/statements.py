"""What is said to the database, counted where the driver is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.storage.unit_of_work import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Within the block the list grows by each statement, those that begin and end a transaction apart."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    engine = database._engine.sync_engine  # noqa: SLF001 -- only to listen
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)
