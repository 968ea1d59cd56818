"""What becomes of rows when a channel or a whole workspace goes out of reach, and comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.hindrances import OF_A_CHANNEL, OF_A_WORKSPACE, Hindrance
from bot.outgoing import Message, PrivateNotice
from bot.storage.dialect import upsert
from bot.storage.outbox_rows import conversation_of, outgoing_of
from bot.storage.tables import (
    TO_SEND,
    PromptState,
    WorkspaceState,
    due_prompts,
    holds,
    learning_sets,
    outbox,
    sent_messages,
    workspaces,
)
from bot.vault import Vault

SEEN = OF_A_CHANNEL - {Hindrance.MAY_NOT_POST}
"""What a look at the channel tells. That nobody may post there only the next post finds out."""
NOBODY = "[]"


@dataclass(frozen=True, slots=True)
class PausedChannel:
    """A channel in which a set cannot meet, and since when."""

    workspace_id: str
    channel: str
    since: datetime


class Life:
    """The life of channels and workspaces. Every call names its workspace, but those that say who is next."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def active_sets(self, workspace_id: str) -> Sequence[str]:
        """Ids of the sets that have not ended, the oldest first."""
        c = learning_sets.c
        statement = select(c.id).where(c.workspace_id == workspace_id, c.ended_at.is_(None))
        return list(await self._connection.scalars(statement.order_by(c.created_at, c.id)))

    async def unpaused_sets(self, workspace_id: str, limit: int) -> Sequence[str]:
        """Of a workspace that the app has left: the oldest of its sets that are not paused for that yet."""
        c = learning_sets.c
        statement = _left_unpaused(c.id).where(c.workspace_id == workspace_id)
        return list(await self._connection.scalars(statement.order_by(c.created_at, c.id).limit(limit)))

    async def left_unpaused(self, limit: int) -> Sequence[str]:
        """Some of the workspaces that have such sets."""
        c = learning_sets.c
        statement = _left_unpaused(c.workspace_id).distinct().order_by(c.workspace_id)
        return list(await self._connection.scalars(statement.limit(limit)))

    async def cause_of_leaving(self, workspace_id: str) -> Hindrance:
        """Why nothing is sent to a workspace that the app has left."""
        c = holds.c
        held = select(c.cause).where(c.workspace_id == workspace_id, c.conversation == "")
        cause: Hindrance | None = await self._connection.scalar(held)
        return cause or Hindrance.WORKSPACE_GONE

    async def follow_channel(self, workspace_id: str, old: str, new: str) -> None:
        """The channel has another id; its messages keep their `ts`."""
        c = sent_messages.c
        statement = update(sent_messages).where(c.workspace_id == workspace_id, c.channel == old)
        await self._connection.execute(statement.values(channel=new))

    async def waiting_for(self, workspace_id: str, channel: str) -> Sequence[Message | PrivateNotice]:
        """What still has to go to a channel, in its order."""
        c = outbox.c
        mine = c.workspace_id == workspace_id, c.state.in_(TO_SEND)
        statement = select(outbox).where(*mine, c.lane.startswith(channel, autoescape=True))
        rows = (await self._connection.execute(statement.order_by(c.lane, c.position))).mappings()
        found = [outgoing_of(row, self._vault) for row in rows if conversation_of(row["lane"]) == channel]
        return [each for each in found if isinstance(each, Message | PrivateNotice)]

    async def leave_channel(self, workspace_id: str, channel: str) -> None:
        """What was sent there is not updated any more: it is posted anew, where it is said again."""
        c = sent_messages.c
        await self._connection.execute(
            delete(sent_messages).where(c.workspace_id == workspace_id, c.channel == channel)
        )

    async def cancel_prompts(self, workspace_id: str) -> None:
        """Nothing is due any more, whatever its set; what is claimed is left to who holds it."""
        c = due_prompts.c
        waiting = update(due_prompts).where(c.workspace_id == workspace_id, c.state == PromptState.DUE)
        await self._connection.execute(waiting.values(state=PromptState.CANCELLED, ready_at=None))

    async def state_of(self, workspace_id: str) -> WorkspaceState | None:
        """Whether the app is installed in the workspace; None where it never was."""
        c = workspaces.c
        found: WorkspaceState | None = await self._connection.scalar(
            select(c.state).where(c.workspace_id == workspace_id).with_for_update()
        )
        return found

    async def uninstall(self, workspace_id: str, now: datetime, erase_at: datetime | None) -> None:
        """Note that the app is not there any more, and from when on its content is to be deleted."""
        row = {"state": WorkspaceState.UNINSTALLED, "uninstalled_at": now, "erase_at": erase_at}
        insert = upsert(self._connection, workspaces).values(
            row | {"workspace_id": workspace_id, "installed_at": now}
        )
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["workspace_id"], set_=row)
        )

    async def suspect(self, workspace_id: str, now: datetime) -> None:
        """A token failed there; whether the app is still installed is not known."""
        c = workspaces.c
        here = update(workspaces).where(c.workspace_id == workspace_id, c.uninstalled_at.is_(None))
        await self._connection.execute(here.values(uninstalled_at=now))

    async def trust(self, workspace_id: str) -> None:
        """The app is there, whatever was suspected."""
        c = workspaces.c
        here = update(workspaces).where(c.workspace_id == workspace_id)
        await self._connection.execute(
            here.values(state=WorkspaceState.INSTALLED, uninstalled_at=None, erase_at=None)
        )

    async def suspected(self, *, held: bool) -> Sequence[str]:
        """Where a token failed; and, where ``held``, those too that have no token that works."""
        c = workspaces.c
        wanted = select(c.workspace_id).where(c.uninstalled_at.is_not(None), c.erase_at.is_(None))
        if not held:
            wanted = wanted.where(c.state == WorkspaceState.INSTALLED)
        return list(await self._connection.scalars(wanted.order_by(c.workspace_id)))

    async def paused_channels(self, before: datetime) -> Sequence[PausedChannel]:
        """Where sets have been paused since ``before`` or longer by something that a look would show."""
        c = learning_sets.c
        wanted = _going_on(c.workspace_id, c.channel_id, c.hindered_at)
        rows = await self._connection.execute(wanted.where(c.hindered_by.in_(SEEN), c.hindered_at <= before))
        return [PausedChannel(*row) for row in rows]

    async def people_out_of_reach(self) -> Sequence[tuple[str, str]]:
        """Workspace and person: who is out of reach for a set that goes on."""
        c = learning_sets.c
        columns = c.hindered_people, c.unwritable_people
        some = or_(*(cast(column, Text) != NOBODY for column in columns))
        rows = await self._connection.execute(_going_on(c.workspace_id, *columns).where(some))
        return sorted({(row[0], person) for row in rows for person in (*row[1], *row[2])})

    async def to_erase(self, now: datetime) -> Sequence[str]:
        """Workspaces whose grace period is over."""
        c = workspaces.c
        due = select(c.workspace_id).where(c.state == WorkspaceState.UNINSTALLED, c.erase_at <= now)
        return list(await self._connection.scalars(due.order_by(c.erase_at)))

    async def is_to_be_erased(self, workspace_id: str, now: datetime) -> bool:
        """Whether it still is; nobody else may change that before this transaction ends."""
        c = workspaces.c
        due = select(c.workspace_id).where(c.workspace_id == workspace_id, c.erase_at <= now)
        return await self._connection.scalar(due.with_for_update()) is not None

    async def erased(self, workspace_id: str) -> None:
        """It is not to be erased again."""
        c = workspaces.c
        await self._connection.execute(
            update(workspaces).where(c.workspace_id == workspace_id).values(erase_at=None)
        )


def _left_unpaused(column: ColumnElement[str]) -> Select[Any]:
    c, w = learning_sets.c, workspaces.c
    left = (w.workspace_id == c.workspace_id) & (w.state == WorkspaceState.UNINSTALLED)
    unpaused = or_(c.hindered_by.is_(None), c.hindered_by.not_in(OF_A_WORKSPACE))
    return select(column).join(workspaces, left).where(c.ended_at.is_(None), unpaused)


def _going_on(*columns: Any) -> Select[Any]:
    """Of the sets that have not ended, in workspaces that have the app."""
    c, w = learning_sets.c, workspaces.c
    here = (w.workspace_id == c.workspace_id) & (w.state == WorkspaceState.INSTALLED)
    return select(*columns).join(workspaces, here).where(c.ended_at.is_(None)).order_by(c.workspace_id, c.id)
