"""A set is read by its keys, however many others there are: PostgreSQL's plan shows it."""

from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.parts import LEARNING_SET
from tests.databases import Templates, postgresql_copy
from tests.storage.examples import WORKSPACE, opened, rich_set, saved

OTHERS = text(
    "INSERT INTO people SELECT workspace_id, 'U' || i, name, zone, work_days, work_start, work_end "
    "FROM people, generate_series(1000, 5000) AS i WHERE id = 'U1'"
)


async def test_the_people_of_other_sets_are_not_looked_at(templates: Templates) -> None:
    with postgresql_copy(templates) as url:
        async with opened(url) as database:
            await saved(database, rich_set())
            async with database._engine.connect() as connection:
                await connection.execute(OTHERS)
                await connection.execute(text("ANALYZE people"))
                plan = await explained(connection)
    assert "Index Scan using pk_people" in plan
    assert "Seq Scan on people" not in plan


async def explained(connection: AsyncConnection) -> str:
    statement, whose = LEARNING_SET._statement("postgresql"), {"workspace_id": WORKSPACE, "set_id": "s1"}
    event.listen(connection.sync_connection, "before_cursor_execute", _explain, retval=True)
    found = await connection.execute(statement, whose)
    return "\n".join(row[0] for row in found)


def _explain(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> tuple[str, Any]:
    return f"EXPLAIN {statement}", parameters
