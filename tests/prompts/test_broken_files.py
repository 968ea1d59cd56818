"""A wrong file stops the load with the file, the line and the fix."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt_library import Line, PromptError, PromptLibrary
from bot.prompt_library.templates import TemplateError, parse
from tests.prompts.conftest import SMALL_FORMAT, SMALL_MESSAGES, write

FORMAT = "en/formats/small.toml"
MESSAGES = "en/messages/board.toml"

# name: (file, what stands there, what stands there instead, line of the fault, words of the fix)
BROKEN = {
    "a syntax error in a format": (FORMAT, 'name = "Break"', "name = Break", 39, "quotation marks"),
    "a syntax error in messages": (MESSAGES, 'start = "Start"', 'start = "Start', 2, "quotation marks"),
    "an end too early": (MESSAGES, 'name = "Give it a name"\n', "name = ", 11, "quotation marks"),
    "a misspelt field": (FORMAT, 'name = "Break"', 'nmae = "Break"', 39, "write `name`"),
    "an unknown field": (FORMAT, 'name = "Break"', 'colour = "x"\nname = "Break"', 39, "delete it"),
    "a misspelt table": (FORMAT, "[clocks]", "[clock]", 3, "write `clocks`"),
    "an unknown field of a clock": (
        FORMAT,
        "{ length = 10, turns = 1 }",
        "{ length = 10, turns = 1, x = 1 }",
        4,
        "delete",
    ),
    "missing stage words": (FORMAT, 'purpose = "We think."\n', "", 19, "`purpose` is missing: add it"),
    "empty stage words": (FORMAT, 'purpose = "We think."', 'purpose = " "', 27, "at least 1 character"),
    "an unknown part": (FORMAT, 'part = "opening"', 'part = "start"', 9, "opening"),
    "an unknown mover": (
        FORMAT,
        'minimum = 1\nwho_moves_on = "facilitator"',
        'minimum = 1\nwho_moves_on = "x"',
        12,
        "facilitator",
    ),
    "minutes that are a text": (FORMAT, "{ 10x1 = 8, 20x2 = 7 }", '{ 10x1 = "8", 20x2 = 7 }', 22, "integer"),
    "a clock that does not sum": (FORMAT, "{ 10x1 = 8, 20x2 = 7 }", "{ 10x1 = 8, 20x2 = 6 }", 5, "add 2"),
    "a clock without minutes": (FORMAT, "{ 10x1 = 8, 20x2 = 7 }", "{ 10x1 = 8 }", 22, "add them"),
    "a minimum above the minutes": (FORMAT, "minimum = 2", "minimum = 8", 22, "lower the minimum"),
    "a stage that stands twice": (FORMAT, 'id = "break"', 'id = "welcome"', 34, "id of its own"),
    "a break with one turn": (FORMAT, "{ 10x1 = 0, 20x2 = 4 }", "{ 10x1 = 4, 20x2 = 4 }", 36, "0 minutes"),
    "a format under another name": (FORMAT, 'id = "small"', 'id = "large"', 1, "make it `small`"),
    "a question without its mark": (FORMAT, "What is it like?", "What is it like", 31, "question mark"),
    "no questions where they are asked": (
        FORMAT,
        'questions = ["What is it like?"]',
        "",
        19,
        "add `questions`",
    ),
    "a brace left open": (MESSAGES, "{end}", "{end", 1, "braces do not match"),
    "an attribute of a value": (MESSAGES, "{end}", "{end.hour}", 1, "one plain name"),
    "a format of a value": (MESSAGES, "{end}", "{end:>9}", 1, "one plain name"),
    "a conversion of a value": (MESSAGES, "{end}", "{end!r}", 1, "one plain name"),
    "a value without a name": (MESSAGES, "{end}", "{}", 1, "one plain name"),
    "bold left open": (MESSAGES, "*{stage}*", "*{stage}", 1, "close them"),
    "a plural with a typo": (
        MESSAGES,
        "{name}: {count} questions",
        "{nmae}: {count} questions",
        4,
        "name it in both",
    ),
    "a plural with one form": (MESSAGES, 'one = "{name}: {count} question", ', "", 4, "`one` and `other`"),
    "an empty message": (MESSAGES, '"Start"', '""', 2, "write it"),
    "a message that is a number": (MESSAGES, '"Start"', "7", 2, "quotation marks"),
    "an empty list": (MESSAGES, '["First, {name}.", "Second."]', "[]", 5, "write its lines"),
    "a fault in a nested table": (MESSAGES, "Give it a name", "Give it a {name", 11, "braces"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_named_with_its_line_and_the_fix(
    small: Path, change: Callable[[str, str, str], Path], fault: str
) -> None:
    name, old, new, line, fix = BROKEN[fault]
    file = change(name, old, new)
    with pytest.raises(PromptError) as caught:
        PromptLibrary.load(small)
    assert str(caught.value).startswith(f"{file}, line {line}: ")
    assert fix in str(caught.value)


def test_the_small_folder_itself_is_sound(small: Path) -> None:
    assert PromptLibrary.load(small).language("en").format("small").id == "small"


def test_a_file_that_is_not_utf_8_is_named(small: Path) -> None:
    file = small / MESSAGES
    file.write_bytes('start = "Grüße"'.encode("latin-1"))
    with pytest.raises(PromptError, match="UTF-8"):
        PromptLibrary.load(small)


def test_a_folder_without_english_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "fr/messages/board.toml", SMALL_MESSAGES)
    with pytest.raises(PromptError, match="add the folder `en`"):
        PromptLibrary.load(tmp_path)


def translate(directory: Path, messages: str = SMALL_MESSAGES, small_format: str = SMALL_FORMAT) -> None:
    write(directory, "fr/messages/board.toml", messages)
    write(directory, "fr/messages/calendar.toml", (directory / "en/messages/calendar.toml").read_text())
    write(directory, "fr/formats/small.toml", small_format)


def test_a_whole_translation_is_accepted(small: Path) -> None:
    translate(small, SMALL_MESSAGES.replace('"Start"', '"Commencer"'))
    assert PromptLibrary.load(small).language("fr").words.plain("board.start") == "Commencer"


def test_a_translation_without_a_message_is_told_where_the_english_is(small: Path) -> None:
    translate(small, SMALL_MESSAGES.replace('start = "Start"\n', ""))
    with pytest.raises(PromptError, match=r"fr/messages/board\.toml: `board\.start` is missing: .* line 2"):
        PromptLibrary.load(small)


def test_a_translation_with_a_placeholder_typo_is_told_its_line(small: Path) -> None:
    translate(small, SMALL_MESSAGES.replace("{end}", "{fin}"))
    with pytest.raises(PromptError, match=r"fr/messages/board\.toml, line 1: .*correct the placeholder"):
        PromptLibrary.load(small)


def test_a_translation_with_other_minutes_is_refused(small: Path) -> None:
    translate(small, small_format=SMALL_FORMAT.replace("minimum = 2", "minimum = 3"))
    with pytest.raises(PromptError, match=r"fr/formats/small\.toml: .*make them the same"):
        PromptLibrary.load(small)


def test_a_translation_without_a_format_is_refused(small: Path) -> None:
    translate(small)
    (small / "fr/formats/small.toml").unlink()
    with pytest.raises(PromptError, match=r"add fr/formats/small\.toml"):
        PromptLibrary.load(small)


@given(st.text(alphabet="ab *{}.!:[0]", max_size=12))
def test_every_template_is_either_refused_or_filled_whole(source: str) -> None:
    with contextlib.suppress(TemplateError):
        template = parse(source)
        values = {name: Line.ours("v") for name in template.placeholders}
        assert template.fill(values).plain().count("{") <= source.count("{{")
