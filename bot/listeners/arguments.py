"""What stands after `/als`: one word, and for some words one argument."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.domain.learning_set import Person
from bot.surfaces.fields import YEARS
from bot.surfaces.replies import Subcommand

BACK = "back"
"""`/als away back`: I am here again."""

_MENTION = re.compile(r"<@(?P<id>[A-Z0-9]+)(\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed: the word, None if it is none of ours, and whatever follows it."""

    word: Subcommand | None
    typed: str
    rest: str


def read(text: str) -> Asked:
    """Read the text after the command. Nothing at all asks for help; upper and lower case are the same."""
    typed, *rest = text.split(maxsplit=1) or [Subcommand.HELP.value]
    word = typed.casefold()
    known = Subcommand(word) if word in frozenset(Subcommand) else None
    return Asked(known, typed, rest[0].strip() if rest else "")


def mentioned(text: str) -> str | None:
    """The id of the person mentioned, as Slack escapes a mention (`<@U123|name>`); None for anything else."""
    found = _MENTION.fullmatch(text.strip())
    return found["id"] if found else None


def meant(text: str, people: Iterable[Person]) -> str | None:
    """The id of the person mentioned, or of the only one called so; None where there is no such one."""
    name = text.strip().removeprefix("@").casefold()
    called = [person.id for person in people if person.name.casefold() == name]
    return mentioned(text) or (called[0] if len(called) == 1 else None)


def day(text: str) -> date | None:
    """A day as YYYY-MM-DD, in the years that forms take too; None for anything else."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.year in YEARS else None
