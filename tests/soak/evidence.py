"""What is compared at the end: the driver's ledger, all rows of the database, and what Slack shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.domain.learning_set import LearningSet
from bot.rehearsal.model import Message
from bot.storage.tables import METADATA, learning_sets, sent_messages
from bot.storage.unit_of_work import Database
from tests.soak.ledger import Ledger
from tests.soak.town import Neighbourhood, Town

AS_LATE_AS_MAY_BE = timedelta(minutes=8)
"""After an outage at the very instant: the leases of the dead, and the waits after failures."""

Row = Mapping[str, Any]


@dataclass
class Evidence:
    """All of it as it is at ``now``, when everything has come to rest."""

    town: Town
    ledger: Ledger
    now: datetime
    rows: dict[str, list[Row]]
    """Of each table, by its name."""
    sets: Sequence[LearningSet]
    counts: Counter[str] = field(default_factory=Counter)
    """How much was compared."""

    def where(self, workspace_id: str) -> Neighbourhood:
        return next(one for one in self.town.neighbourhoods if one.id == workspace_id)

    def posted(self, workspace_id: str, key: str) -> Sequence[Message]:
        """The messages with this key, the oldest first."""
        return self.where(workspace_id).by_key.get(key, [])

    def shown(self, workspace_id: str, key: str) -> Message | None:
        """The message with this key that the bot knows of."""
        for sent in self.rows[sent_messages.name]:
            if (sent["workspace_id"], sent["key"]) == (workspace_id, key):
                return self.where(workspace_id).slack.workspace.find_message(sent["channel"], sent["ts"])
        return None


async def evidence(town: Town, ledger: Ledger, database: Database, now: datetime) -> Evidence:
    """Read all of it."""
    rows: dict[str, list[Row]] = {}
    async with database._engine.connect() as connection:
        for table in METADATA.sorted_tables:
            found = await connection.execute(select(table))
            rows[table.name] = [dict(row) for row in found.mappings()]
    async with database.reading() as unit:
        loaded = [
            await unit.learning_sets.load(row["workspace_id"], row["id"]) for row in rows[learning_sets.name]
        ]
    return Evidence(town, ledger, now, rows, [one for one in loaded if one is not None])


def instant(message: Message) -> datetime:
    """When Slack took it."""
    return datetime.fromtimestamp(float(message.ts), UTC)
