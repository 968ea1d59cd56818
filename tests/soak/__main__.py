"""`python -m tests.soak`: see the head of the package."""

import argparse
import asyncio
import os
import sys
from random import SystemRandom

import psycopg

from tests.databases import Templates, migrated_templates, postgresql_copy
from tests.soak.outages import KEPT
from tests.soak.plan import Outcome, Plan
from tests.soak.planted import Bug
from tests.soak.soaking import soaked

ABOUT = """Play many meetings of many sets on three processes, while Slack, the way to it, the processes and
the database fail by chance; then compare what the driver wrote down with what is there. Ends by itself."""
SECONDS = 900


def say(line: str) -> None:
    """At once, for who watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """0 when the balance is even."""
    plan = _plan()
    say(f"soak: seed {plan.seed}, {plan.seconds:g} s, {'HTTP' if plan.http else 'Socket Mode'}")
    with migrated_templates(KEPT) as templates, postgresql_copy(templates) as url:
        _hush(templates)
        outcome: Outcome = asyncio.run(soaked(plan, templates, url, say))
    for one in outcome.wrong:
        say(f"- {one}")
    say(outcome.line)
    return 0 if outcome.balanced else 1


def _hush(templates: Templates) -> None:
    """PostgreSQL need not report whom the driver throws out."""
    with psycopg.connect(templates.postgresql, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_min_messages = 'panic'")
        connection.execute("SELECT pg_reload_conf()")


def _plan() -> Plan:
    """From the command line, else from the environment, as `make soak SEED=7` gives it."""
    environ = os.environ
    seed = environ.get("SEED") or SystemRandom().randrange(1_000_000)
    seconds = float(environ.get("SECONDS_TO_RUN") or SECONDS)
    parser = argparse.ArgumentParser(prog="soak", description=ABOUT)
    parser.add_argument("--seconds", type=float, default=seconds, help="of play, in real time")
    parser.add_argument("--seed", type=int, default=int(seed), help="of everything that is left to chance")
    parser.add_argument("--rounds", type=int, help="no more of them, however fast this machine is")
    parser.add_argument("--workspaces", type=int, default=9, help="of one app")
    parser.add_argument("--sets", type=int, default=8, help="in each workspace")
    parser.add_argument("--replicas", type=int, default=3, help="processes that serve together")
    parser.add_argument("--socket-mode", dest="http", action="store_false", help="not HTTP")
    parser.add_argument(
        "--no-stops", dest="stops", action="store_false", help="never stop the database's server itself"
    )
    parser.add_argument("--fair", action="store_true", help="nothing goes wrong")
    parser.add_argument("--bug", type=Bug, choices=list(Bug), help="to be put into the replicas, and found")
    return Plan(**vars(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
