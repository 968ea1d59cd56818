"""Channels and people: whoever handles news of one of them leaves its sets as Slack says that it is now."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypedDict

from bot.command_handler import CommandHandler
from bot.directory import Conversation, Directories
from bot.domain import commands as c
from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import LearningSet
from bot.storage.unit_of_work import Database, UnitOfWork

logger = logging.getLogger(__name__)


class TellsTheTime(Protocol):
    """The injected clock's."""

    def __call__(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Places:
    """Where sets meet, and who is in them."""

    database: Database
    handler: CommandHandler
    directories: Directories
    now: TellsTheTime

    async def look_at_channel(self, workspace_id: str, channel: str, *, left: bool = False) -> bool:
        """Have the set of a channel go on or pause, as Slack says that the channel is. False: none is there.

        Looked at again after each change, as whoever handles other news of it at the same time may have been
        told something newer: the last to change anything has then looked after that. Nothing of it is
        remembered as handled, since doing it twice changes nothing.

        ``left``: the bot has just left it, so that a channel not found is not a deleted one. Raises what
        Slack's answer raises: the event then comes again.
        """
        found = await self.directories.of(workspace_id).look(channel)
        about = await self._set_in(workspace_id, channel)
        if about is None:
            await self._nobody_meets_there(workspace_id, channel, found)
            return False
        told: c.Command | None = None
        while about is not None and (command := _told(about, found, left=left)) != told:
            await self.handler.handle(command, request=None)
            told, found = command, await self.directories.of(workspace_id).look(channel)
            about = await self._set_in(workspace_id, channel)
        return True

    async def channel_has_new_id(self, workspace_id: str, old: str, new: str, *, request: str) -> None:
        """Follow it, with everything that was sent there; a post to the old id may have failed meanwhile."""
        async with self.database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(workspace_id, old)
        if set_id is not None:
            command = c.ChangeChannel(**whose(workspace_id, set_id), channel_id=new)
            await self.handler.handle(command, request=f"{request}:{set_id}")
            await self.look_at_channel(workspace_id, new)

    async def somebody_left(self, workspace_id: str, channel: str, person: str, *, request: str) -> None:
        """A member of the set left its channel."""
        async with self.database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(workspace_id, channel)
        if set_id is not None:
            command = c.NoticeLeaving(**whose(workspace_id, set_id), person=person)
            await self.handler.handle(command, request=f"{request}:{set_id}")

    async def person_is(self, workspace_id: str, person: str, *, gone: bool, request: str) -> None:
        """Deactivated, or there; in each of their sets."""
        async with self.database.unit_of_work() as unit:
            if not await unit.requests.first(workspace_id, f"{request}:life", self.now()):
                return
            for set_id in await unit.learning_sets.sets_of_person(workspace_id, person):
                kind = c.HinderPerson if gone else c.UnhinderPerson
                await self.handler.carry_out(unit, kind(**whose(workspace_id, set_id), person=person))
            if not gone:
                await unit.outbox.release(workspace_id, person, now=self.now())
        self.handler.committed()

    async def look_at_person(self, workspace_id: str, person: str, request: str, *, acted: bool) -> None:
        """Have somebody who was out of reach be reached again, if nothing that Slack tells stands in the way.

        Of people from other organisations it tells too little: they are tried again only when they have
        ``acted``.
        """
        account = await self.directories.of(workspace_id).look_up(person)
        if account is None or account.deactivated or account.is_stranger:
            return
        if acted or account.is_of(workspace_id):
            await self.person_is(workspace_id, person, gone=False, request=request)

    async def cannot_be_written_to(self, unit: UnitOfWork, workspace_id: str, person: str) -> None:
        """A direct message to them was refused for good."""
        for set_id in await unit.learning_sets.sets_of_person(workspace_id, person):
            command = c.HinderPerson(**whose(workspace_id, set_id), person=person, gone=False)
            await self.handler.carry_out(unit, command)

    async def cannot_be_posted_to(
        self, unit: UnitOfWork, workspace_id: str, channel: str, cause: Hindrance
    ) -> None:
        """Where no set meets, nobody waits for what could not be said."""
        set_id = await unit.learning_sets.active_set_in_channel(workspace_id, channel)
        if set_id is None:
            await unit.outbox.cancel(workspace_id, channel)
        else:
            command = c.HinderSet(**whose(workspace_id, set_id), cause=cause)
            await self.handler.carry_out(unit, command)

    async def _set_in(self, workspace_id: str, channel: str) -> LearningSet | None:
        async with self.database.reading() as unit:
            set_id = await unit.learning_sets.active_set_in_channel(workspace_id, channel)
            return await unit.learning_sets.load(workspace_id, set_id) if set_id else None

    async def _nobody_meets_there(self, workspace_id: str, channel: str, found: Conversation | None) -> None:
        """Where the bot can post again, nothing of an earlier time stands in the way of what comes."""
        if found is not None and found.is_member and not found.is_archived:
            async with self.database.unit_of_work() as unit:
                await unit.outbox.release(workspace_id, channel, now=self.now())


class Whose(TypedDict):
    """The first fields of a command that comes from the workspace."""

    workspace_id: str
    set_id: str
    actor: None


def whose(workspace_id: str, set_id: str) -> Whose:
    """The same, of one set."""
    return Whose(workspace_id=workspace_id, set_id=set_id, actor=None)


def _told(about: LearningSet, found: Conversation | None, *, left: bool) -> c.Command:
    """What a set is told whose channel is so."""
    place, cause = whose(about.workspace_id, about.id), _cause(found, about, left=left)
    if cause is not None:
        return c.HinderSet(**place, cause=cause)
    return c.UnhinderSet(**place, shared=found is not None and found.is_ext_shared)


def _cause(found: Conversation | None, about: LearningSet, *, left: bool) -> Hindrance | None:
    """What stands in the way of a set in a channel that is so."""
    if found is None:
        return Hindrance.BOT_REMOVED if left else Hindrance.DELETED
    if found.is_archived:
        return Hindrance.ARCHIVED
    if not found.is_member:
        return Hindrance.BOT_REMOVED
    return Hindrance.SHARED_OUTSIDE if found.is_ext_shared and not about.sharing_agreed else None
