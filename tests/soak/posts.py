"""Every message that Slack took from the bot, and what troubled the taking."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.rehearsal.records import Call
from tests.soak.ledger import AMBIGUOUS
from tests.soak.town import Neighbourhood, Town


@dataclass
class Post:
    """One call that Slack carried out."""

    call: Call
    left_behind: bool = False
    """A kill or an outage came before its row was settled: so it stood when all had come to rest."""

    @property
    def troubled(self) -> bool:
        """Whether the bot could not know that it was carried out."""
        return self.left_behind or self.call.fault in AMBIGUOUS


class Posts:
    """By workspace and our key."""

    def __init__(self, town: Town) -> None:
        self._taken: dict[tuple[str, str], list[Post]] = defaultdict(list)
        for where in town.neighbourhoods:
            where.slack.faults.on("chat.postMessage", "taken", partial(self._note, where))

    def left_behind(self, rows: Iterable[tuple[str, str]]) -> None:
        """These, by workspace and key, were being sent by whoever died or lost the database; nobody sends
        them now.
        """
        for row in rows:
            for post in self._taken.get(row, [])[-1:]:
                post.left_behind = True

    def doubled(self) -> tuple[list[str], int]:
        """Keys that were posted twice without a reason; how many were with one."""
        wrong, excused = [], 0
        for (workspace_id, key), posts in self._taken.items():
            bare = [one for one in posts[:-1] if not one.troubled]
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
            posts.append(Post(call))
