"""What stands in a row of the outbox, and the lane it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice
from bot.storage.sealing import opened_payload, sealed_payload
from bot.storage.tables import Call, RowState
from bot.vault import Vault

KINDS: dict[str, type[Outgoing]] = {"message": Message, "notice": PrivateNotice, "home": HomeView}
KIND_OF = {cls: kind for kind, cls in KINDS.items()}
IN_COLUMNS = frozenset({"key", "best_before", "update_only", "thread_key"})
"""Fields that have a column of their own; the others are the payload."""
IN_ITS_LANE = frozenset({"not_before"})
"""Fields that are kept as the state of the row's lane."""
UNKNOWN_END = frozenset({RowState.SENDING, RowState.AMBIGUOUS})
"""A row that is found so when it is claimed may have reached Slack already."""

Row = Mapping[Any, Any]

OF_PEOPLE = ("U", "W")
"""With these the ids of people begin, and so the lanes to their direct messages."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where Slack keeps a message of ours."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row. ``attempts`` counts the claims, this one included."""

    workspace_id: str
    lane: str
    position: int
    attempts: int
    lease_token: str
    claimed_at: datetime
    outgoing: Outgoing
    sent: Sent | None
    """The message that this one updates; None when it is new."""
    thread: Sent | None
    """The message in whose thread this one stands, if it was sent."""
    repeated: bool = False
    """Nobody knows how the attempt before this one ended: Slack may have done it already."""

    @property
    def call(self) -> Call | None:
        """How Slack is to be called; None: not at all."""
        only_update = getattr(self.outgoing, "update_only", False)
        return call_of(type(self.outgoing), is_sent=self.sent is not None, update_only=only_update)


def call_of(kind: type[Outgoing], *, is_sent: bool, update_only: bool) -> Call | None:
    """How Slack is to be called for something whose key has been sent or not; None: not at all."""
    if kind is PrivateNotice:
        return Call.NOTICE
    if kind is HomeView:
        return Call.HOME
    if is_sent:
        return Call.UPDATE
    return None if update_only else Call.POST


def call_of_row(row: Row) -> Call | None:
    """The same, for a row that was read with its ``own`` message."""
    is_sent = row["own_channel"] is not None
    return call_of(KINDS[row["kind"]], is_sent=is_sent, update_only=row["update_only"])


def lane_of(outgoing: Outgoing) -> str:
    """What the row must stay in order with.

    Private notices and Homes do not wait behind a channel's messages, and nothing waits behind a message
    that is held until a later time.
    """
    if isinstance(outgoing, Message):
        held = outgoing.not_before is not None
        return f"{outgoing.conversation}@{outgoing.key}" if held else outgoing.conversation
    if isinstance(outgoing, PrivateNotice):
        return f"{outgoing.conversation}/{outgoing.reader}"
    return f"home/{outgoing.person}"


def conversation_of(lane: str) -> str:
    """The channel that a lane leads to, or the person whose direct messages or Home it fills."""
    if lane.startswith("home/"):
        return lane.removeprefix("home/")
    return lane.partition("@")[0].partition("/")[0]


def is_direct(lane: str) -> bool:
    """Whether it leads to a person's direct messages."""
    return lane.startswith(OF_PEOPLE)


def row_of(
    outgoing: Outgoing, vault: Vault, *, workspace_id: str, position: int, now: datetime
) -> dict[str, Any]:
    """The row for something that is to be sent."""
    apart = IN_COLUMNS | IN_ITS_LANE
    payload = {f.name: getattr(outgoing, f.name) for f in fields(outgoing) if f.name not in apart}
    return {
        "workspace_id": workspace_id,
        "lane": lane_of(outgoing),
        "position": position,
        "key": outgoing.key,
        "kind": KIND_OF[type(outgoing)],
        "payload": sealed_payload(vault, workspace_id, outgoing.key, payload),
        "best_before": getattr(outgoing, "best_before", None),
        "update_only": getattr(outgoing, "update_only", False),
        "thread_key": getattr(outgoing, "thread_key", None),
        "state": RowState.WAITING,
        "attempts": 0,
        "error": None,
        "put_at": getattr(outgoing, "not_before", None) or now,
        "tried_at": None,
    }


def outgoing_of(row: Row, vault: Vault) -> Outgoing:
    """What a row has to say. Raises `CannotOpen`, `NoKeys`, or TypeError for another version's."""
    cls = KINDS[row["kind"]]
    known = {field.name for field in fields(cls)}
    said = opened_payload(vault, row) | {name: row[name] for name in IN_COLUMNS}
    return cls(**{name: value for name, value in said.items() if name in known})


def sent_of(row: Row, whose: str) -> Sent | None:
    """Where Slack keeps the row's ``own`` message, or that of its ``thread``."""
    channel, ts = row[f"{whose}_channel"], row[f"{whose}_ts"]
    return Sent(channel, ts) if channel is not None else None
