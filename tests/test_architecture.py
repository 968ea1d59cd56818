"""Every house rule catches what it is for, lets pass what it should, and is kept by the whole tree."""

import pytest

from tests.house_rules import (
    EVERYTHING,
    ROOMS,
    RULES,
    Rule,
    cycle_of_imports,
    foreign_imports,
    imports_between_rooms,
    no_bare_set,
    no_formatted_log_message,
    no_import_inside_a_function,
    no_print,
    only_the_clock_reads_the_time,
    only_the_sender_changes_slack,
    only_the_unit_of_work_commits,
    purity_of_the_domain,
    sources,
    violations,
)

CAUGHT: list[tuple[Rule, str, str]] = [
    (imports_between_rooms, "bot/kitchen.py", "x = 1"),
    (imports_between_rooms, "bot/__init__.py", "from bot import domain"),
    (imports_between_rooms, "bot/domain/turns.py", "from .. import storage"),
    (foreign_imports, "bot/domain/turns.py", "import random"),
    (foreign_imports, "bot/domain/turns.py", "from pydantic import BaseModel"),
    (foreign_imports, "bot/domain/turns.py", "from sqlalchemy.orm import Session"),
    (foreign_imports, "bot/storage/tables/sets.py", "from slack_sdk.models import blocks"),
    (foreign_imports, "bot/surfaces/board.py", "import sqlalchemy as sa"),
    (foreign_imports, "bot/prompt_library.py", "import slack_bolt.async_app"),
    (purity_of_the_domain, "bot/domain/turns.py", "async def decide(): ..."),
    (only_the_unit_of_work_commits, "bot/command_handler.py", "async def f(session): await session.commit()"),
    (
        only_the_unit_of_work_commits,
        "bot/storage/outbox.py",
        "async def f(engine):\n async with engine.begin(): ...",
    ),
    (only_the_unit_of_work_commits, "bot/storage/outbox.py", "connection.execute(text('commit;'))"),
    (only_the_sender_changes_slack, "bot/listeners/actions.py", "async def f(c): await c.chat_postMessage()"),
    (only_the_sender_changes_slack, "bot/listeners/actions.py", "async def f(c): await c.pins_add()"),
    (only_the_sender_changes_slack, "bot/listeners/actions.py", "async def f(ack, say): ..."),
    (only_the_sender_changes_slack, "bot/queries.py", "client.api_call('chat.update')"),
    (
        only_the_clock_reads_the_time,
        "bot/storage/outbox.py",
        "from datetime import datetime\ndatetime.now(UTC)",
    ),
    (only_the_clock_reads_the_time, "bot/storage/outbox.py", "import datetime as dt\nf = dt.datetime.utcnow"),
    (only_the_clock_reads_the_time, "bot/storage/outbox.py", "import datetime\ndatetime.date.today()"),
    (only_the_clock_reads_the_time, "bot/sender.py", "from time import time as now\nnow()"),
    (only_the_clock_reads_the_time, "bot/sender.py", "import time\ntime.time_ns()"),
    (only_the_clock_reads_the_time, "bot/storage/tables/sets.py", "from sqlalchemy import func\nfunc.now()"),
    (only_the_clock_reads_the_time, "bot/storage/tables/sets.py", "import sqlalchemy as sa\nsa.func.now()"),
    (only_the_clock_reads_the_time, "bot/storage/tables/sets.py", "text('CURRENT_TIMESTAMP')"),
    (no_import_inside_a_function, "bot/queries.py", "def f():\n import json"),
    (
        no_import_inside_a_function,
        "bot/queries.py",
        "class A:\n async def f(self):\n  from json import dumps",
    ),
    (
        no_import_inside_a_function,
        "bot/queries.py",
        "from importlib import import_module\nimport_module('bot')",
    ),
    (no_print, "bot/queries.py", "print('x')"),
    (no_print, "bot/rehearsal/people.py", "f = print"),
    (no_bare_set, "bot/domain/learning_set.py", "class Set: ..."),
    (no_formatted_log_message, "bot/sender.py", "logger.info(f'row {row}')"),
    (no_formatted_log_message, "bot/sender.py", "self._log.warning('row %s' % row)"),
    (
        no_formatted_log_message,
        "bot/sender.py",
        "logging.getLogger().error('row')\nlogging.error('{}'.format(row))",
    ),
]

