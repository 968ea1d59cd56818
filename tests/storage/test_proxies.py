"""Through a proxy nothing depends on which of the server's sessions a transaction is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url, text

from tests.storage.examples import NOW, WORKSPACE, opened

OFTEN = 10
"""More often than psycopg asks of a statement that it prepares."""
KEY, READY = b"K", b"Z"
"""PostgreSQL's messages `BackendKeyData` and `ReadyForQuery`."""


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on how the server greets, but say another number for its process, as PgBouncer does."""
    kind = b""
    while kind != READY:
        kind, length = await reader.readexactly(1), await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(length, "big") - 4)
        if kind == KEY:
            body = (int.from_bytes(body[:4], "big") ^ 1).to_bytes(4, "big") + body[4:]
        writer.write(kind + length + body)


@asynccontextmanager
async def proxy(url: str) -> AsyncIterator[str]:
    """The address of a proxy before this database."""
    socket = f"{make_url(url).query['host']}/.s.PGSQL.5432"
    carrying: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(socket)
        carrying.append(asyncio.create_task(carry(reader, to_server)))
        await greet(from_server, writer)
        await carry(from_server, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield (
            make_url(url)
            .set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
            .render_as_string(hide_password=False)
        )
    finally:
        server.close()
        await asyncio.gather(*carrying)


async def prepared(url: str) -> list[str]:
    """What is prepared by name in a session in which the same was asked often."""
    async with opened(url) as database:
        for number in range(OFTEN):
            async with database.unit_of_work() as unit:
                assert await unit.requests.first(WORKSPACE, str(number), NOW)
        async with database.reading() as unit:
            names = await unit.requests._connection.scalars(text("SELECT name FROM pg_prepared_statements"))
            return list(names)


async def test_nothing_is_prepared_by_name_where_a_proxy_stands_between(postgresql_url: str) -> None:
    async with proxy(postgresql_url) as through_it:
        assert await prepared(through_it) == []


async def test_without_a_proxy_statements_are_prepared_as_that_is_quicker(postgresql_url: str) -> None:
    assert await prepared(postgresql_url) != []
