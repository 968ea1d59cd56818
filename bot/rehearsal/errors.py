"""How the local Slack says no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.rehearsal.json_types import Json


class SlackError(Exception):
    """An answer with `ok: false`; `code` is Slack's own word for it."""

    def __init__(self, code: str, messages: Sequence[str] = (), **extra: Json) -> None:
        super().__init__(code, *messages)
        self.code = code
        self.messages = list(messages)
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """The JSON body that Slack sends for it."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": self.messages}
        return body


class RateLimited(Exception):
    """HTTP 429; `retry_after` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


class FormRefused(Exception):
    """Slack's client would not let the person send this form; `fields` names each field and why."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


class CannotAct(Exception):
    """The person cannot do this from what Slack shows them: no such button, message or modal."""
