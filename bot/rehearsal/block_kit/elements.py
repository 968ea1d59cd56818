"""Every interactive element that the bot may send, with what Slack allows in it."""

from __future__ import annotations

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.checking import (
    Check,
    Fields,
    Spot,
    anything,
    array,
    boolean,
    integer,
    matching,
    one_of,
    shape,
    string,
)
from bot.rehearsal.block_kit.composition import (
    CONFIRM,
    OPTION_GROUP,
    PLACEHOLDER,
    focus_once,
    initial_among_options,
    initial_within_maximum,
    option,
    options_or_groups,
    plain_text,
    unique_values,
    users_exist,
)
from bot.rehearsal.json_types import Json

DATE = matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "must be a date as YYYY-MM-DD")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time as HH:mm")
ID = string(limits.IDENTIFIER)
MANY = 1_000
_LINES = integer(1, limits.RICH_TEXT_INPUT_LINES)

COMMON: Fields = {"action_id": ID, "confirm": CONFIRM}
FORM: Fields = {"placeholder": PLACEHOLDER, "focus_on_load": boolean}
DISPATCH = shape(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)},
    {},
)
TYPED_TEXT: Fields = {**FORM, "dispatch_action_config": DISPATCH}


def element(required: Fields, optional: Fields, *rules: Check) -> Check:
    """An element: `type`, `action_id` and `confirm` are added to what the table names."""
    return shape({"type": anything, **required}, {**COMMON, **optional}, *rules)


def typed_input(required: Fields, optional: Fields, *rules: Check) -> Check:
    """An input that people type into: no confirm dialog."""
    return shape(
        {"type": anything, **required}, {"action_id": ID, **TYPED_TEXT, **optional}, *rules, focus_once
    )


def image_element(extra: Fields) -> Check:
    """An image, as element or block: a url or a Slack file, and always an alternative text."""
    return shape(
        {"type": anything, "alt_text": string(limits.IMAGE_TEXT)},
        {"image_url": string(limits.IMAGE_URL), "slack_file": anything, **extra},
        _one_source,
    )


def _one_source(image: Json, spot: Spot) -> None:
    if ("image_url" in image) == ("slack_file" in image):
        spot.error("must define either image_url or slack_file, and not both")


def _lengths_in_order(field: Json, spot: Spot) -> None:
    least, most = field.get("min_length"), field.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        spot.error("min_length must not be greater than max_length")


def _initial_within_lengths(field: Json, spot: Spot) -> None:
    value, most = field.get("initial_value"), field.get("max_length", limits.TEXT_INPUT)
    if isinstance(value, str) and isinstance(most, int) and len(value) > most:
        spot.at("initial_value").error(f"must be less than {most + 1} characters")


STATIC: Fields = {
    **FORM,
    "options": array(option(), limits.SELECT_OPTIONS),
    "option_groups": array(OPTION_GROUP, limits.OPTION_GROUPS),
}
MULTI: Fields = {"max_selected_items": integer(1, MANY)}
CONVERSATIONS: Fields = {
    "default_to_current_conversation": boolean,
    "filter": shape(
        {},
        {
            "include": array(one_of("im", "mpim", "private", "public"), 4),
            "exclude_external_shared_channels": boolean,
            "exclude_bot_users": boolean,
        },
    ),
}
ANSWERS_BY_URL: Fields = {"response_url_enabled": boolean}

