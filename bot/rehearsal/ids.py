"""Identifiers and timestamps: opaque to the bot, the same in every run with the same seed."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Ids:
    """Gives out ids that look like Slack's, in one fixed order per seed."""

    def __init__(self, seed: int | str) -> None:
        self.seed = seed
        self._given: Counter[str] = Counter()
        self.random = random.Random(seed)

    def state(self) -> dict[str, int]:
        """How many of each kind were given, for `restore`."""
        return dict(self._given)

    def restore(self, state: dict[str, int]) -> None:
        """Never again give what was given before this `state`."""
        self._given = Counter(state)

    def next(self, prefix: str, length: int = 10) -> str:
        """A new id such as `U` and ten letters or digits."""
        self._given[prefix] += 1
        digest = hashlib.sha256(f"{self.seed}:{prefix}:{self._given[prefix]}".encode()).digest()
        return prefix + "0" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[: length - 1])

    def token(self, prefix: str) -> str:
        """A long lower-case secret, for tokens, tickets and hooks."""
        self._given[prefix] += 1
        digest = hashlib.sha256(f"{self.seed}:{prefix}:{self._given[prefix]}".encode()).hexdigest()
        return f"{prefix}{digest[:32]}"

    def number(self, digits: int) -> str:
        """A run of so many digits, such as client ids are made of."""
        self._given["#"] += 1
        digest = hashlib.sha256(f"{self.seed}:#:{self._given['#']}".encode()).hexdigest()
        return str(int(digest, 16))[:digits]


class Timestamps:
    """Message timestamps: unique, increasing, and telling the time of the clock."""

    def __init__(self) -> None:
        self._last = 0

    def skip_past(self, ts: str) -> None:
        """Give only later ones than `ts` from now on."""
        seconds, _, micro = ts.partition(".")
        self._last = max(self._last, int(seconds) * 1_000_000 + int(micro))

    def next(self, now: datetime) -> str:
        micro = max(int(now.timestamp() * 1_000_000), self._last + 1)
        self._last = micro
        return f"{micro // 1_000_000}.{micro % 1_000_000:06d}"
