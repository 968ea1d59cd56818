"""Runs a module as `python -m` does, in this process, which ends with whoever holds its standard input.

`python -m tests.e2e.leash bot run` is a bot that never outlives the test run, however that ends.
"""

import os
import runpy
import sys
from threading import Thread


def main(arguments: list[str]) -> None:
    """Run the first argument as a module; the others are its arguments."""
    Thread(target=_end_with_the_input, daemon=True).start()
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _end_with_the_input() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
