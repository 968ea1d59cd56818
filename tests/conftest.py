"""Fixtures of every test. `database_url` runs whoever asks for it on SQLite and on PostgreSQL.

Under pytest-xdist the first process makes the templates once, and hands their addresses to its workers.
"""

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import KINDS, Templates, migrated_templates, postgresql_copy, sqlite_copy
from tests.loggers import logs_kept

# How long one example takes says more of the machine than of the code.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

OPENED = pytest.StashKey[Templates]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Called by pytest-xdist in the first process, once for each worker."""
    config: pytest.Config = node.config
    if OPENED not in config.stash:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        config.stash[OPENED] = stack.enter_context(migrated_templates())
    node.workerinput["templates"] = asdict(config.stash[OPENED])


def pytest_collection_finish() -> None:
    """The garbage collector need not walk through what was imported and collected again and again, nor as
    often as by itself: that takes a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests passed on each database, so that a difference is seen."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    parameters = [
        parameter for nodeid in passed for parameter in nodeid.partition("[")[2].rstrip("]").split("-")
    ]
    counts = [f"{parameters.count(kind)} on {kind}" for kind in KINDS]
    terminalreporter.write_line(f"Passed: {', '.join(counts)}")


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Commands are called in this process, too, and set the logs up as they want them."""
    with logs_kept():
        yield


@pytest.fixture(scope="session")
def templates(request: pytest.FixtureRequest) -> Iterator[Templates]:
    """The migrated templates, made here unless another process made them for all."""
    if given := getattr(request.config, "workerinput", {}).get("templates"):
        yield Templates(**given)
        return
    with migrated_templates() as made:
        yield made


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, templates: Templates) -> Iterator[str]:
    """A fresh, migrated database of this test's own, as SQLAlchemy's asynchronous engine takes it."""
    copy = {"sqlite": sqlite_copy, "postgresql": postgresql_copy}[request.param]
    with copy(templates) as url:
        yield url


@pytest.fixture
def postgresql_url(templates: Templates) -> Iterator[str]:
    """The same, for what only PostgreSQL can do."""
    with postgresql_copy(templates) as url:
        yield url
