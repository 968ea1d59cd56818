"""Waiting for Slack, where that is short: who waits has a payload to answer, or other workspaces to serve."""

from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.slack_answers import TOO_MANY_REQUESTS, retry_after

LONGEST_WAIT = 2.0
"""Seconds: Slack waits three for an answer."""
ATTEMPTS_MORE = 2


class ShortWaits(AsyncRateLimitErrorRetryHandler):
    """Calls again after a 429, unless Slack wants to be left alone for more than ``longest`` seconds: then
    the call has failed, and comes again with the event, the person, or the next look.
    """

    def __init__(self, longest: float = LONGEST_WAIT) -> None:
        super().__init__(max_retry_count=ATTEMPTS_MORE)
        self._longest = longest

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None or response.status_code != TOO_MANY_REQUESTS:
            return False
        if not any(name.lower() == "retry-after" for name in response.headers):
            return True  # slack_sdk then waits for a second
        asked_for = retry_after(response)
        return asked_for is not None and asked_for.total_seconds() <= self._longest
