"""Workspaces that are left and come back, and what a post means that can never succeed."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.command_handler import CommandHandler
from bot.domain import commands as c
from bot.domain.hindrances import OF_A_WORKSPACE, Hindrance, Trouble
from bot.domain.learning_set import LearningSet
from bot.lifecycle.places import Places, whose
from bot.slack_answers import code_of
from bot.storage.tables import WorkspaceState
from bot.storage.unit_of_work import Database, UnitOfWork

logger = logging.getLogger(__name__)

BETWEEN_LOOKS = timedelta(minutes=1)
"""How often Slack is asked whether a token that failed works again."""
SETS_AT_ONCE = 20
"""How many are paused before an event is acknowledged, and in one tick: Slack waits for three seconds."""
REVOKED = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""Slack's codes for a token that is good for nothing."""


class Erases(Protocol):
    """Deletes what is kept of a workspace, and leaves an audit row."""

    async def workspace(self, unit: UnitOfWork, workspace_id: str) -> Mapping[str, int]: ...


@dataclass(slots=True)
class Lifecycle:
    """The life of sets beyond their meetings."""

    database: Database
    handler: CommandHandler
    places: Places
    client_for: Callable[[str], Awaitable[AsyncWebClient]]
    """A workspace's client for reads; raises ``absent`` where the app is not installed."""
    absent: type[Exception]
    now: Callable[[], datetime]
    grace: timedelta | None
    """How long after an uninstallation content is deleted. None: the one token is the operator's own, so that
    everything is held until it works again.
    """
    erasure: Erases
    looked: dict[str, datetime] = field(default_factory=dict)
    """When Slack may be asked next about a token that failed, by workspace."""
    pause_at: datetime | None = None
    """When the database is asked next for sets that are still to be paused."""

    async def on_trouble(self, unit: UnitOfWork, trouble: Trouble) -> None:
        """What a post that can never succeed means, in the transaction that settles it."""
        logger.info("trouble", extra={"workspace": trouble.workspace_id, "reason": trouble.cause})
        if trouble.cause in OF_A_WORKSPACE:
            await unit.life.suspect(trouble.workspace_id, self.now())  # the next tick asks Slack
        elif trouble.person is not None:
            await self.places.cannot_be_written_to(unit, trouble.workspace_id, trouble.person)
        elif trouble.conversation is not None:
            where = trouble.workspace_id, trouble.conversation
            await self.places.cannot_be_posted_to(unit, *where, trouble.cause)

    async def installed(self, unit: UnitOfWork, workspace_id: str) -> None:
        """The app is in the workspace, perhaps again: its sets go on where they stood."""
        await unit.life.trust(workspace_id)
        for about in await self._active(unit, workspace_id):
            if about.hindered_by in OF_A_WORKSPACE:
                command = c.UnhinderSet(**whose(workspace_id, about.id), shared=True)
                await self.handler.carry_out(unit, command)
        await unit.outbox.release(workspace_id, now=self.now())

    async def look_at_workspace(self, workspace_id: str) -> None:
        """Go by whether the token works: the app may have been installed again since an event was sent.

        It may be installed again while Slack is asked, too: then the answer is about another token.
        """
        while True:
            async with self.database.reading() as unit:
                asked = await unit.installations.serving(workspace_id)
            works = await self._token_works(workspace_id)
            async with self.database.unit_of_work() as unit:
                await unit.life.state_of(workspace_id)  # nobody installs it before this has ended
                if await unit.installations.serving(workspace_id) != asked:
                    continue
                await (self.installed(unit, workspace_id) if works else self.uninstalled(unit, workspace_id))
            break
        await self._pause_some(workspace_id)
        self.handler.committed()

    async def look_at_enterprise(self, enterprise_id: str) -> None:
        """The same for an app that an organisation has installed for all its workspaces: one of them after
        the other, and its token last, so that it is begun again where it was cut off.
        """
        async with self.database.reading() as unit:
            asked = await unit.installations.of(enterprise_id)
            theirs = await unit.installations.workspaces_of(enterprise_id)
        if await self._token_works(enterprise_id):
            return
        for workspace_id in theirs:
            async with self.database.unit_of_work() as unit:
                await unit.life.state_of(workspace_id)
                if await unit.installations.of(enterprise_id) != asked:
                    return
                if await unit.installations.of(workspace_id) is None:
                    await self.uninstalled(unit, workspace_id)
        async with self.database.unit_of_work() as unit:
            if await unit.installations.locked(enterprise_id) == asked:
                await unit.installations.remove(enterprise_id)
        await self._pause_what_is_left()

    async def access(self, enterprise_id: str | None, workspace_id: str, *, granted: bool) -> None:
        """An organisation lets its app into one of its workspaces, or takes it out of there.

        Of a workspace that is known, and not as the organisation's, it says nothing.
        """
        async with self.database.unit_of_work() as unit:
            theirs = await unit.installations.workspaces_of(enterprise_id) if enterprise_id else []
            if granted and enterprise_id and await self._is_entered(unit, enterprise_id, workspace_id):
                await unit.installations.meet(workspace_id, enterprise_id, self.now())
            elif workspace_id not in theirs:
                logger.warning("not of this organisation", extra={"workspace": workspace_id})
            elif granted:
                await self.installed(unit, workspace_id)
            else:
                await self.uninstalled(unit, workspace_id, Hindrance.ACCESS_REVOKED)
        await self._pause_some(workspace_id)
        self.handler.committed()

    async def to_welcome(self, enterprise_id: str) -> str | None:
        """Whoever has installed the app for an organisation, as long as it is in none of its workspaces."""
        async with self.database.reading() as unit:
            organisation = await unit.installations.of(enterprise_id)
            entered = await unit.installations.workspaces_of(enterprise_id)
        return organisation.installer if organisation and not entered else None

    async def _is_entered(self, unit: UnitOfWork, enterprise_id: str, workspace_id: str) -> bool:
        """Whether it is a workspace that was never heard of, of an organisation that has the app."""
        if await unit.life.state_of(workspace_id) is not None:
            return False
        return await unit.installations.of(enterprise_id) is not None

    async def uninstalled(
        self, unit: UnitOfWork, workspace_id: str, cause: Hindrance = Hindrance.WORKSPACE_GONE
    ) -> None:
        """The app is not in the workspace any more: its token is deleted now, its content after the grace.
        That much is one transaction, which is soon over. Its sets are paused after it, one by one.

        A second time, or for a workspace in which it never was, nothing happens. With one token of the
        operator's own nothing is deleted: everything is held until it works again.
        """
        if await unit.life.state_of(workspace_id) is not WorkspaceState.INSTALLED:
            return
        now = self.now()
        await unit.outbox.hold(workspace_id, cause=cause, now=now)
        if self.grace is None:
            logger.error("held until its token works again", extra={"workspace": workspace_id})
            await unit.life.uninstall(workspace_id, now, None)
            return
        logger.warning("uninstalled", extra={"workspace": workspace_id, "reason": cause})
        await unit.installations.remove(workspace_id)
        await unit.outbox.cancel(workspace_id)
        await unit.life.uninstall(workspace_id, now, now + self.grace)
        sets = len(await unit.life.active_sets(workspace_id))
        await unit.audit.record(workspace_id, now, "uninstalled", workspace_id, {"sets": sets})

    async def tick(self) -> None:
        """Look again at what may work again, pause what is left to pause, and delete what is due."""
        async with self.database.reading() as unit:
            suspected = await unit.life.suspected(held=self.grace is None)
        for workspace_id in suspected:
            if self.looked.get(workspace_id, self.now()) <= self.now():
                self.looked[workspace_id] = self.now() + BETWEEN_LOOKS
                await self._look_again(workspace_id)
        if self.pause_at is None or self.pause_at <= self.now():
            await self._pause_what_is_left()
        await self._erase()

    async def _look_again(self, workspace_id: str) -> None:
        """Where Slack cannot be reached, later."""
        try:
            await self.look_at_workspace(workspace_id)
        except (SlackApiError, ClientError, OSError, TimeoutError) as error:
            logger.warning("not told", extra={"workspace": workspace_id, "error": type(error).__name__})

    async def _erase(self) -> None:
        async with self.database.reading() as unit:
            due = await unit.life.to_erase(self.now())
        for workspace_id in due:
            async with self.database.unit_of_work() as unit:
                if await unit.life.is_to_be_erased(workspace_id, self.now()):
                    await self.erasure.workspace(unit, workspace_id)
                    await unit.life.erased(workspace_id)
                    logger.warning("erased", extra={"workspace": workspace_id})

    async def _pause_what_is_left(self) -> None:
        """Of workspaces that the app has left, where this or another process has not come to an end."""
        self.pause_at = self.now() + BETWEEN_LOOKS
        async with self.database.reading() as unit:
            left = await unit.life.left_unpaused(SETS_AT_ONCE)
        for workspace_id in left:
            await self._pause_some(workspace_id)

    async def _pause_some(self, workspace_id: str) -> None:
        """Some of the sets of a workspace that the app has left, each in a transaction; the tick goes on."""
        async with self.database.reading() as unit:
            sets = await unit.life.unpaused_sets(workspace_id, SETS_AT_ONCE)
        for set_id in sets:
            async with self.database.unit_of_work() as unit:
                if await unit.life.state_of(workspace_id) is not WorkspaceState.UNINSTALLED:
                    return
                cause = await unit.life.cause_of_leaving(workspace_id)
                await self.handler.carry_out(unit, c.HinderSet(**whose(workspace_id, set_id), cause=cause))
        if len(sets) == SETS_AT_ONCE:
            self.pause_at = self.now()
        elif sets and self.grace is not None:
            await self._leave_nothing_due(workspace_id)

    async def _leave_nothing_due(self, workspace_id: str) -> None:
        """What came up while its sets were being paused is not said."""
        async with self.database.unit_of_work() as unit:
            if await unit.life.state_of(workspace_id) is WorkspaceState.UNINSTALLED:
                await unit.outbox.cancel(workspace_id)
                await unit.life.cancel_prompts(workspace_id)

    async def _active(self, unit: UnitOfWork, workspace_id: str) -> Sequence[LearningSet]:
        ids = await unit.life.active_sets(workspace_id)
        found = [await unit.learning_sets.load(workspace_id, set_id, lock=True) for set_id in ids]
        return [each for each in found if each is not None]

    async def _token_works(self, workspace_id: str) -> bool:
        try:
            await (await self.client_for(workspace_id)).auth_test()
        except self.absent:
            return False
        except SlackApiError as error:
            if code_of(error.response) in REVOKED:
                return False
            raise
        return True
