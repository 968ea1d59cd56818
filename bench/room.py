"""What every figure has at hand: a PostgreSQL, a key, and how much is to be measured."""

from dataclasses import dataclass

from bench.databases import new_database
from bench.harness import ROUNDS
from bot.storage.unit_of_work import Database
from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class Room:
    """``size`` 1 is the whole; a test measures less, which says nothing of the ratio."""

    server: str
    key: str
    rounds: int = ROUNDS
    size: float = 1.0

    def new_database(self) -> str:
        """The URL of an empty migrated database on PostgreSQL."""
        return new_database(self.server)

    def open(self, url: str) -> Database:
        """A database as the bot opens it."""
        return Database(url, Vault([self.key]))

    def of(self, count: int) -> int:
        """So many, at this size; one at least."""
        return max(1, round(count * self.size))
