"""What may stand in a modal or on App Home."""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.blocks import check_block
from bot.rehearsal.block_kit.checking import (
    Check,
    Fields,
    Findings,
    Spot,
    anyone_exists,
    anything,
    array,
    boolean,
    shape,
    string,
)
from bot.rehearsal.block_kit.composition import plain_text
from bot.rehearsal.errors import SlackError
from bot.rehearsal.json_types import Json

_ID = string(limits.IDENTIFIER)
_BLOCKS = array(check_block, limits.VIEW_BLOCKS)
_SHARED: Fields = {
    "private_metadata": string(limits.PRIVATE_METADATA, 0),
    "callback_id": _ID,
    "external_id": string(limits.IDENTIFIER, 0),
}


def _submit_with_inputs(view: Json, spot: Spot) -> None:
    blocks = view.get("blocks")
    inputs = [one for one in blocks if isinstance(one, dict) and one.get("type") == "input"] if blocks else []
    if inputs and "submit" not in view:
        spot.error("missing required field: submit; a view with input blocks needs one")


VIEWS: dict[str, Check] = {
    "modal": shape(
        {"type": anything, "title": plain_text(limits.VIEW_TITLE), "blocks": _BLOCKS},
        {
            **_SHARED,
            "submit": plain_text(limits.VIEW_BUTTON),
            "close": plain_text(limits.VIEW_BUTTON),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
        },
        _submit_with_inputs,
    ),
    "home": shape({"type": anything, "blocks": _BLOCKS}, _SHARED),
}


def check_view(view: Json, kind: str, user_exists: Callable[[str], bool] = anyone_exists) -> None:
    """Raise the SlackError that views.open (or publish, with kind "home") would answer for this view."""
    problems = view_problems(view, kind, user_exists)
    if problems:
        raise SlackError("invalid_arguments", problems)
    if len(json.dumps(view).encode()) > limits.VIEW_BYTES:
        raise SlackError("view_too_large")


def view_problems(view: Json, kind: str, user_exists: Callable[[str], bool] = anyone_exists) -> list[str]:
    """What is wrong with the view, as Slack words it; an empty list when nothing is."""
    findings = Findings(kind, user_exists)
    spot = Spot("/view", findings)
    if not isinstance(view, dict):
        spot.error("must be an object")
    elif view.get("type") != kind:
        spot.at("type").error(f"unsupported type: {view.get('type')}")
    else:
        VIEWS[kind](view, spot)
    return findings.messages()
