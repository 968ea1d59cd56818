"""From a state and an event to the next state. Never refuses, never decides."""

from collections.abc import Iterable
from functools import reduce

from bot.domain import events as e
from bot.domain.evolving import contributions, meetings, members  # noqa: F401 -- they hold the rules
from bot.domain.evolving.applying import apply
from bot.domain.learning_set import LearningSet


def evolve_all(learning_set: LearningSet | None, events: Iterable[e.Event]) -> LearningSet:
    """The state after all the events, in order. The first event of a new set is ``SetCreated``."""
    state = reduce(_step, events, learning_set)
    if state is None:
        raise ValueError("a set begins with SetCreated")
    return state


def evolve(learning_set: LearningSet, event: e.Event) -> LearningSet:
    """The state after one event."""
    return apply(event, learning_set)


def _step(learning_set: LearningSet | None, event: e.Event) -> LearningSet:
    if isinstance(event, e.SetCreated):
        return event.learning_set
    if learning_set is None:
        raise ValueError("a set begins with SetCreated")
    return evolve(learning_set, event)