PASSED: list[tuple[Rule, str, str]] = [
    (imports_between_rooms, "bot/__main__.py", "from bot import __version__, bootstrap, rehearsal"),
    (imports_between_rooms, "bot/sender.py", "from bot import __version__"),
    (foreign_imports, "bot/domain/turns.py", "from dataclasses import dataclass\nfrom bot.domain import ids"),
    (foreign_imports, "bot/surfaces/board.py", "from slack_sdk.models.blocks import Block"),
    (purity_of_the_domain, "bot/sender.py", "async def send(): ..."),
    (only_the_unit_of_work_commits, "bot/storage/unit_of_work.py", "async def f(s): await s.commit()"),
    (only_the_sender_changes_slack, "bot/sender.py", "async def f(c): await c.chat_postMessage()"),
    (only_the_sender_changes_slack, "bot/rehearsal/web_api.py", "METHODS = ('chat.update',)"),
    (
        only_the_sender_changes_slack,
        "bot/listeners/actions.py",
        "async def f(c): await c.views_open(view='chat. And')",
    ),
    (only_the_clock_reads_the_time, "bot/clock.py", "from datetime import datetime\ndatetime.now(UTC)"),
    (only_the_clock_reads_the_time, "bot/rehearsal/clock.py", "import time\ntime.time()"),
    (only_the_clock_reads_the_time, "bot/sender.py", "async def f(clock): clock.now(); clock.time()"),
    (no_import_inside_a_function, "bot/queries.py", "import json\ndef f(): return json.dumps({})"),
    (no_print, "bot/__main__.py", "print('x')"),
    (no_print, "bot/rehearsal/terminal.py", "print('x')"),
    (no_print, "bot/surfaces/board.py", "self.print()"),
    (no_bare_set, "bot/domain/learning_set.py", "class LearningSet: ..."),
    (no_formatted_log_message, "bot/sender.py", "logger.info('row %s', row)\ndialog.error(f'x')"),
]


@pytest.mark.parametrize(("rule", "path", "source"), CAUGHT)
def test_a_planted_violation_is_caught(rule: Rule, path: str, source: str) -> None:
    assert rule(path, source)


@pytest.mark.parametrize(("rule", "path", "source"), PASSED)
def test_what_a_rule_allows_passes(rule: Rule, path: str, source: str) -> None:
    assert not rule(path, source)


def test_every_rule_has_been_seen_to_catch_and_to_let_pass() -> None:
    assert {rule for rule, _, _ in CAUGHT} == {rule for rule, _, _ in PASSED} == set(RULES)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("spelling", ["import bot.{}.part", "from bot import {}", "from bot.{} import part"])
def test_a_room_imports_only_what_it_is_granted(room: str, spelling: str) -> None:
    granted = set(ROOMS) if ROOMS[room] == EVERYTHING else {room, *ROOMS[room]}
    passed = {
        other for other in ROOMS if not imports_between_rooms(f"bot/{room}/part.py", spelling.format(other))
    }
    assert passed == granted


def test_an_import_cycle_is_found_and_a_package_may_reexport_its_parts() -> None:
    knot = {
        "bot/a.py": "from bot import b",
        "bot/b.py": "from bot.c.part import x",
        "bot/c/part.py": "import bot.a",
    }
    assert set(cycle_of_imports(knot)) == {"bot.a", "bot.b", "bot.c.part"}
    assert not cycle_of_imports(
        {"bot/c/__init__.py": "from bot.c.part import x", "bot/c/part.py": "from bot.c import y"}
    )


def test_the_tree_keeps_the_house_rules() -> None:
    assert sources(), "no source was read"
    assert violations() == []
