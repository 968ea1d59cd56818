"""The whole text that a person reads in blocks: what transcripts and simulated members go by."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.rehearsal.json_types import Json

NameOf = Callable[[str], str]

_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto|tel):[^|>]+)(?:\|([^>]*))?>")
_BROADCAST = re.compile(r"<!(channel|here|everyone)(?:\|[^>]*)?>")


def _same(identifier: str) -> str:
    return identifier


def readable_text(blocks: list[dict[str, Any]], text: str = "", name_of: NameOf = _same) -> str:
    """The text of all blocks, one line per piece; the top-level `text` when there are no blocks.

    `name_of` turns ids of people and channels into the names that Slack shows.
    """
    lines = [line for block in blocks for line in _block_lines(block, name_of)]
    return "\n".join(lines) if lines else read_mrkdwn(text, name_of)


def read_mrkdwn(text: str, name_of: NameOf = _same) -> str:
    """mrkdwn as it is shown: names for ids, fallbacks for dates, labels for links."""
    shown = _DATE.sub(lambda found: found[1], text)
    shown = _USER.sub(lambda found: f"@{name_of(found[1])}", shown)
    shown = _CHANNEL.sub(lambda found: f"#{name_of(found[1])}", shown)
    shown = _BROADCAST.sub(lambda found: f"@{found[1]}", shown)
    shown = _LINK.sub(lambda found: found[2] or found[1], shown)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read_text_object(value: Json, name_of: NameOf = _same) -> str:
    """The text of a plain_text or mrkdwn object; an empty string for anything else."""
    if not isinstance(value, dict):
        return ""
    text = str(value.get("text", ""))
    return read_mrkdwn(text, name_of) if value.get("type") == "mrkdwn" else text


def _block_lines(block: dict[str, Any], name_of: NameOf) -> list[str]:
    kind = block.get("type")
    if kind == "rich_text":
        return _rich_lines(block.get("elements", []), name_of)
    if kind == "table":
        return [" | ".join(_cell(cell, name_of) for cell in row) for row in block.get("rows", [])]
    found = [
        block.get("label"),
        block.get("text"),
        *block.get("fields", []),
        block.get("title"),
        block.get("hint"),
    ]
    lines = [read_text_object(one, name_of) for one in found if one]
    inner = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
    for one in inner:
        lines.extend(_element_lines(one, name_of))
    return [*lines, *([str(block["alt_text"])] if "alt_text" in block else [])]


def _element_lines(element: Json, name_of: NameOf) -> list[str]:
    if not isinstance(element, dict):
        return []
    if element.get("type") in ("plain_text", "mrkdwn"):
        return [read_text_object(element, name_of)]
    lines = [
        read_text_object(element.get("text"), name_of),
        read_text_object(element.get("placeholder"), name_of),
    ]
    lines.append(
        str(element.get("initial_value", "")) if isinstance(element.get("initial_value"), str) else ""
    )
    for one in element.get("options", []):
        lines.append(read_text_object(one.get("text"), name_of))
        lines.append(read_text_object(one.get("description"), name_of))
    return [line for line in [*lines, str(element.get("alt_text", ""))] if line]


def _rich_lines(elements: list[dict[str, Any]], name_of: NameOf) -> list[str]:
    lines: list[str] = []
    for element in elements:
        inner = element.get("elements", [])
        if element.get("type") == "rich_text_list":
            lines.extend(f"• {line}" for line in _rich_lines(inner, name_of))
        else:
            lines.extend("".join(_inline(one, name_of) for one in inner).split("\n"))
    return lines


def _inline(piece: dict[str, Any], name_of: NameOf) -> str:
    readers: dict[str, Callable[[], str]] = {
        "text": lambda: str(piece.get("text", "")),
        "link": lambda: str(piece.get("text") or piece.get("url", "")),
        "user": lambda: f"@{name_of(str(piece.get('user_id')))}",
        "channel": lambda: f"#{name_of(str(piece.get('channel_id')))}",
        "emoji": lambda: f":{piece.get('name')}:",
        "date": lambda: str(piece.get("fallback") or piece.get("timestamp", "")),
        "broadcast": lambda: f"@{piece.get('range')}",
    }
    reader = readers.get(str(piece.get("type")))
    return reader() if reader else ""


def _cell(cell: dict[str, Any], name_of: NameOf) -> str:
    if cell.get("type") == "rich_text":
        return " ".join(_rich_lines(cell.get("elements", []), name_of))
    return str(cell.get("text", ""))
