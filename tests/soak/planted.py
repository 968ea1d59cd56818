"""Bugs that are put into replicas on purpose, to see that the soak finds them."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any

from bot.clock import SharedClock, Tick
from bot.sender import sender
from bot.storage.due_prompts import DuePrompt
from bot.storage.unit_of_work import Database, UnitOfWork

FIRST_HARM = 3
"""Something must have happened before, so that the bug is one among much that goes well."""


class Bug(StrEnum):
    """What the driver may plant."""

    SKIP_ONE_COMMIT = "skip-one-commit"
    DOUBLE_ONE_SEND = "double-one-send"
    FORGET_ONE_WORKSPACE = "forget-one-workspace"
    TRUST_THE_OWN_CLOCK = "trust-the-own-clock"


class _RolledBack(Exception):
    """Instead of a commit."""


def plant(bug: Bug, workspace_id: str) -> None:
    """Spoil this process. ``workspace_id`` is the one that is forgotten."""
    _BUGS[bug](workspace_id)


def _skip_one_commit(_workspace_id: str) -> None:
    """One transaction that handled a request is rolled back, and taken for done."""
    right = Database.unit_of_work
    harm = _Nth()

    @asynccontextmanager
    async def wrong(self: Database) -> AsyncIterator[UnitOfWork]:
        try:
            async with right(self) as unit:
                handled = _notes(unit)
                yield unit
                _roll_back(when=bool(handled) and harm())
        except _RolledBack:
            return

    Database.unit_of_work = wrong  # type: ignore[method-assign]


def _roll_back(*, when: bool) -> None:
    if when:
        raise _RolledBack


def _notes(unit: UnitOfWork) -> list[str]:
    """The requests of people that this transaction records and that changed a set."""
    handled: list[str] = []
    save = unit.learning_sets.save
    first = unit.requests.first
    seen: list[str] = []

    async def noted(workspace_id: str, request: str, now: Any) -> bool:
        seen.append(request)
        return await first(workspace_id, request, now)

    async def saved(*states: Any) -> None:
        handled.extend(seen)
        await save(*states)

    unit.requests.first = noted  # type: ignore[method-assign]
    unit.learning_sets.save = saved  # type: ignore[method-assign,assignment]
    return handled


def _double_one_send(_workspace_id: str) -> None:
    """One message is posted twice."""
    right = vars(sender)["send"]
    harm = _Nth()

    async def wrong(client: Any, delivery: Any) -> Any:
        result = await right(client, delivery)
        if getattr(result, "posted", False) and delivery.attempts == 1 and harm():
            return await right(client, delivery)
        return result

    vars(sender)["send"] = wrong


def _forget_one_workspace(workspace_id: str) -> None:
    """What is due there is taken for done."""
    right = Tick._handle

    async def wrong(self: Tick, prompt: DuePrompt) -> None:
        if prompt.workspace_id != workspace_id:
            await right(self, prompt)
            return
        async with self._database.unit_of_work() as unit:
            await unit.due_prompts.finish(prompt, "done")

    Tick._handle = wrong  # type: ignore[method-assign]


def _trust_the_own_clock(_workspace_id: str) -> None:
    """What the database says of the time is not heard."""

    async def wrong(_self: SharedClock) -> None:
        pass

    SharedClock.set = wrong  # type: ignore[method-assign,assignment]


class _Nth:
    """True once, at the time of `FIRST_HARM`."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> bool:
        self._count += 1
        return self._count == FIRST_HARM


_BUGS: Mapping[Bug, Callable[[str], None]] = {
    Bug.SKIP_ONE_COMMIT: _skip_one_commit,
    Bug.DOUBLE_ONE_SEND: _double_one_send,
    Bug.FORGET_ONE_WORKSPACE: _forget_one_workspace,
    Bug.TRUST_THE_OWN_CLOCK: _trust_the_own_clock,
}
