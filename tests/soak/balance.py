"""The balance: what the driver wrote down, against the database and what Slack shows."""

from collections.abc import Callable, Iterator

from tests.soak import boards, due, kept, noise
from tests.soak.evidence import Evidence

CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    kept.texts,
    kept.marks,
    kept.left_over,
    boards.put_up,
    boards.closed,
    boards.as_they_are,
    due.posts,
    due.prompts,
    due.owners,
    due.nudges,
    noise.nudges,
    noise.pings,
    noise.strays,
)


def compared(evidence: Evidence) -> list[str]:
    """What is wrong: nothing, when all is where it should be. Fills the evidence's ``counts``."""
    return [one for check in CHECKS for one in check(evidence)] + evidence.ledger.missing
