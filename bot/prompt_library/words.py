"""The words of one language: every message by its key, filled with values on request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.prompt_library.errors import PromptError
from bot.prompt_library.lines import Line, Span
from bot.prompt_library.templates import Template

COUNT = "count"
Value = str | int | date | Span | Line


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a message file: a text, a plural (`one` for a count of 1, else `other`), or lines."""

    file: Path
    line: int
    templates: tuple[Template, ...]
    plural: bool = False

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of the values that a call must give."""
        names = frozenset(name for template in self.templates for name in template.placeholders)
        return names | {COUNT} if self.plural else names


@dataclass(frozen=True, slots=True)
class Words:
    """Messages by dotted key; the first part is the file's name: `now` in `board.toml` is `board.now`.

    Each call must give exactly the values that the message names: PromptError for an unknown key, and for a
    value that is missing or has no place. A `str` is text written by a person. A `date` is written out with
    the names in `calendar.toml`. A plural needs `count`.
    """

    messages: Mapping[str, Message]

    def keys(self) -> frozenset[str]:
        """Every key, so that a test can find the unused ones."""
        return frozenset(self.messages)

    def placeholders(self, key: str) -> frozenset[str]:
        """The names of the values that this message needs."""
        return self._message(key).placeholders

    def rich(self, key: str, **values: Value) -> Line:
        """The message as a line for rich text."""
        message = self._message(key)
        lines = self._filled(key, message, values)
        if message.plural:
            return lines[0] if values[COUNT] == 1 else lines[1]
        if len(lines) != 1:
            raise PromptError(f"`{key}` is a list: use `lines`", message.file, message.line)
        return lines[0]

    def plain(self, key: str, **values: Value) -> str:
        """The message as plain text for buttons, labels and titles. A mention in it raises ValueError."""
        return self.rich(key, **values).plain()

    def lines(self, key: str, **values: Value) -> tuple[Line, ...]:
        """Every line of a message that is a list; a single text is a list of one."""
        message = self._message(key)
        if message.plural:
            return (self.rich(key, **values),)
        return self._filled(key, message, values)

    def day(self, day: date) -> str:
        """The date in words, the same for every reader."""
        weekday = self.lines("calendar.weekdays")[day.weekday()]
        month = self.lines("calendar.months")[day.month - 1]
        return self.plain("calendar.day", weekday=weekday, day=day.day, month=month, year=day.year)

    def _message(self, key: str) -> Message:
        if key not in self.messages:
            raise PromptError(
                f"no message has the key `{key}`: add it to messages/{key.partition('.')[0]}.toml"
            )
        return self.messages[key]

    def _filled(self, key: str, message: Message, values: Mapping[str, Value]) -> tuple[Line, ...]:
        if message.placeholders != values.keys():
            raise PromptError(_mismatch(key, message.placeholders, values), message.file, message.line)
        lines = {name: self._as_line(value) for name, value in values.items()}
        return tuple(template.fill(lines) for template in message.templates)

    def _as_line(self, value: Value) -> Line:
        if isinstance(value, datetime):
            raise TypeError("a datetime is shown as When, which names its zone")
        if isinstance(value, date):
            return Line.ours(self.day(value))
        return Line.ours(str(value)) if isinstance(value, int) else Line.of(value)


def _mismatch(key: str, wanted: frozenset[str], given: Mapping[str, Value]) -> str:
    faults = [f"names {{{name}}}, which the code does not give" for name in sorted(wanted - given.keys())]
    faults += [f"has no place for {{{name}}}, which the code gives" for name in sorted(given.keys() - wanted)]
    return f"`{key}` {' and '.join(faults)}: correct the placeholder"