ELEMENTS: dict[str, Check] = {
    "button": element(
        {"text": plain_text(limits.BUTTON_TEXT)},
        {
            "url": string(limits.URL),
            "value": string(limits.BUTTON_VALUE),
            "style": one_of("primary", "danger"),
            "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
            "visible_to_user_ids": array(ID, limits.VISIBLE_TO_USERS),
        },
    ),
    "overflow": element(
        {"options": array(option(url=True), limits.OVERFLOW_OPTIONS, limits.OVERFLOW_OPTIONS_MIN)},
        {},
        unique_values,
    ),
    "static_select": element(
        {},
        {**STATIC, "initial_option": option()},
        options_or_groups,
        unique_values,
        initial_among_options,
        focus_once,
    ),
    "multi_static_select": element(
        {},
        {**STATIC, **MULTI, "initial_options": array(option(), limits.SELECT_OPTIONS)},
        options_or_groups,
        unique_values,
        initial_among_options,
        initial_within_maximum,
        focus_once,
    ),
    "external_select": element(
        {}, {**FORM, "initial_option": option(), "min_query_length": integer(0, MANY)}, focus_once
    ),
    "multi_external_select": element(
        {},
        {
            **FORM,
            **MULTI,
            "initial_options": array(option(), limits.SELECT_OPTIONS),
            "min_query_length": integer(0, MANY),
        },
        initial_within_maximum,
        focus_once,
    ),
    "users_select": element({}, {**FORM, "initial_user": ID}, users_exist, focus_once),
    "multi_users_select": element(
        {},
        {**FORM, **MULTI, "initial_users": array(ID, MANY)},
        users_exist,
        initial_within_maximum,
        focus_once,
    ),
    "conversations_select": element(
        {}, {**FORM, **CONVERSATIONS, **ANSWERS_BY_URL, "initial_conversation": ID}, focus_once
    ),
    "multi_conversations_select": element(
        {},
        {**FORM, **MULTI, **CONVERSATIONS, "initial_conversations": array(ID, MANY)},
        initial_within_maximum,
        focus_once,
    ),
    "channels_select": element({}, {**FORM, **ANSWERS_BY_URL, "initial_channel": ID}, focus_once),
    "multi_channels_select": element(
        {}, {**FORM, **MULTI, "initial_channels": array(ID, MANY)}, initial_within_maximum, focus_once
    ),
    "radio_buttons": element(
        {"options": array(option(mrkdwn=True), limits.CHOICES)},
        {"initial_option": option(mrkdwn=True), "focus_on_load": boolean},
        unique_values,
        initial_among_options,
        focus_once,
    ),
    "checkboxes": element(
        {"options": array(option(mrkdwn=True), limits.CHOICES)},
        {"initial_options": array(option(mrkdwn=True), limits.CHOICES), "focus_on_load": boolean},
        unique_values,
        initial_among_options,
        focus_once,
    ),
    "datepicker": element({}, {**FORM, "initial_date": DATE}, focus_once),
    "timepicker": element({}, {**FORM, "initial_time": TIME, "timezone": ID}, focus_once),
    "datetimepicker": element(
        {}, {"initial_date_time": integer(1_000_000_000, 9_999_999_999), "focus_on_load": boolean}, focus_once
    ),
    "plain_text_input": typed_input(
        {},
        {
            "multiline": boolean,
            "min_length": integer(0, limits.TEXT_INPUT),
            "max_length": integer(1, limits.TEXT_INPUT),
            "initial_value": string(limits.TEXT_INPUT, 0),
        },
        _lengths_in_order,
        _initial_within_lengths,
    ),
    "rich_text_input": typed_input({}, {"initial_value": anything, "min_lines": _LINES, "max_lines": _LINES}),
    "number_input": typed_input(
        {"is_decimal_allowed": boolean},
        {"initial_value": ID, "min_value": ID, "max_value": ID},
    ),
    "email_text_input": typed_input({}, {"initial_value": string(limits.TEXT_INPUT, 0)}),
    "url_text_input": typed_input({}, {"initial_value": string(limits.TEXT_INPUT, 0)}),
}

IMAGE_ELEMENT = image_element({})

_SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
_MULTI_SELECTS = tuple(f"multi_{name}" for name in _SELECTS)
_CHOICES = ("radio_buttons", "checkboxes")
_PICKERS = ("datepicker", "timepicker")
_TYPED = ("plain_text_input", "rich_text_input", "number_input", "email_text_input", "url_text_input")


def _some(*names: str) -> dict[str, Check]:
    return {name: ELEMENTS[name] for name in names}


ACCESSORIES = {
    **_some("button", "overflow", *_SELECTS, *_MULTI_SELECTS, *_CHOICES, *_PICKERS),
    "image": IMAGE_ELEMENT,
}
ACTIONS = _some("button", "overflow", *_SELECTS, *_CHOICES, *_PICKERS, "datetimepicker")
INPUTS = _some(*_SELECTS, *_MULTI_SELECTS, *_CHOICES, *_PICKERS, "datetimepicker", *_TYPED)
