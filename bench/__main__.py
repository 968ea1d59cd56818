"""`make bench`: measures every figure, prints a table, writes `bench/latest.json`; within ten minutes."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bench import databases
from bench.figures import burst, claims, idle, many_prompts, many_sets, press
from bench.harness import ROUNDS, Result, table
from bench.machine import described, processor_ticks
from bench.room import Room
from bot.vault import new_key

LATEST = Path(__file__).resolve().parent / "latest.json"
SECONDS = 600
"""After which it is broken off."""
A_LOOK = 1.0
"""Seconds for which the machine is watched before each figure."""
QUIET = 0.1
"""Of the processors others may have so much; from there on the figures say little."""
FIGURES: dict[str, Callable[[Room], Awaitable[list[Result]]]] = {
    "press": press.measure,
    "many_sets": many_sets.measure,
    "many_prompts": many_prompts.measure,
    "claims": claims.measure,
    "idle": idle.measure,
    "burst": burst.measure,
}


async def measure(names: Sequence[str], rounds: int, size: float) -> list[Result]:
    """One figure after another, on one PostgreSQL."""
    found: list[Result] = []
    ends = time.monotonic() + SECONDS
    with databases.server() as server:
        room = Room(server, new_key(), rounds, size)
        for name in names:
            if (busy := await others()) > QUIET:
                print(f"{name}: others have {busy:.0%} of the processors", file=sys.stderr)
            began = time.monotonic()
            try:
                async with asyncio.timeout(ends - began):
                    found += await FIGURES[name](room)
            except TimeoutError:
                print(f"{name} was broken off", file=sys.stderr)
                break
            print(f"{name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return found


async def others() -> float:
    """The part of the processors that others use, while nothing is measured."""
    busy, whole = processor_ticks()
    await asyncio.sleep(A_LOOK)
    busy_then, whole_then = processor_ticks()
    return (busy_then - busy) / max(whole_then - whole, 1)


def main() -> int:
    """Exit code 0 where every figure was measured and holds, else 1."""
    given = _arguments()
    names = given.figures or list(FIGURES)
    results = asyncio.run(measure(names, given.rounds, given.size))
    print(f"{described()}\n\n{table(results)}")
    whole = {result.figure.name[:2] for result in results} == {"a.", "b.", "c.", "d.", "e.", "f."}
    if whole and given.size == 1 and given.rounds >= ROUNDS:
        in_order = sorted(results, key=lambda one: one.figure.name)
        LATEST.write_text(json.dumps([one.as_json() for one in in_order], indent=2) + "\n", encoding="utf-8")
    return 0 if whole and all(one.holds for one in results) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what the bot costs.")
    parser.add_argument("figures", nargs="*", choices=[*FIGURES, []], help="these alone; latest.json stays")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default: {ROUNDS}")
    parser.add_argument("--size", type=float, default=1.0, help="less for a try; latest.json stays")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
