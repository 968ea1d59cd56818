"""One rehearsal as the page sees it: people act, time passes, simulated members play, things go wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.rehearsal.acts import Act
from bot.rehearsal.autoplay import Autoplay
from bot.rehearsal.cast import Cast
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.page.backstage import Backstage
from bot.rehearsal.page.players import Outcome, Players
from bot.rehearsal.page.pulse import Pulse
from bot.rehearsal.page.unread import Unread
from bot.rehearsal.people import Person
from bot.rehearsal.scenario import Scenario
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.timekeeper import NeverQuiet, Timekeeper

logger = logging.getLogger(__name__)

ANSWER_TAKES = timedelta(seconds=8)
"""After an act so much time may pass until everything that comes of it has come."""
ACT_TAKES = timedelta(seconds=1)
BEFORE_A_MEETING = timedelta(minutes=2)
"""So long before the start somebody who waits for a meeting arrives."""
WAIT_LIVE = timedelta(minutes=20)
"""Within a meeting nobody waits longer for what the scenario foretells."""
SECONDS_A_LETTER = 0.03
LONGEST_PAUSE = 5.0
SHORTEST_PAUSE = 0.6
HEARTBEAT_SECONDS = 1.0
SLOW_SECONDS = 4.0
TAKES = ("chat.postMessage", "chat.update", "chat.postEphemeral", "views.publish")
"""What the bot sends, and remembers to have sent."""


@dataclass(eq=False)
class Rehearsal:
    """Everything behind the page. `reading_speed` 0 plays without any pause."""

    scenario: Scenario
    slack: LocalSlack
    clock: MovableClock
    bot: Backstage
    seed: int = 0
    known: Cast | None = None
    reading_speed: float = 1.0
    keep: Callable[[], None] = lambda: None
    """Called when all has come to rest after something happened: see `keep_by`."""
    unread: Unread = field(default_factory=Unread)
    ticking: bool = False
    """Whether time passes by itself."""
    resumed_at: datetime | None = None
    """When it went on from what was kept; None for one that began with this process."""

    def __post_init__(self) -> None:
        self._autoplay = Autoplay(
            self.scenario, self.slack, self.clock, self.bot, seed=self.seed, known=self.known
        )
        self.cast = self._autoplay.cast
        self.players = Players(self._autoplay)
        self.pulse = Pulse()
        self._time = Timekeeper(self.clock, self.slack, self.bot)
        self._passing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.slack.world.changes.listeners.append(self.pulse.touch)
        self.slack.transcript.listeners.append(lambda _entry: self.pulse.touch())
        self.clock.subscribe(self.pulse.touch)

    # Beginning and end

    async def seat(self) -> None:
        """Play what lies before the first meeting, up to minutes before its start."""
        await self.players.seat("meeting-1")
        at = await self.bot.next_meeting_at(self.slack.team_id, self.cast.home.id)
        if at is not None:
            await self._time.pass_to(at - BEFORE_A_MEETING)
            await self._time.rest()
        for account in self.slack.workspace.accounts:
            for channel, messages in self.slack.workspace.messages.items():
                self.unread.read(account, channel, messages)

    def go(self) -> None:
        """Begin with what happens by itself. Needs a running loop."""
        self._spawn(self._heartbeat())

    async def stop(self) -> None:
        """End what happens by itself, and let every open page go."""
        self.players.playing = self.ticking = False
        self.pulse.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def keep_by(self, keep: Callable[[], None]) -> None:
        """Keep it now, when all has come to rest, and before the bot learns that Slack took something.

        So the bot's database never knows of a message that would be gone if this process were killed now.
        """
        self.keep = keep
        for method in TAKES:
            self.slack.faults.on(method, "taken", lambda _call: self.keep())
        self.keep()

    def state(self) -> JsonObject:
        """What is to be kept of the page itself."""
        return {"players": self.players.state(), "unread": self.unread.marks}

    # People

    def person(self, user: str) -> Person:
        """Somebody of the cast, by id. Raises KeyError."""
        if user not in {one.id for one in self.cast.people.values()}:
            raise KeyError(user)
        return self.slack.person(user)

    def key_of(self, user: str) -> str:
        """Their key in the cast."""
        return next(key for key, one in self.cast.people.items() if one.id == user)

    async def act(self, person: Person, doing: Callable[[], Awaitable[Act]], name: str = "") -> Act:
        """Let somebody do something, and let come what comes of it. Raises CannotAct, FormRefused."""
        act = await doing()
        self.players.noticed(self.key_of(person.id), act, name)
        await self.settle()
        return act

    async def settle(self) -> None:
        """Let everything come that is due within seconds."""
        async with self._passing:
            with suppress(TimeoutError, NeverQuiet):
                await self._settle()
        self.keep()
        self.pulse.touch()

    async def _settle(self) -> None:
        until = self._time.now() + ANSWER_TAKES
        await self._time.pass_to(self._time.now() + ACT_TAKES)
        await self._time.rest()
        while (due := await self._next_due()) is not None and due <= until:
            await self._time.pass_to(due)
            await self._time.rest()

    async def _next_due(self) -> datetime | None:
        found = [one for one in (await self.bot.next_due_at(), self.slack.next_due()) if one is not None]
        return min(found, default=None)

    # Time

    async def moves(self) -> dict[str, datetime]:
        """Where the clock may be moved to, by the name of the move."""
        team, home, now = self.slack.team_id, self.cast.home.id, self.clock.now()
        meeting = await self.bot.next_meeting_at(team, home)
        if meeting is not None and meeting - BEFORE_A_MEETING > now:
            meeting -= BEFORE_A_MEETING
        found = {
            "minute": now + timedelta(minutes=1),
            "stage": await self.bot.stage_ends_at(team, home),
            "prompt": await self.bot.next_prompt_at(),
            "meeting": meeting,
        }
        return {name: at for name, at in found.items() if at is not None and at > now}

    async def move(self, name: str) -> None:
        """Let time pass by one of `moves`. Raises CannotAct when there is no such moment."""
        target = (await self.moves()).get(name)
        if target is None:
            raise CannotAct(name)
        async with self._passing:
            with suppress(TimeoutError, NeverQuiet):
                await self._time.pass_to(target)
                await self._time.rest()
        await self.settle()

    async def _heartbeat(self) -> None:
        """Once a second: time, while it runs by itself, and whatever is due."""
        while not self.pulse.stopped:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if self.ticking:
                async with self._passing:
                    with suppress(TimeoutError, NeverQuiet):
                        await self._time.pass_to(self._time.now() + timedelta(seconds=HEARTBEAT_SECONDS))
                        await self._time.rest()

    # Simulated members

    async def step(self) -> Outcome:
        """One beat of the simulated members."""
        async with self._passing:
            running = await self.bot.running_stage(self.slack.team_id, self.cast.home.id)
            outcome = await self.players.step(await self._longest_wait(), running)
        self.keep()
        self.pulse.touch()
        return outcome

    async def _longest_wait(self) -> timedelta:
        """Nobody waits past the start of the next meeting for what the scenario foretells."""
        start = await self.bot.next_meeting_at(self.slack.team_id, self.cast.home.id)
        return WAIT_LIVE if start is None else max(start - self.clock.now(), timedelta()) + WAIT_LIVE

    async def step_or_skip(self) -> None:
        """One beat; where somebody at the page is waited for, go on without them."""
        if self.players.waits_for is not None:
            self.players.skip()
        await self.step()

    def give(self, who: str, *, to_the_page: bool) -> None:
        """Take somebody over, or let the simulated members have them again. `who` is a key of the cast."""
        (self.players.taken.add if to_the_page else self.players.taken.discard)(who)
        self.keep()
        self.pulse.touch()

    def play(self) -> None:
        """Let the simulated members go on until told otherwise."""
        if not self.players.playing:
            self.players.playing, self.players.stumbles = True, 0
            self._spawn(self._play())
        self.pulse.touch()

    def pause(self) -> None:
        """Let them stop after the beat that they are in."""
        self.players.playing = False
        self.pulse.touch()

    async def _play(self) -> None:
        while self.players.playing:
            since, before = len(self.slack.transcript.entries), self.pulse.version
            outcome = await self.step()
            if outcome.kind == "waiting":
                await self.pulse.after(max(before, self.pulse.version), HEARTBEAT_SECONDS)
                continue
            await asyncio.sleep(self._pause(since))
        self.pulse.touch()

    def _pause(self, since: int) -> float:
        """As long as it takes to read what came since."""
        if self.reading_speed == 0:
            return 0
        letters = sum(len(entry["text"]) for entry in self.slack.transcript.entries[since:])
        seconds = max(SHORTEST_PAUSE, min(letters * SECONDS_A_LETTER, LONGEST_PAUSE))
        return seconds * self.reading_speed

    # Trouble

    async def trouble(self, kind: str) -> None:
        """Let something go wrong. Raises CannotAct for an unknown kind."""
        deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "disconnect": self.slack.close_sockets,
            "rate-limit": self._rate_limit,
            "slow": self._answer_slowly,
            "kill": self.bot.kill,
            "restart": self._restart,
        }
        if kind not in deeds:
            raise CannotAct(kind)
        await deeds[kind]()
        self.pulse.touch()

    async def _rate_limit(self) -> None:
        for method in ("chat.postMessage", "chat.update"):
            self.slack.faults.rate_limit(method, retry_after=3, times=2)

    async def _restart(self) -> None:
        await self.bot.start()
        await self.settle()

    async def _answer_slowly(self) -> None:
        hold = self.slack.faults.hold("*")

        async def let_go() -> None:
            await hold.reached.wait()
            await asyncio.sleep(SLOW_SECONDS * min(1.0, self.reading_speed))
            self.clock.advance(SLOW_SECONDS)
            hold.release()

        self._spawn(let_go())

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (wrong := task.exception()) is not None:
            self.players.playing = False
            logger.error("what happens by itself on the page has stopped", exc_info=wrong)
