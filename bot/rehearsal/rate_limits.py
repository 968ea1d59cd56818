"""Slack's rate limits on the clock: per method and workspace and minute, and per channel for posting."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta

from bot.rehearsal.errors import RateLimited

TIER_2 = 20
TIER_3 = 50
TIER_4 = 100
# "Hundreds per minute" in Slack's words; its Java SDK budgets 600.
SPECIAL_READ = 600
# Slack says "several hundred messages per minute" per workspace and publishes no number.
POSTS_PER_MINUTE = 300
# Tier 1 is "1+ per minute", yet ten connections are allowed and each needs its call.
CONNECTION_OPENS = 10

_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class RateLimits:
    """Counts calls in a sliding minute; no bursts are forgiven."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[datetime]] = {}
        self._posted: dict[str, datetime] = {}

    def count(self, method: str, per_minute: int, now: datetime) -> None:
        """Count one call. Raises RateLimited when this minute has had its number."""
        calls = self._calls.setdefault(method, deque())
        while calls and now - calls[0] >= _MINUTE:
            calls.popleft()
        if len(calls) >= per_minute:
            raise RateLimited(_whole_seconds(calls[0] + _MINUTE - now))
        calls.append(now)

    def count_post(self, channel: str, now: datetime) -> None:
        """Count one message to a channel. Raises RateLimited within a second of the last one."""
        last = self._posted.get(channel)
        if last is not None and now - last < _SECOND:
            raise RateLimited(1)
        self._posted[channel] = now


def _whole_seconds(left: timedelta) -> int:
    return max(1, math.ceil(left.total_seconds()))
