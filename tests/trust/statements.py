"""Whether each statement that the bot sends to its database keeps to one workspace.

A table is bound when its `workspace_id` is compared with a value, or with the `workspace_id` of another table
that is. Whatever is not must be named in `ALLOWED`, with the reason.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import greenlet  # type: ignore[import-untyped]
from sqlalchemy import Alias, Connection, Insert, Table, event
from sqlalchemy.engine import Engine
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ColumnElement
from sqlalchemy.sql.expression import FromClause

from bot.logs import what_about
from bot.storage.tables import METADATA
from tests.databases import REPOSITORY

WORKSPACE = "workspace_id"
WHEN_NEXT = "The process asks when it must next wake up: an instant, and nobody's row."
WHO_IS_NEXT = "What is due is found for all workspaces, so that each gets its turn: ids of workspaces alone."
LOOKED_AT_AGAIN = "What is out of reach is found for all workspaces: ids alone, each with its workspace."
AGED = "What is too old is deleted by its age alone, whosever it is; nothing is read."
COUNTED = "For the operator's metrics: how many and how old, of all together."
ALLOWED: dict[str, str] = {
    "bot/storage/due_prompts.py:DuePrompts.forget": AGED,
    "bot/storage/due_prompts.py:DuePrompts.next_due_at": WHEN_NEXT,
    "bot/storage/forgetting.py:Forgetting._retentions": "Which numbers of days there are: no ids.",
    "bot/storage/forgetting.py:Forgetting.outlived": WHO_IS_NEXT,
    "bot/storage/in_turn.py:_locked_at_once": "Each row is joined to one of the workspaces whose turn it is.",
    "bot/storage/in_turn.py:workspaces_in_turn": WHO_IS_NEXT,
    "bot/storage/installations.py:Installations.everywhere": "For the operator: where the app is installed.",
    "bot/storage/installations.py:Installations.workspaces_of": "Those of one organisation: ids alone.",
    "bot/storage/life.py:Life.left_unpaused": WHO_IS_NEXT,
    "bot/storage/life.py:Life.paused_channels": LOOKED_AT_AGAIN,
    "bot/storage/life.py:Life.people_out_of_reach": LOOKED_AT_AGAIN,
    "bot/storage/life.py:Life.suspected": WHO_IS_NEXT,
    "bot/storage/life.py:Life.to_erase": WHO_IS_NEXT,
    "bot/storage/outbox.py:Outbox.next_due_at": WHEN_NEXT,
    "bot/storage/paces.py:Paces.forget": AGED,
    "bot/storage/requests.py:Requests.forget": AGED,
    "bot/storage/tidying.py:Tidying._delete": AGED,
    "bot/storage/overview.py:Overview._outbox": COUNTED,
    "bot/storage/overview.py:Overview._prompts": COUNTED,
}
"""Function by function, as `file:function`: what looks across workspaces, and why it may."""
VERDICTS: dict[str, list[str]] = {}
"""The tables that a statement, by its SQL, leaves unbound. Tests send the same ones again and again."""


@dataclass
class StatementWatch:
    """Hears every statement of every engine, and keeps those that are bound to no workspace."""

    unbound: dict[str, str] = field(default_factory=dict)
    """Such a statement, by the function of the bot that sent it."""
    crossed: list[str] = field(default_factory=list)
    """Statements about one workspace, sent while the bot was at work for another."""
    heard: int = 0

    def listen(self) -> None:
        """From now on."""
        event.listen(Engine, "before_cursor_execute", self._hear)

    def leave(self) -> None:
        """No more."""
        event.remove(Engine, "before_cursor_execute", self._hear)

    @property
    def wrong(self) -> dict[str, str]:
        """Those that are not allowed."""
        return {site: sql for site, sql in self.unbound.items() if site not in ALLOWED}

    def _hear(
        self, _conn: Connection, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        if sql not in VERDICTS:
            compiled = getattr(context, "compiled", None)
            VERDICTS[sql] = unbound_in(compiled.statement) if compiled else tables_in(sql)
        self.heard += 1
        ours = what_about().get("workspace")
        if ours is not None and any(value != ours for value in workspaces_in(context)):
            self.crossed.append(f"for {ours}: {sql}")
        if VERDICTS[sql] and (site := sent_by()) is not None:
            self.unbound.setdefault(site, f"{', '.join(VERDICTS[sql])} in: {sql}")


def workspaces_in(context: Any) -> list[str]:
    """The workspaces that are given to a statement as values."""
    given = getattr(context, "compiled_parameters", None) or []
    return [value for one in given for name, value in one.items() if is_workspace(name, value)]


def is_workspace(name: str, value: object) -> bool:
    """Whether a parameter is one; SQLAlchemy adds a number to its name."""
    return name.startswith(WORKSPACE) and isinstance(value, str)


def unbound_in(statement: Any) -> list[str]:
    """The tables of a statement whose rows may be of any workspace."""
    groups = Groups()
    for element in visitors.iterate(statement):
        if isinstance(element, BinaryExpression) and element.operator in (operators.eq, operators.in_op):
            groups.note(element)
    written = statement.table if isinstance(statement, Insert) else None
    return [
        name_of(table) for table in tables_of(statement) if table is not written and not groups.bound(table)
    ]


class Groups:
    """Tables that share one workspace, and those of which the workspace is a value."""

    def __init__(self) -> None:
        self._parents: dict[FromClause | str, FromClause | str] = {}

    def note(self, comparison: BinaryExpression[Any]) -> None:
        """Learn from one comparison; of tuples each pair counts."""
        left, right = columns_in(comparison.left), columns_in(comparison.right)
        if comparison.operator is operators.eq and left and right:
            self._join(left[0], right[0])
        elif left and is_value(comparison.right):
            self._join(left[0], "a value")
        elif right and is_value(comparison.left):
            self._join(right[0], "a value")
        elif left and comparison.operator is operators.in_op:
            for other in right or tables_of(comparison.right):
                self._join(left[0], other)

    def bound(self, table: FromClause) -> bool:
        """Whether its workspace is known."""
        return self._root(table) == self._root("a value")

    def _join(self, one: FromClause | str, other: FromClause | str) -> None:
        self._parents[self._root(one)] = self._root(other)

    def _root(self, one: FromClause | str) -> FromClause | str:
        while self._parents.get(one, one) is not one:
            one = self._parents[one]
        return one


def columns_in(expression: Any) -> list[FromClause]:
    """The tables whose workspace stands on this side of a comparison, not within a query of its own."""
    if isinstance(expression, ColumnElement) and getattr(expression, "name", None) == WORKSPACE:
        table = getattr(expression, "table", None)
        return [table] if table is not None else []
    inner = getattr(expression, "clauses", None)
    return [table for each in inner for table in columns_in(each)] if inner is not None else []


def is_value(expression: Any) -> bool:
    """Whether a side of a comparison is given from outside."""
    if isinstance(expression, BindParameter):
        return True
    return getattr(expression, "element", None) is not None and is_value(expression.element)


def tables_of(statement: Any) -> list[FromClause]:
    """Every table that a statement reads or changes, by each name that it has there."""
    found = [each for each in visitors.iterate(statement) if isinstance(each, Table | Alias)]
    aliased = {each.element for each in found if isinstance(each, Alias)}
    return list(dict.fromkeys(each for each in found if is_ours(each) and each not in aliased))


def is_ours(table: FromClause) -> bool:
    """Whether it is a table with workspaces in it, under whatever name."""
    inner = table.element if isinstance(table, Alias) else table
    return isinstance(inner, Table) and inner.name in METADATA.tables and WORKSPACE in inner.c


def name_of(table: FromClause) -> str:
    return str(getattr(table, "name", table))


def tables_in(sql: str) -> list[str]:
    """The tables that a statement in plain text names."""
    return [name for name in METADATA.tables if name in sql.replace("(", " ").replace(",", " ").split()]


def sent_by() -> str | None:
    """The function of the bot that sent it, as `file:function`; None: it was a test, or Alembic."""
    for frame in frames():
        file = own_file(frame.f_code.co_filename)
        if file is not None and file.startswith("tests/"):
            return None
        if file is not None:
            return f"{file}:{frame.f_code.co_qualname}"
    return None


@cache
def own_file(name: str) -> str | None:
    """The bot's file or a test's, as seen from the repository; None for others, and for this one."""
    path = Path(name)
    if path == Path(__file__) or not path.is_relative_to(REPOSITORY):
        return None
    file = path.relative_to(REPOSITORY).as_posix()
    return file if file.startswith(("bot/", "tests/")) else None


def frames() -> Iterator[FrameType]:
    """From here outwards: SQLAlchemy works in a greenlet, whose parent waits where the bot called it."""
    current: Any = greenlet.getcurrent()
    frame: FrameType | None = sys._getframe(1)
    while current is not None:
        while frame is not None:
            yield frame
            frame = frame.f_back
        current = current.parent
        frame = current.gr_frame if current is not None else None
