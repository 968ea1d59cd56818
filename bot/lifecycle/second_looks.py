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
from bot.storage.life import PausedChannel

logger = logging.getLogger(__name__)

BETWEEN_ROUNDS = timedelta(minutes=1)
AT_ONCE = 10
"""How many are looked at in one step, since each costs a call; the others in the next."""
SOON = timedelta(days=1)
"""For so long a channel is looked at every hour, then once a day, as people are."""

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

    def has_acted(self, workspace_id: str, person: str) -> None:
        """They are there after all, it seems: look at them with the next step."""
        self.acted.add((workspace_id, person))

    async def __call__(self) -> None:
        """Look at some of those whose time has come."""
        now = self.places.now()
        acted, self.acted = self.acted, set()
        self.waiting += [self._at_person(*one, now, acted=True) for one in sorted(acted)]
        if not self.waiting and (self.next_at is None or self.next_at <= now):
            self.next_at = now + BETWEEN_ROUNDS
            self.waiting = await self._round(now)
        looks, self.waiting = self.waiting, self.waiting[AT_ONCE:]
        for workspace_id, name, look in looks[:AT_ONCE]:
            with about(workspace=workspace_id):
                await self._once(workspace_id, name, look)

    async def _round(self, now: datetime) -> list[Look]:
        async with self.places.database.reading() as unit:
            channels = await unit.life.paused_channels(now - BETWEEN_ROUNDS)
            people = await unit.life.people_out_of_reach()
        looks = [self._at_channel(each, now) for each in channels]
        looks += [self._at_person(*each, now, acted=False) for each in people]
        self.seen &= {(workspace_id, name) for workspace_id, name, _ in looks}
        return [look for look in looks if look[:2] not in self.seen]

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

    async def _once(self, workspace_id: str, name: str, look: Callable[[], Awaitable[object]]) -> None:
        """Unless this or another process has done it already. Where Slack does not answer, the next time."""
        self.seen.add((workspace_id, name))
        async with self.places.database.unit_of_work() as unit:
            if not await unit.requests.first(workspace_id, name, self.places.now()):
                return
        try:
            await look()
        except (SlackApiError, ClientError, OSError, TimeoutError, self.absent) as error:
            logger.warning("not told", extra={"error": type(error).__name__})
