"""Each comparison of the balance finds what it is for: a soak that was even is spoiled afterwards."""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.rehearsal.model import Message
from bot.storage.tables import RowState
from bot.surfaces.ids import Action
from tests.databases import Templates
from tests.soak.balance import compared
from tests.soak.evidence import Evidence, instant
from tests.soak.plan import Plan
from tests.soak.soaking import soaking

LONGEST = 300
SEED = 7
ROUNDS = 150
"""As many as it takes for reports to be due, and for a board to be up at the end."""
COMPARED = (
    *("texts", "marks", "boards", "boards up", "meetings", "posts due"),
    *("prompts", "owners told", "nudges due", "nudges"),
)
"""There must have been something to compare of each."""

pytestmark = pytest.mark.timeout(LONGEST)

Spoil = Callable[[Evidence, pytest.MonkeyPatch], None]


def posts(evidence: Evidence, *parts: str) -> Iterator[tuple[dict[str, list[Message]], str]]:
    """The index and the key of each message whose key has these parts."""
    for where in evidence.town.neighbourhoods:
        yield from ((where.by_key, key) for key in sorted(where.by_key) if all(part in key for part in parts))


def lost(*parts: str) -> Spoil:
    """A message never came."""

    def spoil(evidence: Evidence, patch: pytest.MonkeyPatch) -> None:
        for index, key in list(posts(evidence, *parts)):
            patch.delitem(index, key)

    return spoil


def at(*parts: str, hours: int) -> Spoil:
    """Messages came so much later."""

    def spoil(evidence: Evidence, patch: pytest.MonkeyPatch) -> None:
        for index, key in posts(evidence, *parts):
            for message in index[key]:
                later = instant(message) + timedelta(hours=hours)
                patch.setattr(message, "ts", f"{later.timestamp():.6f}")

    return spoil


def showing(text: str, *parts: str) -> Spoil:
    """Messages show this."""

    def spoil(evidence: Evidence, patch: pytest.MonkeyPatch) -> None:
        for index, key in posts(evidence, *parts):
            for message in index[key]:
                patch.setattr(message, "text", text)
                patch.setattr(message, "blocks", [{"type": "actions", "elements": [{"action_id": text}]}])

    return spoil


def without(table: str) -> Spoil:
    """A table is empty."""
    return lambda evidence, _patch: evidence.rows[table].clear()


def twice(table: str) -> Spoil:
    """A row is there twice."""
    return lambda evidence, _patch: evidence.rows[table].append(evidence.rows[table][0])


def given(table: str, **values: Any) -> Spoil:
    """A row has other values."""

    def spoil(evidence: Evidence, _patch: pytest.MonkeyPatch) -> None:
        evidence.rows[table][0] = {**evidence.rows[table][0], **values}

    return spoil


def left_in_the_outbox(evidence: Evidence, _patch: pytest.MonkeyPatch) -> None:
    evidence.rows["outbox"].append({"key": "m1", "state": RowState.DEAD, "error": "no_text"})


def waiting_for_its_time(evidence: Evidence, _patch: pytest.MonkeyPatch) -> None:
    row = evidence.rows["due_prompts"][0]
    evidence.rows["due_prompts"][0] = {**row, "ready_at": evidence.now}


def nudged_again_and_again(evidence: Evidence, patch: pytest.MonkeyPatch) -> None:
    for index, key in list(posts(evidence, ":report:")):
        for rung in "345":
            patch.setitem(index, f"{key[:-1]}{rung}", index[key])


def seen_elsewhere(evidence: Evidence, patch: pytest.MonkeyPatch) -> None:
    here, there = (where.id for where in evidence.town.neighbourhoods)
    text = next(one.text for one in evidence.ledger.writings if one.workspace_id == here)
    message = next(iter(evidence.where(there).by_key.values()))[0]
    patch.setattr(message, "text", f"{message.text} {text}")


SPOILED: dict[str, tuple[Spoil, str]] = {
    "a text is lost": (without("questions"), "is 0 times in the database"),
    "a text is there twice": (twice("learning_sets"), "is 2 times in the database"),
    "a yes to the invitation is lost": (without("members"), "is 0 times in members"),
    "a presence is lost": (without("attendance"), "is 0 times in attendance"),
    "a message was given up": (left_in_the_outbox, "is dead in the outbox"),
    "a lane is leased": (given("lanes", lease_token="t"), "is still leased"),
    "a prompt is leased": (given("due_prompts", lease_token="t"), "the prompt "),
    "a prompt waits": (waiting_for_its_time, "the prompt "),
    "a prompt is lost": (without("due_prompts"), "stands nowhere"),
    "an owner is not told": (lost(":owner"), "never came"),
    "a nudge is lost": (lost(":report:"), "never came"),
    "a nudge comes at night": (at(":report:", hours=14), "was nudged at night"),
    "a nudge has no cause": (without("commitments"), "owed no report"),
    "nudges do not end": (nudged_again_and_again, "was nudged 4 times"),
    "a board is lost": (lost(":board"), "has no board"),
    "a board comes late": (at(":board", hours=1), "and was due at"),
    "a board is stale": (showing("Something else", ":board"), "is stale"),
    "a board is not known": (without("sent_messages"), "is not up"),
    "a board that is over is not known": (without("sent_messages"), "is lost"),
    "a board that is over has buttons": (showing(Action.MOVE_ON.value, ":board"), "still offers to move on"),
    "a summary is lost": (lost(":summary"), "was never posted"),
    "a question is not posted": (lost(":question:"), "was never posted"),
    "everybody is called": (showing("<!here> Hello", ":opening"), "calls everybody"),
    "a text is seen elsewhere": (seen_elsewhere, "is seen in"),
}  # fmt: skip


async def test_whatever_is_spoiled_afterwards_is_found(templates: Templates, postgresql_url: str) -> None:
    plan = Plan(LONGEST, SEED, rounds=ROUNDS, workspaces=2, sets=1, replicas=1, fair=True)
    async with soaking(plan, templates, postgresql_url) as soak:
        await soak.play()
        evidence = await soak.evidence()
    assert compared(evidence) == []
    assert [what for what in COMPARED if not evidence.counts[what]] == []
    assert [what for what, (spoil, told) in SPOILED.items() if not found(evidence, spoil, told)] == []


def found(evidence: Evidence, spoil: Spoil, told: str) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        spoilt = replace(evidence, rows=deepcopy(evidence.rows), counts=Counter())
        spoil(spoilt, patch)
        return any(told in one for one in compared(spoilt))
