"""What Bolt's flow keeps: states that come back once, and what a workspace gave us when it installed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from slack_sdk.oauth.installation_store import Installation as Granted
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.install.pages import LANGUAGE
from bot.prompt_library import PromptLibrary
from bot.storage.installations import Installation
from bot.storage.unit_of_work import Database, UnitOfWork
from bot.surfaces.welcome import welcome

STATE_LIVES = timedelta(minutes=10)
"""From "Add to Slack" to the way back."""
EXPIRES_IN = "token_expires_in"
"""Seconds, among the custom values of what Bolt hands over: Bolt itself would ask the machine's clock."""


@dataclass(frozen=True, slots=True)
class States(AsyncOAuthStateStore):
    """States of OAuth in the database."""

    database: Database
    now: Callable[[], datetime]

    async def async_issue(self, *_args: object, **_more: object) -> str:
        """A new state, which nobody can guess."""
        state, now = token_urlsafe(32), self.now()
        async with self.database.unit_of_work() as unit:
            await unit.oauth_states.issue(state, now + STATE_LIVES, now)
        return state

    async def async_consume(self, state: str) -> bool:
        """Whether the state is ours, in time, and comes back for the first time."""
        async with self.database.unit_of_work() as unit:
            return await unit.oauth_states.consume(state, self.now())


@dataclass(frozen=True, slots=True)
class Grants(AsyncInstallationStore):
    """Writes what a workspace granted, and all that follows from it, in one transaction.

    ``installed`` brings back what an uninstallation held; ``wake`` says that something is to be sent.
    """

    database: Database
    library: PromptLibrary
    now: Callable[[], datetime]
    installed: Callable[[UnitOfWork, str], Awaitable[None]]
    wake: Callable[[], None]

    async def async_save(self, installation: Granted) -> None:
        """Keep an installation, in place of an earlier one of the same workspace or enterprise."""
        now = self.now()
        kept = _kept(installation, now)
        async with self.database.unit_of_work() as unit:
            if kept.org_wide:
                await self._everywhere(unit, kept)
            else:
                await self._in_one(unit, kept)
            await unit.installations.save(kept)  # after the workspaces: locks are taken in one order
        self.wake()

    async def _in_one(self, unit: UnitOfWork, kept: Installation) -> None:
        await unit.installations.restore(kept.workspace_id, kept.enterprise_id, kept.installed_at)
        await self.installed(unit, kept.workspace_id)
        which, language = str(int(kept.installed_at.timestamp())), self.library.language(LANGUAGE)
        message = welcome(kept.bot_user_id, kept.installer, which, language)
        await unit.outbox.enqueue(kept.workspace_id, [message], kept.installed_at)

    async def _everywhere(self, unit: UnitOfWork, kept: Installation) -> None:
        """An admin of the organisation says later in which workspaces; the known ones may go on."""
        for workspace_id in await unit.installations.workspaces_of(kept.workspace_id):
            await unit.installations.restore(workspace_id, kept.workspace_id, kept.installed_at)
            await self.installed(unit, workspace_id)


def _kept(granted: Granted, now: datetime) -> Installation:
    org_wide = bool(granted.is_enterprise_install)
    workspace_id = granted.enterprise_id if org_wide else granted.team_id
    seconds = granted.custom_values.get(EXPIRES_IN)
    assert workspace_id is not None
    assert granted.bot_token is not None
    return Installation(
        workspace_id=workspace_id,
        enterprise_id=granted.enterprise_id,
        org_wide=org_wide,
        app_id=granted.app_id or "",
        bot_id=granted.bot_id or "",
        bot_user_id=granted.bot_user_id or "",
        scopes=frozenset(filter(None, granted.bot_scopes or ())),
        bot_token=granted.bot_token,
        refresh_token=granted.bot_refresh_token,
        token_expires_at=now + timedelta(seconds=seconds) if seconds else None,
        installer=granted.user_id,
        installed_at=now,
    )
