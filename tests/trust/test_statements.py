"""The watch over statements sees what it is for, and what is allowed is there and has a reason."""

import ast

import pytest
from sqlalchemy import delete, exists, insert, select, tuple_, update

from bot.storage.tables import learning_sets, meetings, members, outbox
from tests.databases import REPOSITORY
from tests.e2e.world import World
from tests.trust.statements import ALLOWED, StatementWatch, unbound_in

L, M, P = learning_sets.c, meetings.c, members.c
OTHER = members.alias("other")


@pytest.mark.parametrize(
    "statement",
    [
        select(L.id).where(L.workspace_id == "T1", L.id == "s"),
        select(L.id, M.id).join(meetings, M.workspace_id == L.workspace_id).where(L.workspace_id == "T1"),
        select(L.id).where(L.workspace_id == "T1", exists().where(P.workspace_id == L.workspace_id)),
        select(L.id).where(tuple_(L.workspace_id, L.id).in_([("T1", "s")])),
        select(L.id).where(L.workspace_id.in_(["T1"])),
        select(OTHER.c.person).where(OTHER.c.workspace_id == "T1"),
        update(meetings).where(M.workspace_id == "T1").values(number=1),
        delete(outbox).where(outbox.c.workspace_id == "T1"),
        insert(outbox).values(workspace_id="T1"),
        select(M.id).where(M.workspace_id == "T1", M.set_id.in_(select(L.id).where(L.workspace_id == "T1"))),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_keeps_to_a_workspace_passes(statement: object) -> None:
    assert unbound_in(statement) == []


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        (select(L.id).where(L.id == "s"), ["learning_sets"]),
        (select(L.id, M.id).join(meetings, M.set_id == L.id).where(L.workspace_id == "T1"), ["meetings"]),
        (select(L.id).where(L.workspace_id == "T1", exists().where(P.set_id == L.id)), ["members"]),
        (select(L.id).where(L.workspace_id == M.workspace_id), ["learning_sets", "meetings"]),
        (select(L.id).where(L.workspace_id != "T1"), ["learning_sets"]),
        (select(P.person).join(OTHER, OTHER.c.set_id == P.set_id).where(P.workspace_id == "T1"), ["other"]),
        (update(meetings).where(M.id == "m").values(workspace_id="T1"), ["meetings"]),
        (delete(outbox), ["outbox"]),
        (select(M.id).where(M.workspace_id == "T1", M.set_id.in_(select(L.id))), ["learning_sets"]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_does_not_is_named(statement: object, tables: list[str]) -> None:
    assert sorted(unbound_in(statement)) == tables


def test_what_may_look_across_workspaces_is_there_and_has_a_reason() -> None:
    for site, reason in ALLOWED.items():
        path, _, name = site.partition(":")
        tree = ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))
        functions = [
            node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        assert name.rpartition(".")[2] in {each.name for each in functions}, site
        assert len(reason) > 20


async def test_the_watch_hears_the_bot_and_knows_who_asked(world: World) -> None:
    """A query with its workspace left out, where the bot sends it."""
    watch = StatementWatch()
    watch.listen()
    async with world.database.reading() as unit:
        await unit.overview.backlog(world.now)
        await unit.learning_sets.load(world.slack.team_id, "none")
        await unit.requests._connection.execute(select(learning_sets))
    watch.leave()

    found = set(watch.unbound)
    assert {"bot/storage/overview.py:Overview._outbox", "bot/storage/overview.py:Overview._prompts"} <= found
    assert all(site.startswith("bot/storage/") for site in found)
    assert watch.wrong == {}
