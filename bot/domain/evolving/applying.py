"""How an event changes a state: `apply` finds its rule, and the rules share what stands here."""

from dataclasses import replace
from functools import singledispatch
from typing import Any, TypeVar

from bot.domain import events as e
from bot.domain.learning_set import LearningSet, Meeting, Turn

Item = TypeVar("Item")


@singledispatch
def apply(event: e.Event, state: LearningSet) -> LearningSet:
    """The state after the event. Raises TypeError for an event that has no rule."""
    raise TypeError(f"no rule for {type(event).__name__}")


def with_meeting(state: LearningSet, **changes: Any) -> LearningSet:
    """The set with its meeting changed."""
    return replace(state, meeting=replace(meeting_of(state), **changes))


def meeting_of(state: LearningSet) -> Meeting:
    """The set's meeting. Raises ValueError where it has none: such an event happens only in a meeting."""
    if state.meeting is None:
        raise ValueError("the set has no meeting")
    return state.meeting


def without(items: tuple[Item, ...], **key: object) -> tuple[Item, ...]:
    """The items that do not have all these attributes."""
    return tuple(i for i in items if any(getattr(i, name) != value for name, value in key.items()))


def is_placed(state: LearningSet, unit_id: str) -> bool:
    """Whether the unit stands in the turn order."""
    return any(place.unit_id == unit_id for place in state.places)


def with_turn(state: LearningSet, number: int, **changes: Any) -> LearningSet:
    """The set with the turn of this number changed."""

    def changed(turn: Turn) -> Turn:
        return replace(turn, **changes) if turn.number == number else turn

    return with_meeting(state, turns=tuple(changed(t) for t in meeting_of(state).turns))
