"""Tokens that expire, where the Slack app has token rotation switched on.

A refresh token is good for one use, so of all processes one refreshes while the others wait for it. Where
that one dies, another begins anew.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aiohttp import ClientError
from pydantic import BaseModel, ConfigDict
from slack_sdk.errors import SlackApiError

from bot.slack_answers import named
from bot.storage.installations import Installation
from bot.storage.unit_of_work import Database, UnitOfWork
from bot.workspaces.clients import Clients
from bot.workspaces.protocol import NotInstalled

logger = logging.getLogger(__name__)

BEFORE_ITS_END = timedelta(hours=2)
"""Slack lets a token live for twelve hours, and lets the old one work on after a refresh."""

LEASE = timedelta(minutes=1)
"""For so long nobody else refreshes: longer than a call can take."""
SECONDS_BETWEEN_LOOKS = 0.1
"""How often somebody who needs the new token looks whether it is there."""


class Refreshed(BaseModel):
    """Slack's answer to a refresh, as far as we use it."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """Refreshes tokens. ``client_id`` and ``client_secret`` are the Slack app's."""

    clients: Clients
    database: Database
    now: Callable[[], datetime]
    client_id: str
    client_secret: str

    async def fresh(self, installation: Installation) -> Installation:
        """The installation with a token that is good now.

        A token that is about to expire is refreshed; while it is good it serves where that fails, or where
        somebody else is at it. Raises `NotInstalled` where the installation was removed meanwhile; and, for a
        token that has expired, what the refresh raises, such as `SlackApiError`.
        """
        if not self._is_due(installation):
            return installation
        if self._has_expired(installation):
            return await self._refreshed(installation, wait=True)
        try:
            return await self._refreshed(installation, wait=False)
        except (SlackApiError, ClientError, TimeoutError) as error:
            name = named(error.response) if isinstance(error, SlackApiError) else type(error).__name__
            about = {"workspace": installation.workspace_id, "error": name}
            logger.warning("a token was not refreshed", extra=about)
            return installation

    async def _refreshed(self, known: Installation, *, wait: bool) -> Installation:
        """No transaction is open while Slack is asked: a row says meanwhile that it is."""
        held = await self._begun(known)
        while held is None:
            current = await self._current(known)
            if not wait or not self._has_expired(current):
                return current
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            held = await self._begun(known)
        if not self._is_due(held):
            return await self._end(held, held)
        try:
            renewed = await self._ask(held)
        except Exception:
            await self._end(held, held)
            raise
        logger.info("a token was refreshed", extra={"workspace": known.workspace_id})
        return await self._end(held, renewed)

    async def _begun(self, known: Installation) -> Installation | None:
        """The installation as it is now, which is ours to renew; None where somebody else is at it."""
        now = self.now()
        async with self.database.unit_of_work() as unit:
            if not await unit.oauth_states.begin_renewal(known.workspace_id, now, now + LEASE):
                return None
            return await self._of(unit, known)

    async def _current(self, known: Installation) -> Installation:
        async with self.database.reading() as unit:
            return await self._of(unit, known)

    async def _of(self, unit: UnitOfWork, known: Installation) -> Installation:
        found = await unit.installations.of(known.workspace_id)
        if found is None:
            raise NotInstalled(known.workspace_id)
        return found

    async def _end(self, held: Installation, renewed: Installation) -> Installation:
        """Keep what was renewed, unless the app was installed again, or removed, meanwhile."""
        async with self.database.unit_of_work() as unit:
            current = await unit.installations.locked(held.workspace_id)
            await unit.oauth_states.end_renewal(held.workspace_id)
            if current == held and renewed != held:
                await unit.installations.save(renewed)
        if current is None:
            raise NotInstalled(held.workspace_id)
        return renewed if current == held else current

    async def _ask(self, held: Installation) -> Installation:
        answer = await self.clients.sending(None).oauth_v2_access(
            client_id=self.client_id,
            client_secret=self.client_secret,
            grant_type="refresh_token",
            refresh_token=held.refresh_token,
        )
        told = Refreshed.model_validate(answer.data)
        return replace(
            held,
            bot_token=told.access_token,
            refresh_token=told.refresh_token,
            token_expires_at=self.now() + timedelta(seconds=told.expires_in),
        )

    def _is_due(self, installation: Installation) -> bool:
        expires_at = installation.token_expires_at
        return (
            installation.refresh_token is not None
            and expires_at is not None
            and expires_at - BEFORE_ITS_END <= self.now()
        )

    def _has_expired(self, installation: Installation) -> bool:
        expires_at = installation.token_expires_at
        return expires_at is not None and expires_at <= self.now()
