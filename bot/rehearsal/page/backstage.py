"""The bot under rehearsal, as far as the page must know it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.rehearsal.timekeeper import Bot


class Backstage(Bot, Protocol):
    """A bot that can be killed and started, and tells what it waits for in the set's channel."""

    @property
    def running(self) -> bool:
        """Whether there is a bot at all just now."""

    async def kill(self) -> None:
        """Take the bot away; nothing is answered until `start`."""

    async def start(self) -> None:
        """Put a bot there again, on the same database."""

    async def running_stage(self, team: str, channel: str) -> tuple[str, int | None] | None:
        """The stage of the meeting in this channel, and of which turn; None when none is under way."""

    async def stage_ends_at(self, team: str, channel: str) -> datetime | None:
        """When the running stage's time is over; None when none runs."""

    async def next_prompt_at(self) -> datetime | None:
        """When the bot will next say something by itself; None when it never will."""

    async def next_meeting_at(self, team: str, channel: str) -> datetime | None:
        """When the next meeting is to start; None when none is planned, or one is under way."""
