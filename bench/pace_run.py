"""One run of a burst: a process that sends everything that waits in a database, on a clock that it moves.

`python -m bench.pace_run URL KEY REPLICAS` writes the simulated seconds from the first message to the last.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.rehearsal.clock import MovableClock
from bot.sender import Sender
from bot.storage.unit_of_work import Database
from bot.vault import Vault

BEGINS = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


class OneASecond:
    """A Slack that takes one message a second in each workspace, and refuses the others with 429."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.opens: dict[str, datetime] = {}
        """When each workspace may be written to again."""
        self.taken = 0
        self.refused = 0
        self.last_at = clock.now()

    async def client_for(self, workspace_id: str) -> AsyncWebClient:
        """A client whose calls come here."""
        return _Client(self, workspace_id)

    def answer(self, workspace_id: str) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Status, headers and body of the next answer."""
        now = self.clock.now()
        if self.opens.get(workspace_id, now) > now:
            self.refused += 1
            return 429, {"Retry-After": "1"}, {"ok": False, "error": "ratelimited"}
        self.opens[workspace_id] = now + A_SECOND
        self.taken, self.last_at = self.taken + 1, now
        return 200, {}, {"ok": True, "channel": "D1", "ts": f"{self.taken}.000100"}


class _Client(AsyncWebClient):
    def __init__(self, slack: OneASecond, workspace_id: str) -> None:
        super().__init__(token="xoxb-bench")  # noqa: S106
        self._slack = slack
        self._workspace_id = workspace_id

    async def api_call(self, api_method: str, **_: Any) -> AsyncSlackResponse:
        status, headers, data = self._slack.answer(self._workspace_id)
        response = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=api_method,
            req_args={},
            data=data,
            headers=headers,
            status_code=status,
        )
        validated: AsyncSlackResponse = response.validate()  # type: ignore[no-untyped-call]
        return validated


async def send_all(url: str, key: str, replicas: int) -> dict[str, float]:
    """Let so many senders, each with connections of its own, send until nothing waits."""
    clock = MovableClock(BEGINS)
    slack = OneASecond(clock)
    databases = [Database(url, Vault([key])) for _ in range(replicas)]
    senders = [Sender(each, slack.client_for, clock, jitter=lambda: 0.5) for each in databases]
    try:
        while (due := await _next_due_at(databases[0])) is not None:
            clock.move_to(max(due, clock.now()))
            await asyncio.gather(*(sender.drain() for sender in senders))
    finally:
        for each in databases:
            await each.close()
    seconds = (slack.last_at - BEGINS).total_seconds()
    return {"seconds": seconds, "taken": slack.taken, "refused": slack.refused}


async def _next_due_at(database: Database) -> datetime | None:
    async with database.reading() as unit:
        return await unit.outbox.next_due_at()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(send_all(sys.argv[1], sys.argv[2], int(sys.argv[3])))))
