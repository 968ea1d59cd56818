"""One clock of several processes: the driver moves it, the replicas read it."""

import mmap
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.rehearsal.clock import MovableClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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


class ReplicasClock:
    """What a replica reads."""

    def __init__(self, file: Path) -> None:
        self._face = _Face(file)

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._face.read()
