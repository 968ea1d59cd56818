"""Erasing somebody leaves the set as it was: the same history, the same turn order, without them."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest

from bot.command_handler import CommandHandler
from bot.domain.evolve import evolve_all
from bot.domain.learning_set import LearningSet
from bot.domain.turns import proposals
from bot.domain.wakes import wakes
from bot.privacy.erasure import Erasure, departure
from bot.storage.belonging import LISTS, OF_A_SET, PEOPLE, UNITS, WORDS
from bot.storage.tables import METADATA, audit
from bot.storage.unit_of_work import Database
from tests.domain.builders import SIX
from tests.domain.walks import Said, Walk
from tests.e2e.bots import kept, library
from tests.storage.examples import NOW, opened, rich_set, saved, small_set

STEPS_OF_A_WALK = 150
HOLDS_NOBODY = frozenset(
    {
        "workspace_id",
        "id",
        "set_id",
        "meeting_id",
        "commitment_id",
        "channel_id",
        "format_id",
        "clock_id",
        "language",
        "zone",
        "stage",
        "begun_in",
        "reason",
        "state",
        "phase",
        "told",
        "horizon",
        "outcome",
        "answer",
        "kind",
        "key",
        "lease_token",
        "triage",
        "hindered_by",
    }
)
OF_THE_SET = frozenset({("learning_sets", "name"), ("learning_sets", "call_link")})
"""Words that belong to the whole set."""


def history(seed: int) -> list[LearningSet]:
    """The states of a set in which anybody said anything."""
    states: list[LearningSet] = []

    def watch(said: Said) -> None:
        states.extend(said[2])

    walk = Walk(Random(seed), watch)
    for _ in range(STEPS_OF_A_WALK):
        walk.step()
    return states


def erasure(database: Database) -> Erasure:
    handler = CommandHandler(database, library(), lambda: NOW, lambda: None)
    return Erasure(database, library(), lambda: NOW, handler)


def in_english(workspace_id: str = "T1") -> LearningSet:
    return replace(rich_set(workspace_id), language="en")


def units_in_turn(state: LearningSet, called: Callable[[str], str]) -> Sequence[object]:
    return [(called(each.unit_id), each.reason) for each in proposals(state)]


def alias_in(state: LearningSet) -> str:
    return next((each for each in state.people if each.startswith("former-")), "nobody")


def without_ids(person: str, alias: str) -> Callable[[str], str]:
    return lambda unit_id: "+".join("X" if part in (person, alias) else part for part in unit_id.split("+"))


async def counts(url: str) -> dict[str, int]:
    return {table.name: len(await kept(url, table)) for table in OF_A_SET if table.name != "due_prompts"}


@pytest.mark.parametrize("seed", range(3))
async def test_history_and_turn_order_are_what_they_were(database_url: str, seed: int) -> None:
    states = history(seed)
    person = SIX[seed]
    async with opened(database_url) as database:
        await saved(database, *states)
        before = states[-1]
        counted = await counts(database_url)
        left = evolve_all(before, departure(before, person, facilitated=before.facilitator == person))

        await erasure(database).person(before.workspace_id, person)

        async with database.reading() as unit:
            after = await unit.learning_sets.load(before.workspace_id, before.id)
        assert after is not None
        called = without_ids(person, alias_in(after))
        assert await counts(database_url) == counted, "counts stay"
        assert sorted((called(u.unit_id), u.taken, u.last_at) for u in after.unit_turns) == sorted(
            (called(u.unit_id), u.taken, u.last_at) for u in before.unit_turns
        )
        assert units_in_turn(after, called) == units_in_turn(left, called)
        assert person not in str(wakes(after))
        for table in METADATA.sorted_tables:
            if table is not audit:
                rows = json.dumps(await kept(database_url, table), default=str)
                assert not re.search(rf'["+:]{person}["+:]', rows), table.name


async def test_only_the_set_that_is_asked_for_and_only_its_workspace_is_touched(database_url: str) -> None:
    async with opened(database_url) as database:
        far, people = in_english("T2"), in_english("T1").people
        neighbour = small_set("T1", "s10", "C2")
        neighbour = replace(neighbour, people={each: people[each] for each in neighbour.people})
        for each in (in_english("T1"), far, neighbour):
            await saved(database, each)
        async with database.unit_of_work() as unit:
            assert (await erasure(database).learning_set(unit, "T1", "s1"))["questions"] == 3
        async with database.reading() as unit:
            assert await unit.learning_sets.load("T1", "s1") is None
            assert await unit.learning_sets.load("T1", "s10") == neighbour
            assert await unit.learning_sets.load("T2", "s1") == far
        await erasure(database).person("T1", "U3")
        async with database.unit_of_work() as unit:
            assert await unit.learning_sets.load("T2", "s1") == far
            assert await erasure(database).workspace(unit, "T1")
            assert await erasure(database).workspace(unit, "T1") == {}
        async with database.reading() as unit:
            assert await unit.learning_sets.load("T2", "s1") == far


async def test_each_erasure_leaves_a_row_without_content(database_url: str) -> None:
    async with opened(database_url) as database:
        await saved(database, in_english())
        await saved(database, small_set("T1", "s2", "C2"))
        await erasure(database).person("T1", "U3")
        assert await erasure(database).person("T1", "U3") == {}
    rows = sorted(await kept(database_url, audit), key=lambda row: (row["act"], row["subject"]))
    assert [(row["act"], row["subject"], row["at"]) for row in rows] == [
        ("person erased", "U3", NOW),
        ("words erased", "s1", NOW),
        ("words erased", "s2", NOW),
    ]
    assert rows[1]["counts"] == {"questions": 3, "bids": 1, "takeaways": 2, "learning_lines": 1}


def test_every_column_of_a_set_is_known_to_hold_people_words_or_neither() -> None:
    """A new column that nobody has named in `bot.storage.belonging`, or here, fails."""
    named = {
        (table.name, column) for where in (PEOPLE, UNITS, LISTS) for table in where for column in where[table]
    }
    named |= {(table.name, column) for table, (_, blank) in WORDS.items() for column in blank}
    named |= {("turns", "none_because"), ("due_prompts", "person"), *OF_THE_SET}
    textual = {
        (table.name, column.name)
        for table in OF_A_SET
        for column in table.columns
        if column.type.python_type in (str, list, dict, tuple) and column.name not in HOLDS_NOBODY
    }
    assert textual - named - {("meetings", "agenda")} == set()
