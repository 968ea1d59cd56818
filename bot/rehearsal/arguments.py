"""The arguments of one Web API call, from a JSON body or a form."""

from __future__ import annotations

import json

from bot.rehearsal.errors import SlackError
from bot.rehearsal.json_types import Json, JsonObject

_TRUE = ("true", "1")


class Arguments:
    """Typed access; a missing or wrong argument raises Slack's `invalid_arguments`."""

    def __init__(self, values: JsonObject) -> None:
        self.values = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """A required string."""
        value = self.values.get(name)
        if value is None or value == "":
            raise SlackError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        if not isinstance(value, str):
            raise SlackError("invalid_arguments", [f"[ERROR] must be a string [json-pointer:/{name}]"])
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None when it was not given."""
        return self.text(name) if self.values.get(name) not in (None, "") else None

    def flag(self, name: str) -> bool:
        """A boolean; a form says `true` or `1`."""
        value = self.values.get(name)
        return value is True or (isinstance(value, str) and value.lower() in _TRUE)

    def number(self, name: str, default: int) -> int:
        """A whole number; a form says it in digits."""
        try:
            return int(self.values.get(name) or default)
        except (TypeError, ValueError) as wrong:
            raise SlackError(
                "invalid_arguments", [f"[ERROR] must be an integer [json-pointer:/{name}]"]
            ) from wrong

    def document(self, name: str, code: str = "invalid_arguments") -> Json:
        """A JSON value, given as such or as a string that holds it; None when it was not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as wrong:
            raise SlackError(code) from wrong
