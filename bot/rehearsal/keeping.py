"""What a local Slack holds, as JSON and back, so that a rehearsal goes on where it was.

What lasts only seconds in Slack (trigger ids, envelopes on their way) is not kept.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, TypeVar

from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.model import Account, Conversation, Message
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.view_desk import OpenView

Thing = TypeVar("Thing", Account, Conversation, Message, OpenView)


def kept(slack: LocalSlack) -> JsonObject:
    """Everything to keep. The app's tokens are not in it: they come from the seed."""
    workspace, views = slack.workspace, slack.world.views
    return {
        "ids": slack.world.ids.state(),
        "ts": slack.world.next_ts(),
        "accounts": [asdict(one) for one in workspace.accounts.values()],
        "conversations": [asdict(one) for one in workspace.conversations.values()],
        "messages": [asdict(one) for one in workspace.all_messages()],
        "stacks": {user: [asdict(one) for one in stack] for user, stack in views.stacks.items()},
        "homes": [asdict(one) for one in views.homes.values()],
    }


def put_back(slack: LocalSlack, state: JsonObject) -> None:
    """Fill a local Slack, made with the same seed and manifest, with what was kept.

    Raises KeyError, TypeError or ValueError for what was not kept by this version.
    """
    workspace, views = slack.workspace, slack.world.views
    slack.world.ids.restore(state["ids"])
    workspace.timestamps.skip_past(state["ts"])
    accounts = [_thing(Account, one) for one in state["accounts"]]
    conversations = [_thing(Conversation, one) for one in state["conversations"]]
    workspace.accounts = {one.id: one for one in accounts}
    workspace.bot = workspace.accounts[workspace.bot.id]
    workspace.conversations = {one.id: one for one in conversations}
    workspace.messages = {}
    for message in state["messages"]:
        workspace.keep(_thing(Message, message))
    views.stacks = {user: [_thing(OpenView, one) for one in stack] for user, stack in state["stacks"].items()}
    views.homes = {one["user"]: _thing(OpenView, one) for one in state["homes"]}


def _thing(kind: type[Thing], document: Json) -> Thing:
    values: dict[str, Any] = dict(document)
    strangers = values.keys() - {one.name for one in fields(kind)}
    if strangers:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(strangers))}")
    return kind(**values)
