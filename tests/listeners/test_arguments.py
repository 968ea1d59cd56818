"""`/als` reads what people type, and what they meant to type."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listeners.arguments import Word, day, mentioned, read


@pytest.mark.parametrize("word", Word)
@pytest.mark.parametrize("typed", ["{}", "  {}  ", "{} something more"])
def test_every_word_is_understood_in_any_case(word: Word, typed: str) -> None:
    assert read(typed.format(word.value)).word is word
    assert read(typed.format(word.value.upper())).word is word


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_asks_for_help(text: str) -> None:
    assert read(text).word is Word.HELP


def test_what_follows_the_word_is_kept_as_written() -> None:
    assert read("swap  <@U1|Ann B> ").rest == "<@U1|Ann B>"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hlep", Word.HELP),
        ("staus", Word.STATUS),
        ("comitments", Word.COMMITMENTS),
        ("reprot", Word.REPORT),
        ("swop", Word.SWAP),
        ("facilitate", Word.FACILITATOR),
        ("neext", Word.NEXT),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest_right_one(typed: str, meant: Word) -> None:
    asked = read(typed)
    assert asked.word is None
    assert asked.nearest is meant


@given(st.text())
def test_whatever_is_typed_there_is_a_word_to_offer(text: str) -> None:
    asked = read(text)
    assert (asked.word or asked.nearest) in Word


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
    [("2026-12-24", date(2026, 12, 24)), (" 2026-12-24 ", date(2026, 12, 24)), ("24.12.2026", None), ("", None)],
)
def test_a_day_is_read_as_people_are_told_to_write_it(text: str, found: date | None) -> None:
    assert day(text) == found
