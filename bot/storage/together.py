"""Several SELECTs in one statement.

A set is spread over fifteen tables, and every press reads them. Fifteen statements cost several times as
much as one, nearly all of it on the way to the database and back. So the SELECTs are sent as one UNION
ALL: each row arrives as a JSON array under its part's name, and is read by the types of the part's
columns.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    CompoundSelect,
    Select,
    TypeDecorator,
    func,
    literal,
    union_all,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

Row = dict[str, Any]
Reader = Callable[[Any], Any]

ANY_DIALECT = DefaultDialect()
"""Our column types read alike from every database."""


class Together:
    """Named SELECTs that are run as one statement. Their order is lost: sort what comes back."""

    def __init__(self, parts: Mapping[str, Select[Any]]) -> None:
        self._parts = parts
        self._statements: dict[str, CompoundSelect[Any]] = {}
        self._readers = {
            name: [(column.name, _reader(column.type)) for column in part.selected_columns]
            for name, part in parts.items()
        }

    async def rows(self, connection: AsyncConnection, **parameters: Any) -> dict[str, list[Row]]:
        """The rows of each part, a dict by column name. ``parameters`` fill the SELECTs' bindparams."""
        found: dict[str, list[Row]] = {name: [] for name in self._parts}
        for name, values in await connection.execute(self._statement(connection.dialect.name), parameters):
            found[name].append(_read(self._readers[name], values))
        return found

    def _statement(self, dialect: str) -> CompoundSelect[Any]:
        if dialect not in self._statements:
            parts = [_as_json(name, part, dialect) for name, part in self._parts.items()]
            self._statements[dialect] = union_all(*parts)
        return self._statements[dialect]


def _as_json(name: str, part: Select[Any], dialect: str) -> Select[Any]:
    array = func.json_build_array if dialect == "postgresql" else func.json_array
    values = array(*(_embedded(column, dialect) for column in part.selected_columns), type_=JSON)
    return part.with_only_columns(literal(name), values)


def _embedded(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """SQLite keeps JSON as text, which would become a string within the array."""
    return func.json(column) if dialect == "sqlite" and isinstance(_stored_as(column.type), JSON) else column


def _stored_as(of: TypeEngine[Any]) -> TypeEngine[Any]:
    return of.impl_instance if isinstance(of, TypeDecorator) else of


def _read(readers: list[tuple[str, Reader]], values: list[Any]) -> Row:
    return {
        name: None if value is None else read(value)
        for (name, read), value in zip(readers, values, strict=True)
    }


def _reader(of: TypeEngine[Any]) -> Reader:
    """How a value of the column's type is made from what JSON can hold."""
    plain = _plain_reader(_stored_as(of).python_type)
    if not isinstance(of, TypeDecorator):
        return plain
    return lambda value: of.process_result_value(plain(value), ANY_DIALECT)


def _plain_reader(python_type: type[Any]) -> Reader:
    if python_type in (datetime, date, time):
        fromisoformat: Reader = python_type.fromisoformat
        return fromisoformat
    if python_type is bool or issubclass(python_type, Enum):
        return python_type
    return lambda value: value
