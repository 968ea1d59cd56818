"""Texts of Block Kit as safe HTML, and times as their reader has them. User text is always escaped."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

NameOf = Callable[[str], str]

_TOKEN = re.compile(r"<([^<>\n]+)>")
_MARKS = (
    (re.compile(r"(?<![\w`])`([^`\n]+)`(?![\w`])"), "code"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+)(?<=\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+)(?<=\S)~(?![\w~])"), "s"),
)
_SAFE_URL = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_DATE_PART = re.compile(r"\{(\w+)\}")
_KEPT_FREE = {0xE000: None, 0xE001: None}
_HELD = re.compile("\ue000(\\d+)\ue001")


def instant(ts: str | float | datetime) -> datetime:
    """A Slack timestamp, or seconds since the epoch, as a datetime in UTC."""
    return ts if isinstance(ts, datetime) else datetime.fromtimestamp(float(ts), UTC)


def clock_time(at: datetime, zone: str) -> str:
    """Hours and minutes in that zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def long_day(at: datetime, zone: str) -> str:
    """Such as Tuesday 13 October."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}"


def slack_date(timestamp: int, form: str, zone: str, now: datetime) -> str:
    """What Slack's client makes of a date with a format such as `{date_short_pretty} at {time}`."""
    local, today = instant(timestamp).astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((local.date() - today) // timedelta(days=1))
    shapes = {
        "date_num": f"{local:%Y-%m-%d}",
        "date_slash": f"{local:%d/%m/%Y}",
        "date": f"{local.day} {local:%B %Y}",
        "date_short": f"{local.day} {local:%b %Y}",
        "date_long": f"{local:%A} {local.day} {local:%B %Y}",
        "day_divider_pretty": near or f"{local:%A} {local.day} {local:%B}",
        "time": f"{local:%H:%M}",
        "time_secs": f"{local:%H:%M:%S}",
        "ago": f"{local:%H:%M}",
    }

    def shaped(found: re.Match[str]) -> str:
        name = found[1]
        if name.endswith("_pretty") and name not in shapes:
            return near or shapes.get(name.removesuffix("_pretty"), found[0])
        return shapes.get(name, found[0])

    return _DATE_PART.sub(shaped, form)


def safe_url(url: str) -> str:
    """The address when a browser may follow it, else an empty string."""
    return url if _SAFE_URL.match(url) else ""


def link(url: str, label: str) -> Markup:
    """A link that tells its target nothing; plain text where the address is of another kind."""
    if not safe_url(url):
        return escape(label)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, label)


def mention(sign: str, name: str) -> Markup:
    """A name that Slack highlights."""
    return Markup('<span class="mention">{}{}</span>').format(sign, name)


def mrkdwn(text: str, name_of: NameOf, zone: str, now: datetime) -> Markup:
    """mrkdwn as Slack shows it. What is not one of its few marks is shown as it stands."""
    held: list[Markup] = []
    text = text.translate(_KEPT_FREE)

    def hold(found: re.Match[str]) -> str:
        held.append(_token(found[1], name_of, zone, now))
        return f"\ue000{len(held) - 1}\ue001"

    shown = str(escape(_unescaped(_TOKEN.sub(hold, text))))
    for pattern, tag in _MARKS:
        shown = pattern.sub(rf"<{tag}>\1</{tag}>", shown)
    shown = _HELD.sub(lambda found: str(held[int(found[1])]), shown)
    # Everything in `shown` was escaped above, or made by a function that escapes.
    return Markup(shown.replace("\n", "<br>"))  # noqa: S704


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(inner: str, name_of: NameOf, zone: str, now: datetime) -> Markup:
    body, _, label = inner.partition("|")
    label = _unescaped(label)
    if body.startswith("@"):
        return mention("@", name_of(body[1:]))
    if body.startswith("#"):
        return mention("#", name_of(body[1:]))
    if body.startswith("!date^"):
        _, stamp, form, *_rest = [*body.split("^"), "", ""]
        return escape(slack_date(int(stamp), form, zone, now) if stamp.isdecimal() else label)
    if body.startswith("!"):
        return mention("@", body[1:])
    return link(_unescaped(body), label or _unescaped(body)) if safe_url(body) else escape(f"<{inner}>")
