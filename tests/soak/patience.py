"""What Slack tells a replica to wait are seconds of the driver's clock; slack_sdk would wait in real ones."""

import asyncio
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.state import RetryState
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient

SOON = 0.2
"""Seconds of real time after which a replica goes on that waits for Slack or for the database."""


def wait_for_slack_by_the_played_clock() -> None:
    """Have slack_sdk ask again soon, in this process."""
    AsyncBaseSocketModeClient.issue_new_wss_url = _new_address  # type: ignore[method-assign]
    AsyncRateLimitErrorRetryHandler.prepare_for_next_attempt_async = (  # type: ignore[method-assign]
        _go_on  # type: ignore[assignment]
    )


async def _new_address(self: AsyncBaseSocketModeClient) -> str:
    while True:
        try:
            answer = await self.web_client.apps_connections_open(app_token=self.app_token or "")
        except SlackApiError as error:
            if error.response["error"] != "ratelimited":
                raise
            await asyncio.sleep(SOON)
        else:
            return str(answer["url"])


async def _go_on(_self: AsyncRateLimitErrorRetryHandler, *, state: RetryState, **_more: Any) -> None:
    state.next_attempt_requested = True
    await asyncio.sleep(SOON)
    state.increment_current_attempt()
