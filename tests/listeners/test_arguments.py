"""`/als` reads what people type, and what they meant to type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.learning_set import Person
from bot.listeners.arguments import day, meant, mentioned, read
from bot.surfaces.replies import Subcommand


@pytest.mark.parametrize("word", Subcommand)
@pytest.mark.parametrize("typed", ["{}", "  {}  ", "{} something more"])
def test_every_word_is_understood_in_any_case(word: Subcommand, typed: str) -> None:
    assert read(typed.format(word.value)).word is word
    assert read(typed.format(word.value.upper())).word is word


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_asks_for_help(text: str) -> None:
    assert read(text).word is Subcommand.HELP


def test_what_follows_the_word_is_kept_as_written() -> None:
    assert read("swap  <@U1|Ann B> ").rest == "<@U1|Ann B>"


@given(st.text())
def test_whatever_is_typed_is_read(text: str) -> None:
    asked = read(text)
    assert asked.word is None or asked.word.value == asked.typed.casefold()


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("<@U123|ann>", "U123"),
        ("<@W9>", "W9"),
        (" <@U123|> ", "U123"),
        ("@ann", None),
        ("<@U1><@U2>", None),
        ("<!channel>", None),
        ("<@u1>", None),
        ("", None),
    ],
)
def test_only_an_escaped_mention_names_a_person(text: str, person: str | None) -> None:
    assert mentioned(text) == person


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        (" 2026-12-24 ", date(2026, 12, 24)),
        ("24.12.2026", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_are_told_to_write_it(text: str, found: date | None) -> None:
    assert day(text) == found


PEOPLE = [Person("U1", "Ann", "UTC"), Person("U2", "Ben", "UTC"), Person("U3", "Ben", "UTC")]


@pytest.mark.parametrize(
    ("text", "person"),
    [("<@U9|x>", "U9"), ("ann", "U1"), ("@Ann", "U1"), (" ANN ", "U1"), ("Ben", None), ("Carl", None)],
)
def test_a_name_means_somebody_only_where_one_is_called_so(text: str, person: str | None) -> None:
    assert meant(text, PEOPLE) == person
