"""The middle of the road: one command is one transaction.

Domain state, outbox rows, due rows and the record of the handled request commit together, before anything
is acknowledged. A crash at any point loses nothing; the second arrival of the same request does nothing.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain import commands as c
from bot.domain.decide import decide
from bot.domain.events import ChannelChanged, Event, SetCreated, SetEnded, SetHindered, SetUnhindered
from bot.domain.evolve import evolve_all
from bot.domain.hindrances import OF_A_CHANNEL
from bot.domain.learning_set import LearningSet
from bot.domain.machine import Moment
from bot.domain.rejections import Reason, Rejected
from bot.domain.wakes import Wake, WakeKind, due_now, is_held, wakes
from bot.prompt_library import Language, PromptLibrary
from bot.storage.due_prompts import DuePrompt
from bot.storage.learning_sets import ChannelTaken
from bot.storage.unit_of_work import Database, UnitOfWork
from bot.surfaces.announce import announce
from bot.surfaces.notices import Address, rejection_notice

logger = logging.getLogger(__name__)

DEFAULT_LANGUAGE = "en"
DEFAULT_FORMAT = "classic"


class Result(StrEnum):
    """How a command ended."""

    DONE = "done"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    """The same request was handled before: nothing happened, nothing is said."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command; ``learning_set`` is the state afterwards (on a rejection: unchanged)."""

    result: Result
    learning_set: LearningSet | None = None
    rejected: Rejected | None = None
    told: bool = False
    """The refusal is in the outbox; else it is the caller's to say."""


