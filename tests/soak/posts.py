"""Every message that Slack took from the bot, and what troubled the taking."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from bot.rehearsal.records import Call
from tests.soak.ledger import AMBIGUOUS
from tests.soak.replicas import Replicas
from tests.soak.town import Neighbourhood, Town
from tests.soak.weather import Weather

SECONDS_TO_SETTLE = 2.0
"""From Slack's taking a message to its row's being settled, at the very most, on a busy machine."""
SECONDS_TO_TAKE = 1.0
"""From a call's leaving to Slack's taking it: who made it may be dead by then."""


@dataclass(frozen=True)
class Post:
    """One call that Slack carried out."""

    at: float
    """By the monotonic clock."""
    call: Call

    def troubled(self, troubles: Iterable[tuple[float, float]]) -> bool:
        """Whether the bot could not know that it was carried out."""
        until = self.at + SECONDS_TO_SETTLE
        struck = any(began <= until and ended >= self.at - SECONDS_TO_TAKE for began, ended in troubles)
        return struck or self.call.fault in AMBIGUOUS


class Posts:
    """By workspace and our key."""

    def __init__(self, town: Town) -> None:
        self._taken: dict[tuple[str, str], list[Post]] = defaultdict(list)
        for where in town.neighbourhoods:
            where.slack.faults.on("chat.postMessage", "taken", partial(self._note, where))

    def doubled(self, replicas: Replicas, weather: Weather) -> tuple[list[str], int]:
        """Keys that were posted twice without a reason; how many were with one."""
        troubles = [(at, at) for at in replicas.killings] + weather.outages
        wrong, excused = [], 0
        for (workspace_id, key), posts in self._taken.items():
            bare = [one for one in posts[:-1] if not one.troubled(troubles)]
            wrong += [f"{key} in {workspace_id} was posted {len(posts)} times"] if bare else []
            excused += len(posts) > 1 and not bare
        return wrong, excused

    @property
    def count(self) -> int:
        """All that were taken."""
        return sum(len(posts) for posts in self._taken.values())

    def _note(self, where: Neighbourhood, subject: dict[str, Any]) -> None:
        call: Call = subject["call"]
        metadata = call.arguments.get("metadata")
        read = json.loads(metadata) if isinstance(metadata, str) else metadata
        key = (read or {}).get("event_payload", {}).get("key")
        where.look()
        posts = self._taken[where.id, key] if key else []
        if key and len(where.by_key.get(key, [])) > len(posts):  # else it was refused
            posts.append(Post(monotonic(), call))
