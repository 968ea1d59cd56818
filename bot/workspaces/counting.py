"""Counts what Slack refuses of the calls that do not go through the outbox. It never tries again itself."""

from collections.abc import Callable
from typing import Any

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState


class Counting(AsyncRetryHandler):
    """Handed to a client among its retry handlers, which are shown every answer and every failure.

    ``refused`` is told the method and Slack's code, `http_503` or the kind of a network error; ``limited``
    the method and the seconds that Slack asks to wait.
    """

    def __init__(self, refused: Callable[[str, str], None], limited: Callable[[str, float], None]) -> None:
        super().__init__()
        self._refused = refused
        self._limited = limited

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        """Count what went wrong; leave it to the other handlers what becomes of it."""
        method = request.url.rstrip("/").rpartition("/")[2]
        if error is not None:
            self._refused(method, type(error).__name__)
        elif response is not None and (code := _code(response)) is not None:
            self._refused(method, code)
            if response.status_code == 429:
                self._limited(method, seconds_asked_for(response) or 0.0)
        return False


def _code(response: HttpResponse) -> str | None:
    body: dict[str, Any] = response.body or {}
    if response.status_code >= 400:
        return str(body.get("error") or f"http_{response.status_code}")
    return None if body.get("ok") else str(body.get("error") or "no_answer")


def seconds_asked_for(response: HttpResponse) -> float | None:
    """How long Slack wants to be left alone; None where the header says nothing whole."""
    said = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), [])
    return float(said[0]) if said and said[0].isascii() and said[0].isdigit() else None
