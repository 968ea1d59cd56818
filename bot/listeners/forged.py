"""What a payload must bring back, or it is not ours."""

from typing import TypedDict, TypeVar

Value = TypeVar("Value")


class Forged(Exception):
    """A button or a modal brought back something that we never sent out."""


class Who(TypedDict):
    """Where a command comes from: the first fields of every command."""

    workspace_id: str
    set_id: str
    actor: str


def given(value: Value | None) -> Value:
    """The value. Raises `Forged` when it is missing."""
    if value is None:
        raise Forged("a value is missing")
    return value
