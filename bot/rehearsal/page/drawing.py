"""Draws panes: the templates, and what they may call. Every text is escaped unless made safe here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from bot.rehearsal.block_kit.composition import options_of
from bot.rehearsal.block_kit.reading import read_text_object
from bot.rehearsal.form_values import STATE_KEYS, conversation_fits
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.page import texts
from bot.rehearsal.page.inspector import earlier, entries
from bot.rehearsal.page.panes import HOME, MESSAGES, Panes
from bot.rehearsal.page.rehearsal import Rehearsal

FOLDER = Path(__file__).parent
LONG_SELECT = 8
"""From so many options on a menu can be searched."""


def environment() -> Environment:
    """The templates. Block Kit leaves out what it does not need, so what is not there counts as empty."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"time": _time, "day": _day, "shown": _shown, "initials": initials}
    made.globals |= {
        "LONG_SELECT": LONG_SELECT,
        "text_object": _text_object,
        "slack_date": _slack_date,
        "name_of": _name_of,
        "link": texts.link,
        "safe_url": texts.safe_url,
        "options_of": options_of,
        "choices": _choices,
        "menu": _menu,
        "state_of": state_of,
        "plain": read_text_object,
    }
    return made


class Drawing:
    """Draws what one look sees. `facts` are those that must be awaited for: see `PageServer`."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal
        self._environment = environment()

    def panes(self, panes: Panes, facts: JsonObject) -> dict[str, str]:
        """The HTML of each pane, by name."""
        context = self._context(panes, facts)
        # Messages first: what is drawn there is read, and the sidebar then says so.
        names = ["side", "main", "modal", "bar", "nav"]
        return {name: self._environment.get_template(f"{name}.html").render(context) for name in names}

    def page(self, panes: Panes, facts: JsonObject) -> str:
        """The whole page."""
        drawn = {name: Markup(html) for name, html in self.panes(panes, facts).items()}  # noqa: S704 - drawn above
        context = self._context(panes, facts) | {"drawn": drawn}
        return self._environment.get_template("page.html").render(context)

    def notice(self, key: str, **values: Json) -> str:
        """A short word to whoever acted: plain text, which the page shows as it stands."""
        drawn = self._environment.get_template("notices.html").render(key=key, **values)
        return Markup(drawn).unescape().strip()  # noqa: S704 - drawn above, and read back at once

    def _context(self, panes: Panes, facts: JsonObject) -> dict[str, Any]:
        return {
            "panes": panes,
            "look": panes.look,
            "rehearsal": self._rehearsal,
            "players": self._rehearsal.players,
            "slack": self._rehearsal.slack,
            "person": panes.person,
            "zone": panes.zone,
            "now": self._rehearsal.clock.now(),
            "HOME": HOME,
            "MESSAGES": MESSAGES,
            "earlier": earlier,
            "entries": entries,
            **facts,
        }


def initials(name: str) -> str:
    """Up to two letters for somebody's picture."""
    words = name.split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"


def state_of(element: JsonObject, values: JsonObject, block_id: str) -> Json:
    """What stands in an element now: a value, or the values of options; None or an empty list for nothing."""
    key, _, empty = STATE_KEYS[element["type"]]
    state = values.get(block_id, {}).get(element["action_id"], {})
    found = state.get(key, empty)
    if isinstance(found, dict):
        return found.get("value", empty)
    if isinstance(found, list):
        return [one.get("value") if isinstance(one, dict) else one for one in found]
    return found


@pass_context
def _menu(context: Context, element: JsonObject) -> list[tuple[str, list[dict[str, str]]]]:
    """What can be picked from a menu, by heading; a menu without headings is one with an empty one."""
    groups = element.get("option_groups")
    if groups is None:
        return [("", _choices(context, element))]
    return [
        (read_text_object(one["label"]), _choices(context, element | {"option_groups": [one]}))
        for one in groups
    ]


@pass_context
def _choices(context: Context, element: JsonObject) -> list[dict[str, str]]:
    """What can be picked: options, people, or conversations that its reader is in."""
    kind, panes = element["type"], context["panes"]
    workspace = panes.slack.workspace
    if kind.endswith("users_select"):
        people = [one for one in workspace.accounts.values() if not one.deleted]
        return [{"value": one.id, "label": one.shown_name, "about": f"@{one.name}"} for one in people]
    if kind.endswith(("conversations_select", "channels_select")):
        found = [
            one
            for one in workspace.conversations.values()
            if panes.person.id in one.members and conversation_fits(element, one) and not one.is_im
        ]
        return [{"value": one.id, "label": f"#{one.name}", "about": ""} for one in found]
    return [
        {
            "value": str(one.get("value")),
            "label": read_text_object(one.get("text")),
            "about": read_text_object(one.get("description")),
        }
        for one in options_of(element)
    ]


@pass_context
def _time(context: Context, at: Any) -> str:
    return texts.clock_time(texts.instant(at), context["zone"])


@pass_context
def _day(context: Context, at: Any) -> str:
    return texts.long_day(texts.instant(at), context["zone"])


@pass_context
def _slack_date(context: Context, piece: JsonObject) -> str:
    return texts.slack_date(int(piece["timestamp"]), str(piece["format"]), context["zone"], context["now"])


@pass_context
def _name_of(context: Context, identifier: str) -> str:
    name: str = context["slack"].workspace.name_of(identifier)
    return name


@pass_context
def _text_object(context: Context, value: Json) -> Markup:
    """A plain_text or mrkdwn object; plain text keeps its line breaks."""
    if not isinstance(value, dict):
        return Markup()
    if value.get("type") == "mrkdwn":
        return _shown(context, str(value.get("text", "")))
    return Markup("<br>").join(escape(line) for line in str(value.get("text", "")).split("\n"))


@pass_context
def _shown(context: Context, text: str) -> Markup:
    """mrkdwn, as the reader sees it."""
    name_of = context["slack"].workspace.name_of
    return texts.mrkdwn(text, name_of, context["zone"], context["now"])
