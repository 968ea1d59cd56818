"""A line: words ready to be shown, with the people, times and links that stand in them.

Lines are drawn in three ways: as rich text (`bot/surfaces/text.py`), as the `text` of a message, which Slack
reads as mrkdwn (`fallback`), and as the plain text of buttons and labels (`plain`). What a person wrote
(`UserText`) can never ping, link or format in any of them.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# mrkdwn has no escape for its own marks, so a person's marks become look-alikes that Slack does not read.
_LOOK_ALIKES = str.maketrans({"*": "\u2217", "_": "\uff3f", "~": "\u223c", "`": "\u02cb"})
_WORD_JOINER = "\u2060"
# Slack links a bare address, name or host and reads `:name:` as an emoji; an invisible joiner parts them.
_LINKABLE = re.compile(r"[@#:]|(?<=\w)\.(?=\w)")
_USER_ID = re.compile(r"\w+", re.ASCII)


class WhenStyle(StrEnum):
    """How a time is shown: Slack's date format, drawn by each reader's client in their own zone."""

    TIME = "{time}"
    DATE_TIME = "{date_short_pretty} {time}"
    DAY = "{date_long_pretty}"


_WHEN_FALLBACK = {WhenStyle.TIME: "%H:%M", WhenStyle.DATE_TIME: "%Y-%m-%d %H:%M", WhenStyle.DAY: "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class Text:
    """Our own words."""

    text: str
    bold: bool = False

    def fallback(self) -> str:
        """For mrkdwn."""
        return self.text.translate(_ESCAPES)

    def plain(self) -> str:
        """For plain text."""
        return self.text


@dataclass(frozen=True, slots=True)
class UserText:
    """What a person wrote, kept as written in rich text and in plain text."""

    text: str
    bold: bool = False

    def fallback(self) -> str:
        """For mrkdwn."""
        return harmless(self.text)

    def plain(self) -> str:
        """For plain text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Mention:
    """A person by Slack id; this pings them. Raises ValueError for anything that is not an id."""

    user_id: str
    bold: bool = False

    def __post_init__(self) -> None:
        if not _USER_ID.fullmatch(self.user_id):
            raise ValueError("a mention needs a Slack user id")

    def fallback(self) -> str:
        """For mrkdwn."""
        return f"<@{self.user_id}>"

    def plain(self) -> str:
        """Raises ValueError: where no mention can be drawn, give the display name as user text."""
        raise ValueError("a mention cannot stand in plain text: give the display name instead")


@dataclass(frozen=True, slots=True)
class When:
    """An instant, shown to each reader in their own zone; where that fails, in `zone` (IANA), which is named.

    For a date that is the same for everybody (a commitment's "by when") give a `datetime.date` instead.
    Raises ValueError for a naive time.
    """

    at: datetime
    zone: str
    style: WhenStyle = WhenStyle.TIME
    bold: bool = False

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a time needs its zone: give an aware datetime")

    @property
    def timestamp(self) -> int:
        """Seconds since the epoch, as Slack wants them."""
        return int(self.at.timestamp())

    def fallback(self) -> str:
        """For mrkdwn."""
        return f"<!date^{self.timestamp}^{self.style}|{self.plain()}>"

    def plain(self) -> str:
        """In `zone`, which is named."""
        # Digits, because the names of days and months would need a language.
        shown = self.at.astimezone(ZoneInfo(self.zone)).strftime(_WHEN_FALLBACK[self.style])
        return f"{shown} ({self.zone})"


@dataclass(frozen=True, slots=True)
class Link:
    """A web address under a text. Raises ValueError unless it is one clean http or https address."""

    url: str
    text: str
    bold: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or re.search(r"[\s<>|]", self.url):
            raise ValueError("a link needs an http or https address without spaces")

    def fallback(self) -> str:
        """For mrkdwn."""
        return f"<{self.url.replace('&', '&amp;')}|{harmless(self.text)}>"

    def plain(self) -> str:
        """For plain text."""
        return f"{self.text} ({self.url})"


Span = Text | UserText | Mention | When | Link


@dataclass(frozen=True, slots=True)
class Line:
    """Spans in reading order. Lines add up: `first + second`."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, *values: "str | Span | Line") -> "Line":
        """A line from values; every `str` counts as written by a person."""
        return cls(tuple(span for value in values for span in _spans(value)))

    @classmethod
    def ours(cls, text: str, bold: bool = False) -> "Line":
        """A line of our own words, such as the words of a stage."""
        return cls((Text(text, bold),))

    def __add__(self, other: "Line") -> "Line":
        return Line(self.spans + other.spans)

    def in_bold(self) -> "Line":
        """The same line, all of it bold."""
        return Line(tuple(replace(span, bold=True) for span in self.spans))

    def fallback(self) -> str:
        """For the top-level `text` of a message: escaped mrkdwn, read by notifications and screen readers."""
        return "".join(span.fallback() for span in self.spans)

    def plain(self) -> str:
        """For plain_text (buttons, labels, titles): nothing escaped. Raises ValueError for a mention."""
        return "".join(span.plain() for span in self.spans)


def harmless(text: str) -> str:
    """What a person wrote, on one line, such that mrkdwn shows it and reads nothing into it."""
    one_line = " ".join(text.split()).translate(_LOOK_ALIKES)
    # Escaped last, and "&gt;" first on a line would still be a quotation without the joiner.
    parted = _LINKABLE.sub(lambda match: match.group() + _WORD_JOINER, one_line).translate(_ESCAPES)
    return _WORD_JOINER + parted if parted.startswith("&gt;") else parted


def _spans(value: "str | Span | Line") -> tuple[Span, ...]:
    if isinstance(value, Line):
        return value.spans
    return (UserText(value),) if isinstance(value, str) else (value,)
