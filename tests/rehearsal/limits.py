"""Slack's limits on what we send, as data: at the limit accepted, one over refused, with Slack's own code.

The tests go through this table with real calls; `python -m tests.rehearsal.write_limits_table` writes
`docs/slack-limits.md` from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.rehearsal.samples import (
    Json,
    actions,
    confirm,
    home,
    input_block,
    mrkdwn,
    option,
    options,
    plain,
    rich_text,
    section,
    table,
    word,
)

Build = Callable[[int], Any]


@dataclass(frozen=True)
class Limit:
    """One number of Slack's. `build(n)` gives something of size n for the place where it is sent.

    `where`: message (its blocks), text, update, metadata, modal, home (whole views), field (an input block's
    element), button (an element of an actions block).
    """

    name: str
    section: str
    where: str
    maximum: int
    build: Build
    code: str
    at_least: bool = False

    @property
    def id(self) -> str:
        return f"{self.where}: {self.name}"


def _message(
    name: str, maximum: int, build: Build, *, section: str = "1.6", code: str = "invalid_blocks"
) -> Limit:
    return Limit(name, section, "message", maximum, build, code)


def _modal(name: str, maximum: int, build: Build, section: str = "1.5") -> Limit:
    return Limit(name, section, "modal", maximum, build, "invalid_arguments")


def _field(name: str, maximum: int, build: Build) -> Limit:
    return Limit(name, "1.7", "field", maximum, build, "invalid_arguments")


def _button(name: str, maximum: int, build: Build) -> Limit:
    return Limit(name, "1.7", "button", maximum, build, "invalid_blocks")


def _least(limit: Limit) -> Limit:
    return Limit(
        limit.name, limit.section, limit.where, limit.maximum, limit.build, limit.code, at_least=True
    )


def _modal_with(key: str) -> Build:
    return lambda size: {key: plain(word(size))}


def _select(kind: str, **more: Json) -> Json:
    return {"type": kind, "action_id": "a", **more}


def _groups(count: int) -> list[Json]:
    return [{"label": plain("g"), "options": [option(str(number))]} for number in range(count)]


SURFACES = [
    _message("blocks in a message", 50, lambda n: [{"type": "divider"}] * n, section="1.5"),
    _message(
        "text of all blocks of a message (budget; undocumented)",
        10_000,
        lambda n: [section(word(min(2_500, n - at))) for at in range(0, n, 2_500)],
        section="1.5",
        code="msg_blocks_too_long",
    ),
    Limit("text of a message", "1.5", "text", 40_000, word, "msg_too_long"),
    Limit("text of an update", "1.5", "update", 4_000, word, "msg_too_long"),
    Limit(
        "event_type of metadata", "1.5", "metadata", 50, lambda n: (word(n), {}), "invalid_metadata_format"
    ),
    Limit(
        "metadata as JSON (budget; undocumented)",
        "1.5",
        "metadata",
        4_000,
        lambda n: ("e", {"k": word(n - len('{"event_type":"e","event_payload":{"k":""}}'))}),
        "metadata_too_large",
    ),
    _modal("blocks in a modal", 100, lambda n: {"blocks": [{"type": "divider"}] * n}),
    _modal("title of a modal", 24, _modal_with("title")),
    _modal("submit button of a modal", 24, _modal_with("submit")),
    _modal("close button of a modal", 24, _modal_with("close")),
    _modal("private_metadata of a modal", 3_000, lambda n: {"private_metadata": word(n)}),
    _modal("callback_id of a modal", 255, lambda n: {"callback_id": word(n)}),
    _modal("external_id of a modal", 255, lambda n: {"external_id": word(n)}),
    Limit(
        "blocks on App Home",
        "1.5",
        "home",
        100,
        lambda n: home([{"type": "divider"}] * n),
        "invalid_arguments",
    ),
    Limit(
        "private_metadata of App Home",
        "1.5",
        "home",
        3_000,
        lambda n: home([{"type": "divider"}], private_metadata=word(n)),
        "invalid_arguments",
    ),
    Limit(
        "callback_id of App Home",
        "1.5",
        "home",
        255,
        lambda n: home([{"type": "divider"}], callback_id=word(n)),
        "invalid_arguments",
    ),
]

BLOCKS = [
    _message("block_id", 255, lambda n: [{"type": "divider", "block_id": word(n)}]),
    _message("text of a section", 3_000, lambda n: [section(word(n))]),
    _least(_message("text of a section, at least", 1, lambda n: [section(word(n))])),
    _message("fields of a section", 10, lambda n: [{"type": "section", "fields": [mrkdwn("f")] * n}]),
    _message("a field of a section", 2_000, lambda n: [{"type": "section", "fields": [mrkdwn(word(n))]}]),
    _message("text of a header", 150, lambda n: [{"type": "header", "text": plain(word(n))}]),
    _message("elements of a context", 10, lambda n: [{"type": "context", "elements": [mrkdwn("e")] * n}]),
    _least(
        _message(
            "elements of a context, at least",
            1,
            lambda n: [{"type": "context", "elements": [mrkdwn("e")] * n}],
        )
    ),
    _message("elements of an actions block", 25, lambda n: [actions(*(f"a{number}" for number in range(n)))]),
    _message("image_url", 3_000, lambda n: [{"type": "image", "alt_text": "a", "image_url": word(n)}]),
    _message(
        "alt_text of an image", 2_000, lambda n: [{"type": "image", "alt_text": word(n), "image_url": "u"}]
    ),
    _message(
        "title of an image",
        2_000,
        lambda n: [{"type": "image", "alt_text": "a", "image_url": "u", "title": plain(word(n))}],
    ),
    _modal("label of an input", 2_000, lambda n: {"blocks": [input_block(label=plain(word(n)))]}, "1.6"),
    _modal("hint of an input", 2_000, lambda n: {"blocks": [input_block(hint=plain(word(n)))]}, "1.6"),
    _modal("text of an alert", 200, lambda n: {"blocks": [{"type": "alert", "text": plain(word(n))}]}, "1.6"),
    _message("rows of a table", 100, lambda n: [table(n, 1)]),
    _message("cells of a row", 20, lambda n: [table(1, n)]),
    _message("text of a table", 10_000, lambda n: [table(1, 1, word(n))]),
    _message("tables in a message", 1, lambda n: [table(1, 1)] * n),
    _message("url in rich text", 3_000, lambda n: [rich_text({"type": "link", "url": word(n)})]),
]

ELEMENTS = [
    _button("action_id", 255, lambda n: {"action_id": word(n)}),
    _button("text of a button", 75, lambda n: {"text": plain(word(n))}),
    _button("value of a button", 2_000, lambda n: {"value": word(n)}),
    _button("url of a button", 3_000, lambda n: {"url": word(n)}),
    _button("accessibility_label of a button", 75, lambda n: {"accessibility_label": word(n)}),
    _button("visible_to_user_ids", 10, lambda n: {"visible_to_user_ids": ["U1"] * n}),
    _button("title of a confirm dialog", 100, lambda n: {"confirm": confirm(title=plain(word(n)))}),
    _button("text of a confirm dialog", 300, lambda n: {"confirm": confirm(text=plain(word(n)))}),
    _button("confirm button of a dialog", 30, lambda n: {"confirm": confirm(confirm=plain(word(n)))}),
    _button("deny button of a dialog", 30, lambda n: {"confirm": confirm(deny=plain(word(n)))}),
    _button("options of an overflow menu", 5, lambda n: {"type": "overflow", "options": options(n)}),
    _least(
        _button(
            "options of an overflow menu, at least", 2, lambda n: {"type": "overflow", "options": options(n)}
        )
    ),
    _button(
        "url of an overflow option",
        3_000,
        lambda n: {"type": "overflow", "options": [option("1", url=word(n)), option("2")]},
    ),
    _field(
        "placeholder",
        150,
        lambda n: {"type": "plain_text_input", "action_id": "a", "placeholder": plain(word(n))},
    ),
    _field("options of a select", 100, lambda n: _select("static_select", options=options(n))),
    _field("option groups of a select", 100, lambda n: _select("static_select", option_groups=_groups(n))),
    _field(
        "options of a group",
        100,
        lambda n: _select("static_select", option_groups=[{"label": plain("g"), "options": options(n)}]),
    ),
    _field(
        "label of an option group",
        75,
        lambda n: _select("static_select", option_groups=[{"label": plain(word(n)), "options": options(1)}]),
    ),
    _field("options of a multi-select", 100, lambda n: _select("multi_static_select", options=options(n))),
    _least(
        _field(
            "max_selected_items, at least", 1, lambda n: _select("multi_users_select", max_selected_items=n)
        )
    ),
    _field(
        "text of an option",
        75,
        lambda n: _select("static_select", options=[option("1", text=plain(word(n)))]),
    ),
    _field("value of an option", 150, lambda n: _select("static_select", options=[option(word(n))])),
    _field(
        "description of an option",
        75,
        lambda n: _select("static_select", options=[option("1", description=plain(word(n)))]),
    ),
    _field("radio buttons", 10, lambda n: _select("radio_buttons", options=options(n))),
    _field("checkboxes", 10, lambda n: _select("checkboxes", options=options(n))),
    _field("max_length of a text input", 3_000, lambda n: _select("plain_text_input", max_length=n)),
    _field("min_length of a text input", 3_000, lambda n: _select("plain_text_input", min_length=n)),
    _field(
        "initial_value of a text input", 3_000, lambda n: _select("plain_text_input", initial_value=word(n))
    ),
    _field("lines of a rich text input", 100, lambda n: _select("rich_text_input", min_lines=n)),
]

LIMITS = [*SURFACES, *BLOCKS, *ELEMENTS]


@dataclass(frozen=True)
class Rate:
    """How many calls of a method a minute allows (`seconds` for another window), before `ratelimited`."""

    method: str
    allowed: int
    told: str
    seconds: int = 60


RATES = [
    Rate("chat.postMessage", 1, "to one channel", seconds=1),
    Rate("users.list", 20, "Tier 2"),
    Rate("pins.add", 20, "Tier 2"),
    Rate("chat.update", 50, "Tier 3"),
    Rate("chat.delete", 50, "Tier 3"),
    Rate("conversations.info", 50, "Tier 3"),
    Rate("conversations.open", 50, "Tier 3"),
    Rate("team.info", 50, "Tier 3"),
    Rate("chat.postEphemeral", 100, "Tier 4"),
    Rate("users.info", 100, "Tier 4"),
    Rate("conversations.members", 100, "Tier 4"),
    Rate("views.open", 100, "Tier 4"),
    Rate("views.push", 100, "Tier 4"),
    Rate("views.update", 100, "Tier 4"),
    Rate("views.publish", 100, "Tier 4"),
    Rate("apps.connections.open", 10, "one per connection that is allowed (Tier 1 is 1+)"),
    Rate("chat.postMessage in a workspace", 300, "our figure; Slack says several hundred"),
    Rate("auth.revoke", 50, "Tier 3"),
    Rate("auth.teams.list", 100, "Tier 4"),
    Rate("oauth.v2.access", 100, "Tier 4"),
    Rate("auth.test", 600, "special; hundreds"),
    Rate("chat.getPermalink", 600, "special; hundreds"),
]


@dataclass(frozen=True)
class OtherLimit:
    """A limit with a test of its own, named here so that the table is whole."""

    name: str
    section: str
    maximum: str
    code: str
    test: str


OTHERS = [
    OtherLimit("modals on a stack", "1.5", "3", "push_limit_reached", "test_views.py"),
    OtherLimit("a view as JSON", "1.5", "250,000 bytes", "view_too_large", "test_views.py"),
    OtherLimit("trigger_id: age", "1.4", "3 s", "trigger_expired", "test_views.py"),
    OtherLimit("trigger_id: uses", "1.4", "1", "trigger_exchanged", "test_views.py"),
    OtherLimit("response_url: uses", "1.4", "5", "used_url", "test_response_urls.py"),
    OtherLimit("response_url: age", "1.4", "30 min", "expired_url", "test_response_urls.py"),
    OtherLimit(
        "acknowledgement", "1.4", "3 s", "warning to the person, not sent again", "test_socket_mode.py"
    ),
    OtherLimit("acknowledgement of an event", "1.2", "3 s", "sent again 3 times", "test_socket_mode.py"),
    OtherLimit("Socket Mode connections", "1.3", "10", "too_many_websockets", "test_reconnecting.py"),
    OtherLimit("OAuth code: age", "2.6", "10 min", "invalid_code", "test_several.py"),
    OtherLimit("OAuth code: uses", "2.6", "1", "code_already_used", "test_several.py"),
    OtherLimit("rotating token: age", "1.1", "12 h", "token_expired", "test_several.py"),
    OtherLimit("refresh token: uses", "1.1", "1", "invalid_refresh_token", "test_several.py"),
    OtherLimit("rotating tokens at once", "1.1", "2", "token_revoked (the oldest)", "test_several.py"),
]