class CommandHandler:
    """Runs commands. ``now`` is the injected clock's; ``committed`` wakes the sender after each commit.

    ``counted`` is told the name of each command of a person and how it ended, ``unreached`` the workspace and
    the person of whoever gives a command, though they are taken to be out of reach.
    """

    def __init__(
        self,
        database: Database,
        library: PromptLibrary,
        now: Callable[[], datetime],
        committed: Callable[[], None],
        counted: Callable[[str, str], None] = lambda _command, _outcome: None,
        unreached: Callable[[str, str], None] = lambda _workspace_id, _person: None,
    ) -> None:
        self._database = database
        self._library = library
        self._now = now
        self._committed = committed
        self._counted = counted
        self._unreached = unreached

    async def handle(
        self, command: c.Command, *, request: str | None, reply_to: Address | None = None
    ) -> Outcome:
        """Handle a command of a person. ``request`` names the request it came with, for the dedupe.

        With ``reply_to`` a refusal is put into the outbox as a private notice; without, or where nothing can
        be posted just now, the caller says it.
        Raises whatever storage raises: then nothing happened and nothing must be acknowledged.
        """
        result = "failed"
        try:
            outcome = await self._handle(command, request, reply_to)
            result = outcome.result.value
        finally:
            self._counted(type(command).__name__, result)
        self._committed()
        self._note_who_is_there(command, outcome.learning_set)
        return outcome

    def _note_who_is_there(self, command: c.Command, learning_set: LearningSet | None) -> None:
        if command.actor is not None and learning_set and not learning_set.can_be_written_to(command.actor):
            self._unreached(command.workspace_id, command.actor)

    async def _handle(self, command: c.Command, request: str | None, reply_to: Address | None) -> Outcome:
        try:
            return await self._transact(command, request)
        except Rejected as rejected:
            return await self._refuse(command, request, reply_to, rejected)
        except ChannelTaken:
            taken = Rejected(Reason.CHANNEL_TAKEN, field="channel")
            return await self._refuse(command, request, reply_to, taken)

    def committed(self) -> None:
        """Say that something was put into the outbox in a transaction of another's."""
        self._committed()

    async def handle_due(self, prompt: DuePrompt) -> None:
        """Act on a due prompt that was claimed: now, later in the person's hours, or not at all."""
        async with self._database.unit_of_work() as unit:
            learning_set = await unit.learning_sets.load(prompt.workspace_id, prompt.set_id, lock=True)
            await self._act_on(unit, prompt, learning_set)
        self._committed()

    async def carry_out(self, unit: UnitOfWork, command: c.Command) -> LearningSet | None:
        """Carry out a command of the workspace in a transaction that another began; None where it is refused.

        Who gives it wakes the sender after the commit.
        """
        before = await unit.learning_sets.load(command.workspace_id, command.set_id, lock=True)
        try:
            return await self._carry_out(unit, before, command)
        except Rejected as rejected:
            logger.info("refused", extra=_named(command) | {"reason": rejected.reason})
            return None

    async def _act_on(self, unit: UnitOfWork, prompt: DuePrompt, learning_set: LearningSet | None) -> None:
        now, wake = self._now(), prompt.wake
        if learning_set is not None and is_held(learning_set, wake):
            await unit.due_prompts.finish(prompt, "cancelled")
            return
        when = due_now(learning_set, wake, now) if learning_set else None
        if learning_set is None or when is None:
            await unit.due_prompts.finish(prompt, "missed")
        elif when > now:
            await unit.due_prompts.postpone(prompt, when)
        else:
            await self._come_back(unit, learning_set, wake)
            await unit.due_prompts.finish(prompt, "done")

    async def _come_back(self, unit: UnitOfWork, learning_set: LearningSet, wake: Wake) -> None:
        """What the clock came back for; where the set has moved on meanwhile, nothing."""
        try:
            await self._carry_out(unit, learning_set, _command_of(learning_set, wake))
        except Rejected as rejected:
            logger.info("came to nothing", extra={"wake": wake.key, "reason": rejected.reason})

    async def _transact(self, command: c.Command, request: str | None) -> Outcome:
        now = self._now()
        async with self._database.unit_of_work() as unit:
            if request is not None and not await unit.requests.first(command.workspace_id, request, now):
                return _duplicate(command)
            before = await unit.learning_sets.load(command.workspace_id, command.set_id, lock=True)
            after = await self._carry_out(unit, before, command)
        return Outcome(Result.DONE, after)

    async def _carry_out(
        self, unit: UnitOfWork, before: LearningSet | None, command: c.Command
    ) -> LearningSet:
        """Decide, evolve, save; enqueue what is to be said and what is due."""
        language, now = self._language(before), self._now()
        chosen = language.format(before.format_id if before else DEFAULT_FORMAT)
        events = decide(before, command, Moment(now, chosen))
        logger.info("decided", extra=_named(command) | {"events": [type(each).__name__ for each in events]})
        return await self.happened(unit, before, events, await _due_before(unit, before, command))

    async def happened(
        self,
        unit: UnitOfWork,
        before: LearningSet | None,
        events: Sequence[Event],
        due_before: Mapping[str, Wake],
    ) -> LearningSet:
        """Evolve, save; enqueue what is to be said and what is due, in a transaction that another began."""
        states = [evolve_all(before, events[: count + 1]) for count in range(len(events))]
        after = states[-1] if states else before
        if after is None:
            raise Rejected(Reason.NO_SET_HERE)
        language, now = self._language(after), self._now()
        await unit.learning_sets.save(before, *states)
        said = announce(before, events, after, now, language, language.format(after.format_id))
        await _change_channel(unit, before, events, now)
        await unit.outbox.enqueue(after.workspace_id, said, now)
        await unit.due_prompts.sync(after.workspace_id, after.id, due_before, wakes(after))
        await _hold_or_release(unit, after, events, now)
        return after

    async def _refuse(
        self, command: c.Command, request: str | None, reply_to: Address | None, rejected: Rejected
    ) -> Outcome:
        """Record the request as handled and, where it must be, put the refusal into the outbox."""
        logger.info("refused", extra=_named(command) | {"reason": rejected.reason})
        now = self._now()
        async with self._database.unit_of_work() as unit:
            if request is not None and not await unit.requests.first(command.workspace_id, request, now):
                return _duplicate(command)
            learning_set = await unit.learning_sets.load(command.workspace_id, command.set_id)
            told = reply_to is not None and not _is_held(learning_set, reply_to)
            if reply_to is not None and told:
                notice = rejection_notice(rejected, learning_set, self._language(learning_set), reply_to)
                await unit.outbox.enqueue(command.workspace_id, [notice], now)
        return Outcome(Result.REJECTED, learning_set, rejected, told=told)

    def _language(self, learning_set: LearningSet | None) -> Language:
        return self._library.language(learning_set.language if learning_set else DEFAULT_LANGUAGE)


