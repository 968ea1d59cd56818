"""Many workspaces, each of which installed the app itself: their tokens lie sealed in the database."""

import logging
from collections.abc import Callable
from datetime import datetime

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.storage.installations import Found, Installation
from bot.storage.unit_of_work import Database
from bot.workspaces.clients import Clients
from bot.workspaces.protocol import Installed, NotInstalled, NoToken
from bot.workspaces.rotation import Rotation

logger = logging.getLogger(__name__)


class InstalledWorkspaces:
    """`Workspaces` by the database, which is asked each time: what another process changes holds at once."""

    def __init__(
        self, clients: Clients, rotation: Rotation, database: Database, now: Callable[[], datetime]
    ) -> None:
        self._clients = clients
        self._rotation = rotation
        self._database = database
        self._now = now

    @property
    def clients(self) -> Clients:
        """Makes the clients."""
        return self._clients

    async def open(self) -> None:
        """Nothing: there may be no workspace yet."""

    async def arrive(self) -> None:
        """Nothing: a workspace is noted when it installs the app, or is met."""

    async def authorize(
        self,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None,
    ) -> AuthorizeResult | None:
        """As whom the bot answers this workspace; None where the app is not installed.

        What concerns a whole organisation has the organisation's id for a workspace's.
        """
        workspace_id = team_id or enterprise_id
        found = await self._serving(workspace_id, enterprise_id) if workspace_id else None
        if found is None or workspace_id is None:
            logger.warning("not installed", extra={"workspace": workspace_id})
            return None
        if not found.met and workspace_id != enterprise_id:
            await self._meet(workspace_id, enterprise_id)
        installation = await self._fresh(found.installation)
        return AuthorizeResult(
            enterprise_id=enterprise_id or installation.enterprise_id,
            team_id=team_id,
            bot_user_id=installation.bot_user_id,
            bot_id=installation.bot_id,
            bot_token=installation.bot_token,
            bot_scopes=sorted(installation.scopes),
            user_id=user_id,
        )

    async def client_for(self, workspace_id: str) -> AsyncWebClient:
        """A client that posts. Raises `NotInstalled`."""
        return self._clients.sending((await self._installation(workspace_id)).bot_token)

    async def reading_client_for(self, workspace_id: str) -> AsyncWebClient:
        """A client for reads. Raises `NotInstalled`."""
        return self._clients.reading((await self._installation(workspace_id)).bot_token)

    async def installed(self) -> list[Installed]:
        """Everywhere that the bot is installed."""
        async with self._database.reading() as unit:
            everywhere = await unit.installations.everywhere()
        return [Installed(one.workspace_id, one.scopes, one.org_wide) for one in everywhere]

    async def _installation(self, workspace_id: str) -> Installation:
        found = await self._serving(workspace_id)
        if found is None:
            raise NotInstalled(workspace_id)
        return await self._rotation.fresh(found.installation)

    async def _fresh(self, installation: Installation) -> Installation:
        """For `authorize`: Bolt would acknowledge, and so lose, what ends in a `SlackApiError`."""
        try:
            return await self._rotation.fresh(installation)
        except SlackApiError as error:
            raise NoToken(installation.workspace_id) from error

    async def _serving(self, workspace_id: str, enterprise_id: str | None = None) -> Found | None:
        async with self._database.reading() as unit:
            return await unit.installations.serving(workspace_id, enterprise_id)

    async def _meet(self, workspace_id: str, enterprise_id: str | None) -> None:
        """A workspace of an enterprise that has the app everywhere. From now on its token is found by it."""
        async with self._database.unit_of_work() as unit:
            await unit.installations.meet(workspace_id, enterprise_id, self._now())
