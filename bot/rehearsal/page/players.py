"""The simulated members on the page: off, one step at a time, or all of them at reading speed.

They follow the scenario, beat by beat, as long as the meeting follows it too. Where somebody at the page has
done a thing already, or has taken the meeting elsewhere, they look for the place from which to go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.rehearsal.acts import Act
from bot.rehearsal.autoplay import ActFailed, Autoplay
from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.scenario import Chapter, Scenario, ScenarioError, Step
from bot.rehearsal.timekeeper import NeverQuiet

MOST_MEETINGS = 8
"""So many meetings are played at most; the later ones are alike."""
STUMBLES = 3
"""After so many acts that could not be done, one after the other, the members stop."""
WENT_WRONG = (ActFailed, CannotAct, FormRefused, ScenarioError, TimeoutError, NeverQuiet)


Running = tuple[str, int | None]
"""A stage, and of which turn of the meeting where it belongs to one."""


@dataclass(frozen=True)
class Beat:
    """One thing that one person does (`who`), or that all wait for (None)."""

    chapter: Chapter
    step: Step
    who: str | None
    running: Running | None


@dataclass
class Outcome:
    """What became of a beat: done, skipped, waiting (somebody at the page must act), or ended."""

    kind: str
    beat: Beat | None = None
    why: str = ""


class Players:
    """Everybody whom nobody at the page has taken over. `take_over` and `let_go` name keys of the cast."""

    def __init__(self, autoplay: Autoplay) -> None:
        self._autoplay = autoplay
        self._beats = list(_beats(autoplay.scenario))
        self.position = 0
        self.taken: set[str] = set()
        self.playing = False
        self.stumbles = 0
        self.last: Outcome | None = None
        self.speech: tuple[str, str] | None = None
        """Who spoke last on the call, and what: Slack knows nothing of it."""

    # State

    def state(self) -> JsonObject:
        """For `restore`."""
        return {
            "position": self.position,
            "taken": sorted(self.taken),
            "texts": self._autoplay.texts.state(),
        }

    def restore(self, state: Json) -> None:
        """Go on from a `state`. Raises KeyError, TypeError, ValueError."""
        self.position = int(state["position"])
        self.taken = set(state["taken"])
        self._autoplay.texts.restore(state["texts"])

    @property
    def next(self) -> Beat | None:
        """What comes next, or None at the end of the scenario."""
        return self._beats[self.position] if self.position < len(self._beats) else None

    def actor(self, beat: Beat) -> str | None:
        """Who it is, `owner` resolved; None where nobody can be named."""
        if beat.who is None:
            return None
        try:
            return self._autoplay.actor(beat.who)
        except CannotAct:
            return None

    @property
    def waits_for(self) -> str | None:
        """The person at the page without whom the members do not go on."""
        beat = self.next
        actor = self.actor(beat) if beat is not None else None
        return actor if actor in self.taken and beat is not None and not beat.step.speaks else None

    # Playing

    async def step(self, longest_wait: timedelta, running: Running | None) -> Outcome:
        """The next beat, unless it is one of somebody who was taken over.

        `running` is where a meeting stands, if one is under way.
        """
        self._find_place(running)
        beat, self.speech = self.next, None
        if beat is None:
            return self._note(Outcome("ended"))
        if self.waits_for is not None:
            return self._note(Outcome("waiting", beat))
        self.position += 1
        try:
            await self._do(beat, longest_wait)
        except WENT_WRONG as wrong:
            self.stumbles += 1
            return self._note(Outcome("skipped", beat, str(wrong)))
        self.stumbles = 0
        return self._note(Outcome("done", beat))

    def skip(self) -> None:
        """Leave out the beat that is waited for."""
        self.position += 1

    async def seat(self, part: str) -> None:
        """Play all that comes before the first act of this part. Raises what `Autoplay.play` raises."""
        while (beat := self.next) is not None and (beat.chapter.part != part or beat.who is None):
            self.position += 1
            await self._do(beat, beat.step.within)

    def noticed(self, actor: str, act: Act, name: str) -> None:
        """Somebody at the page acted; when it was the next beat, it is done."""
        beat = self.next
        if beat is None or beat.who is None or self.actor(beat) != actor or act.refused or act.errors:
            return
        step = beat.step
        by_modal = step.fill is not None or step.opens is not None
        if (act.kind == "act_submit") if by_modal else name in (step.press, step.command):
            self.position += 1

    async def _do(self, beat: Beat, longest_wait: timedelta) -> None:
        if beat.who is None:
            await self._autoplay.wait(beat.step, min(longest_wait, beat.step.within))
            return
        if beat.step.speaks:
            actor = self._autoplay.actor(beat.who)
            self.speech = (actor, self._autoplay.texts.of(beat.step.speaks, actor))
        await self._autoplay.beat(beat.step, beat.who)

    def _find_place(self, running: Running | None) -> None:
        """Where the meeting stands elsewhere than the scenario, go on from the place that fits it.

        Within a chapter the meeting may go back and forth, as long as the members can do what they are to do.
        """
        beat = self.next
        begins = self.position == 0 or self._beats[self.position - 1].chapter is not (beat and beat.chapter)
        if beat is None or not (begins or self.stumbles) or beat.running == running:
            return
        if running is None:
            fitting = (i for i in self._ahead() if self._beats[i].chapter.part != beat.chapter.part)
        else:
            part = next(
                (p for i in self._ahead() if (p := self._beats[i].chapter.part).startswith("meeting")), ""
            )
            fitting = (
                i for i, one in enumerate(self._beats) if (one.chapter.part, one.running) == (part, running)
            )
        self.position = next(fitting, self.position)

    def _ahead(self) -> range:
        return range(self.position, len(self._beats))

    def _note(self, outcome: Outcome) -> Outcome:
        self.last = outcome
        if outcome.kind in ("ended", "waiting") or self.stumbles >= STUMBLES:
            self.playing = self.playing and outcome.kind == "waiting"
        return outcome


def _chapters(scenario: Scenario) -> list[Chapter]:
    """As many meetings as the scenario has a script for."""
    for meetings in range(MOST_MEETINGS, 0, -1):
        with suppress(ScenarioError):
            return [one for one in scenario.parts(meetings) if one.part != "after"]
    return []


def _beats(scenario: Scenario) -> Iterator[Beat]:
    seen: Counter[tuple[str, str]] = Counter()
    for chapter in _chapters(scenario):
        running: Running | None = None
        if chapter.stage is not None:
            seen[chapter.part, chapter.stage] += 1
            in_turn = chapter.stage in scenario.plan.turn
            running = chapter.stage, seen[chapter.part, chapter.stage] if in_turn else None
        for step in chapter.steps:
            for who in step.who if step.until is None else (None,):
                yield Beat(chapter, step, who, running)