def _is_held(learning_set: LearningSet | None, reply_to: Address) -> bool:
    """Whether nothing is posted there for now."""
    if learning_set is None or learning_set.hindered_by is None:
        return False
    return reply_to.conversation == learning_set.channel_id


async def _change_channel(
    unit: UnitOfWork, before: LearningSet | None, events: Iterable[Event], now: datetime
) -> None:
    """Under another id everything stays as it is; what waits for a channel that was left is not said."""
    for event in events:
        if before is None or not isinstance(event, ChannelChanged):
            continue
        workspace_id, old = before.workspace_id, before.channel_id
        waiting = await unit.life.waiting_for(workspace_id, old) if event.by is None else ()
        await unit.outbox.cancel(workspace_id, old)
        await unit.outbox.release(workspace_id, old, now=now)
        if event.by is None:
            await unit.life.follow_channel(workspace_id, old, event.channel_id)
            there = [replace(each, conversation=event.channel_id) for each in waiting]
            await unit.outbox.enqueue(workspace_id, there, now)
        else:
            await unit.life.leave_channel(workspace_id, old)


async def _hold_or_release(
    unit: UnitOfWork, after: LearningSet, events: Iterable[Event], now: datetime
) -> None:
    """What waits to be sent pauses and goes on with the set."""
    for event in events:
        if isinstance(event, SetHindered | ChannelChanged) and after.hindered_by in OF_A_CHANNEL:
            await unit.outbox.hold(after.workspace_id, after.channel_id, cause=after.hindered_by, now=now)
        elif isinstance(event, SetEnded) and after.hindered_by is not None:
            await unit.outbox.cancel(after.workspace_id, after.channel_id)
        elif isinstance(event, SetCreated | SetUnhindered):
            await unit.outbox.release(after.workspace_id, after.channel_id, now=now)


async def _due_before(unit: UnitOfWork, before: LearningSet | None, command: c.Command) -> Mapping[str, Wake]:
    """What was due; the rows know where another of a person's sets may have changed absence or zone."""
    if before is None:
        return {}
    if isinstance(command, c.GoAway | c.UpdatePerson):
        return await unit.due_prompts.waiting(before.workspace_id, before.id)
    return wakes(before)


def _command_of(learning_set: LearningSet, wake: Wake) -> c.Command:
    """The command that a wake stands for."""
    whose = {
        "workspace_id": learning_set.workspace_id,
        "set_id": learning_set.id,
        "meeting_id": wake.meeting_id,
    }
    if wake.kind is WakeKind.PASS_TIME:
        return c.PassTime(**whose, actor=None)
    if wake.kind is WakeKind.ASK_FOR_REPORT_BACK:
        return c.AskForReportBack(**whose, actor=None, person=wake.person or "", rung=wake.rung or 1)
    return c.TellProposedOwner(**whose, actor=None, person=wake.person or "")


def _duplicate(command: c.Command) -> Outcome:
    logger.info("handled before", extra=_named(command))
    return Outcome(Result.DUPLICATE)


def _named(command: c.Command) -> dict[str, str | None]:
    """Whatever names a command in the logs."""
    return {
        "command": type(command).__name__,
        "workspace": command.workspace_id,
        "set": command.set_id,
        "meeting": command.meeting_id,
        "person": command.actor,
    }
