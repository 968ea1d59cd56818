"""Messages filled with values, and the mistakes that code can make."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.prompt_library import Line, Mention, PromptError, PromptLibrary, Text, UserText, When, Words

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def test_keys_are_the_file_and_the_tables_joined_by_dots(words: Words) -> None:
    board = {key for key in words.keys() if key.startswith("board.")}  # noqa: SIM118 - a method, not a mapping
    assert board == {
        "board.now",
        "board.start",
        "board.literal",
        "board.waiting",
        "board.hints",
        "board.errors.late",
        "board.errors.form.name",
    }


def test_values_stand_in_their_places_and_keep_their_bold(words: Words) -> None:
    line = words.rich("board.now", stage="Reflection", end=When(NOON, "UTC"))
    assert line.spans == (
        Text("Now: "),
        UserText("Reflection", bold=True),
        Text(" until "),
        When(NOON, "UTC"),
    )


def test_doubled_marks_are_the_marks_themselves(words: Words) -> None:
    assert words.plain("board.literal") == "5 * 3 in {braces}"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "Q: 0 questions"), (1, "Q: 1 question"), (2, "Q: 2 questions")]
)
def test_the_count_chooses_the_form(words: Words, count: int, text: str) -> None:
    assert words.plain("board.waiting", count=count, name="Q") == text


def test_a_list_gives_its_lines(words: Words) -> None:
    assert [line.plain() for line in words.lines("board.hints", name="Ana")] == ["First, Ana.", "Second."]


def test_a_single_text_is_a_list_of_one(words: Words) -> None:
    assert [line.plain() for line in words.lines("board.start")] == ["Start"]


def test_a_date_is_written_in_the_words_of_the_language(words: Words) -> None:
    line = words.rich("board.now", stage="x", end=date(2026, 3, 3))
    assert line.plain() == "Now: x until Tue 3 Mar 2026"


def test_a_line_may_stand_in_a_line(words: Words) -> None:
    inner = Line.ours("inner") + Line.of(Mention("U1"))
    line = words.rich("board.now", stage=inner, end=3)
    assert line.spans[1:3] == (Text("inner", bold=True), Mention("U1", bold=True))


def test_an_unknown_key_names_the_file_to_add_it_to(words: Words) -> None:
    with pytest.raises(PromptError, match=r"`board\.nwo`: add it to messages/board\.toml"):
        words.rich("board.nwo")


def test_a_placeholder_typo_is_told_with_file_line_and_both_names(small: Path) -> None:
    file = small / "en/messages/board.toml"
    file.write_text(file.read_text().replace("{end}", "{edn}"))
    words = PromptLibrary.load(small).language("en").words
    with pytest.raises(PromptError) as caught:
        words.rich("board.now", stage="x", end="y")
    assert str(caught.value) == (
        f"{file}, line 1: `board.now` names {{edn}}, which the code does not give "
        "and has no place for {end}, which the code gives: correct the placeholder"
    )


@pytest.mark.parametrize("values", [{}, {"stage": "x"}, {"stage": "x", "end": "y", "extra": "z"}])
def test_missing_and_unused_values_are_errors(words: Words, values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="correct the placeholder"):
        words.rich("board.now", **values)


def test_a_plural_without_a_count_is_an_error(words: Words) -> None:
    with pytest.raises(PromptError, match=r"\{count\}"):
        words.rich("board.waiting", name="x")


def test_a_list_is_not_a_line(words: Words) -> None:
    with pytest.raises(PromptError, match="use `lines`"):
        words.rich("board.hints", name="x")


def test_a_bare_datetime_is_refused_because_it_names_no_zone(words: Words) -> None:
    with pytest.raises(TypeError, match="When"):
        words.rich("board.now", stage="x", end=NOON)


def test_a_mention_is_refused_in_plain_text(words: Words) -> None:
    with pytest.raises(ValueError, match="display name"):
        words.plain("board.now", stage=Mention("U1"), end="x")


def test_unknown_languages_formats_and_stages_are_errors(small: Path) -> None:
    library = PromptLibrary.load(small)
    english = library.language("en")
    with pytest.raises(PromptError, match="choose one of en"):
        library.language("xx")
    with pytest.raises(PromptError, match=r"add en/formats/large\.toml"):
        english.format("large")
    with pytest.raises(PromptError, match="no stage `nap`"):
        english.stage_words("small", "nap")
