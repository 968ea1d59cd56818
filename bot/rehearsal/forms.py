"""Filling in fields as Slack's client allows: what cannot be picked or typed there is refused here too."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Protocol

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.composition import options_of
from bot.rehearsal.block_kit.reading import read_text_object
from bot.rehearsal.errors import FormRefused
from bot.rehearsal.form_values import STATE_KEYS, conversation_fits, elements_of
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.workspace import Workspace

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ONE_OPTION = ("static_select", "radio_buttons", "external_select")
_OPTIONS = ("multi_static_select", "checkboxes", "multi_external_select")
_URL = re.compile(r"https?://[^\s/]+\S*")


class Identified(Protocol):
    """A person or channel; its id may be given as a string instead."""

    @property
    def id(self) -> str: ...


def find_field(view: OpenView, key: str) -> tuple[JsonObject, JsonObject]:
    """The block and element of a block_id, action_id or label. Raises FormRefused for none or several."""
    found = [
        (block, element)
        for block in view.blocks
        for element in elements_of(block)
        if key in (block["block_id"], element["action_id"], read_text_object(block.get("label")))
    ]
    fields = [pair for pair in found if pair[1]["type"] in STATE_KEYS]
    if len(fields) != 1:
        raise FormRefused({key: "no such field" if not fields else "several fields fit"})
    return fields[0]


def fill_field(view: OpenView, key: str, value: Json, workspace: Workspace) -> None:
    """Type or pick `value` in the field meant by `key` (see find_field). Raises FormRefused."""
    block, element = find_field(view, key)
    set_value(view, block["block_id"], element, value, workspace)


def set_value(view: OpenView, block_id: str, element: JsonObject, value: Json, workspace: Workspace) -> None:
    """Type or pick `value` in this element. Raises FormRefused."""
    fields = view.values[block_id]
    fields[element["action_id"]] = {
        **fields[element["action_id"]],
        **state_of_choice(element, value, workspace),
    }


def check_form(view: OpenView) -> None:
    """Raise FormRefused with every field that Slack's client would mark before it sends the form."""
    wrong: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = view.values[block["block_id"]][element["action_id"]]
        value = state[STATE_KEYS[element["type"]][0]]
        why = _complaint(element, value, optional=bool(block.get("optional")))
        if why is not None:
            wrong[block["block_id"]] = why
    if wrong:
        raise FormRefused(wrong)


def state_of_choice(element: JsonObject, value: Json, workspace: Workspace) -> JsonObject:
    """The part of an action, or of the state, that says what was picked. Raises FormRefused."""
    if element["type"] == "overflow":
        return {"selected_option": _option(element, value, element["action_id"])}
    key, _, empty = STATE_KEYS[element["type"]]
    picked = empty if value in (None, "", []) else _converted(element, value, workspace, element["action_id"])
    return {key: picked}


def _complaint(element: JsonObject, value: Json, *, optional: bool) -> str | None:
    if value in (None, "", []):
        return None if optional else "required"
    checks: dict[str, Callable[[JsonObject, Json], str | None]] = {
        "plain_text_input": _text_complaint,
        "number_input": _number_complaint,
        "email_text_input": lambda _, text: None if _EMAIL.fullmatch(text) else "not an e-mail address",
        "url_text_input": lambda _, text: None if _URL.fullmatch(text) else "not an address",
    }
    check = checks.get(element["type"])
    return check(element, value) if check else None


def _text_complaint(element: JsonObject, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"at least {element['min_length']} characters"
    longest = element.get("max_length", limits.TEXT_INPUT)
    return f"at most {longest} characters" if len(value) > longest else None


def _number_complaint(element: JsonObject, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "not a number"
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        return "whole numbers only"
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"at least {element['min_value']}"
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"at most {element['max_value']}"
    return None


def _converted(element: JsonObject, value: Json, workspace: Workspace, key: str) -> Json:
    kind = element["type"]
    if kind in _ONE_OPTION:
        return _option(element, value, key)
    if kind in _OPTIONS:
        return _several(element, [_option(element, one, key) for one in value], key)
    if kind.endswith("users_select"):
        return _pick(element, value, key, lambda one: _user(workspace, one, key))
    if kind.endswith(("channels_select", "conversations_select")):
        return _pick(element, value, key, lambda one: _conversation(workspace, element, one, key))
    return _written(kind, value, key)


def _written(kind: str, value: Json, key: str) -> Json:
    if kind == "datepicker":
        return _iso(value, key, date.fromisoformat, "not a date")
    if kind == "timepicker":
        return _iso(value, key, time.fromisoformat, "not a time")[:5]
    if kind == "datetimepicker":
        return int(value.timestamp()) if isinstance(value, datetime) else int(value)
    if kind == "rich_text_input" and not isinstance(value, dict):
        return _rich_text(str(value))
    return value if kind == "rich_text_input" else str(value)


def _iso(value: Json, key: str, read: Callable[[str], date | time], told: str) -> str:
    try:
        return read(value if isinstance(value, str) else value.isoformat()).isoformat()
    except (ValueError, AttributeError) as wrong:
        raise FormRefused({key: told}) from wrong


def _option(element: JsonObject, value: Json, key: str) -> JsonObject:
    for one in options_of(element):
        if value in (one.get("value"), read_text_object(one.get("text"))):
            return one
    raise FormRefused({key: f"no such option: {value}"})


def _pick(element: JsonObject, value: Json, key: str, find: Callable[[Json], str]) -> Json:
    if not element["type"].startswith("multi_"):
        return find(value)
    return _several(element, [find(one) for one in value], key)


def _several(element: JsonObject, picked: list[Json], key: str) -> list[Json]:
    most = element.get("max_selected_items")
    if most is not None and len(picked) > most:
        raise FormRefused({key: f"at most {most}"})
    if any(one in picked[:index] for index, one in enumerate(picked)):
        raise FormRefused({key: "the same choice twice"})
    return picked


def _user(workspace: Workspace, value: Json, key: str) -> str:
    user = _id(value)
    account = workspace.accounts.get(user)
    if account is None or account.deleted:
        raise FormRefused({key: f"nobody to pick: {user}"})
    return user


def _conversation(workspace: Workspace, element: JsonObject, value: Json, key: str) -> str:
    channel = _id(value)
    conversation = workspace.conversations.get(channel)
    known = conversation is not None and not conversation.is_archived
    if conversation is None or not known or not conversation_fits(element, conversation):
        raise FormRefused({key: f"no such conversation: {channel}"})
    return channel


def _id(value: str | Identified) -> str:
    return value if isinstance(value, str) else value.id


def _rich_text(text: str) -> JsonObject:
    inner = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [inner]}
