"""Which columns are sealed, and under which name each value is: a sealed value opens in its own row alone.

What SQL must ask stays readable: that a question is settled, not how. Rows from before there were seals are
read as they are; they are sealed when they are next written, or by `action-learning rotate-keys`.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from bot.domain.learning_set import SETTLED, QuestionState
from bot.storage.tables import SETTLED_SOMEHOW, questions, takeaways
from bot.vault import Vault

Values = Mapping[str, Any]


def context_of(table: Table, row: Values, column: str) -> str:
    """The name of one value: its workspace, table, key and column."""
    return json.dumps([table.name, *(row[part.name] for part in table.primary_key), column])


def closed(vault: Vault, table: Table, key: Values, values: Values) -> dict[str, Any]:
    """``values`` of the row with this key, as they are kept."""
    if table is questions and "state" in values:
        return {**values, **_closed_question(vault, key, values["state"])}
    if table is takeaways and "text" in values:
        sealed = vault.seal(values["text"], context_of(takeaways, key, "sealed"))
        return {**values, "text": "", "sealed": sealed}
    return dict(values)


def opened(vault: Vault, table: Table, row: Values) -> dict[str, Any]:
    """A row as the domain knows it. Raises `CannotOpen`."""
    if table is questions:
        return {**row, "state": _state(vault, row)}
    if table is takeaways and row["sealed"] is not None:
        return {**row, "text": vault.open(row["sealed"], context_of(takeaways, row, "sealed"))}
    return dict(row)


def sealed_payload(vault: Vault, workspace_id: str, key: str, payload: Values) -> str:
    """What a message says, as it waits in the outbox: readable for the sender alone."""
    return vault.seal(json.dumps(payload, ensure_ascii=False), context_of_payload(workspace_id, key))


def opened_payload(vault: Vault, row: Values) -> dict[str, Any]:
    """The payload of a row of ``outbox``. Raises `CannotOpen`."""
    payload = row["payload"]
    if not isinstance(payload, str):
        return dict(payload)
    found: dict[str, Any] = json.loads(
        vault.open(payload, context_of_payload(row["workspace_id"], row["key"]))
    )
    return found


def context_of_payload(workspace_id: str, key: str) -> str:
    """Not named by its place in the lane: a message that still waits is replaced by what has its key."""
    return json.dumps(["outbox", workspace_id, key, "payload"])


def _closed_question(vault: Vault, key: Values, state: QuestionState) -> dict[str, str | None]:
    if state not in SETTLED:
        return {"state": state.value, "triage": None}
    return {"state": SETTLED_SOMEHOW, "triage": vault.seal(state, context_of(questions, key, "triage"))}


def _state(vault: Vault, row: Values) -> QuestionState:
    if row["triage"] is None:
        return QuestionState(row["state"])
    return QuestionState(vault.open(row["triage"], context_of(questions, row, "triage")))
