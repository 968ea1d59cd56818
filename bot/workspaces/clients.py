"""Clients of Slack's Web API: alike but for their token, and all over one session."""

from collections.abc import Sequence

from aiohttp import ClientSession
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspaces.waiting import LONGEST_WAIT, ShortWaits


class Clients:
    """Makes them. Until it is given a session, each call has a connection of its own.

    The ``watching`` are shown every answer to a call that does not go through the outbox. ``longest_wait``:
    for so many seconds at most a read is waited for that Slack limits.
    """

    def __init__(
        self,
        slack_api_url: str,
        watching: Sequence[AsyncRetryHandler] = (),
        longest_wait: float = LONGEST_WAIT,
    ) -> None:
        self._base_url = slack_api_url
        self._watching = watching
        self._longest_wait = longest_wait
        self._session: ClientSession | None = None
        self.bare = self.reading(None)
        """Without a token; Bolt copies it for each request."""

    def use(self, session: ClientSession) -> None:
        """Let every client speak over this session, whose timeout then holds."""
        self._session = session
        self.bare.session = session

    def reading(self, token: str | None) -> AsyncWebClient:
        """A client whose calls change nothing, or nothing twice: it tries again by itself."""
        client = AsyncWebClient(token, base_url=self._base_url, session=self._session)
        client.retry_handlers = [
            *self._watching,
            AsyncConnectionErrorRetryHandler(),
            ShortWaits(self._longest_wait),
            AsyncServerErrorRetryHandler(),
        ]
        return client

    def sending(self, token: str | None) -> AsyncWebClient:
        """A client that never tries again by itself, which might post twice."""
        client = AsyncWebClient(token, base_url=self._base_url, session=self._session)
        client.retry_handlers = []
        return client
