"""One workspace, whose token the operator copied from the settings of the Slack app."""

from collections.abc import Callable
from datetime import datetime

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.storage.unit_of_work import Database
from bot.workspaces.clients import Clients
from bot.workspaces.protocol import Installed


class OneWorkspace:
    """`Workspaces` of one token, of which Slack is asked once, at the start, whose it is."""

    def __init__(self, clients: Clients, token: str, database: Database, now: Callable[[], datetime]) -> None:
        self._clients = clients
        self._token = token
        self._database = database
        self._now = now
        self._ours: AuthorizeResult | None = None

    @property
    def clients(self) -> Clients:
        """Makes the clients."""
        return self._clients

    async def open(self) -> None:
        """Ask Slack whose the token is. Raises `SlackApiError` where it does not accept it."""
        answer = await self._clients.reading(self._token).auth_test()
        self._ours = AuthorizeResult(
            enterprise_id=answer.get("enterprise_id"),
            team_id=answer["team_id"],
            bot_user_id=answer["user_id"],
            bot_id=answer.get("bot_id"),
            bot_token=self._token,
            bot_scopes=answer.headers.get("x-oauth-scopes", ""),
        )

    async def arrive(self) -> None:
        """Note that the bot is in its workspace."""
        workspace_id = self._workspace_id
        async with self._database.unit_of_work() as unit:
            await unit.installations.meet(workspace_id, self._opened.enterprise_id, self._now())

    async def authorize(
        self,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
    ) -> AuthorizeResult:
        """The bot of this workspace, whatever the request: Slack sends us nobody else's."""
        return AuthorizeResult(**(self._opened | {"user_id": user_id}))

    async def client_for(self, workspace_id: str) -> AsyncWebClient:
        """The client that posts."""
        return self._clients.sending(self._token)

    async def reading_client_for(self, workspace_id: str) -> AsyncWebClient:
        """The client for reads."""
        return self._clients.reading(self._token)

    async def installed(self) -> list[Installed]:
        """The one workspace."""
        return [Installed(self._workspace_id, frozenset(filter(None, self._opened.bot_scopes or ())))]

    @property
    def _opened(self) -> AuthorizeResult:
        if self._ours is None:
            raise RuntimeError("a workspace is opened before it is used")
        return self._ours

    @property
    def _workspace_id(self) -> str:
        workspace_id = self._opened.team_id
        assert workspace_id is not None
        return workspace_id
