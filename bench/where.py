"""Where the time of one press goes: `python -m bench.where` prints a list.

A thread looks at what the bot is doing a thousand times a second, while presses come one after another. Each
look is put down to the first line of `PLACES` that fits any function under way.
"""

import asyncio
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from types import FrameType

from bench import databases
from bench.inside import bot_inside, press
from bench.presses import press_body
from bench.room import Room
from bench.sets import fill, running
from bench.slack import slow_slack
from bench.statements import counted
from bot.vault import new_key

PRESSES = 300
A_MOMENT = 0.000_05
PLACES = (
    ("waiting for the database", "selectors.py", "select"),
    ("drawing the board and the post (surfaces/announce.py)", "surfaces/announce.py", "announce"),
    ("loading the set (storage/learning_sets.py)", "storage/learning_sets.py", "load"),
    ("saving what has changed (storage/mapping.py)", "storage/mapping.py", "save"),
    ("sealing (vault.py)", "bot/vault.py", "seal"),
    ("putting rows into the outbox (storage/outbox.py)", "storage/outbox.py", "enqueue"),
    ("what is due (storage/due_prompts.py)", "storage/due_prompts.py", "sync"),
    ("the record of the request (storage/requests.py)", "storage/requests.py", "first"),
    ("deciding and evolving (domain/)", "bot/domain/", ""),
    ("writing logs (logs.py)", "bot/logs.py", ""),
    ("beginning and ending the transaction", "storage/unit_of_work.py", "unit_of_work"),
    ("the middle of the road (command_handler.py)", "bot/command_handler.py", ""),
    ("reading the payload (listeners/)", "bot/listeners/", ""),
    ("Bolt", "slack_bolt/", ""),
    ("all else", "", ""),
)


class Looking:
    """Counts what the thread that makes it is doing, while its block lasts."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self._watched = threading.get_ident()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Looking":
        self._usual = sys.getswitchinterval()
        sys.setswitchinterval(A_MOMENT)  # or it would look only where the other waits by itself
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        sys.setswitchinterval(self._usual)

    def _look(self) -> None:
        while not self._over.wait(0.001):
            self.seen[_place(sys._current_frames()[self._watched])] += 1  # noqa: SLF001 -- made for this


def _place(innermost: FrameType) -> str:
    under_way = []
    frame: FrameType | None = innermost
    while frame is not None:
        under_way.append((frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    for told, file, function in PLACES:
        if any(file in path and function in ("", name) for path, name in under_way):
            return told
    raise AssertionError("the last place fits everything")


async def main() -> None:
    """On PostgreSQL; signing and the web server are left out, as both sides of the comparison have them."""
    with databases.server() as server:
        room = Room(server, new_key())
        url, play = room.new_database(), running(datetime.now(UTC))
        database = room.open(url)
        await fill(database, url, play, range(1, PRESSES))
        bodies = [press_body(play, number=one, trigger=f"press.{one}") for one in range(PRESSES)]
        async with slow_slack() as slack, bot_inside(database, url, slack) as inside:
            for body in bodies[:50]:
                await press(inside, body)
            with counted(database) as said, Looking() as looking:
                began, worked = time.perf_counter(), time.thread_time()
                for body in bodies[50:]:
                    await press(inside, body)
                took, worked = time.perf_counter() - began, time.thread_time() - worked
        await database.close()
    _tell(looking.seen, took / (PRESSES - 50), worked / (PRESSES - 50))
    print(f"{len(said) / (PRESSES - 50):.1f} statements")


def _tell(seen: Counter[str], seconds: float, worked: float) -> None:
    waiting = seen.pop(PLACES[0][0], 0)
    total = seen.total()
    print(f"{1000 * seconds:.1f} ms a press, of which {1000 * worked:.1f} ms are work of this process:")
    for told, count in seen.most_common():
        print(f"{1000 * worked * count / total:6.2f} ms  {100 * count / total:4.1f} %  {told}")
    print(f"{waiting} looks found it waiting for the database, or for the machine")


if __name__ == "__main__":
    asyncio.run(main())
