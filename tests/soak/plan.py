"""How a soak is to be, and what there is to say of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.soak.planted import Bug


@dataclass(frozen=True)
class Plan:
    """How one soak is to be."""

    seconds: float
    seed: int
    rounds: int | None = None
    """No more of them, however fast this machine is."""
    workspaces: int = 9
    sets: int = 8
    """In each workspace."""
    replicas: int = 3
    http: bool = True
    fair: bool = False
    """Nothing goes wrong but what is planted."""
    stops: bool = False
    """The database's server is stopped now and then: it must be of this soak alone."""
    bug: Bug | None = None


@dataclass(frozen=True)
class Outcome:
    """What the driver says at the end."""

    wrong: list[str]
    counts: Mapping[str, int]
    line: str

    @property
    def balanced(self) -> bool:
        return not self.wrong
