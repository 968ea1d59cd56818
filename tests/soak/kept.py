"""Is each act in the database, and exactly once? Is anything left over?"""

from collections import Counter
from collections.abc import Iterator

from bot.storage.tables import due_prompts, lanes, outbox
from tests.soak.evidence import Evidence


def texts(evidence: Evidence) -> Iterator[str]:
    """What was acknowledged is there once; what was not, at most once."""
    places = {(one.table, one.column) for one in evidence.ledger.writings}
    found = {
        (table, column): Counter((row["workspace_id"], row[column]) for row in evidence.rows[table])
        for table, column in places
    }
    for one in evidence.ledger.writings:
        times = found[one.table, one.column][one.workspace_id, one.text]
        evidence.counts["texts"] += one.kept
        if times > 1 or times < one.kept:
            told = "acknowledged" if one.kept else "not acknowledged"
            yield f"{one.text} ({one.table}, {told}) is {times} times in the database"


def marks(evidence: Evidence) -> Iterator[str]:
    """What a press that was acknowledged leaves."""
    for one in evidence.ledger.marks:
        wanted = {"workspace_id": one.workspace_id, **one.values}
        rows = evidence.rows[one.table]
        times = sum(all(row[name] == value for name, value in wanted.items()) for row in rows)
        evidence.counts["marks"] += 1
        if times != 1:
            yield f"{wanted} is {times} times in {one.table}"


def left_over(evidence: Evidence) -> Iterator[str]:
    """Everything was sent, nobody holds anything, and nothing that is due waits."""
    for row in evidence.rows[outbox.name]:
        yield f"{row['key']} is {row['state']} in the outbox ({row['error']})"
    for row in evidence.rows[lanes.name]:
        if row["lease_token"] is not None:
            yield f"the lane {row['lane']} is still leased"
    for row in evidence.rows[due_prompts.name]:
        ready_at = row["ready_at"]
        if row["lease_token"] is not None or (ready_at is not None and ready_at <= evidence.now):
            yield f"the prompt {row['key']} is {row['state']}, due {ready_at}"
