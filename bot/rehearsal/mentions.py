"""`should_escape`: what Slack makes of @names and #channels typed in a slash command."""

from __future__ import annotations

import re

from bot.rehearsal.workspace import Workspace

_NAME = re.compile(r"(?<!\S)([@#])([\w.-]+)")


def escape_mentions(text: str, workspace: Workspace) -> str:
    """Known @handles become `<@U…|handle>` and known #channels `<#C…|name>`; the rest stays."""
    people = {one.name: one.id for one in workspace.accounts.values()}
    channels = {one.name: one.id for one in workspace.conversations.values() if not one.is_im}

    def escaped(found: re.Match[str]) -> str:
        sign, name = found[1], found[2]
        identifier = (people if sign == "@" else channels).get(name)
        return f"<{sign}{identifier}|{name}>" if identifier else found[0]

    return _NAME.sub(escaped, text)
