"""Modals and App Homes: what is open before whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.reading import read_text_object
from bot.rehearsal.errors import SlackError
from bot.rehearsal.form_values import Values, fill_ids, values_of
from bot.rehearsal.ids import Ids
from bot.rehearsal.json_types import Json
from bot.rehearsal.workspace import Workspace

_EMPTY = {"private_metadata": "", "callback_id": "", "external_id": ""}


@dataclass(eq=False)
class OpenView:
    """One modal, or one person's App Home, as it now stands."""

    id: str
    user: str
    document: dict[str, Any]
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = self.document["blocks"]
        return blocks

    @property
    def title(self) -> str:
        return str(self.document.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        return str(self.document.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.document.get("private_metadata", ""))

    @property
    def stage(self) -> str | None:
        """The opaque `stage` of the private_metadata, when that is a JSON object that has one."""
        try:
            read = json.loads(self.private_metadata or "{}")
        except ValueError:
            return None
        stage = read.get("stage") if isinstance(read, dict) else None
        return stage if isinstance(stage, str) else None

    def typed_text(self, name_of: Callable[[str], str]) -> str:
        """The title and what now stands in the fields, one line each, for people to read: names for ids."""
        states = [state for fields in self.values.values() for state in fields.values()]
        typed = [
            _said(one, name_of) for state in states for key, one in state.items() if key != "type" and one
        ]
        return "\n".join([self.title, *typed])

    def payload(self, workspace: Workspace) -> dict[str, Any]:
        """The `view` object of answers and interactions."""
        return {
            "id": self.id,
            "team_id": workspace.team_id,
            **_EMPTY,
            "clear_on_close": False,
            "notify_on_close": False,
            "close": None,
            "submit": None,
            **self.document,
            "state": {"values": self.values},
            "hash": self.hash,
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": workspace.app_id,
            "app_installed_team_id": workspace.team_id,
            "bot_id": workspace.bot_id,
        }


class ViewDesk:
    """Every open modal (at most three on each person's stack) and every published App Home."""

    def __init__(self, workspace: Workspace, ids: Ids) -> None:
        self._workspace = workspace
        self._ids = ids
        self.stacks: dict[str, list[OpenView]] = {}
        self.homes: dict[str, OpenView] = {}

    def top(self, user: str) -> OpenView | None:
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    def open(self, user: str, document: dict[str, Any], channel: str | None = None) -> OpenView:
        """Put a modal on the person's stack; `channel` is where they come from.

        Raises SlackError: push_limit_reached, duplicate_external_id.
        """
        stack = self.stacks.setdefault(user, [])
        if len(stack) >= limits.VIEW_STACK:
            raise SlackError("push_limit_reached")
        self._claim_external_id(document, None)
        view_id = self._ids.next("V")
        root = stack[0].id if stack else view_id
        previous = stack[-1].id if stack else None
        view = OpenView(view_id, user, {}, "", root, previous)
        self._show(view, document, channel)
        stack.append(view)
        return view

    def update(self, view: OpenView, document: dict[str, Any], expected_hash: str | None = None) -> None:
        """Replace what a modal or Home shows. Raises SlackError hash_conflict when it changed since."""
        if expected_hash is not None and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        self._claim_external_id(document, view)
        self._show(view, document)

    def publish(self, user: str, document: dict[str, Any], expected_hash: str | None = None) -> OpenView:
        """Show this on the person's App Home."""
        view = self.homes.get(user)
        if view is None:
            if expected_hash is not None:
                raise SlackError("hash_conflict")
            self._claim_external_id(document, None)
            view_id = self._ids.next("V")
            view = OpenView(view_id, user, {}, "", view_id)
            self.homes[user] = view
        self.update(view, document, expected_hash)
        return view

    def find(self, view_id: str | None, external_id: str | None) -> OpenView:
        """The open view with this id. Raises SlackError not_found."""
        for view in self.all_views():
            if view.id == view_id or (external_id and view.document.get("external_id") == external_id):
                return view
        raise SlackError("not_found")

    def close_top(self, user: str) -> OpenView:
        return self.stacks[user].pop()

    def clear(self, user: str) -> None:
        self.stacks[user] = []

    def all_views(self) -> list[OpenView]:
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def _show(self, view: OpenView, document: dict[str, Any], channel: str | None = None) -> None:
        view.document = {**document, "blocks": fill_ids(document["blocks"], self._ids)}
        view.values = values_of(view.blocks, view.values, self._workspace.conversations.get(channel or ""))
        view.hash = f"{int(self._workspace.now().timestamp())}.{self._ids.token('')[:8]}"
        view.errors = {}

    def _claim_external_id(self, document: dict[str, Any], owner: OpenView | None) -> None:
        wanted = document.get("external_id")
        if wanted and any(
            one is not owner and one.document.get("external_id") == wanted for one in self.all_views()
        ):
            raise SlackError("duplicate_external_id")


def _said(value: Json, name_of: Callable[[str], str]) -> str:
    if isinstance(value, list):
        return ", ".join(_said(one, name_of) for one in value)
    if isinstance(value, dict):
        return read_text_object(value.get("text")) or str(value.get("value", ""))
    return name_of(str(value))
