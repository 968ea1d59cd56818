"""A proxy between a process and PostgreSQL, such as PgBouncer, may give each transaction another session.

psycopg prepares by name what it has used a few times, and a name belongs to a session. So nothing is prepared
where a proxy stands between, whichever it is and however it pools: it answers a connection with a number of
its own in place of that of the server's process.
"""

from typing import Any


def name_nothing_through_a_proxy(connection: Any, _record: Any) -> None:
    """For SQLAlchemy's event `connect`, with psycopg's connections, asynchronous ones too."""
    driver = getattr(connection, "driver_connection", connection)
    cursor = connection.cursor()
    cursor.execute("SELECT pg_backend_pid()")
    (served_by,) = cursor.fetchone()
    cursor.close()
    connection.rollback()
    if served_by != driver.info.backend_pid:
        driver.prepare_threshold = None
