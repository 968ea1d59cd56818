"""Why a set, or one person, cannot be reached in the workspace for longer than a moment.

A hindrance pauses exactly what it must: that of a channel the set that meets in it, that of a person their
own prompts, that of a workspace everything in it. None of them loses anything; when the cause goes away,
things resume.
"""

from dataclasses import dataclass
from enum import StrEnum


class Hindrance(StrEnum):
    """The cause, as the workspace tells it."""

    ARCHIVED = "archived"
    """The channel is archived: it can be read and not written to."""
    DELETED = "deleted"
    """The channel is gone, or is private and the bot is not in it; Slack gives one answer for both."""
    BOT_REMOVED = "bot-removed"
    """The bot is no longer in the channel."""
    MAY_NOT_POST = "may-not-post"
    """Posting in the channel is restricted to others."""
    SHARED_OUTSIDE = "shared-outside"
    """The channel was shared with another organisation, and nobody of the set has agreed to that yet."""
    PERSON_GONE = "person-gone"
    """The person's account is deactivated, or the bot may not write to them."""
    WORKSPACE_GONE = "workspace-gone"
    """The app was uninstalled, or its token revoked."""
    ACCESS_REVOKED = "access-revoked"
    """An organisation took the workspace out of the app's reach."""


OF_A_CHANNEL = frozenset(
    {
        Hindrance.ARCHIVED,
        Hindrance.DELETED,
        Hindrance.BOT_REMOVED,
        Hindrance.MAY_NOT_POST,
        Hindrance.SHARED_OUTSIDE,
    }
)
"""They pause the set that meets there; whoever looks after it is told."""
OF_A_WORKSPACE = frozenset({Hindrance.WORKSPACE_GONE, Hindrance.ACCESS_REVOKED})
"""They pause all that is in the workspace; nobody there can be told."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something could not be said, and never can be as things are."""

    workspace_id: str
    conversation: str | None
    """The channel; None where it was for one person, or where the whole workspace is out of reach."""
    person: str | None
    """For whom it was."""
    cause: Hindrance
    key: str
    """Our key of what could not be said."""
