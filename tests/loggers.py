"""Loggers belong to the process: what a test makes of them must end with it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.logs import IdsOnly


def _all() -> list[logging.Logger]:
    named = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    return [logging.root, *(one for one in named if not one.name.startswith("pytest"))]


def every_logger_at_debug() -> None:
    """Let all of them speak, those of libraries and those to come as well."""
    for logger in _all():
        logger.setLevel(logging.DEBUG)


@contextmanager
def logs_kept() -> Iterator[None]:
    """On leaving, the levels are as they were, and what `configure_logs` put there is gone."""
    levels, excepthook = {logger: logger.level for logger in _all()}, sys.excepthook
    yield
    sys.excepthook = excepthook
    for logger in _all():
        logger.setLevel(levels.get(logger, logging.NOTSET))
    for handler in [one for one in logging.root.handlers if isinstance(one, IdsOnly)]:
        logging.root.removeHandler(handler)
