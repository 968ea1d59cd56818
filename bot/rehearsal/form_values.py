"""What stands in the fields of a view or message: `state.values`, in Slack's shape."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from bot.rehearsal.ids import Ids
from bot.rehearsal.model import Conversation

Values = dict[str, dict[str, dict[str, Any]]]

# Element type -> (key in state, key of the initial value, value when empty)
STATE_KEYS: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
}


def elements_of(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The interactive elements of one block."""
    found = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
    for one in found:
        if isinstance(one, dict) and "action_id" in one:
            yield one


def fill_ids(blocks: list[dict[str, Any]], ids: Ids) -> list[dict[str, Any]]:
    """A copy in which each block and interactive element that lacks an id has one, as Slack gives it."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        if not block.get("block_id"):
            block["block_id"] = ids.token("")[:5]
        for one in [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]:
            if isinstance(one, dict) and (
                one.get("type") in STATE_KEYS or one.get("type") in ("button", "overflow")
            ):
                one.setdefault("action_id", ids.token("")[:5])
    return filled


def values_of(
    blocks: list[dict[str, Any]], typed: Values | None = None, current: Conversation | None = None
) -> Values:
    """The state of these blocks: what was typed where ids and type are the same, else the initial value."""
    earlier = typed or {}
    state: Values = {}
    for block in blocks:
        for element in elements_of(block):
            if element["type"] in STATE_KEYS:
                kept = earlier.get(block["block_id"], {}).get(element["action_id"])
                if kept is None or kept["type"] != element["type"]:
                    kept = initial_value(element, current)
                state.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return state


def initial_value(element: dict[str, Any], current: Conversation | None = None) -> dict[str, Any]:
    """The state of one element as it opens, for someone who comes from the conversation `current`."""
    key, initial, empty = STATE_KEYS[element["type"]]
    value = element.get(initial) or _current_conversation(element, current) or empty
    state = {"type": element["type"], key: copy.deepcopy(value)}
    if element["type"] == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    return state


def conversation_fits(element: dict[str, Any], conversation: Conversation) -> bool:
    """Whether the select's `filter` lets this conversation be offered."""
    wanted = element.get("filter", {})
    kind = "im" if conversation.is_im else "private" if conversation.is_private else "public"
    if kind not in wanted.get("include", [kind]):
        return False
    if conversation.is_im and wanted.get("exclude_bot_users"):
        return False
    return not (conversation.is_ext_shared and wanted.get("exclude_external_shared_channels"))


def _current_conversation(element: dict[str, Any], current: Conversation | None) -> str | list[str] | None:
    if current is None or not element.get("default_to_current_conversation"):
        return None
    if not conversation_fits(element, current):
        return None
    return [current.id] if element["type"].startswith("multi_") else current.id
