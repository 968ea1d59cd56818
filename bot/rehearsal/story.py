"""The rehearsal as a story: who did what, what the bot said, in short lines, in the set's time."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from zoneinfo import ZoneInfo

from bot.rehearsal.clock import Clock
from bot.rehearsal.people import Person
from bot.rehearsal.transcript import Entry

WIDTH = 110
LONGEST = 150
"""Characters of one text; a reader who wants all of it opens the transcript."""

ACTS = {
    "act_press": "presses “{text}”",
    "act_command": "types {text}",
    "act_submit": "sends {text}",
    "act_closed": "closes “{text}”",
    "act_open_home": "opens App Home",
    "act_travel": "travels: their clock is now that of {text}",
    "act_join_channel": "joins #{text}",
    "act_invite_bot": "types {text}",
    "human_message": "writes “{text}”",
}
SAID = {
    "message_posted": "in {place}: {text}",
    "message_updated": "in {place}, now: {text}",
    "ephemeral_posted": "to {who} alone: {text}",
    "modal_opened": "opens for {who}: “{title}”",
    "modal_updated": "shows {who}: {text}",
    "modal_refused": "asks {who} to look again: {last}",
    "home_published": "fills the App Home of {who}",
}


class Story:
    """Turns what the local Slack writes down into lines for `tell`. What reads the same is told once."""

    def __init__(self, clock: Clock, zone: str, tell: Callable[[str], None]) -> None:
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._tell = tell
        self._day = ""
        self._last: dict[object, str] = {}

    def heading(self, title: str) -> None:
        """A new chapter."""
        self._tell("")
        self._tell(f"== {title}")

    def speech(self, person: Person, text: str) -> None:
        """Something said aloud on the call: Slack, and so the bot, knows nothing of it."""
        self._line(person.account.shown_name, f"says on the call: “{text}”")

    def entry(self, entry: Entry) -> None:
        """One entry of the transcript."""
        kind, text = entry["kind"], _short(entry["text"])
        if kind in ACTS:
            self._line(str(entry["user_name"]), ACTS[kind].format(text=text))
        elif kind in SAID and self._is_new(entry, text):
            lines = entry["text"].splitlines() or [""]
            where = {"place": _place(entry), "who": entry["user_name"], "title": lines[0], "last": lines[-1]}
            self._line("  the bot", SAID[kind].format(text=text, **where))

    def _is_new(self, entry: Entry, text: str) -> bool:
        thing = entry.get("ts") or (entry["kind"], entry["user"])
        same = self._last.get(thing) == text
        self._last[thing] = text
        return not same

    def _line(self, who: str, told: str) -> None:
        at = self._clock.now().astimezone(self._zone)
        day = f"{at:%A %d %B %Y}"
        if day != self._day:
            self._day = day
            self._tell(f"-- {day} --")
        wrapped = textwrap.wrap(f"{who} {told}", WIDTH - 7, subsequent_indent="    ")
        self._tell(f"{at:%H:%M}  " + "\n       ".join(wrapped))


def _place(entry: Entry) -> str:
    name = str(entry["channel_name"])
    if name.startswith("dm-"):
        return f"a message to {name.removeprefix('dm-')}"
    return f"the thread of #{name}" if entry.get("thread_ts") not in (None, entry.get("ts")) else f"#{name}"


def _short(text: str) -> str:
    one_line = " / ".join(line.strip() for line in text.splitlines() if line.strip())
    return textwrap.shorten(one_line, LONGEST, placeholder=" …") if len(one_line) > LONGEST else one_line
