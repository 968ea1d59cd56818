"""Channels and workspaces out of reach: what becomes of the rows, in one workspace and in no other."""

from datetime import timedelta

from bot.domain.wakes import Wake, WakeKind
from bot.outgoing import HomeView, Message, PrivateNotice
from bot.storage.outbox_rows import Sent
from bot.storage.tables import WorkspaceState
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, WORKSPACE, saved, small_set

OTHER = "T2"


def post(key: str, conversation: str = "C1") -> Message:
    return Message(key=key, conversation=conversation, text=key, blocks=[])


async def sent(database: Database, workspace_id: str, *keys: str) -> None:
    """Posted to C1."""
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue(workspace_id, [post(key) for key in keys], NOW)
    for count, _ in enumerate(keys, 1):
        async with database.unit_of_work() as unit:
            (delivery,) = (await unit.outbox.claim(NOW)).deliveries
            assert await unit.outbox.done(delivery, NOW, Sent("C1", f"{count}.0"))


async def test_what_waits_for_a_channel_is_read_in_its_order(database: Database) -> None:
    notice = PrivateNotice("n", "C1", "U1", "For you", [])
    home = HomeView("home:U1", "U1", {"type": "home"})
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue(WORKSPACE, [post("a"), post("x", "C11"), notice, home, post("b")], NOW)
        await unit.outbox.enqueue(OTHER, [post("other")], NOW)
        waiting = await unit.life.waiting_for(WORKSPACE, "C1")
    assert [each.key for each in waiting] == ["a", "b", "n"]


async def test_messages_follow_a_channel_to_its_new_id_or_are_left_behind(database: Database) -> None:
    await sent(database, WORKSPACE, "board", "bids")
    await sent(database, OTHER, "board")
    async with database.unit_of_work() as unit:
        await unit.life.follow_channel(WORKSPACE, "C1", "C9")
        assert await unit.outbox.sent(WORKSPACE, "board") == Sent("C9", "1.0")
        assert await unit.outbox.sent(OTHER, "board") == Sent("C1", "1.0")
        await unit.life.leave_channel(WORKSPACE, "C9")
        assert await unit.outbox.sent(WORKSPACE, "board") is None
        await unit.life.leave_channel(WORKSPACE, "C1")
        assert await unit.outbox.sent(OTHER, "board") == Sent("C1", "1.0")


async def test_prompts_of_a_workspace_are_cancelled_and_can_be_due_again(database: Database) -> None:
    for workspace_id in (WORKSPACE, OTHER):
        await saved(database, small_set(workspace_id))
    wake = Wake("clock:s1.1", WakeKind.PASS_TIME, NOW, "s1.1")
    async with database.unit_of_work() as unit:
        for workspace_id in (WORKSPACE, OTHER):
            await unit.due_prompts.sync(workspace_id, "s1", {}, {wake.key: wake})
        await unit.life.cancel_prompts(WORKSPACE)
    async with database.unit_of_work() as unit:
        assert [each.workspace_id for each in await unit.due_prompts.claim(NOW)] == [OTHER]
        await unit.due_prompts.sync(WORKSPACE, "s1", {}, {wake.key: wake})
    async with database.unit_of_work() as unit:
        assert [each.workspace_id for each in await unit.due_prompts.claim(NOW)] == [WORKSPACE]


async def test_a_prompt_whose_set_was_hindered_meanwhile_can_be_due_again(database: Database) -> None:
    await saved(database, small_set())
    wake = Wake("clock:s1.1", WakeKind.PASS_TIME, NOW, "s1.1")
    async with database.unit_of_work() as unit:
        await unit.due_prompts.sync(WORKSPACE, "s1", {}, {wake.key: wake})
    async with database.unit_of_work() as unit:
        (claimed,) = await unit.due_prompts.claim(NOW)
        assert await unit.due_prompts.finish(claimed, "cancelled")
        assert await unit.due_prompts.claim(NOW + timedelta(days=1)) == []
        await unit.due_prompts.sync(WORKSPACE, "s1", {}, {wake.key: wake})
        assert len(await unit.due_prompts.claim(NOW)) == 1


async def test_a_workspace_that_is_gone_is_erased_after_its_grace_and_not_before(database: Database) -> None:
    later = NOW + timedelta(days=30)
    async with database.unit_of_work() as unit:
        assert await unit.life.state_of(WORKSPACE) is None
        for workspace_id in (WORKSPACE, OTHER):
            await unit.installations.meet(workspace_id, None, NOW)
        await unit.life.uninstall(WORKSPACE, NOW, later)
        assert await unit.life.state_of(WORKSPACE) is WorkspaceState.UNINSTALLED
        assert await unit.life.to_erase(later - timedelta(seconds=1)) == []
        assert await unit.life.to_erase(later) == [WORKSPACE]
        assert await unit.life.is_to_be_erased(WORKSPACE, later)
        await unit.life.trust(WORKSPACE)
        assert not await unit.life.is_to_be_erased(WORKSPACE, later)
        assert await unit.life.state_of(WORKSPACE) is WorkspaceState.INSTALLED


async def test_a_workspace_whose_token_failed_is_looked_at_until_that_is_known(database: Database) -> None:
    async with database.unit_of_work() as unit:
        for workspace_id in (WORKSPACE, OTHER):
            await unit.installations.meet(workspace_id, None, NOW)
        await unit.life.suspect(WORKSPACE, NOW)
        assert await unit.life.suspected(held=False) == [WORKSPACE]
        await unit.life.uninstall(WORKSPACE, NOW, None)
        assert await unit.life.suspected(held=False) == []
        assert await unit.life.suspected(held=True) == [WORKSPACE]
        await unit.life.uninstall(WORKSPACE, NOW, NOW)
        assert await unit.life.suspected(held=True) == []
