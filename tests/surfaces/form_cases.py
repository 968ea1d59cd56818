"""Good and wrong answers to any modal, made from the modal's own blocks.

An element of a kind that is not in ``WRONG`` raises KeyError: a new kind of field without its cases fails.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Element = Mapping[str, Any]
Values = dict[str, dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Samples:
    """What a good answer may name: people and a channel of the workspace, and a day to come."""

    people: Sequence[str] = ("U0000001", "U0000002", "U0000003", "U0000004")
    channel: str = "C0000001"
    day: date = date(2027, 3, 1)


@dataclass(frozen=True)
class WrongCase:
    """A whole submitted state in which one field is wrong."""

    block_id: str
    why: str
    values: Values = field(repr=False)


def good_values(view: Mapping[str, Any], samples: Samples | None = None) -> Values:
    """A state in which every field has a good answer: what it was drawn with, else a sample."""
    inputs = _inputs(view)
    return {
        block["block_id"]: _state(
            block["element"], GOOD[block["element"]["type"]](block["element"], samples or Samples())
        )
        for block in inputs
    }


def wrong_cases(view: Mapping[str, Any], samples: Samples | None = None) -> Iterator[WrongCase]:
    """Each input in each way in which it can be wrong, all others good."""
    good = good_values(view, samples)
    for block in _inputs(view):
        for why, answer in _wrong(block):
            yield WrongCase(
                block["block_id"], why, {**good, block["block_id"]: _state(block["element"], answer)}
            )
        disguised = {"value": {"type": "file_input", "files": []}}
        yield WrongCase(
            block["block_id"], "an element of another kind", {**good, block["block_id"]: disguised}
        )


def _inputs(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def _wrong(block: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    element = block["element"]
    if not block.get("optional"):
        yield "missing", None
    yield from WRONG[element["type"]](element)
    if not block.get("optional") and element["type"] == "plain_text_input":
        yield "blank", " \t "
        yield "nothing to see", "\u200b \u2060\u202e"


def _state(element: Element, answer: Any) -> dict[str, dict[str, Any]]:
    return {element["action_id"]: {"type": element["type"], STATE_KEYS[element["type"]]: answer}}


STATE_KEYS = {
    "plain_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
}


def _options(element: Element) -> list[dict[str, Any]]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def _people(element: Element, samples: Samples) -> list[str]:
    return list(dict.fromkeys([*element.get("initial_users", []), *samples.people]))


GOOD: Mapping[str, Callable[[Element, Samples], Any]] = {
    "plain_text_input": lambda e, s: e.get("initial_value", "Ask two colleagues")[: e["max_length"]],
    "url_text_input": lambda e, s: e.get("initial_value", "https://call.example.org/room"),
    "number_input": lambda e, s: e.get("initial_value", e["min_value"]),
    "datepicker": lambda e, s: e.get("initial_date", s.day.isoformat()),
    "timepicker": lambda e, s: e.get("initial_time", "10:00"),
    "static_select": lambda e, s: e.get("initial_option", _options(e)[0]),
    "radio_buttons": lambda e, s: e.get("initial_option", _options(e)[0]),
    "multi_static_select": lambda e, s: e.get("initial_options", []),
    "checkboxes": lambda e, s: e.get("initial_options", []),
    "users_select": lambda e, s: e.get("initial_user", s.people[0]),
    "multi_users_select": _people,
    "conversations_select": lambda e, s: e.get("initial_conversation", s.channel),
}


def _wrong_text(element: Element) -> Iterator[tuple[str, Any]]:
    yield "one character too long", "a" * (element["max_length"] + 1)
    yield "far too long", "word " * 20_000
    yield "with a control character", "a\x00b"
    yield "with half of a character", "a\ud800b"
    yield "not a text", 7
    if not element.get("multiline"):
        yield "two lines", "one\ntwo"


def _wrong_url(_element: Element) -> Iterator[tuple[str, Any]]:
    yield "no address", "the usual room"
    yield "another scheme", "javascript:alert(1)"
    yield "half an address", "https://"
    yield "too long", f"https://call.example.org/{'a' * 3_000}"
    yield "not a text", ["https://call.example.org"]


def _wrong_number(element: Element) -> Iterator[tuple[str, Any]]:
    yield "below the lowest", str(int(element["min_value"]) - 1)
    yield "above the highest", str(int(element["max_value"]) + 1)
    yield "in words", "four"
    yield "a fraction", "2.5"
    yield "without end", "9" * 5_000
    yield "not a text", 4


def _wrong_date(_element: Element) -> Iterator[tuple[str, Any]]:
    yield "in words", "tomorrow"
    yield "a day that is none", "2027-02-30"
    yield "short digits", "2027-3-1"
    yield "before our time", "1066-10-14"
    yield "the end of time", "9999-12-31"
    yield "not a text", 20270301


def _wrong_time(_element: Element) -> Iterator[tuple[str, Any]]:
    yield "in words", "noon"
    yield "no such hour", "25:00"
    yield "short digits", "9:5"
    yield "with seconds", "10:00:00"
    yield "not a text", 10


def _wrong_option(_element: Element) -> Iterator[tuple[str, Any]]:
    yield "not an option", {"text": {"type": "plain_text", "text": "?"}, "value": "no-such-option"}
    yield "no value", {"text": {"type": "plain_text", "text": "?"}}
    yield "not an object", "no-such-option"


def _wrong_options(element: Element) -> Iterator[tuple[str, Any]]:
    first = _options(element)[0]
    yield "chosen twice", [first, first]
    yield "one is not an option", [first, {"value": "no-such-option"}]
    yield "one is not an object", [first["value"]]
    yield "not a list", first


def _wrong_person(_element: Element) -> Iterator[tuple[str, Any]]:
    yield "not an id", "<!channel>"
    yield "far too long", "U" * 500
    yield "not a text", {"id": "U1"}


def _wrong_people(element: Element) -> Iterator[tuple[str, Any]]:
    yield "too few", ["U0000001"]
    yield "too many", [f"U{number:07}" for number in range(element["max_selected_items"] + 1)]
    yield "somebody twice", ["U0000001", "U0000002", "U0000001"]
    yield "not an id", ["U0000001", "<!channel>"]
    yield "not a list", "U0000001"


WRONG: Mapping[str, Callable[[Element], Iterator[tuple[str, Any]]]] = {
    "plain_text_input": _wrong_text,
    "url_text_input": _wrong_url,
    "number_input": _wrong_number,
    "datepicker": _wrong_date,
    "timepicker": _wrong_time,
    "static_select": _wrong_option,
    "radio_buttons": _wrong_option,
    "multi_static_select": _wrong_options,
    "checkboxes": _wrong_options,
    "users_select": _wrong_person,
    "multi_users_select": _wrong_people,
    "conversations_select": _wrong_person,
}
