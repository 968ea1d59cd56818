"""The small grammar in which the tables of elements, blocks and views are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.rehearsal.json_types import Json

Check = Callable[[Json, "Spot"], None]
Fields = Mapping[str, Check]


def anyone_exists(_user: str) -> bool:
    """For checks made without a workspace."""
    return True


@dataclass
class Findings:
    """What one document breaks, and what must be unique or counted across it."""

    surface: str
    user_exists: Callable[[str], bool] = anyone_exists
    problems: list[tuple[str, str]] = field(default_factory=list)
    block_ids: list[str] = field(default_factory=list)
    focused: int = 0

    def messages(self) -> list[str]:
        """Each problem as Slack words it in `response_metadata.messages`."""
        return [f"[ERROR] {text} [json-pointer:{path}]" for path, text in self.problems]


@dataclass(frozen=True)
class Spot:
    """A place in the document being checked."""

    path: str
    findings: Findings

    def at(self, key: str | int) -> Spot:
        return Spot(f"{self.path}/{key}", self.findings)

    def error(self, text: str) -> None:
        self.findings.problems.append((self.path, text))


def string(maximum: int, minimum: int = 1) -> Check:
    """A string of `minimum` to `maximum` characters."""

    def check(value: Json, spot: Spot) -> None:
        if not isinstance(value, str):
            spot.error("must be a string")
        elif len(value) > maximum:
            spot.error(f"must be less than {maximum + 1} characters")
        elif len(value) < minimum:
            spot.error(f"must be more than {minimum - 1} characters")

    return check


def boolean(value: Json, spot: Spot) -> None:
    """True or false, and nothing like it."""
    if not isinstance(value, bool):
        spot.error("must be a boolean")


def integer(minimum: int, maximum: int) -> Check:
    """A whole number within the bounds, both allowed."""

    def check(value: Json, spot: Spot) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            spot.error("must be an integer")
        elif not minimum <= value <= maximum:
            spot.error(f"must be between {minimum} and {maximum}")

    return check


def one_of(*allowed: str) -> Check:
    """One of these strings."""

    def check(value: Json, spot: Spot) -> None:
        if value not in allowed:
            spot.error(f"unexpected value: {value}; allowed are {', '.join(allowed)}")

    return check


def matching(pattern: str, told: str) -> Check:
    """A string that matches `pattern` as a whole; `told` is the error."""
    compiled = re.compile(pattern)

    def check(value: Json, spot: Spot) -> None:
        if not isinstance(value, str) or compiled.fullmatch(value) is None:
            spot.error(told)

    return check


def array(item: Check, maximum: int, minimum: int = 1) -> Check:
    """A list of `minimum` to `maximum` items that each pass `item`."""

    def check(value: Json, spot: Spot) -> None:
        if not isinstance(value, list):
            spot.error("must be an array")
            return
        if len(value) > maximum:
            spot.error(f"no more than {maximum} items allowed")
        if len(value) < minimum:
            spot.error(f"no fewer than {minimum} items allowed")
        for index, one in enumerate(value):
            item(one, spot.at(index))

    return check


def shape(required: Fields, optional: Fields, *rules: Check) -> Check:
    """An object with these fields and no others; `rules` look at the object as a whole."""
    known = {**required, **optional}

    def check(value: Json, spot: Spot) -> None:
        if not isinstance(value, dict):
            spot.error("must be an object")
            return
        for name in required:
            if name not in value:
                spot.error(f"missing required field: {name}")
        for name, inner in value.items():
            if name in known:
                known[name](inner, spot.at(name))
            else:
                spot.error(f"invalid additional property: {name}")
        for rule in rules:
            rule(value, spot)

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """An object whose `type` chooses the check."""

    def check(value: Json, spot: Spot) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict):
            spot.error("must be an object")
        elif kind is None:
            spot.error("missing required field: type")
        elif kind not in kinds:
            spot.error(f"unsupported type: {kind}")
        else:
            kinds[kind](value, spot)

    return check


def anything(_value: Json, _spot: Spot) -> None:
    """A field whose value has been checked elsewhere."""
