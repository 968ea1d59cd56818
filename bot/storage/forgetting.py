"""Deletes people's words, sets and workspaces. What is kept of a person bears a name made for the purpose.

Nothing here decides what may be deleted, or tells anybody: see `bot.privacy.erasure`.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, exists, func, insert, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.learning_set import Phase, QuestionState
from bot.storage.belonging import GONE, LISTS, OF_A_SET, PEOPLE, UNANSWERED, UNITS, WORDS, keys_of_set, of_set
from bot.storage.tables import (
    METADATA,
    RowState,
    audit,
    due_prompts,
    holds,
    installations,
    lanes,
    learning_sets,
    meetings,
    members,
    outbox,
    people,
    questions,
    sent_messages,
    turns,
    workspaces,
)

STAYS = frozenset({audit, installations, workspaces})
"""What erasing a workspace leaves: that it was there, and what was done. Tokens go when it uninstalls."""


class Forgetting:
    """Deletes for good. Every call names its workspace."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def sets_of(self, workspace_id: str, person: str) -> list[str]:
        """The ids of all sets, ended ones too, in which anything names the person."""
        found = [self._named(table, column, person) for table in PEOPLE for column in PEOPLE[table]]
        ids = union(*(statement.where(learning_sets.c.workspace_id == workspace_id) for statement in found))
        return sorted(await self._connection.scalars(ids))

    async def meetings_of(self, workspace_id: str, set_id: str) -> list[str]:
        """The ids of a set's meetings, the first one first."""
        c = meetings.c
        of_it = select(c.id).where(c.workspace_id == workspace_id, c.set_id == set_id)
        return list(await self._connection.scalars(of_it.order_by(c.number)))

    async def delete_words(self, workspace_id: str, set_id: str, person: str) -> dict[str, int]:
        """What the person wrote in a set, and why their turns ended with nothing. How many rows of what."""
        counts = {}
        for table, (author, blank) in WORDS.items():
            theirs = of_set(table, workspace_id, set_id), table.c[author] == person
            done = await self._connection.execute(update(table).where(*theirs).values(blank))
            counts[table.name] = done.rowcount
        for unit_id in await self._units(workspace_id, set_id, person):
            own = of_set(turns, workspace_id, set_id), turns.c.unit_id == unit_id
            told = turns.c.none_because.is_not(None)
            await self._connection.execute(update(turns).where(*own, told).values(none_because=GONE))
        unanswered = questions.c.state.in_(UNANSWERED), questions.c.asker == person
        await self._connection.execute(
            update(questions)
            .where(of_set(questions, workspace_id, set_id), *unanswered)
            .values(state=QuestionState.WITHDRAWN.value)
        )
        return {name: count for name, count in counts.items() if count}

    async def rename(self, workspace_id: str, set_id: str, person: str, alias: str) -> None:
        """Let everything in a set that names the person name the alias. Their name goes along, for now."""
        await self._copy_person(workspace_id, person, alias)
        leads = of_set(learning_sets, workspace_id, set_id), learning_sets.c.facilitator == person
        await self._connection.execute(update(learning_sets).where(*leads).values(facilitator=None))
        for unit_id in await self._units(workspace_id, set_id, person):
            await self._replace(UNITS, workspace_id, set_id, unit_id, _renamed(unit_id, person, alias))
        await self._rename_in_lists(workspace_id, set_id, person, alias)
        await self._replace(PEOPLE, workspace_id, set_id, person, alias)
        of_it = of_set(due_prompts, workspace_id, set_id)
        await self._connection.execute(delete(due_prompts).where(of_it, due_prompts.c.person == person))

    async def stop_facilitating(self, workspace_id: str, set_id: str, person: str) -> None:
        """A meeting under way has no facilitator who is gone."""
        c = meetings.c
        live = c.phase.in_([Phase.RUNNING, Phase.PAUSED]), c.facilitator == person
        of_it = of_set(meetings, workspace_id, set_id)
        await self._connection.execute(update(meetings).where(of_it, *live).values(facilitator=None))

    async def delete_name(self, workspace_id: str, person: str) -> None:
        """Keep nothing of a person but that there was one."""
        c = people.c
        await self._connection.execute(
            update(people)
            .where(c.workspace_id == workspace_id, c.id == person)
            .values(name="", zone="UTC", away_from=None, away_until=None)
        )

    async def delete_person(self, workspace_id: str, person: str) -> int:
        """What is kept of somebody whom no set names any longer, and what waits to be sent to them.

        How many rows.
        """
        theirs = people.c.workspace_id == workspace_id, people.c.id == person
        done = await self._connection.execute(delete(people).where(*theirs))
        return done.rowcount + await self._delete_traffic(workspace_id, person)

    async def delete_unsent(self, workspace_id: str, keys: Iterable[str]) -> None:
        """Messages that could not be sent, kept for the operator."""
        c = outbox.c
        dead = c.workspace_id == workspace_id, c.state == RowState.DEAD, c.key.in_(list(keys))
        await self._connection.execute(delete(outbox).where(*dead))

    async def locked(self, workspace_id: str, set_id: str) -> bool:
        """Keep others from the set until this transaction ends. False: it is gone, or somebody has it."""
        this = of_set(learning_sets, workspace_id, set_id)
        found = select(learning_sets.c.id).where(this).with_for_update(skip_locked=True)
        return await self._connection.scalar(found) is not None

    async def delete_set(self, workspace_id: str, set_id: str) -> dict[str, int]:
        """A set with everything in it, and people whom no other set names. How many rows of what."""
        counts: dict[str, int] = {}
        for table in reversed(OF_A_SET):
            done = await self._connection.execute(delete(table).where(of_set(table, workspace_id, set_id)))
            counts[table.name] = done.rowcount
        for table in (outbox, sent_messages):
            about = table.c.workspace_id == workspace_id, keys_of_set(table.c.key, set_id)
            await self._connection.execute(delete(table).where(*about))
        counts[people.name] = await self._delete_strangers(workspace_id)
        return {name: count for name, count in counts.items() if count}

    async def delete_workspace(self, workspace_id: str) -> dict[str, int]:
        """Everything of a workspace but `STAYS`. How many rows of what."""
        counts: dict[str, int] = {}
        for table in reversed(METADATA.sorted_tables):
            if table not in STAYS:
                done = await self._connection.execute(
                    delete(table).where(table.c.workspace_id == workspace_id)
                )
                counts[table.name] = done.rowcount
        return {name: count for name, count in counts.items() if count}

    async def outlived(self, default_days: int, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Workspace and id of sets that ended longer ago than they are kept; 0 days is for ever."""
        days = func.coalesce(workspaces.c.retention_days, default_days)
        same = workspaces.c.workspace_id == learning_sets.c.workspace_id
        ended = (
            select(learning_sets.c.workspace_id, learning_sets.c.id)
            .join_from(learning_sets, workspaces, same, isouter=True)
            .order_by(learning_sets.c.ended_at)
            .limit(limit)
        )
        found: list[tuple[str, str]] = []
        for kept in await self._retentions(default_days):
            until = now - timedelta(days=kept)
            rows = await self._connection.execute(
                ended.where(days == kept, learning_sets.c.ended_at <= until)
            )
            found += [(row.workspace_id, row.id) for row in rows]
        return found[:limit]

    def _named(self, table: Table, column: str, person: str) -> Any:
        c, sets = table.c, learning_sets.c
        if table is learning_sets:
            return select(sets.id).where(c[column] == person)
        if "set_id" in c:
            same = (c.workspace_id == sets.workspace_id) & (c.set_id == sets.id)
            return select(sets.id).join_from(learning_sets, table, same).where(c[column] == person)
        m = meetings.c
        its = (m.workspace_id == sets.workspace_id) & (m.set_id == sets.id)
        given = (c.workspace_id == m.workspace_id) & (c.meeting_id == m.id)
        return (
            select(sets.id)
            .join_from(learning_sets, meetings, its)
            .join(table, given)
            .where(c[column] == person)
        )

    async def _units(self, workspace_id: str, set_id: str, person: str) -> list[str]:
        """The ids of units of a set to which the person belongs or belonged."""
        every = union(
            *(
                select(table.c[column]).where(of_set(table, workspace_id, set_id))
                for table, columns in UNITS.items()
                for column in columns
            )
        )
        found = await self._connection.scalars(every)
        return [unit_id for unit_id in found if unit_id and person in _people_of(unit_id)]

    async def _replace(
        self, where: Mapping[Table, tuple[str, ...]], workspace_id: str, set_id: str, old: str, new: str
    ) -> None:
        for table, columns in where.items():
            for column in columns:
                found = of_set(table, workspace_id, set_id), table.c[column] == old
                await self._connection.execute(update(table).where(*found).values({column: new}))

    async def _rename_in_lists(self, workspace_id: str, set_id: str, person: str, alias: str) -> None:
        for table, columns in LISTS.items():
            for column in columns:
                of_it = of_set(table, workspace_id, set_id)
                rows = await self._connection.execute(select(table.c.id, table.c[column]).where(of_it))
                for row_id, names in rows.all():
                    renamed = tuple(_renamed(name, person, alias) for name in names)
                    if renamed != tuple(names):
                        this = of_it, table.c.id == row_id
                        await self._connection.execute(update(table).where(*this).values({column: renamed}))

    async def _copy_person(self, workspace_id: str, person: str, alias: str) -> None:
        theirs = people.c.workspace_id == workspace_id, people.c.id == person
        row = (await self._connection.execute(select(people).where(*theirs))).mappings().first()
        if row is not None:
            await self._connection.execute(insert(people).values({**row, "id": alias}))

    async def _delete_traffic(self, workspace_id: str, person: str) -> int:
        """Lanes to the person with what waits in them, and where Slack keeps what was sent to or about them.

        Ids may begin alike, so a key is looked at part by part.
        """
        named = select(sent_messages.c.key).where(
            sent_messages.c.workspace_id == workspace_id,
            sent_messages.c.key.contains(person, autoescape=True),
        )
        keys = [key for key in await self._connection.scalars(named) if person in _people_of(key)]
        c = lanes.c
        theirs = or_(
            c.lane.in_([person, f"home/{person}"]),
            c.lane.startswith(f"{person}@", autoescape=True),
            c.lane.endswith(f"/{person}", autoescape=True),
        )
        every = select(c.lane).where(c.workspace_id == workspace_id, theirs)
        found = list(await self._connection.scalars(every))
        gone = 0
        for table, column, values in (
            (outbox, "lane", found),
            (lanes, "lane", found),
            (sent_messages, "key", keys),
            (holds, "conversation", [person]),
        ):
            these = table.c.workspace_id == workspace_id, table.c[column].in_(values)
            gone += (await self._connection.execute(delete(table).where(*these))).rowcount
        return gone

    async def _delete_strangers(self, workspace_id: str) -> int:
        """People whom no set names."""
        p = people.c
        named = [
            exists().where(table.c.workspace_id == p.workspace_id, table.c[column] == p.id)
            for table, columns in ((members, ("person",)), (learning_sets, PEOPLE[learning_sets]))
            for column in columns
        ]
        unknown = p.workspace_id == workspace_id, ~or_(*named)
        return (await self._connection.execute(delete(people).where(*unknown))).rowcount

    async def _retentions(self, default_days: int) -> list[int]:
        """Each number of days after which some workspace forgets."""
        chosen = await self._connection.scalars(select(workspaces.c.retention_days).distinct())
        return sorted({days for days in (default_days, *chosen) if days})


def _people_of(name: str) -> list[str]:
    """The parts of a unit's id, or of a message's key."""
    return re.split("[:+]", name)


def _renamed(name: str, person: str, alias: str) -> str:
    return "+".join(alias if part == person else part for part in name.split("+"))
