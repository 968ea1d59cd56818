"""What a process writes about its own doing: ids and names of things, never what people wrote.

Two things stand between what is logged and what is written, and they hold at every level that an operator
may set. Libraries are heard from `WARNING` on, and of what they say only the constant part is kept: their
sentences may hold whole payloads or rows. Of an exception the kinds, the codes and the places are written,
never its text: that of a database quotes the row.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

from bot.slack_answers import code_of

OURS = "bot"
"""The logger above all of ours."""
FIELDS = (
    "workspace",
    "set",
    "meeting",
    "person",
    "request",
    "kind",
    "what",
    "command",
    "events",
    "wake",
    "key",
    "outcome",
    "reason",
    "error",
    "attempt",
    "count",
    "milliseconds",
)
"""What a line of ours may carry beside its message, in `extra` or by `about`. Any other name is left out."""
LOUD_BELOW = {
    "aiohttp": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "psycopg": logging.WARNING,
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}
"""Libraries that write whole payloads or rows below these levels; they need not even make such lines."""
CODE = re.compile(r"[A-Za-z0-9_]{1,60}")

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default={})  # noqa: B039 -- never changed


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Put these ids (names of `FIELDS`) on every line of ours that is written within."""
    token = _about.set({**_about.get(), **ids})
    try:
        yield
    finally:
        _about.reset(token)


def what_about() -> Mapping[str, object]:
    """The ids of what is being done here, as `about` was told."""
    return _about.get()


def configure_logs(level: str, form: str | None = None, stream: TextIO | None = None) -> None:
    """Write to standard error (or ``stream``), as ``json``, one object a line, or as ``text``.

    Without a ``form``: text where somebody watches a terminal, else json. ``level`` is for our own lines.
    """
    handler = IdsOnly(stream)
    handler.setFormatter(Text() if (form or _fitting(handler.stream)) == "text" else Json())
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, IdsOnly)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    logging.getLogger(OURS).setLevel(level)
    for name, least in LOUD_BELOW.items():
        logging.getLogger(name).setLevel(least)
    sys.excepthook = _crashed


class IdsOnly(logging.Handler):
    """The only way from a record to the operator."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self._stream = stream
        self.addFilter(lambda record: _is_ours(record) or record.levelno >= logging.WARNING)

    @property
    def stream(self) -> TextIO:
        """Where it writes now: standard error may be replaced."""
        return self._stream or sys.stderr

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            self.stream.write(self.format(record) + "\n")
            self.stream.flush()
        except Exception:  # noqa: BLE001 -- whatever a record holds, it must not stop what it tells of
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging's name
        """Say where a line was lost; logging itself would write what it holds."""
        sys.stderr.write(f"a log line was lost: {record.name} {_place(record)}\n")


class Json(JsonFormatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Only what `told` leaves."""
        return super().format(logging.makeLogRecord({"msg": told(record)}))


class Text(logging.Formatter):
    """For people at a terminal: the same in one line, and the places of a failure below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Only what `told` leaves."""
        data = dict(told(record))
        head = " ".join(str(data.pop(name)) for name in ("at", "level", "logger", "message"))
        places = "".join(f"\n    {place}" for place in data.pop("trace", ()))
        return " ".join([head, *(f"{name}={_one_line(value)}" for name, value in data.items())]) + places


def told(record: logging.LogRecord) -> Mapping[str, Any]:
    """All that is written of a record."""
    said = _said_by_us(record) if _is_ours(record) else _said_by_others(record)
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    error = record.exc_info[1] if record.exc_info else None
    return {
        "at": at,
        "level": record.levelname,
        "logger": record.name,
        **said,
        **({"trace": list(_trace(error))} if error else {}),
    }


def _said_by_us(record: logging.LogRecord) -> dict[str, Any]:
    given = {**_about.get(), **record.__dict__}
    named = {name: given[name] for name in FIELDS if given.get(name) is not None}
    return {"message": record.getMessage()} | named


def _said_by_others(record: logging.LogRecord) -> dict[str, Any]:
    """The constant part of the sentence, where it can be told from the rest, and the place."""
    constant = record.msg if record.args and isinstance(record.msg, str) else ""
    return {"message": constant, "where": _place(record)}


def _trace(error: BaseException) -> Iterator[str]:
    """Each exception of the chain, the first cause first, by its kind, with the places that it came by."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        yield from _trace(cause)
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _trace(each)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
    yield " ".join([f"{type(error).__module__}.{type(error).__qualname__}", *_codes(error)])


def _codes(error: BaseException) -> Iterator[str]:
    """What a database or Slack calls it, where that is a code."""
    response = getattr(error, "response", None)
    said = code_of(response)
    found = [getattr(error, "sqlstate", None), said]
    yield from (code for code in found if isinstance(code, str) and CODE.fullmatch(code))


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody caught ends the process, in the same way of speaking."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(OURS).critical("stopped by an error", exc_info=(kind, error, trace))


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name == OURS or record.name.startswith(f"{OURS}.")


def _fitting(stream: TextIO) -> str:
    return "text" if stream.isatty() else "json"


def _place(record: logging.LogRecord) -> str:
    return f"{_short(record.pathname)}:{record.lineno}"


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-3:])


def _one_line(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() and " " not in value else json.dumps(value)
