"""Where every payload passes, by whichever door: counted, measured, and bounded in number."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol
from weakref import WeakValueDictionary

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.metrics import OTHER, Metrics

AT_ONCE = 20
"""Payloads worked on at the same time; the others wait, since Slack sends as many as there are."""
OF_ONE_WORKSPACE = 15
"""So many of them at most are from one workspace: where Slack is slow about it, the others do not wait."""
KINDS = {
    "event_callback": "event",
    "block_actions": "action",
    "view_submission": "view",
    "view_closed": "view",
}


class Door(Protocol):
    """A way in for Slack."""

    @property
    def port(self) -> int | None:
        """Where it listens, once it is open; None where nobody else can come in by it."""

    async def open(self) -> None:
        """Let Slack in. Raises `CannotStart`."""

    async def leave(self) -> None:
        """Have Slack give what comes now to another process. Until this returns all that comes is taken."""

    async def close(self) -> None:
        """Let go of Slack, also where it was never opened."""

    async def die(self) -> None:
        """Break off without a word, as a killed process does."""


@dataclass(slots=True)
class Arrival:
    """A payload that is being answered."""

    outcome: str = "failed"

    def answered(self, status: int) -> None:
        """Bolt has answered with this HTTP status; Socket Mode acknowledges only 200."""
        self.outcome = "acknowledged" if status == 200 else "failed"

    def unheard(self) -> None:
        """Slack was gone before the answer was sent."""
        self.outcome = "failed"


class Reception:
    """Hands payloads to Bolt, and knows how many of them are unanswered."""

    def __init__(self, app: AsyncApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self.in_flight = 0
        """Payloads that have arrived and are not answered yet."""
        self.rests = asyncio.Event()
        """Everything that has arrived is answered."""
        self.rests.set()
        self.is_closed = False
        """Nothing new is taken: Slack gives it to another process, or again later."""
        self._room = asyncio.Semaphore(AT_ONCE)
        self._rooms: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        """By workspace, for as long as anything of it is here."""
        self._answering: set[asyncio.Task[Any]] = set()

    def close(self) -> None:
        """Take nothing new from now on. What has arrived is still answered."""
        self.is_closed = True

    def refused(self) -> None:
        """Count a request that is not Slack's."""
        self.metrics.acknowledged(OTHER, 0, "refused")

    async def die(self) -> None:
        """Stop every answer where it stands."""
        self.is_closed = True
        tasks = list(self._answering)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def arrival(self, body: Mapping[str, Any]) -> AsyncIterator[Arrival]:
        """Around the whole answer to one payload, from its arrival until the answer has been handed over."""
        arrival, (kind, name), began = Arrival(), _named(body), perf_counter()
        its_room = self._rooms.setdefault(_workspace(body), asyncio.Semaphore(OF_ONE_WORKSPACE))
        self.metrics.arrived(kind, name)
        self.in_flight += 1
        self.rests.clear()
        if (task := asyncio.current_task()) is not None:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        try:
            async with its_room, self._room:
                yield arrival
        finally:
            self.metrics.acknowledged(kind, perf_counter() - began, arrival.outcome)
            self.in_flight -= 1
            if self.in_flight == 0:
                self.rests.set()

    async def dispatch(self, request: AsyncBoltRequest, arrival: Arrival) -> BoltResponse:
        """Bolt's answer to a request that has arrived."""
        response = await self.app.async_dispatch(request)
        arrival.answered(response.status)
        return response


def _named(body: Mapping[str, Any]) -> tuple[str, str]:
    """The kind of a payload and which of that kind, for counting. Nothing of it is trusted to be there."""
    if "command" in body:
        return "command", str(body["command"]).removeprefix("/")
    kind = KINDS.get(str(body.get("type")), OTHER)
    first = {"event": _part(body, "event").get("type"), "view": _part(body, "view").get("callback_id")}
    if kind == "action":
        actions = body.get("actions")
        action = actions[0] if isinstance(actions, list) and actions else None
        return kind, str(action.get("action_id") if isinstance(action, dict) else OTHER)
    return kind, str(first.get(kind, OTHER))


def _workspace(body: Mapping[str, Any]) -> str:
    """From where a payload comes, for sharing out the room; empty where it does not say."""
    said = body.get("team_id") or _part(body, "team").get("id") or _part(body, "user").get("team_id")
    return said if isinstance(said, str) else ""


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}
