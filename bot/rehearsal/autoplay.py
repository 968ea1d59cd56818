"""Autoplay: plays a scenario's script with simulated members, against whatever bot is connected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from bot.rehearsal.acts import Act
from bot.rehearsal.cast import Cast
from bot.rehearsal.checks import Record
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.deeds import Deeds
from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.expectations import Observer, in_words
from bot.rehearsal.scenario import Chapter, Scenario, ScenarioError, Sees, Step
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.story import Story
from bot.rehearsal.texts import Texts
from bot.rehearsal.timekeeper import Bot, NeverQuiet, Timekeeper
from bot.rehearsal.transcript import Entry

TYPING_TAKES = timedelta(seconds=15)
ANSWER_TAKES = timedelta(seconds=6)
"""How long people wait for what comes of an act before they say that nothing did."""


class ActFailed(Exception):
    """Something did not happen as the scenario tells; the sentence names the act at fault."""


@dataclass
class Autoplay:
    """One rehearsal of one scenario.

    `clock` is the one that the local Slack and the bot read. `pace` is awaited after each act, for whoever
    wants to read along.
    """

    scenario: Scenario
    slack: LocalSlack
    clock: MovableClock
    bot: Bot
    seed: int = 0
    story: Story | None = None
    pace: Callable[[], Awaitable[None]] | None = None
    known: Cast | None = None
    """The people, where they are in the local Slack already."""

    def __post_init__(self) -> None:
        self.cast = self.known or Cast.enter(self.scenario, self.slack)
        self._texts = Texts(self.scenario.texts, self.seed)
        self._deeds = Deeds(self.slack, self.cast, self._texts, self.scenario.zone)
        self._observer = Observer(self.slack.workspace)
        self._time = Timekeeper(self.clock, self.slack, self.bot)

    @property
    def texts(self) -> Texts:
        """The words that are drawn from."""
        return self._texts

    async def play(self, meetings: int) -> None:
        """Play this many whole meetings and what lies between them. Raises ActFailed, ScenarioError."""
        for chapter in self.scenario.parts(meetings):
            await self._chapter(chapter)

    def record(self) -> Record:
        """What the checks look at afterwards."""
        everybody = self.slack.workspace.accounts
        conversations = self.slack.workspace.conversations.values()
        return Record(
            entries=self.slack.transcript.entries,
            plan=self.scenario.plan,
            home=self.cast.home.id,
            readers={one.id: one.im_with for one in conversations if one.im_with is not None},
            zones={self.cast.people[key].id: player.zone for key, player in self.scenario.cast.items()},
            names=[one.shown_name for one in everybody.values()],
        )

    async def _chapter(self, chapter: Chapter) -> None:
        if self.story:
            self.story.heading(chapter.title)
        if chapter.stage is not None and self.stage() != chapter.stage:
            raise ActFailed(
                f"{chapter.title}: the board should stand at {chapter.stage}, not at {self.stage()}."
            )
        for number, step in enumerate(chapter.steps, start=1):
            place = f"{chapter.title}, step {number}"
            try:
                await self._step(step)
            except (ActFailed, CannotAct, FormRefused, NeverQuiet, ScenarioError, TimeoutError) as wrong:
                raise ActFailed(f"{place}: {_act_in_words(step)}, but {wrong}.") from wrong

    async def _step(self, step: Step) -> None:
        if step.until is not None:
            await self.wait(step, step.within)
            await self._at_reading_speed()
            return
        for who in step.who:
            await self.beat(step, who)

    async def beat(self, step: Step, who: str) -> None:
        """One person's part in a step that is no wait. Raises as `play`, and what Person and the time do."""
        async for actor in self._actors(step, who):
            await self._time.pass_to(self._time.now() + step.after)
            await self._act(step, actor)
            await self._at_reading_speed()

    async def _at_reading_speed(self) -> None:
        if self.pace is not None:
            await self.pace()

    async def wait(self, step: Step, within: timedelta) -> None:
        """Let time pass until all that the step waits for has been seen. Raises as `beat`."""
        wanted = step.until or ()
        since = len(self.slack.transcript.entries)
        actor = self.actor(step.who[0]) if step.who else None
        resolved = [self._resolved(one, actor) for one in wanted]
        await self._time.pass_to(
            self._time.now() + within, lambda: all(self._found(one, since) for one in resolved)
        )
        self._check(resolved, since)

    async def _act(self, step: Step, actor: str) -> None:
        since = len(self.slack.transcript.entries)
        wanted: list[Sees] = []
        if step.speaks is not None:
            if self.story:
                self.story.speech(self.cast.people[actor], self._texts.of(step.speaks, actor))
            return
        await self._do(step, actor)
        if step.fill is not None:
            await self._submit(step, actor)
        wanted = [self._resolved(one, actor) for one in step.sees]
        shown_by_slack = step.later or step.closes
        if not wanted and not shown_by_slack and not self._observer.visible(self._since(since)):
            raise ActFailed("nobody saw anything come of it")
        self._check(wanted, since)

    async def _do(self, step: Step, actor: str) -> None:
        """The act itself, without the modal that it may open."""
        deeds: dict[str, Callable[[], Awaitable[Act] | None]] = {
            "press": lambda: self._deeds.press(step, actor),
            "command": lambda: self._deeds.command(step, actor),
            "home": lambda: self._deeds.open_home(actor),
            "closes": lambda: self._deeds.close(actor),
            "travels": lambda: self._deeds.travel(step, actor),
            "joins": lambda: self._deeds.join(step, actor),
            "invites": lambda: self._deeds.invite(step, actor),
        }
        if not step.deeds:
            return
        before = self.cast.people[actor].modal
        deed = deeds[step.deeds[0]]()
        if deed is not None:
            _check_answered(await deed)
        await self._settle()
        now = self.cast.people[actor].modal
        if (step.fill is not None or step.opens) and (now is None or (now is before and step.on != "modal")):
            raise ActFailed("no modal opened")
        if step.opens and now is not None and now.callback_id != step.opens:
            raise ActFailed(f"the modal that opened is {now.callback_id}, not {step.opens}")

    async def _submit(self, step: Step, actor: str) -> None:
        if step.deeds:
            await self._time.pass_to(self._time.now() + TYPING_TAKES)
        act = await self._deeds.submit(step, actor)
        _check_answered(act)
        await self._settle()
        missing = [field for field in step.refused if field not in act.errors]
        if missing:
            raise ActFailed(f"the form was to be refused at {', '.join(missing)}")
        if act.errors and not step.refused:
            raise ActFailed(f"the form was refused: {'; '.join(f'{k}: {v}' for k, v in act.errors.items())}")

    async def _settle(self) -> None:
        """Let the answer come: Slack takes one message a second per channel."""
        await self._time.rest()
        await self._time.pass_to(self._time.now() + ANSWER_TAKES)

    def _check(self, wanted: list[Sees], since: int) -> None:
        for one in wanted:
            if not self._found(one, since):
                raise ActFailed(in_words(one, self.cast.people[one.who or ""].account.shown_name))

    def _found(self, wanted: Sees, since: int) -> bool:
        return self._observer.finds(self._since(since), wanted, self.cast.people[wanted.who or ""])

    def _since(self, since: int) -> list[Entry]:
        return self.slack.transcript.entries[since:]

    def _resolved(self, wanted: Sees, actor: str | None) -> Sees:
        """With the reader named, and the words found."""
        who = self.actor(wanted.who) if wanted.who else actor or next(iter(self.cast.people))
        says = self._texts.of(wanted.says, actor or who) if wanted.says else None
        return wanted.model_copy(update={"who": who, "says": says})

    async def _actors(self, step: Step, name: str) -> AsyncIterator[str]:
        """One person; of those who are `asked`, one after the other until nobody is."""
        if name != "asked":
            yield self.actor(name)
            return
        for actor in self.cast.people:
            while self._deeds.could_press(step, actor):
                yield actor

    def actor(self, name: str) -> str:
        """A name of the cast, or a role: who owns the running turn, or somebody else."""
        if name == "owner":
            return self._owners()[0]
        if name == "another":
            return next(key for key in self.cast.people if key not in self._owners())
        return name

    def _owners(self) -> list[str]:
        """Whom the post of the running stage names: the first one in the thread with that stage."""
        posts = [m for m in self.slack.workspace.messages.get(self.cast.home.id, []) if m.is_reply]
        latest = [list(run) for _, run in groupby(posts, key=lambda post: post.stage)][-1:]
        for post in (run[0] for run in latest):
            if found := self.cast.by_name(next(iter(self.cast.people.values())).text_of(post)):
                return found
        raise CannotAct("nobody is named as the owner")

    def stage(self) -> str | None:
        """Where the newest board stands, as its metadata say."""
        boards = [m for m in self.slack.workspace.messages.get(self.cast.home.id, []) if not m.is_reply]
        return next((m.stage for m in reversed(boards) if m.stage is not None), None)


def _check_answered(act: Act) -> None:
    """Raise ActFailed when Slack itself refused, or would have shown its warning sign."""
    if act.refused is not None:
        raise ActFailed(f"Slack refused it: {act.refused}")
    if act.invalid is not None:
        raise ActFailed(f"the bot's answer was refused by Slack: {act.invalid}")
    if act.envelope is not None and not act.acknowledged:
        raise ActFailed("the bot did not acknowledge it in time")


def _act_in_words(step: Step) -> str:
    """What the step asked for, as the beginning of a sentence."""
    who = " and ".join(step.who) or "everybody"
    if step.until is not None:
        return f"{who} waited"
    deed = step.deeds[0] if step.deeds else "fill"
    told = {
        "press": f"was to press {step.press}",
        "command": f"was to type {step.command}",
        "home": "was to open App Home",
        "travels": f"was to travel to {step.travels}",
        "joins": f"was to join #{step.joins}",
        "invites": f"was to invite the bot to #{step.invites}",
        "closes": "was to close the modal",
        "speaks": "was to speak",
        "fill": "was to fill the modal",
    }
    filled = f" and fill {', '.join(step.fill)}" if step.fill and step.deeds else ""
    return f"{who} {told[deed]}{filled}"
