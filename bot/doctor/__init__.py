"""`action-learning doctor`: looks at everything that a set-up needs, and says in one line each what is wrong.

It changes nothing and posts nothing. No line holds a secret: of an error only its kind or Slack's code is
told.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from bot.doctor.findings import Finding, State, not_checked, ok, wrong
from bot.doctor.here import database_and_schema, encryption_keys, opening, words
from bot.doctor.slack import in_slack
from bot.doctor.ways_in import ways_in
from bot.settings import Settings
from bot.storage.unit_of_work import Database

__all__ = ["Finding", "State", "examine", "unreadable"]


def unreadable(explained: str) -> list[Finding]:
    """The findings where settings cannot be read; ``explained`` has a line for each, without its value."""
    left = not_checked("everything else", "it needs settings that can be read.")
    return [*(wrong("settings", line) for line in explained.splitlines()), left]


async def examine(settings: Settings, now: Callable[[], datetime]) -> list[Finding]:
    """Everything, in the order in which things need each other. ``now`` is this machine's clock."""
    vault, keys = encryption_keys(settings)
    schema = await asyncio.to_thread(database_and_schema, settings.database_url)
    database = Database(settings.database_url, vault)
    try:
        return [
            ok("settings", "all that are set can be read"),
            words(settings),
            await opening(keys, database, schema),
            schema,
            *await ways_in(settings),
            *await in_slack(settings, database, now, usable=schema.state is State.OK),
        ]
    finally:
        await database.close()
