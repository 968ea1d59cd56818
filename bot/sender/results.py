"""How an attempt to send a row can end."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.hindrances import Trouble
from bot.storage.outbox import Sent


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to do with the row. ``sent``: where the message is now; ``posted``: it is a new one."""

    sent: Sent | None = None
    posted: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """It failed and may succeed later. ``ambiguous``: Slack may have done it."""

    error: str
    wait: timedelta
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Limited:
    """Slack does not want such calls in this workspace for so long."""

    error: str
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Hindered:
    """It cannot succeed until something has changed in the workspace. ``keep``: it is worth waiting for."""

    error: str
    trouble: Trouble
    keep: bool


@dataclass(frozen=True, slots=True)
class Never:
    """It can never succeed."""

    error: str


Result = Done | Later | Limited | Hindered | Never
