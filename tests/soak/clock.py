"""One clock of several processes: the driver moves it. The replicas hear of it from the database alone, as
each has a clock of its own that is some seconds wrong.
"""

import mmap
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import SharedClock
from bot.rehearsal.clock import MovableClock
from bot.storage.unit_of_work import Database
from bot.vault import Vault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_START = datetime(2026, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class _Face:
    """Eight bytes that all look at: microseconds since 1970, written at one go."""

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), 8)
        self._number = memoryview(self._map).cast("q")

    def show(self, at: datetime) -> None:
        self._number[0] = (at - _EPOCH) // _MICROSECOND

    def read(self) -> datetime:
        return _EPOCH + self._number[0] * _MICROSECOND


class DriversClock(MovableClock):
    """The driver's. What it is moved to is seen by everybody before anything else happens at that instant."""

    def __init__(self, start: datetime, file: Path) -> None:
        super().__init__(start)
        file.write_bytes(bytes(8))
        self._face = _Face(file)
        self._face.show(start)
        self.subscribe(lambda: self._face.show(self.now()))


class WrongClock:
    """A replica's machine: its monotonic clock runs as it should, and the other is so many seconds ahead."""

    def __init__(self, file: Path, ahead: float) -> None:
        self._face = _Face(file)
        self._ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        """What the machine takes for the present instant, aware, in UTC."""
        return self._face.read() + self._ahead

    def monotonic(self) -> float:
        """Seconds since whenever."""
        return (self.now() - _START).total_seconds()


class Server(Database):
    """The database, as far as it tells the time: which is the driver's."""

    def __init__(self, url: str, vault: Vault, file: Path) -> None:
        super().__init__(url, vault)
        self._face = _Face(file)

    async def time(self) -> datetime | None:
        """What the driver's clock shows. Raises what a database raises that is gone."""
        await super().time()
        return self._face.read()


async def shared(database: Server, own: WrongClock) -> SharedClock:
    """The clock that `action-learning run` has. It begins anew where the driver's was moved meanwhile, which
    no question to a database takes so long as that.
    """
    while True:
        clock, asked_at = SharedClock(database, own), own.now()
        await clock.set()
        if own.now() == asked_at:
            return clock
