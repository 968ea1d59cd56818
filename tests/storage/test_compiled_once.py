"""What the sender says all day is compiled once: to compile a statement takes longer than to execute it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats

from bot.outgoing import Message
from bot.storage.in_turn import MUCH
from bot.storage.unit_of_work import Database
from tests.storage.examples import opened

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Compiled:
    """``texts`` grows by each statement that was not found compiled."""

    def __init__(self, database: Database) -> None:
        self.texts: list[str] = []
        self.heard = 0
        event.listen(database._engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _conn: Any, _cursor: Any, statement: str, _given: Any, context: Any, _many: bool) -> None:
        self.heard += 1
        if context.compiled is not None and context.cache_hit is not CacheStats.CACHE_HIT:
            self.texts.append(statement)


async def claim_and_settle(database: Database, after: str) -> None:
    async with database.unit_of_work() as unit:
        claimed = await unit.outbox.claim(NOW, 10, after=after)
    assert len(claimed.deliveries) == 10
    async with database.unit_of_work() as unit:
        assert await unit.outbox.done(claimed.deliveries[0], NOW)


async def test_nothing_is_compiled_for_the_next_claim(database_url: str) -> None:
    async with opened(database_url) as database:
        for workspace in ("T1", "T2"):
            async with database.unit_of_work() as unit:
                await unit.outbox.enqueue(workspace, [message(number) for number in range(MUCH)], NOW)
        compiled = Compiled(database)
        await claim_and_settle(database, "T1")
        assert compiled.texts
        compiled.texts.clear()
        compiled.heard = 0
        await claim_and_settle(database, "T2")
    assert compiled.texts == []
    assert compiled.heard >= 10


def message(number: int) -> Message:
    return Message(key=f"k{number}", conversation=f"U{number}", text="Hello", blocks=[])
