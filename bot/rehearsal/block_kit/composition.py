"""Composition objects: texts, options, option groups, confirm dialogs."""

from __future__ import annotations

from typing import Any

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.checking import (
    Check,
    Spot,
    anything,
    array,
    boolean,
    one_of,
    shape,
    string,
    typed,
)
from bot.rehearsal.json_types import Json


def plain_text(maximum: int) -> Check:
    """A plain_text object of 1 to `maximum` characters."""
    return typed({"plain_text": shape({"type": anything, "text": string(maximum)}, {"emoji": boolean})})


def mrkdwn_text(maximum: int) -> Check:
    """A mrkdwn object of 1 to `maximum` characters."""
    return typed({"mrkdwn": shape({"type": anything, "text": string(maximum)}, {"verbatim": boolean})})


def any_text(maximum: int) -> Check:
    """A plain_text or mrkdwn object of 1 to `maximum` characters."""
    plain, marked = plain_text(maximum), mrkdwn_text(maximum)
    return typed({"plain_text": plain, "mrkdwn": marked})


def option(*, mrkdwn: bool = False, url: bool = False) -> Check:
    """One option; only radio buttons and checkboxes take mrkdwn, only overflow menus a url."""
    text = any_text if mrkdwn else plain_text
    optional: dict[str, Check] = {"description": text(limits.OPTION_DESCRIPTION)}
    if url:
        optional["url"] = string(limits.URL)
    return shape({"text": text(limits.OPTION_TEXT), "value": string(limits.OPTION_VALUE)}, optional)


OPTION_GROUP = shape(
    {
        "label": plain_text(limits.OPTION_GROUP_LABEL),
        "options": array(option(), limits.SELECT_OPTIONS),
    },
    {},
)

CONFIRM = shape(
    {
        "title": plain_text(limits.CONFIRM_TITLE),
        "text": any_text(limits.CONFIRM_TEXT),
        "confirm": plain_text(limits.CONFIRM_BUTTON),
        "deny": plain_text(limits.CONFIRM_BUTTON),
    },
    {"style": one_of("primary", "danger")},
)

PLACEHOLDER = plain_text(limits.PLACEHOLDER)


def options_of(element: Json) -> list[dict[str, Any]]:
    """All options of an element, those in groups included."""
    if not isinstance(element, dict):
        return []
    groups = element.get("option_groups")
    found = list(element.get("options") or [])
    for group in groups if isinstance(groups, list) else []:
        if isinstance(group, dict):
            found.extend(group.get("options") or [])
    return [one for one in found if isinstance(one, dict)]


def unique_values(element: Json, spot: Spot) -> None:
    """Two options with one value could not be told apart when one comes back."""
    values = [one.get("value") for one in options_of(element)]
    if len(values) != len({str(value) for value in values}):
        spot.error("option values must be unique")


def initial_among_options(element: Json, spot: Spot) -> None:
    """`initial_option` and `initial_options` must match an option exactly, every field of it."""
    known = options_of(element)
    single = element.get("initial_option")
    chosen = element.get("initial_options")
    if single is not None and single not in known:
        spot.at("initial_option").error("initial_option must match one of the options")
    for index, one in enumerate(chosen if isinstance(chosen, list) else []):
        if one not in known:
            spot.at("initial_options").at(index).error("initial_options must match the options")


def initial_within_maximum(element: Json, spot: Spot) -> None:
    """A multi-select cannot open with more than `max_selected_items` chosen."""
    most = element.get("max_selected_items")
    for name in ("initial_options", "initial_users", "initial_conversations", "initial_channels"):
        chosen = element.get(name)
        if isinstance(chosen, list) and isinstance(most, int) and len(chosen) > most:
            spot.at(name).error(f"no more than {most} items allowed")


def options_or_groups(element: Json, spot: Spot) -> None:
    """A static select has options or groups of them, never both."""
    if ("options" in element) == ("option_groups" in element):
        spot.error("must define either options or option_groups, and not both")


def users_exist(element: Json, spot: Spot) -> None:
    """People offered as the initial choice must be in the workspace."""
    single = element.get("initial_user")
    several = element.get("initial_users")
    for user in [*([single] if single is not None else []), *(several if isinstance(several, list) else [])]:
        if not spot.findings.user_exists(str(user)):
            spot.error(f"invalid user: {user}")


def focus_once(element: Json, spot: Spot) -> None:
    """Only one element of a view can have the focus when it opens."""
    if element.get("focus_on_load") is True:
        spot.findings.focused += 1
        if spot.findings.focused > 1:
            spot.at("focus_on_load").error("only one element can have focus_on_load set to true")
