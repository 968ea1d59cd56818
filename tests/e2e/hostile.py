"""Text that would ping, link, format or break something if anything read it, and where it turned up."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.rehearsal.form_values import Values
from bot.rehearsal.view_desk import OpenView
from tests.e2e.world import World
from tests.surfaces.form_cases import Samples, good_values

PIECES = (
    "<!channel>",
    "<@{somebody}>",
    "*bold*",
    "_slanted_",
    "~gone~",
    "`code`",
    ":boom:",
    "@here",
    "<!here|x>",
    "<https://evil.example|x>",
    "evil.example",
    "http://evil.example",
    "\u202erow\u202c",
    "a\u200bb\u200d\ufeff",
    "🎉👩‍👩‍👧",
    "e\u0301",
    "&lt;!everyone&gt;",
    "<!everyone>",
    "<!subteam^S1|x>",
    "<#C0NOWHERE|x>",
    "<mailto:a@b.example|x>",
    "@channel",
    "```pre```",
    "&gt; quote",
    "> quote",
    "&amp;",
    "\u2067x\u2069",
    "a\u2028b",
    "{name}",
    "%s",
    r"\n",
    "'; --",
)
LINK = "https://call.example.org/*a*_b_~c~?x=%3C!channel%3E&y=:boom:&z=@here"
READ_BY_SLACK = (
    "*bold*",
    "_slanted_",
    "~gone~",
    "`code`",
    "```",
    ":boom:",
    "@here",
    "@channel",
    "evil.example",
)
"""Marks that Slack would read in the `text` of a message."""
OURS = re.compile(r"<!date\^\d+\^[a-z_{} ]+\|[^<>]*>|<@U\w+>")
"""The markup that the bot itself puts into the `text` of a message."""


@dataclass
class Writer:
    """Fills text fields to the last character, each with a text of its own; what was written is kept."""

    somebody: str
    mark: str = "t"
    written: dict[str, str] = field(default_factory=dict)

    def write(self, limit: int, *, multiline: bool = False) -> str:
        """A hostile text of just this many characters."""
        mark = f"{self.mark}{len(self.written)}{self.mark}"
        start = 8 * len(self.written) % len(PIECES)
        pieces = [piece.format(somebody=self.somebody, name="{name}") for piece in PIECES]
        whole = [mark, *(["> a\n```\nb"] if multiline else []), *pieces[start:], *pieces[:start]]
        text = " ".join(whole)[: limit - 1].rstrip()
        self.written[mark] = text + "x" * (limit - len(text))
        return self.written[mark]

    def fill(self, view: OpenView, samples: Samples) -> Values:
        """Good answers to a modal, with a hostile text in each field in which one can write."""
        values = good_values(view.document, samples)
        for block in view.blocks:
            if block["type"] != "input":
                continue
            element, (state,) = block["element"], values[block["block_id"]].values()
            if element["type"] == "plain_text_input":
                state["value"] = self.write(element["max_length"], multiline=element["multiline"])
            elif element["type"] == "url_text_input":
                state["value"] = self.written["the link"] = LINK
        return values


@dataclass(frozen=True)
class Sent:
    """One thing that the bot sent to Slack: a message, a modal, a Home, or an answer to somebody."""

    what: str
    document: Any

    @property
    def stays(self) -> bool:
        """Whether it is a message or a Home, and not a modal or a passing answer."""
        return self.what in ("chat.postMessage", "chat.update", "views.publish")

    @property
    def text(self) -> str:
        """The `text` of a message, which Slack reads as mrkdwn."""
        return str(self.document.get("text") or "") if isinstance(self.document, dict) else ""

    @property
    def key(self) -> str:
        """Our key of a message."""
        metadata = self.document.get("metadata") if isinstance(self.document, dict) else None
        return str((metadata or {}).get("event_payload", {}).get("key", ""))


def everything_sent(world: World) -> list[Sent]:
    """All of it so far, in no order."""
    calls = [Sent(call.method, call.arguments) for call in world.slack.calls]
    return calls + [Sent("an answer", one.answer) for one in world.slack.envelopes if one.answer]


def dangers(sent: Sent) -> Iterator[str]:
    """Whatever in it could ping, link or format something that somebody wrote."""
    left = OURS.sub("", sent.text)
    yield from (f"{mark} in the text" for mark in (*READ_BY_SLACK, "<") if mark in left)
    if "<@" in sent.text and not sent.key.endswith(":opening"):
        yield "a mention in the text"
    for part in _parts(sent.document):
        if part.get("type") == "mrkdwn":
            yield "mrkdwn in a block"
        if part.get("type") in ("broadcast", "usergroup", "channel", "team", "emoji", "link"):
            yield f"a {part['type']} element"
        if part.get("type") == "user" and not sent.key.endswith(":opening"):
            yield "a mention in a block"


def shown(sent: Sent) -> Iterator[str]:
    """Every text that a reader finds in it."""
    for part in _parts(sent.document):
        for name in ("text", "initial_value", "url", "accessibility_label"):
            if isinstance(part.get(name), str) and part is not sent.document:
                yield part[name]


def cuts(text: str, written: Mapping[str, str]) -> Iterator[str]:
    """What somebody wrote and this text shows in part, without saying so by an ellipsis."""
    for mark, whole in written.items():
        begins = text.find(mark)
        if begins >= 0 and whole not in text:
            seen, ellipsis, _ = text[begins:].partition("…")
            if not ellipsis or not whole.startswith(seen):
                yield f"{text!r} of {whole!r}"


def _parts(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
        for inner in document.values():
            yield from _parts(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from _parts(inner)
