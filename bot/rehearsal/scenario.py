"""Scenarios: who plays, in which channels, with which words, and what each does in which order.

A scenario is a TOML file in `scenarios/`; how to write one is told in `scenarios/README.md`. What is
wrong in one is said with the file's name and the place in it.
"""

from __future__ import annotations

import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parent / "scenarios"
FIRST = "heads-of-department"
"""The scenario that is played when none is named."""

Place = Literal["any", "board", "thread", "channel", "dm", "private", "modal", "home"]
"""Where somebody sees something: `private` is a message that Slack shows to nobody else."""

ROLES = frozenset({"owner", "another", "asked"})
"""Who acts where it is not known beforehand: see `scenarios/README.md`."""

_SPANS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class ScenarioError(Exception):
    """The scenario's file is missing or wrong; the sentence says what to do."""


def span(text: object) -> timedelta:
    """`90s`, `12m`, `2h`, `3d`, or several of them with blanks between. Raises ValueError."""
    parts = str(text).split()
    if not parts or not all(re.fullmatch(r"\d+[smhd]", part) for part in parts):
        raise ValueError(f"{text} is no span of time, such as 90s, 12m, 2h or 3d")
    return sum((timedelta(**{_SPANS[part[-1]]: int(part[:-1])}) for part in parts), timedelta())


Span = Annotated[timedelta, BeforeValidator(span)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Player(_Part):
    """One simulated person."""

    name: str
    title: str
    zone: str


class ChannelPlan(_Part):
    """A channel as it is before the story begins."""

    people: tuple[str, ...]
    private: bool = False
    bot: bool = False


class Sees(_Part):
    """What somebody must see after an act: who (the actor, when nobody is named), where, and which words."""

    who: str | None = None
    where: Place = "any"
    says: str | None = None
    local: str | None = None
    """The hours, in the reader's own zone, within which it must have come: `08:00-18:00`."""


def _sights(given: object) -> object:
    """One or several; a plain word names the place."""
    several = given if isinstance(given, list) else [given]
    return tuple({"where": one} if isinstance(one, str) else one for one in several)


Sights = Annotated[tuple[Sees, ...], BeforeValidator(_sights)]


class Step(_Part):
    """One act of one person (or of each of several in turn), and what must be seen then.

    Exactly one of `press`, `command`, `home`, `travels`, `joins`, `invites`, `closes`, `speaks`, `until` says
    what they do; with `fill` alone they fill the modal that is open.
    """

    who: tuple[str, ...] = ()
    after: Span = timedelta(seconds=15)
    press: str | None = None
    on: Place = "any"
    near: str | None = None
    labelled: str | None = None
    primary: bool = False
    """Only a button that stands out."""
    command: str | None = None
    channel: str | None = None
    """Where a command is typed, other than in the set's channel."""
    home: bool = False
    travels: str | None = None
    joins: str | None = None
    invites: str | None = None
    closes: bool = False
    speaks: str | None = None
    until: Sights | None = None
    within: Span = timedelta(days=60)
    opens: str | None = None
    fill: dict[str, Any] | None = None
    keep: str | None = None
    """The name under which the first text that is filled in can be asked for later, as `$name`."""
    refused: tuple[str, ...] = ()
    """The fields beside which the form must show an error."""
    later: bool = False
    """Nobody sees anything of it yet; a later step says what comes of it."""
    sees: Sights = ()

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("who"), str):
            return given | {"who": [given["who"]]}
        return given

    @model_validator(mode="after")
    def _does_one_thing(self) -> Step:
        if len(self.deeds) != 1 and not (not self.deeds and self.fill is not None):
            raise ValueError("a step needs exactly one of press, command, home, travels, joins, ... or fill")
        if not self.who and self.until is None:
            raise ValueError("a step needs somebody who acts")
        return self

    @property
    def deeds(self) -> list[str]:
        """What they do, by name."""
        names = ["press", "command", "home", "travels", "joins", "invites", "closes", "speaks", "until"]
        return [name for name in names if getattr(self, name)]


class Chapter(_Part):
    """Some steps under a heading. `stage`: the meeting must stand there when they begin."""

    part: str
    title: str
    stage: str | None = None
    steps: tuple[Step, ...]


class Plan(_Part):
    """The stages of a meeting, in order."""

    opening: tuple[str, ...]
    turn: tuple[str, ...]
    between_turns: tuple[str, ...] = ()
    closing: tuple[str, ...]
    turns: int

    def stages(self) -> list[str]:
        """Every stage of every turn of one meeting."""
        found = list(self.opening)
        for number in range(1, self.turns + 1):
            found += [*self.turn, *(self.between_turns if number < self.turns else ())]
        return [*found, *self.closing]


class Scenario(_Part):
    """A whole scenario."""

    name: str
    title: str
    about: str
    begins: datetime
    zone: str
    cast: dict[str, Player]
    channels: dict[str, ChannelPlan]
    home_channel: str
    """The set's channel: commands are typed there when a step names no other place."""
    plan: Plan
    texts: dict[str, Any] = Field(default_factory=dict)
    chapters: tuple[Chapter, ...]

    @model_validator(mode="after")
    def _names_are_known(self) -> Scenario:
        known = {*self.cast, *ROLES}
        named = [who for chapter in self.chapters for step in chapter.steps for who in step.who]
        strangers = sorted({*named, *(p for c in self.channels.values() for p in c.people)} - known)
        if strangers:
            raise ValueError(f"nobody in the cast is called {', '.join(strangers)}")
        if self.home_channel not in self.channels:
            raise ValueError(f"there is no channel {self.home_channel}")
        return self

    def parts(self, meetings: int) -> list[Chapter]:
        """The chapters to play for so many meetings. Raises ScenarioError when one has no script."""
        return [chapter for part in self._part_names(meetings) for chapter in self._part(part)]

    def _part_names(self, meetings: int) -> list[str]:
        names = ["before", "meeting-1"]
        for number in range(2, meetings + 1):
            scripted = any(chapter.part == f"meeting-{number}" for chapter in self.chapters)
            names += (
                [f"between-{number - 1}", f"meeting-{number}"]
                if scripted
                else ["between-again", "meeting-again"]
            )
        return [*names, "after"]

    def _part(self, name: str) -> list[Chapter]:
        found = [chapter for chapter in self.chapters if chapter.part == name]
        if not found and name != "after":
            raise ScenarioError(f"The scenario {self.name} has no script for {name}.")
        return found


def names() -> list[str]:
    """Every scenario that ships."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str) -> Scenario:
    """Read one scenario. Raises ScenarioError."""
    file = FOLDER / f"{name}.toml"
    if not file.is_file():
        raise ScenarioError(f"There is no scenario called {name}; there are {', '.join(names())}.")
    try:
        return Scenario.model_validate({"name": name} | tomllib.loads(file.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as wrong:
        raise ScenarioError(f"{file.name} is not TOML: {wrong}.") from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ScenarioError(f"{file.name}, {place or 'as a whole'}: {first['msg']}.") from wrong
