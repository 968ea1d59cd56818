"""What stands in each pane, for one reader: the facts, without any HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rehearsal.block_kit.reading import readable_text
from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.page.rehearsal import Rehearsal
from bot.rehearsal.page.texts import instant
from bot.rehearsal.page.unread import thread_place
from bot.rehearsal.people import Person
from bot.rehearsal.view_desk import OpenView

HOME, MESSAGES = "home", "messages"
"""Places other than channels: the app's Home, and the direct messages with it."""
TOGETHER_SECONDS = 300
THREADS_LISTED = 3


@dataclass(frozen=True)
class Look:
    """What one browser window shows: who looks, at which place, with which thread open beside it."""

    user: str
    place: str
    thread: str | None = None
    inspecting: int = 0
    """0 without the inspector; else how far back it goes: see `inspector.entries`."""
    reading: frozenset[str] = frozenset()
    """The panes that are before the reader's eyes: what stands there counts as read."""


@dataclass(frozen=True)
class Line:
    """One message as it is listed."""

    message: Message
    at: datetime
    name: str
    tint: int
    follows: bool
    """True when it continues what the same sender just said."""
    replies: int = 0
    unread: int = 0
    last_reply: datetime | None = None
    root_title: str = ""


@dataclass(frozen=True)
class PlaceEntry:
    """One line of the sidebar."""

    place: str
    name: str
    kind: str
    unread: int
    thread: str | None = None


class Panes:
    """Reads the local Slack for one look at it."""

    def __init__(self, rehearsal: Rehearsal, look: Look) -> None:
        self.rehearsal = rehearsal
        self.look = look
        self.slack = rehearsal.slack
        self.person: Person = rehearsal.person(look.user)
        self.zone = self.person.account.tz

    # The sidebar

    def people(self) -> list[tuple[str, Person, int, int]]:
        """Everybody one can act as: key, person, tint, and how much they have not read."""
        return [
            (key, one, self.tint(one.id), self._unread_of(one))
            for key, one in self.rehearsal.cast.people.items()
        ]

    def places(self) -> list[PlaceEntry]:
        """The channels that the person sees, with their newest threads."""
        return [entry for channel in self._channels(self.person) for entry in self._with_threads(channel)]

    def _with_threads(self, channel: Conversation) -> list[PlaceEntry]:
        shown = self.person.messages(channel)
        kind = "private" if channel.is_private else "public"
        entries = [PlaceEntry(channel.id, channel.name, kind, self._count(channel.id, shown))]
        roots = [one for one in shown if not one.is_reply and self.person.thread(one)]
        for root in roots[-THREADS_LISTED:]:
            unread = self._count(thread_place(channel.id, root.ts), self.person.thread(root))
            entries.append(PlaceEntry(channel.id, self.title_of(root), "thread", unread, root.ts))
        return entries

    def unread_direct(self) -> int:
        """Unread messages of the app to this person."""
        return self._direct_unread(self.person)

    def _direct_unread(self, person: Person) -> int:
        dm = person.dm()
        return self.rehearsal.unread.count(person.id, dm[0].channel, dm) if dm else 0

    def _unread_of(self, person: Person) -> int:
        found = self._direct_unread(person)
        for channel in self._channels(person):
            found += self.rehearsal.unread.count(person.id, channel.id, person.messages(channel))
        return found

    def _channels(self, person: Person) -> list[Conversation]:
        return [
            one
            for one in self.slack.workspace.conversations.values()
            if not one.is_im and (person.id in one.members)
        ]

    def _count(self, place: str, messages: Sequence[Message]) -> int:
        return self.rehearsal.unread.count(self.person.id, place, messages)

    def awaited(self) -> tuple[str, str] | None:
        """What the person who is waited for was to do: the kind of deed, and what it is called there."""
        players = self.rehearsal.players
        if players.next is None or players.waits_for is None:
            return None
        step, person = players.next.step, self.rehearsal.cast.people[players.waits_for]
        if step.command:
            return "command", step.command
        seen: list[Message | OpenView] = [
            one for one in self.slack.workspace.all_messages() if person.sees(one)
        ]
        seen += [one for one in (person.home, person.modal) if one is not None]
        labels = (
            one.text
            for place in reversed(seen)
            for one in person.buttons(place)
            if one.action_id == step.press
        )
        label = next(labels, "")
        return ("press", label) if label else ("act", "")

    # Messages

    @property
    def channel(self) -> Conversation | None:
        """The channel that is looked at, or None for the app's own places."""
        found = self.slack.workspace.conversations.get(self.look.place)
        return found if found is not None and self.person.id in found.members and not found.is_im else None

    def lines(self) -> list[Line]:
        """The messages of the place, oldest first."""
        channel = self.channel
        shown = self.person.messages(channel) if channel else self.person.dm()
        if shown and "main" in self.look.reading:
            self.rehearsal.unread.read(self.person.id, shown[0].channel, shown)
        return self._lines(shown)

    @property
    def root(self) -> Message | None:
        """The message whose thread is open."""
        channel = self.channel
        if channel is None or self.look.thread is None:
            return None
        found = self.slack.workspace.find_message(channel.id, self.look.thread)
        return found if found is not None and self.person.sees(found) else None

    def thread_lines(self, root: Message) -> list[Line]:
        """The root and its replies."""
        replies = self.person.thread(root)
        if "thread" in self.look.reading:
            self.rehearsal.unread.read(self.person.id, thread_place(root.channel, root.ts), replies)
        return self._lines([root, *replies], in_thread=True)

    def _lines(self, messages: Sequence[Message], *, in_thread: bool = False) -> list[Line]:
        found: list[Line] = []
        for message in messages:
            before = found[-1].message if found else None
            found.append(self._line(message, before, in_thread=in_thread))
        return found

    def _line(self, message: Message, before: Message | None, *, in_thread: bool) -> Line:
        replies = [] if in_thread or message.is_reply else self.person.thread(message)
        return Line(
            message=message,
            at=instant(message.ts),
            name=self.slack.workspace.name_of(message.user),
            tint=self.tint(message.user),
            follows=before is not None and not in_thread and _continues(before, message),
            replies=len(replies),
            unread=self._count(thread_place(message.channel, message.ts), replies),
            last_reply=instant(replies[-1].ts) if replies else None,
            root_title=self._root_title(message) if message.is_reply and not in_thread else "",
        )

    def _root_title(self, message: Message) -> str:
        root = self.slack.workspace.find_message(message.channel, message.thread_ts or "")
        return self.title_of(root) if root else ""

    def title_of(self, message: Message) -> str:
        """The first line of a message."""
        text = readable_text(message.blocks[:1], message.text, self.slack.workspace.name_of)
        return text.splitlines()[0] if text.strip() else ""

    def tint(self, user: str) -> int:
        """A number for the colour beside somebody's name; 0 is the app's."""
        order = [one.id for one in self.rehearsal.cast.people.values()]
        return order.index(user) + 1 if user in order else 0


def _continues(before: Message, message: Message) -> bool:
    return (
        before.user == message.user
        and not message.from_bot
        and not message.is_reply
        and before.ephemeral_to == message.ephemeral_to
        and (instant(message.ts) - instant(before.ts)).total_seconds() < TOGETHER_SECONDS
    )
