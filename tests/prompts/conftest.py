"""A small folder of prompts to break, and the real one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.prompt_library import Language, PromptLibrary, Words

REPOSITORY = Path(__file__).parents[2]
PROMPTS = REPOSITORY / "prompts"

SMALL_FORMAT = """\
id = "small"

[clocks]
10x1 = { length = 10, turns = 1 }
20x2 = { length = 20, turns = 2 }

[[stages]]
id = "welcome"
part = "opening"
minutes = { 10x1 = 2, 20x2 = 2 }
minimum = 1
who_moves_on = "facilitator"
name = "Welcome"
purpose = "We arrive."
members = "Arrive."
owner = "Arrive."
facilitator = "Arrive."

[[stages]]
id = "reflection"
part = "turn"
minutes = { 10x1 = 8, 20x2 = 7 }
minimum = 2
who_moves_on = "facilitator"
questions_asked = true
name = "Reflection"
purpose = "We think."
members = "Ask."
owner = "Answer."
facilitator = "Wait."
questions = ["What is it like?"]

[[stages]]
id = "break"
part = "break"
minutes = { 10x1 = 0, 20x2 = 4 }
minimum = 3
who_moves_on = "facilitator"
name = "Break"
purpose = "We rest."
members = "Rest."
owner = "Rest."
facilitator = "Rest."
"""

SMALL_MESSAGES = """\
now = "Now: *{stage}* until {end}"
start = "Start"
literal = "5 ** 3 in {{braces}}"
waiting = { one = "{name}: {count} question", other = "{name}: {count} questions" }
hints = ["First, {name}.", "Second."]

[errors]
late = "Too late"

[errors.form]
name = "Give it a name"
"""

SMALL_CALENDAR = """\
day = "{weekday} {day} {month} {year}"
weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
"""


def write(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    write(tmp_path, "en/formats/small.toml", SMALL_FORMAT)
    write(tmp_path, "en/messages/board.toml", SMALL_MESSAGES)
    write(tmp_path, "en/messages/calendar.toml", SMALL_CALENDAR)
    return tmp_path


@pytest.fixture
def change(small: Path) -> Callable[[str, str, str], Path]:
    """Replace one stretch of a file in the small folder, which must be there."""

    def replaced(name: str, old: str, new: str) -> Path:
        source = (small / name).read_text(encoding="utf-8")
        assert source.count(old) == 1
        return write(small, name, source.replace(old, new))

    return replaced


@pytest.fixture
def words(small: Path) -> Words:
    return PromptLibrary.load(small).language("en").words


@pytest.fixture(scope="session")
def english() -> Language:
    return PromptLibrary.load(PROMPTS).language("en")
