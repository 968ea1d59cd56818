"""What the rest of the house may ask of the workspaces, whichever way they came."""

from dataclasses import dataclass
from typing import Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.workspaces.clients import Clients


class NotInstalled(Exception):
    """There is no token for this workspace: it has uninstalled the app, or never installed it."""


class NoToken(Exception):
    """The workspace's token has expired and Slack gives no other just now."""


@dataclass(frozen=True, slots=True)
class Installed:
    """The app in a workspace or, where ``org_wide``, in an enterprise, and what it may do there."""

    workspace_id: str
    scopes: frozenset[str]
    org_wide: bool = False


class Workspaces(Protocol):
    """Who speaks where. All but `open` may be called only after it.

    `authorize`, `client_for` and `reading_client_for` read the database at most once, unless a workspace is
    met for the first time or its token is about to expire; they raise whatever the database raises.
    """

    @property
    def clients(self) -> Clients:
        """Makes the clients."""
        ...

    async def open(self) -> None:
        """Be ready. Raises `SlackApiError` for a token that Slack does not accept."""
        ...

    async def arrive(self) -> None:
        """Note in the database where the bot is, as far as that is known at the start."""
        ...

    async def authorize(
        self,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
    ) -> AuthorizeResult | None:
        """Bolt's question for each request: as whom the bot answers it; None where it is not installed.

        What it raises leaves the request unacknowledged, so that Slack delivers an event again.
        """
        ...

    async def client_for(self, workspace_id: str) -> AsyncWebClient:
        """A client that posts, and never tries again by itself. Raises `NotInstalled`."""
        ...

    async def reading_client_for(self, workspace_id: str) -> AsyncWebClient:
        """A client for reads, which tries again by itself. Raises `NotInstalled`."""
        ...

    async def installed(self) -> list[Installed]:
        """Everywhere that the bot is installed, for the operator."""
        ...
