"""The rich_text block and what may stand in it."""

from __future__ import annotations

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.checking import (
    Check,
    anything,
    array,
    boolean,
    integer,
    one_of,
    shape,
    string,
    typed,
)

_MANY = 1_000
_LONG = limits.MESSAGE_TEXT
_ID = string(limits.IDENTIFIER)

_TEXT_STYLE = shape(
    {}, {"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean}
)
_MENTION_STYLE = shape(
    {},
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "highlight": boolean,
        "client_highlight": boolean,
        "unlink": boolean,
    },
)


def _inline(required: dict[str, Check], optional: dict[str, Check]) -> Check:
    return shape({"type": anything, **required}, optional)


INLINE: dict[str, Check] = {
    "text": _inline({"text": string(_LONG)}, {"style": _TEXT_STYLE}),
    "link": _inline(
        {"url": string(limits.URL)}, {"text": string(_LONG), "unsafe": boolean, "style": _TEXT_STYLE}
    ),
    "user": _inline({"user_id": _ID}, {"style": _MENTION_STYLE}),
    "channel": _inline({"channel_id": _ID}, {"style": _MENTION_STYLE}),
    "usergroup": _inline({"usergroup_id": _ID}, {"style": _MENTION_STYLE}),
    "emoji": _inline({"name": _ID}, {"unicode": _ID, "style": _TEXT_STYLE}),
    "date": _inline(
        {"timestamp": integer(0, 9_999_999_999), "format": string(limits.IDENTIFIER)},
        {"url": string(limits.URL), "fallback": string(_LONG), "style": _TEXT_STYLE},
    ),
    "broadcast": _inline({"range": one_of("here", "channel", "everyone")}, {"style": _TEXT_STYLE}),
    "color": _inline({"value": _ID}, {"style": _TEXT_STYLE}),
}

_BORDER = integer(0, 1)
_SECTION = shape({"type": anything, "elements": array(typed(INLINE), _MANY)}, {})
_PREFORMATTED = shape(
    {"type": anything, "elements": array(typed({name: INLINE[name] for name in ("text", "link")}), _MANY)},
    {"border": _BORDER, "language": _ID},
)
_QUOTE = shape({"type": anything, "elements": array(typed(INLINE), _MANY)}, {"border": _BORDER})
_LIST = shape(
    {
        "type": anything,
        "style": one_of("bullet", "ordered"),
        "elements": array(typed({"rich_text_section": _SECTION}), _MANY),
    },
    {"indent": integer(0, 8), "offset": integer(0, _MANY), "border": _BORDER},
)

RICH_TEXT = shape(
    {
        "type": anything,
        "elements": array(
            typed(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_list": _LIST,
                    "rich_text_quote": _QUOTE,
                    "rich_text_preformatted": _PREFORMATTED,
                }
            ),
            _MANY,
        ),
    },
    {"block_id": _ID},
)
