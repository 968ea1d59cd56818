"""What somebody asks to see of a set. A read changes nothing, and has its rule as every command has.

What a modal is about to ask is named by the command that it leads to, so that it has that command's rule.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Something of one set of one workspace, for the person who asks."""

    workspace_id: str
    set_id: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeNextMeeting(Read):
    """When the set meets next, and who is proposed and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeStatus(Read):
    """Where the set stands, and how many are in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeOwnPart(Read):
    """What of the set is the person's own, for Home and lists: its name, their meeting and commitments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeForm(Read):
    """What the fields of a modal are read against when it comes back."""
