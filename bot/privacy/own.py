"""What a person does about their own data: for `/als privacy`."""

from collections.abc import Callable
from datetime import datetime

from bot.privacy.erasure import Erasure
from bot.prompt_library import Words
from bot.storage.unit_of_work import Database
from bot.surfaces.own_data import own_data_messages


class OwnData:
    """Every call is about the person who makes it. ``default_days`` as `Retention` has them."""

    def __init__(
        self,
        database: Database,
        erasure: Erasure,
        now: Callable[[], datetime],
        default_days: int,
        committed: Callable[[], None],
    ) -> None:
        self._database = database
        self._erasure = erasure
        self._now = now
        self._default_days = default_days
        self._committed = committed

    async def days_kept(self, workspace_id: str) -> int:
        """How many days after its end a set of the workspace is erased; 0: never."""
        async with self._database.reading() as unit:
            chosen = await unit.retentions.of(workspace_id)
        return self._default_days if chosen is None else chosen

    async def send(self, workspace_id: str, person: str, request: str, words: Words) -> bool:
        """Put all that is kept of the person into the outbox, to them alone. False: there is nothing.

        The same ``request`` sends it once.
        """
        async with self._database.unit_of_work() as unit:
            kept = await unit.exports.person(workspace_id, person)
            if kept and await unit.requests.first(workspace_id, request, self._now()):
                messages = own_data_messages(kept, person, request, words)
                await unit.outbox.enqueue(workspace_id, messages, self._now())
                counts = {name: len(rows) for name, rows in kept.items()}
                await unit.audit.record(workspace_id, self._now(), "data sent", person, counts)
        self._committed()
        return bool(kept)

    async def delete(self, workspace_id: str, person: str) -> bool:
        """Delete what they wrote, their name and their memberships. False: there was nothing."""
        return bool(await self._erasure.person(workspace_id, person))
