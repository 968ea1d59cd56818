"""The story of a rehearsal as JSON Lines, written by the server from what it received."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from bot.rehearsal.block_kit import readable_text
from bot.rehearsal.json_types import Json
from bot.rehearsal.model import Message
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.workspace import Workspace

Entry = dict[str, Any]


class Transcript:
    """Keeps every entry, writes each to the file (if any) at once, and tells whoever listens."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._file: IO[str] | None = None
        self.entries: list[Entry] = []
        self.listeners: list[Callable[[Entry], None]] = []

    def open(self, path: Path) -> None:
        """Write to this file from now on, replacing what it held."""
        self._file = path.open("w", encoding="utf-8")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def write(
        self, kind: str, *, user: str | None, channel: str | None, stage: str | None, text: str, **more: Json
    ) -> None:
        """Add one entry. `user` and `channel` are ids; their names are written beside them."""
        entry: Entry = {
            "at": self._workspace.now().isoformat(),
            "kind": kind,
            "user": user,
            "channel": channel,
            "stage": stage,
            "text": text,
            "user_name": self._workspace.name_of(user) if user else None,
            "channel_name": self._workspace.name_of(channel) if channel else None,
            **more,
        }
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()
        for listener in self.listeners:
            listener(entry)

    def message(self, kind: str, message: Message) -> None:
        """A message posted, updated, deleted or shown to one person."""
        self.write(
            kind,
            user=message.ephemeral_to or message.user,
            channel=message.channel,
            stage=message.stage,
            text=readable_text(message.blocks, message.text, self._workspace.name_of),
            ts=message.ts,
            thread_ts=message.thread_ts,
            broadcast=message.broadcast,
        )

    def view(self, kind: str, view: OpenView) -> None:
        """A modal or Home as it is shown, errors beside fields included; `user` is who sees it."""
        body = "\n".join([readable_text(view.blocks, "", self._workspace.name_of), *view.errors.values()])
        self.write(
            kind,
            user=view.user,
            channel=None,
            stage=view.stage,
            text=f"{view.title}\n{body}" if view.title else body,
            view_id=view.id,
            callback_id=view.callback_id,
        )
