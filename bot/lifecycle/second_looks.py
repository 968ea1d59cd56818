"""What was taken to be out of reach is looked at again now and then: Slack may have said so at a wrong
moment, and does not always tell when it is over.

How often is noted in the database, for all processes together. So where Slack contradicts itself, and the
next post is refused again, nobody is told that again and again.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot.lifecycle.places import Places
from bot.logs import about
from bot.slack_answers import TOO_MANY_REQUESTS, retry_after, status_of
from bot.storage.life import PausedChannel

logger = logging.getLogger(__name__)

BETWEEN_ROUNDS = timedelta(minutes=1)
AT_ONCE = 10
"""How many are looked at in one step, since each costs a call; the others in the next."""
SOON = timedelta(days=1)
"""For so long a channel is looked at every hour, then once a day, as people are."""

A_WHILE = timedelta(minutes=1)
"""After a 429 that does not say in whole seconds how long."""

Look = tuple[str, str, Callable[[], Awaitable[object]]]


@dataclass(slots=True)
class SecondLooks:
    """A step of upkeep. ``absent`` is raised where the app is not installed."""

    places: Places
    absent: type[Exception]
    next_at: datetime | None = None
    """When the database is asked next."""
    acted: set[tuple[str, str]] = field(default_factory=set)
    """Workspace and person: who has just done something, though they cannot be written to."""
    waiting: list[Look] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Of the looks whose time it is: those about which the database need not be asked again."""
    limited: dict[str, datetime] = field(default_factory=dict)
    """By workspace: until when Slack wants to be left alone with looks."""
    put_off: set[tuple[str, str]] = field(default_factory=set)
    """The looks that it refused for that: this process has taken them over, and makes them later."""

    def has_acted(self, workspace_id: str, person: str) -> None:
        """They are there after all, it seems: look at them with the next step."""
        self.acted.add((workspace_id, person))

    async def __call__(self) -> None:
        """Look at some of those whose time has come."""
        now = self.places.now()
        acted, self.acted = self.acted, set()
        self.waiting += [self._at_person(*one, now, acted=True) for one in sorted(acted)]
        self.limited = {one: until for one, until in self.limited.items() if until > now}
        if not self._ready() and (self.next_at is None or self.next_at <= now):
            self.next_at = now + BETWEEN_ROUNDS
            self.waiting += await self._round(now)
        for look in self._ready()[:AT_ONCE]:
            if look[0] not in self.limited:
                self.waiting.remove(look)
                with about(workspace=look[0]):
                    await self._once(look)

    def _ready(self) -> list[Look]:
        return [look for look in self.waiting if look[0] not in self.limited]

    async def _round(self, now: datetime) -> list[Look]:
        async with self.places.database.reading() as unit:
            channels = await unit.life.paused_channels(now - BETWEEN_ROUNDS)
            people = await unit.life.people_out_of_reach()
        looks = [self._at_channel(each, now) for each in channels]
        looks += [self._at_person(*each, now, acted=False) for each in people]
        self.seen &= {(workspace_id, name) for workspace_id, name, _ in looks}
        known = self.seen | {look[:2] for look in self.waiting}
        return [look for look in looks if look[:2] not in known]

    def _at_channel(self, paused: PausedChannel, now: datetime) -> Look:
        often = now < paused.since + SOON
        when = now.strftime("%Y-%m-%dT%H" if often else "%Y-%m-%d")
        name = f"look:{paused.channel}:{when}"
        return (
            paused.workspace_id,
            name,
            lambda: self.places.look_at_channel(paused.workspace_id, paused.channel),
        )

    def _at_person(self, workspace_id: str, person: str, now: datetime, *, acted: bool) -> Look:
        name = f"look:{person}:{'acted' if acted else 'round'}:{now:%Y-%m-%d}"
        return workspace_id, name, lambda: self.places.look_at_person(workspace_id, person, name, acted=acted)

    async def _once(self, look: Look) -> None:
        """Unless this or another process has done it already. Where Slack does not answer, the next time."""
        workspace_id, name, make = look
        if not await self._is_ours(workspace_id, name):
            return
        try:
            await make()
        except SlackApiError as error:
            logger.warning("not told", extra={"error": type(error).__name__})
            if status_of(error.response) == TOO_MANY_REQUESTS:
                self._put_off(look, retry_after(error.response) or A_WHILE)
        except (ClientError, OSError, TimeoutError, self.absent) as error:
            logger.warning("not told", extra={"error": type(error).__name__})

    async def _is_ours(self, workspace_id: str, name: str) -> bool:
        if (workspace_id, name) in self.put_off:
            self.put_off.remove((workspace_id, name))
            return True
        self.seen.add((workspace_id, name))
        async with self.places.database.unit_of_work() as unit:
            return await unit.requests.first(workspace_id, name, self.places.now())

    def _put_off(self, look: Look, wait: timedelta) -> None:
        """It and all others of its workspace; those of other workspaces go on."""
        self.limited[look[0]] = self.places.now() + wait
        self.put_off.add(look[:2])
        self.waiting.append(look)
