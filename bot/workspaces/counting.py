"""Counts what Slack refuses of the calls that do not go through the outbox. It never tries again itself."""

from collections.abc import Callable
from datetime import timedelta

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.slack_answers import TOO_MANY_REQUESTS, code_of, named, retry_after


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
            if response.status_code == TOO_MANY_REQUESTS:
                self._limited(method, (retry_after(response) or timedelta()).total_seconds())
        return False


def _code(response: HttpResponse) -> str | None:
    if response.status_code >= 400:
        return named(response)
    return None if response.body and response.body.get("ok") else code_of(response) or "no_answer"
