"""Erasing: a person's words, a set, a workspace. All of it may be asked for twice; the second time nothing is
left to do.

Of a person counts and dates stay, under a name of no meaning that is another one in each set; so the turn
order and the history of a set stay as they were. Messages of ours in Slack that show their words are drawn
again without them. What they posted themselves, and what was posted of a whole set that is erased, is Slack's
to keep or delete.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from secrets import token_hex

from bot.command_handler import CommandHandler
from bot.domain.events import Event, FacilitatorChanged, InvitationDeclined, MemberLeft, PresenceSet
from bot.domain.learning_set import Answer, Attendance, LearningSet
from bot.outgoing import Message
from bot.prompt_library import PromptLibrary
from bot.storage.unit_of_work import Database, UnitOfWork
from bot.surfaces.redrawn import differences, shown
from bot.surfaces.scene import Scene

FORMER = "former-"
"""What ids of people who were forgotten begin with."""

Counts = Mapping[str, int]


class Erasure:
    """Erases and records that it did.

    ``now`` is the injected clock's; ``committed`` wakes the sender; ``new_id`` never makes an id twice.
    """

    def __init__(
        self,
        database: Database,
        library: PromptLibrary,
        now: Callable[[], datetime],
        handler: CommandHandler,
        committed: Callable[[], None] = lambda: None,
        new_id: Callable[[], str] = lambda: token_hex(6),
    ) -> None:
        self._database = database
        self._library = library
        self._now = now
        self._handler = handler
        self._committed = committed
        self._new_id = new_id

    async def person(self, workspace_id: str, person: str) -> Counts:
        """Delete what a person wrote, their name and their memberships. How many rows of what.

        Each set is one transaction: when it fails half way, the rest is done by asking again.
        """
        counts: Counter[str] = Counter()
        async with self._database.reading() as unit:
            set_ids = await unit.forgetting.sets_of(workspace_id, person)
        for set_id in set_ids:
            async with self._database.unit_of_work() as unit:
                counts.update(await self._in_set(unit, workspace_id, set_id, person))
        async with self._database.unit_of_work() as unit:
            gone = await unit.forgetting.delete_person(workspace_id, person)
            if gone:
                counts["people"] = 1
                await self._record(unit, workspace_id, "person erased", person, {"sets": len(set_ids)})
        self._committed()
        return counts

    async def learning_set(self, unit: UnitOfWork, workspace_id: str, set_id: str) -> Counts:
        """Delete a set with all its meetings, and people whom no other set names. How many rows of what."""
        counts = await unit.forgetting.delete_set(workspace_id, set_id)
        if counts:
            await self._record(unit, workspace_id, "set erased", set_id, counts)
        return counts

    async def workspace(self, unit: UnitOfWork, workspace_id: str) -> Counts:
        """Delete everything of a workspace but that it was there. How many rows of what."""
        counts = await unit.forgetting.delete_workspace(workspace_id)
        if counts:
            await self._record(unit, workspace_id, "workspace erased", workspace_id, counts)
        return counts

    async def _in_set(self, unit: UnitOfWork, workspace_id: str, set_id: str, person: str) -> Counts:
        alias = f"{FORMER}{self._new_id()}"
        before = await unit.learning_sets.load(workspace_id, set_id, lock=True)
        if before is None or set_id not in await unit.forgetting.sets_of(workspace_id, person):
            return {}  # another process was at it, too
        meetings = await unit.forgetting.meetings_of(workspace_id, set_id)
        old = {meeting: shown(await self._scene(unit, before, meeting)) for meeting in meetings}
        counts = await unit.forgetting.delete_words(workspace_id, set_id, person)
        facilitated = before.facilitator == person
        await unit.forgetting.rename(workspace_id, set_id, person, alias)
        await self._leave(unit, workspace_id, set_id, alias, facilitated=facilitated)
        await unit.forgetting.delete_name(workspace_id, alias)
        await self._redraw(unit, workspace_id, set_id, old)
        await self._record(unit, workspace_id, "words erased", set_id, counts)
        return counts

    async def _leave(
        self, unit: UnitOfWork, workspace_id: str, set_id: str, alias: str, *, facilitated: bool
    ) -> None:
        """The set goes on without them, and is told that they left, as it is of anybody who leaves."""
        state = await unit.learning_sets.load(workspace_id, set_id)
        if state is None:
            return
        events = departure(state, alias, facilitated=facilitated)
        due = await unit.due_prompts.waiting(workspace_id, set_id)
        if events:
            await self._handler.happened(unit, state, events, due)
        await unit.forgetting.stop_facilitating(workspace_id, set_id, alias)

    async def _redraw(
        self, unit: UnitOfWork, workspace_id: str, set_id: str, old: Mapping[str, dict[str, Message]]
    ) -> None:
        state = await unit.learning_sets.load(workspace_id, set_id)
        if state is None:
            return
        for meeting, messages in old.items():
            scene = await self._scene(unit, state, meeting)
            changed = list(differences(messages, shown(scene), scene))
            await unit.forgetting.delete_unsent(workspace_id, [message.key for message in changed])
            await unit.outbox.enqueue(workspace_id, changed, self._now())

    async def _scene(self, unit: UnitOfWork, learning_set: LearningSet, meeting_id: str) -> Scene:
        state = await unit.learning_sets.at_meeting(learning_set, meeting_id)
        language = self._library.language(state.language)
        return Scene(state, language, language.format(state.format_id), self._now())

    async def _record(
        self, unit: UnitOfWork, workspace_id: str, act: str, subject: str, counts: Counts
    ) -> None:
        await unit.audit.record(workspace_id, self._now(), act, subject, counts)


def departure(state: LearningSet, person: str, *, facilitated: bool) -> tuple[Event, ...]:
    """What it means for a set that somebody is gone; nothing for one that has ended."""
    if state.ended_at is not None:
        return ()
    member = state.member(person)
    present = state.meeting is not None and person in state.meeting.present
    events: list[Event] = [PresenceSet(Attendance(person, False, person))] if present else []
    if member is not None and member.answer is Answer.IN:
        events.append(MemberLeft(person))
    elif member is not None and member.answer is Answer.INVITED:
        events.append(InvitationDeclined(person))
    if facilitated:
        events.append(FacilitatorChanged(None))
    return tuple(events)
