"""What waits in the outbox: the one form in which surfaces hand messages to storage, and it to the sender.

A message has *our* key (``meeting:42:board``); only the sender knows Slack's ``ts``. A message whose key was
already sent is an update of it; a waiting one with the same key is replaced.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a channel (``C...``) or, as a DM, to a person (``U...``)."""

    key: str
    conversation: str
    text: str
    """The whole content as text: notifications and screen readers read only this."""
    blocks: list[dict[str, Any]]
    thread_key: str | None = None
    """Key of the message in whose thread this one stands."""
    broadcast: bool = False
    """Show the thread reply in the channel as well."""
    best_before: datetime | None = None
    """Not sent after this instant; None: it must arrive however late."""
    stage: str | None = None
    """The format's stage id, carried as opaque metadata."""
    update_only: bool = False
    """Never posted anew: dropped when the message it updates was never sent."""
    not_before: datetime | None = None
    """Held until this instant, such as the reader's working hours, without holding up anything else."""


@dataclass(frozen=True, slots=True)
class PrivateNotice:
    """An ephemeral word to one person in a conversation. Nothing essential: Slack promises no delivery."""

    key: str
    conversation: str
    reader: str
    text: str
    blocks: list[dict[str, Any]]
    thread_key: str | None = None
    best_before: datetime | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class HomeView:
    """A person's App Home, published because their own state changed."""

    key: str
    person: str
    view: dict[str, Any]


Outgoing = Message | PrivateNotice | HomeView
