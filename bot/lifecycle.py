"""What permanent failures and events of the workspace mean: what is paused, who goes on, what is deleted.

What Slack tells is taken as a hint: events come late, twice, in any order or not at all. So Slack is asked
how things are, and that is what the sets are told. A failed post (`on_trouble`) leads the same way.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypedDict

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.command_handler import CommandHandler
from bot.directory import Conversation, Directories
from bot.domain import commands as c
from bot.domain.hindrances import OF_A_WORKSPACE, Hindrance, Trouble
from bot.domain.learning_set import LearningSet
from bot.storage.tables import WorkspaceState
from bot.storage.unit_of_work import Database, UnitOfWork

logger = logging.getLogger(__name__)

BETWEEN_LOOKS = timedelta(minutes=1)
"""How often Slack is asked whether a token that failed works again."""
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
    directories: Directories
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

    # Channels and people

    async def on_trouble(self, unit: UnitOfWork, trouble: Trouble) -> None:
        """What a post that can never succeed means, in the transaction that settles it."""
        logger.info("trouble", extra={"workspace": trouble.workspace_id, "reason": trouble.cause})
        if trouble.cause in OF_A_WORKSPACE:
            await unit.life.state_of(trouble.workspace_id)  # its row is locked before its sets, as everywhere
            await self._hinder_workspace(unit, trouble.workspace_id, trouble.cause)
            await unit.life.suspect(trouble.workspace_id, self.now())
        elif trouble.person is not None:
            await self._tell_sets_of(unit, trouble.workspace_id, trouble.person)
        elif trouble.conversation is not None:
            await self._hinder_channel(unit, trouble.workspace_id, trouble.conversation, trouble.cause)

    async def look_at_channel(
        self, workspace_id: str, channel: str, *, request: str, left: bool = False
    ) -> bool:
        """Have the set of a channel go on or pause, as Slack says that the channel is. False: none is there.

        ``left``: the bot has just left it, so that a channel not found is not a deleted one. Raises what
        Slack's answer raises: the event then comes again.
        """
        found = await self.directories.of(workspace_id).look(channel)
        async with self.database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(workspace_id, channel)
            about = await unit.learning_sets.load(workspace_id, set_id) if set_id else None
        if about is None:
            await self._nobody_meets_there(workspace_id, channel, found)
            return False
        cause = _cause(found, about, left=left)
        whose = _whose(workspace_id, about.id)
        shared = found is not None and found.is_ext_shared
        command = c.HinderSet(**whose, cause=cause) if cause else c.UnhinderSet(**whose, shared=shared)
        await self.handler.handle(command, request=f"{request}:{about.id}")
        return True

    async def _nobody_meets_there(self, workspace_id: str, channel: str, found: Conversation | None) -> None:
        """Where the bot can post again, nothing of an earlier time stands in the way of what comes."""
        if found is not None and found.is_member and not found.is_archived:
            async with self.database.unit_of_work() as unit:
                await unit.outbox.release(workspace_id, channel, now=self.now())

    async def channel_has_new_id(self, workspace_id: str, old: str, new: str, *, request: str) -> None:
        """Follow it, with everything that was sent there; a post to the old id may have failed meanwhile."""
        async with self.database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(workspace_id, old)
        if set_id is not None:
            command = c.ChangeChannel(**_whose(workspace_id, set_id), channel_id=new)
            await self.handler.handle(command, request=f"{request}:{set_id}")
            await self.look_at_channel(workspace_id, new, request=f"{request}:look")

    async def somebody_left(self, workspace_id: str, channel: str, person: str, *, request: str) -> None:
        """A member of the set left its channel."""
        async with self.database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(workspace_id, channel)
        if set_id is not None:
            command = c.NoticeLeaving(**_whose(workspace_id, set_id), person=person)
            await self.handler.handle(command, request=f"{request}:{set_id}")

    async def person_is(self, workspace_id: str, person: str, *, gone: bool, request: str) -> None:
        """Deactivated, or there; in each of their sets."""
        async with self.database.unit_of_work() as unit:
            if not await unit.requests.first(workspace_id, f"{request}:life", self.now()):
                return
            for set_id in await unit.learning_sets.sets_of_person(workspace_id, person):
                kind = c.HinderPerson if gone else c.UnhinderPerson
                await self.handler.carry_out(unit, kind(**_whose(workspace_id, set_id), person=person))
            if not gone:
                await unit.outbox.release(workspace_id, person, now=self.now())
        self.handler.committed()

    async def _tell_sets_of(self, unit: UnitOfWork, workspace_id: str, person: str) -> None:
        for set_id in await unit.learning_sets.sets_of_person(workspace_id, person):
            command = c.HinderPerson(**_whose(workspace_id, set_id), person=person, gone=False)
            await self.handler.carry_out(unit, command)

    async def _hinder_channel(
        self, unit: UnitOfWork, workspace_id: str, channel: str, cause: Hindrance
    ) -> None:
        """Where no set meets, nobody waits for what could not be said."""
        set_id = await unit.learning_sets.active_set_in_channel(workspace_id, channel)
        if set_id is None:
            await unit.outbox.cancel(workspace_id, channel)
        else:
            command = c.HinderSet(**_whose(workspace_id, set_id), cause=cause)
            await self.handler.carry_out(unit, command)

    # Workspaces

    async def installed(self, unit: UnitOfWork, workspace_id: str) -> None:
        """The app is in the workspace, perhaps again: its sets go on where they stood."""
        await unit.life.trust(workspace_id)
        for about in await self._active(unit, workspace_id):
            if about.hindered_by in OF_A_WORKSPACE:
                command = c.UnhinderSet(**_whose(workspace_id, about.id), shared=True)
                await self.handler.carry_out(unit, command)
        await unit.outbox.release(workspace_id, now=self.now())

    async def look_at_workspace(self, workspace_id: str) -> None:
        """Go by whether the token works: the app may have been installed again since an event was sent."""
        if await self._token_works(workspace_id):
            async with self.database.unit_of_work() as unit:
                await self.installed(unit, workspace_id)
        else:
            async with self.database.unit_of_work() as unit:
                await self.uninstalled(unit, workspace_id)
        self.handler.committed()

    async def look_at_enterprise(self, enterprise_id: str) -> None:
        """The same for an app that an organisation has installed for all its workspaces."""
        if await self._token_works(enterprise_id):
            return
        async with self.database.unit_of_work() as unit:
            await unit.installations.remove(enterprise_id)
            for workspace_id in await unit.installations.workspaces_of(enterprise_id):
                if await unit.installations.of(workspace_id) is None:
                    await self.uninstalled(unit, workspace_id)

    async def access(self, enterprise_id: str | None, workspace_id: str, *, granted: bool) -> None:
        """An organisation lets its app into one of its workspaces, or takes it out of there.

        Of workspaces that are not the organisation's, as far as we know, it says nothing.
        """
        async with self.database.unit_of_work() as unit:
            theirs = await unit.installations.workspaces_of(enterprise_id) if enterprise_id else []
            if workspace_id not in theirs:
                logger.warning("not of this organisation", extra={"workspace": workspace_id})
            elif granted:
                await self.installed(unit, workspace_id)
            else:
                await self.uninstalled(unit, workspace_id, Hindrance.ACCESS_REVOKED)
        self.handler.committed()

    async def uninstalled(
        self, unit: UnitOfWork, workspace_id: str, cause: Hindrance = Hindrance.WORKSPACE_GONE
    ) -> None:
        """The app is not in the workspace any more: its token is deleted now, its content after the grace.

        A second time, or for a workspace in which it never was, nothing happens. With one token of the
        operator's own nothing is deleted: everything is held until it works again.
        """
        if await unit.life.state_of(workspace_id) is not WorkspaceState.INSTALLED:
            return
        now = self.now()
        sets = await self._hinder_workspace(unit, workspace_id, cause)
        await unit.outbox.hold(workspace_id, cause=cause, now=now)
        if self.grace is None:
            logger.error("held until its token works again", extra={"workspace": workspace_id})
            await unit.life.uninstall(workspace_id, now, None)
            return
        logger.warning("uninstalled", extra={"workspace": workspace_id, "reason": cause})
        await unit.installations.remove(workspace_id)
        await unit.outbox.cancel(workspace_id)
        await unit.life.cancel_prompts(workspace_id)
        await unit.life.uninstall(workspace_id, now, now + self.grace)
        await unit.audit.record(workspace_id, now, "uninstalled", workspace_id, {"sets": sets})

    async def tick(self) -> None:
        """Look again at what may work again, and delete what is due."""
        async with self.database.reading() as unit:
            suspected = await unit.life.suspected(held=self.grace is None)
        for workspace_id in suspected:
            if self.looked.get(workspace_id, self.now()) <= self.now():
                self.looked[workspace_id] = self.now() + BETWEEN_LOOKS
                await self._look_again(workspace_id)
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

    async def _hinder_workspace(self, unit: UnitOfWork, workspace_id: str, cause: Hindrance) -> int:
        found = await self._active(unit, workspace_id)
        for about in found:
            command = c.HinderSet(**_whose(workspace_id, about.id), cause=cause)
            await self.handler.carry_out(unit, command)
        return len(found)

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
            if error.response.get("error") in REVOKED:
                return False
            raise
        return True


class _Whose(TypedDict):
    workspace_id: str
    set_id: str
    actor: None


def _whose(workspace_id: str, set_id: str) -> _Whose:
    """The first fields of a command that comes from the workspace."""
    return _Whose(workspace_id=workspace_id, set_id=set_id, actor=None)


def _cause(found: Conversation | None, about: LearningSet, *, left: bool) -> Hindrance | None:
    """What stands in the way of a set in a channel that is so."""
    if found is None:
        return Hindrance.BOT_REMOVED if left else Hindrance.DELETED
    if found.is_archived:
        return Hindrance.ARCHIVED
    if not found.is_member:
        return Hindrance.BOT_REMOVED
    return Hindrance.SHARED_OUTSIDE if found.is_ext_shared and not about.sharing_agreed else None
