"""What the doctor says: one line of each thing."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is."""

    OK = "ok"
    WRONG = "wrong"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. ``told`` says what is wrong and what to do."""

    state: State
    what: str
    told: str

    def __str__(self) -> str:
        return f"{self.state:<12} {self.what}: {self.told}"


def ok(what: str, told: str) -> Finding:
    """It is as it should be."""
    return Finding(State.OK, what, told)


def wrong(what: str, told: str) -> Finding:
    """The operator must do something."""
    return Finding(State.WRONG, what, told)


def not_checked(what: str, told: str) -> Finding:
    """Nobody knows, and why."""
    return Finding(State.NOT_CHECKED, what, told)


def unreachable(what: str, error: Exception) -> Finding:
    """Slack does not answer at all."""
    return wrong(
        what,
        f"Slack cannot be reached ({type(error).__name__}). Check the network, and SLACK_API_URL if set.",
    )
