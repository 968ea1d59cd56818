"""Fields that one picks from: options, people and channels."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    CheckboxesElement,
    ConversationFilter,
    ConversationSelectElement,
    InputInteractiveElement,
    Option,
    OptionGroup,
    RadioButtonsElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    UserMultiSelectElement,
    UserSelectElement,
)

from bot.surfaces.fields import ACTION_ID, Field, FieldError, Labels
from bot.surfaces.text import shorten

LABEL_LIMIT = 75
"""Slack's limit for the text and the description of an option."""

_ID = re.compile(r"\w{1,64}", re.ASCII)
_CHANNEL_ID = re.compile(r"[CG]\w{1,63}", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """An option. Without a text it has the field's words: ``options.<value>``, ``descriptions.<value>``."""

    value: str
    text: str | None = None
    description: str | None = None

    def option(self, labels: Labels) -> Option:
        """Drawn; too long a label ends in an ellipsis, the value never changes."""
        text = self.text or labels.words.plain(f"{labels.prefix}.options.{self.value}")
        description = self.description or labels.optional(f"descriptions.{self.value}")
        return Option(
            value=self.value,
            text=shorten(text, LABEL_LIMIT),
            description=shorten(description, LABEL_LIMIT) if description else None,
        )


@dataclass(frozen=True)
class ChoiceGroup:
    """Options under a heading; Slack takes up to 100 in each."""

    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True, kw_only=True)
class _Chosen(Field):
    """One of some options. With ``groups`` the options stand under headings."""

    choices: Sequence[Choice] = ()
    groups: Sequence[ChoiceGroup] = ()
    state_key = "selected_option"

    @property
    def every_choice(self) -> tuple[Choice, ...]:
        return (*self.choices, *(choice for group in self.groups for choice in group.choices))

    def parse(self, raw: object) -> object:
        return self._value(raw)

    def _value(self, raw: object) -> str:
        value = raw.get("value") if isinstance(raw, dict) else None
        if value not in [choice.value for choice in self.every_choice]:
            raise FieldError("modals.error.not_an_option")
        return str(value)

    def _options(self, labels: Labels, values: Iterable[object] | None = None) -> list[Option]:
        wanted = None if values is None else list(values)
        return [c.option(labels) for c in self.every_choice if wanted is None or c.value in wanted]


@dataclass(frozen=True, kw_only=True)
class Select(_Chosen):
    """A menu of up to 100 options, or of up to 100 groups of them."""

    slack_type = "static_select"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        groups = [
            OptionGroup(label=group.label, options=[choice.option(labels) for choice in group.choices])
            for group in self.groups
        ]
        return StaticSelectElement(
            action_id=ACTION_ID,
            placeholder=labels.optional("placeholder"),
            options=None if groups else self._options(labels),
            option_groups=groups or None,
            initial_option=next(iter(self._options(labels, [initial])), None),
        )


@dataclass(frozen=True, kw_only=True)
class Radio(_Chosen):
    """Up to ten options, all of them seen."""

    slack_type = "radio_buttons"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return RadioButtonsElement(
            action_id=ACTION_ID,
            options=self._options(labels),
            initial_option=next(iter(self._options(labels, [initial])), None),
        )


@dataclass(frozen=True, kw_only=True)
class MultiSelect(_Chosen):
    """Any number of some options."""

    slack_type = "multi_static_select"
    state_key = "selected_options"
    nothing = ()

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        chosen = initial if isinstance(initial, list | tuple) else ()
        return StaticMultiSelectElement(
            action_id=ACTION_ID,
            placeholder=labels.optional("placeholder"),
            options=self._options(labels),
            initial_options=self._options(labels, chosen) or None,
        )

    def parse(self, raw: object) -> tuple[str, ...]:
        values = tuple(self._value(option) for option in _items(raw))
        if len(values) != len(frozenset(values)):
            raise FieldError("modals.error.chosen_twice")
        return values


@dataclass(frozen=True, kw_only=True)
class Tick(Field):
    """One box that is ticked or not: a bool. Its words are ``options.yes``."""

    optional: bool = True
    slack_type = "checkboxes"
    state_key = "selected_options"
    nothing = False

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        yes = Choice("yes").option(labels)
        return CheckboxesElement(
            action_id=ACTION_ID, options=[yes], initial_options=[yes] if initial is True else None
        )

    def parse(self, raw: object) -> bool:
        if [option.get("value") if isinstance(option, dict) else None for option in _items(raw)] != ["yes"]:
            raise FieldError("modals.error.not_an_option")
        return True


@dataclass(frozen=True, kw_only=True)
class User(Field):
    """One person of the workspace. Slack offers bots and deactivated people too: check who it is."""

    slack_type = "users_select"
    state_key = "selected_user"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return UserSelectElement(
            action_id=ACTION_ID,
            placeholder=labels.optional("placeholder"),
            initial_user=initial if isinstance(initial, str) else None,
        )

    def parse(self, raw: object) -> str:
        return _slack_id(raw)


@dataclass(frozen=True, kw_only=True)
class Users(Field):
    """Several people, in the order in which they were picked."""

    fewest: int = 1
    most: int
    slack_type = "multi_users_select"
    state_key = "selected_users"
    nothing = ()

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return UserMultiSelectElement(
            action_id=ACTION_ID,
            placeholder=labels.optional("placeholder"),
            initial_users=list(initial) if isinstance(initial, list | tuple) else None,
            max_selected_items=self.most,
        )

    def parse(self, raw: object) -> tuple[str, ...]:
        people = tuple(_slack_id(person) for person in _items(raw))
        if len(people) != len(frozenset(people)):
            raise FieldError("modals.error.chosen_twice")
        if not self.fewest <= len(people) <= self.most:
            raise FieldError("modals.error.how_many_people", fewest=self.fewest, most=self.most)
        return people


@dataclass(frozen=True, kw_only=True)
class Channel(Field):
    """A public or private channel, no DM."""

    slack_type = "conversations_select"
    state_key = "selected_conversation"

    def element(self, labels: Labels, initial: object) -> InputInteractiveElement:
        return ConversationSelectElement(
            action_id=ACTION_ID,
            placeholder=labels.optional("placeholder"),
            initial_conversation=initial if isinstance(initial, str) else None,
            default_to_current_conversation=True if initial is None else None,
            filter=ConversationFilter(include=["public", "private"], exclude_bot_users=True),
        )

    def parse(self, raw: object) -> str:
        return _slack_id(raw, _CHANNEL_ID)


def _slack_id(raw: object, shape: re.Pattern[str] = _ID) -> str:
    if not isinstance(raw, str) or not shape.fullmatch(raw):
        raise FieldError("modals.error.malformed")
    return raw


def _items(raw: object) -> list[object]:
    if not isinstance(raw, list):
        raise FieldError("modals.error.malformed")
    return raw
