"""What fields of forms are, and those that somebody types or sets. Those that one picks from: ``picks``.

Each kind draws its Slack element and reads what Slack sends back for it. ``read`` raises ``FieldError`` for
anything that is not an answer Slack's own client could have given.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import ClassVar
from unicodedata import category

from slack_sdk.models.blocks import (
    DatePickerElement,
    InputInteractiveElement,
    NumberInputElement,
    PlainTextInputElement,
    TimePickerElement,
    UrlInputElement,
)

from bot.prompt_library import Link, Value, Words

ACTION_ID = "value"
"""Of every input: its block_id tells which one it is."""
YEARS = range(2000, 2100)
"""Dates outside are slips of the keyboard, and far ones would overflow the calendar."""

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Unicode's categories of controls, formats and separators."""
_WHOLE_NUMBER = re.compile(r"-?\d{1,9}", re.ASCII)
# Control characters and lone surrogates: no keyboard makes them and no database takes them all.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class FieldError(Exception):
    """A value can't be taken; ``key`` and ``values`` make the sentence to show beside the field."""

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class Labels:
    """The words of one field."""

    words: Words
    prefix: str

    def label(self, values: Mapping[str, Value]) -> str:
        """The field's name."""
        return self.words.plain(f"{self.prefix}.label", **values)

    def optional(self, part: str) -> str | None:
        """A part that only some fields have, such as ``hint``."""
        key = f"{self.prefix}.{part}"
        return self.words.plain(key) if key in self.words.messages else None


@dataclass(frozen=True, kw_only=True)
class Field(ABC):
    """One input. ``name`` is its block_id; ``words`` names its words where they differ from ``name``."""

    name: str
    optional: bool = False
    words: str | None = None
    label_values: Mapping[str, Value] = field(default_factory=dict)

    slack_type: ClassVar[str]
    state_key: ClassVar[str]
    nothing: ClassVar[object] = None
    """What an optional field reads as when it was left empty or not drawn."""

    @abstractmethod
    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        """The Slack element, with the initial value where one is given."""

    @abstractmethod
    def parse(self, raw: object) -> object:
        """The value of what Slack sent, which is not empty. Raises FieldError."""

    def read(self, state: Mapping[str, object] | None) -> object:
        """The value in the state of this input; None: the input was not there. Raises FieldError."""
        if state is not None and state["type"] != self.slack_type:
            raise FieldError("modals.error.malformed")
        raw = state.get(self.state_key) if state is not None else None
        if raw is None or raw == [] or (isinstance(raw, str) and _is_blank(raw)):
            if not self.optional:
                raise FieldError("modals.error.required")
            return self.nothing
        return self.parse(raw)


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Words somebody writes, without the blanks around them."""

    limit: int
    at_least: int = 1
    multiline: bool = False
    slack_type = "plain_text_input"
    state_key = "value"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return PlainTextInputElement(
            action_id=ACTION_ID,
            placeholder=labels.optional("placeholder"),
            initial_value=_as_text(initial),
            multiline=self.multiline,
            min_length=self.at_least if self.at_least > 1 else None,
            max_length=self.limit,
        )

    def parse(self, raw: object) -> str:
        if (
            not isinstance(raw, str)
            or _UNWRITABLE.search(raw)
            or (not self.multiline and "\n" in raw.strip())
        ):
            raise FieldError("modals.error.malformed")
        text = raw.strip()
        if len(text) > self.limit:
            raise FieldError("modals.error.too_long", count=len(text) - self.limit, limit=self.limit)
        if len(text) < self.at_least:
            raise FieldError("modals.error.too_short", at_least=self.at_least)
        return text


@dataclass(frozen=True, kw_only=True)
class Url(Field):
    """A web address, http or https."""

    limit: int = 1_000
    slack_type = "url_text_input"
    state_key = "value"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return UrlInputElement(
            action_id=ACTION_ID, placeholder=labels.optional("placeholder"), initial_value=_as_text(initial)
        )

    def parse(self, raw: object) -> str:
        if not isinstance(raw, str) or _UNWRITABLE.search(raw):
            raise FieldError("modals.error.not_a_url")
        url = raw.strip()
        if len(url) > self.limit:
            raise FieldError("modals.error.too_long", count=len(url) - self.limit, limit=self.limit)
        try:
            return Link(url, url).url
        except ValueError as error:
            raise FieldError("modals.error.not_a_url") from error


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number within bounds, both allowed."""

    lowest: int
    highest: int
    slack_type = "number_input"
    state_key = "value"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return NumberInputElement(
            action_id=ACTION_ID,
            is_decimal_allowed=False,
            placeholder=labels.optional("placeholder"),
            initial_value=None if initial is None else str(initial),
            min_value=str(self.lowest),
            max_value=str(self.highest),
        )

    def parse(self, raw: object) -> int:
        number = int(raw) if isinstance(raw, str) and _WHOLE_NUMBER.fullmatch(raw) else None
        if number is None or not self.lowest <= number <= self.highest:
            raise FieldError("modals.error.not_in_range", lowest=self.lowest, highest=self.highest)
        return number


@dataclass(frozen=True, kw_only=True)
class Date(Field):
    """A day of the calendar, of no zone in itself."""

    slack_type = "datepicker"
    state_key = "selected_date"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return DatePickerElement(
            action_id=ACTION_ID, initial_date=initial.isoformat() if isinstance(initial, date) else None
        )

    def parse(self, raw: object) -> date:
        day = _parsed(raw, "%Y-%m-%d", "modals.error.not_a_date").date()
        if day.year not in YEARS:
            raise FieldError("modals.error.date_too_far")
        return day


@dataclass(frozen=True, kw_only=True)
class Time(Field):
    """A wall-clock time to the minute. ``zone`` is shown beside it; the value itself has none."""

    zone: str | None = None
    slack_type = "timepicker"
    state_key = "selected_time"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return TimePickerElement(
            action_id=ACTION_ID,
            initial_time=initial.strftime("%H:%M") if isinstance(initial, time) else None,
            timezone=self.zone,
        )

    def parse(self, raw: object) -> time:
        return _parsed(raw, "%H:%M", "modals.error.not_a_time").time()


def _is_blank(text: str) -> bool:
    """Whether there is nothing to see in it: blanks, and characters that only steer how others are shown."""
    return all(category(each) in _UNSEEN for each in text)


def _as_text(initial: object) -> str | None:
    return initial if isinstance(initial, str) else None


def _parsed(raw: object, shape: str, key: str) -> datetime:
    """The instant of a text in exactly this shape: ``strptime`` alone would take ``2026-1-2`` too."""
    try:
        found = datetime.strptime(raw, shape) if isinstance(raw, str) else None  # noqa: DTZ007 - of no zone in itself
    except ValueError as error:
        raise FieldError(key) from error
    if found is None or found.strftime(shape) != raw:
        raise FieldError(key)
    return found
