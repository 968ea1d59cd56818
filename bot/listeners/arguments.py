"""What stands after `/als`: one word, and for some words one argument."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum

_MENTION = re.compile(r"<@(?P<id>[A-Z0-9]+)(\|[^>]*)?>")


class Word(StrEnum):
    """The words that `/als` knows."""

    HELP = "help"
    NEW = "new"
    NEXT = "next"
    STATUS = "status"
    START = "start"
    ASK = "ask"
    COMMITMENTS = "commitments"
    REPORT = "report"
    JOIN = "join"
    LEAVE = "leave"
    SWAP = "swap"
    SKIP = "skip"
    AWAY = "away"
    END = "end"
    FACILITATOR = "facilitator"
    MOVE = "move"
    CANCEL = "cancel"


BACK = "back"
"""`/als away back`: I am here again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed: the word, None if it is none of ours, and whatever follows it."""

    word: Word | None
    typed: str
    rest: str

    @property
    def nearest(self) -> Word:
        """The word that looks most like the one that was typed."""
        return Word(get_close_matches(self.typed, list(Word), n=1, cutoff=0.0)[0])


def read(text: str) -> Asked:
    """Read the text after the command. Nothing at all asks for help; upper and lower case are the same."""
    typed, _, rest = text.strip().partition(" ")
    lowered = typed.casefold()
    if not lowered:
        return Asked(Word.HELP, lowered, "")
    return Asked(Word(lowered) if lowered in frozenset(Word) else None, lowered, rest.strip())


def mentioned(text: str) -> str | None:
    """The id of the person mentioned, as Slack escapes a mention (`<@U123|name>`); None for anything else."""
    found = _MENTION.fullmatch(text.strip())
    return found["id"] if found else None


def day(text: str) -> date | None:
    """A day as YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
