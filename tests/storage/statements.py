"""What is said to the database, seen where the driver is called."""

from types import TracebackType
from typing import Any

from sqlalchemy import event

from bot.storage.unit_of_work import Database


class Statements:
    """Within its block, ``texts`` grows by each statement but those that begin a transaction."""

    def __init__(self, database: Database) -> None:
        self._engine = database._engine.sync_engine
        self.texts: list[str] = []

    def __enter__(self) -> "Statements":
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.texts.append(statement)
