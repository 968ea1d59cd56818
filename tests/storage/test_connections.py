"""A connection that has rested may be none any more: that is found out before it is used."""

import psycopg
import pytest
from sqlalchemy import make_url

from bot.storage import unit_of_work
from tests.storage.examples import NOW, WORKSPACE, opened


def end_all_connections(url: str) -> None:
    address = make_url(url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_a_connection_that_was_lost_while_it_rested_is_replaced(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit_of_work, "SECONDS_OF_REST", 0.0)
    async with opened(database_url) as database:
        async with database.unit_of_work() as unit:
            assert await unit.requests.first(WORKSPACE, "1", NOW)
        if database_url.startswith("postgresql"):
            end_all_connections(database_url)
        async with database.unit_of_work() as unit:
            assert not await unit.requests.first(WORKSPACE, "1", NOW)
