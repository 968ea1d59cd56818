"""What the Web API sends back, in good order and when a fault strikes."""

from __future__ import annotations

from aiohttp import web

from bot.rehearsal.faults import Fault
from bot.rehearsal.json_types import JsonObject


class ApiAnswer:
    """What goes back: a status, a body (text when deliberately not JSON), headers; or nothing."""

    def __init__(
        self,
        status: int,
        body: JsonObject | str,
        headers: dict[str, str] | None = None,
        *,
        dropped: bool = False,
    ) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.dropped = dropped

    def response(self) -> web.Response:
        """The same, for aiohttp."""
        if isinstance(self.body, str):
            return web.Response(
                text=self.body, status=self.status, content_type="application/json", headers=self.headers
            )
        return web.json_response(self.body, status=self.status, headers=self.headers)


def before_effect(fault: Fault | None) -> ApiAnswer | None:
    """The answer of a fault that strikes before anything has happened."""
    if fault is None:
        return None
    if fault.kind == "drop_before":
        return ApiAnswer(0, {}, dropped=True)
    if fault.kind == "refuse":
        return ApiAnswer(200, {"ok": False, "error": fault.code})
    if fault.kind == "status":
        return _failing(fault)
    return None


def after_effect(fault: Fault | None) -> ApiAnswer | None:
    """The answer of a fault that strikes when the call has had its effect."""
    if fault is None:
        return None
    if fault.kind == "drop_after":
        return ApiAnswer(0, {}, dropped=True)
    if fault.kind == "garble":
        return ApiAnswer(200, "<html>upstream connect error</html>")
    if fault.kind == "status_after":
        return _failing(fault)
    return None


def _failing(fault: Fault) -> ApiAnswer:
    if fault.status == 429:
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        return ApiAnswer(429, {"ok": False, "error": "ratelimited"}, headers)
    code = "service_unavailable" if fault.status == 503 else "internal_error"
    return ApiAnswer(fault.status, {"ok": False, "error": code})
