"""`python -m tests.soak`: see the head of the package."""

import argparse
import asyncio
import os
import sys
from random import SystemRandom

from tests.databases import migrated_templates, postgresql_copy
from tests.soak.planted import Bug
from tests.soak.soak import Outcome, Plan, soaked

SECONDS = 300


def main() -> int:
    """0 when the balance is even."""
    plan = _plan()
    print(f"soak: seed {plan.seed}, {plan.seconds:g} s, {'HTTP' if plan.http else 'Socket Mode'}", flush=True)
    with migrated_templates() as templates, postgresql_copy(templates) as url:
        outcome: Outcome = asyncio.run(soaked(plan, templates, url, lambda line: print(line, flush=True)))
    for one in outcome.wrong:
        print(f"- {one}")
    print(outcome.line)
    return 0 if outcome.balanced else 1


def _plan() -> Plan:
    """From the command line, else from the environment, as `make soak SEED=7` gives it."""
    environ = os.environ
    seed = environ.get("SEED") or SystemRandom().randrange(1_000_000)
    parser = argparse.ArgumentParser(prog="soak")
    parser.add_argument("--seconds", type=float, default=float(environ.get("SECONDS_TO_RUN") or SECONDS))
    parser.add_argument("--seed", type=int, default=int(seed))
    parser.add_argument("--workspaces", type=int, default=3)
    parser.add_argument("--sets", type=int, default=6, help="in each workspace")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--socket-mode", dest="http", action="store_false")
    parser.add_argument("--fair", action="store_true", help="nothing goes wrong")
    parser.add_argument("--bug", type=Bug, choices=list(Bug))
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
