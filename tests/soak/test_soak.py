"""A short soak is even, and finds whatever is not."""

import sys

import pytest

from tests.databases import Templates, migrated_templates, postgresql_copy
from tests.soak.ledger import promised
from tests.soak.outages import KEPT
from tests.soak.plan import Outcome, Plan
from tests.soak.planted import Bug
from tests.soak.soaking import soaked

LONGEST = 300
"""Seconds for one test, on a machine that is busy with others; alone it takes a tenth."""
SEED = 7

pytestmark = pytest.mark.timeout(LONGEST)


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


async def soak(plan: Plan, templates: Templates, database_url: str) -> Outcome:
    """What was said is shown where the test fails."""
    outcome = await soaked(plan, templates, database_url, tell)
    tell(outcome.line)
    return outcome


@pytest.mark.parametrize(("http", "rounds"), [(True, 60), (False, 40)], ids=["http", "socket-mode"])
async def test_whatever_goes_wrong_every_act_is_kept_once_and_everybody_hears_what_they_must(
    http: bool, rounds: int
) -> None:
    plan = Plan(LONGEST, SEED, rounds=rounds, workspaces=2, sets=3, http=http, stops=True)
    with migrated_templates(KEPT) as own, postgresql_copy(own) as url:  # others rely on the tests' server
        outcome = await soak(plan, own, url)

    assert outcome.wrong == []
    assert outcome.counts["acknowledged"] > 30
    wanted = ("presses kept", "boards due", "faults", "killed", "outages")
    assert [what for what in wanted if not outcome.counts[what]] == []


@pytest.mark.parametrize(
    ("bug", "told"),
    [
        (Bug.SKIP_ONE_COMMIT, "and never happened"),
        (Bug.DOUBLE_ONE_SEND, "was posted 2 times"),
        (Bug.FORGET_ONE_WORKSPACE, "has no board"),
        (Bug.TRUST_THE_OWN_CLOCK, "was taken down for"),
    ],
)
async def test_a_bug_that_was_planted_is_found(
    templates: Templates, postgresql_url: str, bug: Bug, told: str
) -> None:
    plan = Plan(LONGEST, SEED, rounds=10, workspaces=2, sets=2, fair=True, bug=bug)
    outcome = await soak(plan, templates, postgresql_url)

    assert any(told in one for one in outcome.wrong), outcome.wrong
    assert not outcome.balanced


def test_a_form_tells_its_commitment_also_where_the_driver_never_heard_that_it_was_kept() -> None:
    assert promised("Commitment number 12. Learned number 3. By 4 May") == ["Commitment number 12."]
