"""The app is uninstalled: tokens go at once, content after a while, within which a reinstall restores it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import LearningSet
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import Enterprise
from bot.storage.tables import METADATA, PromptState, WorkspaceState, audit, workspaces
from bot.surfaces.ids import Action
from tests.e2e.people import Place, new_set_form, populate
from tests.e2e.world import FIRST_MEETING, key_of
from tests.install.house import House

GRACE = timedelta(days=30)
MEMBERS = ("ama", "ben", "dev")
STAYS = (audit, workspaces)
"""Of a workspace whose grace is over: that it was there, and what was done."""
ORDERS = [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled"), ("tokens_revoked",)]


async def a_set(house: House, slack: LocalSlack, organisation: Enterprise | None = None) -> Place:
    """A set in a new workspace, three of whose people are in."""
    place = populate(slack)
    await house.install(organisation or slack, place.people["ama"])
    if organisation is not None:
        organisation.grant_access(slack)
    for channel in (place.channel, place.open_channel):
        if slack.bot_user_id not in channel.members:
            slack.workspace.invite_bot(channel.id)
    await settle(house)
    ama = place.people["ama"]
    await ama.command("/als new", place.channel)
    await ama.see_modal()
    act = await ama.submit(new_set_form(place, FIRST_MEETING))
    assert not act.errors
    await ama.close_modal(all_of_them=True)
    await settle(house)
    (invitation,) = [one for one in ama.messages(place.channel) if key_of(one).endswith(":invitation")]
    for name in MEMBERS:
        await place.people[name].press(invitation, Action.ACCEPT_INVITATION)
    await settle(house)
    return place


async def settle(house: House) -> None:
    await house.rest()
    for _ in range(4):
        house.clock.advance(2)
        await house.rest()


async def stored(house: House, slack: LocalSlack) -> LearningSet:
    async with house.database.reading() as unit:
        (set_id,) = await unit.life.active_sets(slack.team_id)
        found = await unit.learning_sets.load(slack.team_id, set_id)
    assert found is not None
    return found


async def of(house: House, table: str, slack: LocalSlack) -> list[dict[str, Any]]:
    return [row for row in await house.rows(table) if row["workspace_id"] == slack.team_id]


@pytest.mark.parametrize("goodbyes", ORDERS, ids=" ".join)
async def test_tokens_go_at_once_and_content_after_the_grace(house: House, goodbyes: Sequence[str]) -> None:
    north, south = house.slacks.add_workspace("North"), house.slacks.add_workspace("South")
    await a_set(house, north)
    await a_set(house, south)
    for event in goodbyes:
        north.faults.deliver_twice(event)
    north.uninstall(goodbyes)
    await settle(house)
    assert await of(house, "installations", north) == []
    assert {row["state"] for row in await of(house, "due_prompts", north)} == {PromptState.CANCELLED}
    assert await of(house, "outbox", north) == []
    (workspace,) = await of(house, "workspaces", north)
    assert workspace["state"] is WorkspaceState.UNINSTALLED
    assert [row["act"] for row in await of(house, "audit", north)] == ["uninstalled"]
    assert (await stored(house, north)).hindered_by is Hindrance.WORKSPACE_GONE
    calls = len(north.calls)

    house.clock.move_to(workspace["erase_at"] - timedelta(seconds=1))
    await house.bot.tick()
    assert len(await of(house, "learning_sets", north)) == 1
    house.clock.advance(1)
    await house.bot.tick()
    await house.bot.tick()
    for name in METADATA.tables:
        left = await of(house, name, north)
        assert left == [] or METADATA.tables[name] in STAYS, name
    for name in ("learning_sets", "people", "meetings", "members", "sent_messages", "due_prompts"):
        assert await of(house, name, south) != [], name
    assert [row["act"] for row in await of(house, "audit", north)] == ["uninstalled", "workspace erased"]
    assert len(north.calls) == calls


async def test_a_reinstall_within_the_grace_restores(house: House) -> None:
    north = house.slacks.add_workspace("North")
    place = await a_set(house, north)
    before, due = await stored(house, north), await of(house, "due_prompts", north)
    north.uninstall()
    await settle(house)
    house.clock.advance(timedelta(hours=2).total_seconds())
    await house.install(north, place.people["ama"])
    await settle(house)
    (workspace,) = await of(house, "workspaces", north)
    assert (workspace["state"], workspace["erase_at"]) == (WorkspaceState.INSTALLED, None)

    # Slack takes the bot out of every channel; who looks after the set is told what to do.
    assert (await stored(house, north)).hindered_by in {Hindrance.BOT_REMOVED, Hindrance.DELETED}
    (told,) = [one for one in place.people["grace"].dm() if ":hindered:" in key_of(one)]
    assert "/invite" in told.text or "invite me" in told.text
    north.workspace.invite_bot(place.channel.id)
    await settle(house)
    after = await stored(house, north)
    assert (after.hindered_by, after.members, after.meeting) == (None, before.members, before.meeting)
    again = {row["key"] for row in await of(house, "due_prompts", north) if row["state"] is PromptState.DUE}
    assert again == {row["key"] for row in due if row["state"] is PromptState.DUE}

    house.clock.move_to(workspace["installed_at"] + 2 * GRACE)
    await house.bot.tick()
    assert len(await of(house, "learning_sets", north)) == 1


async def test_a_goodbye_that_comes_after_the_reinstall_does_nothing(house: House) -> None:
    north = house.slacks.add_workspace("North")
    place = await a_set(house, north)
    north.uninstall(())
    await house.install(north, place.people["ama"])
    north.workspace.invite_bot(place.channel.id)
    await settle(house)
    event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [north.bot_user_id]}}
    envelope = north.events.envelope(event)
    await north.write(envelope)
    await north.settle(envelope)
    await settle(house)
    assert envelope.acknowledged
    assert len(await of(house, "installations", north)) == 1
    assert (await stored(house, north)).hindered_by is None


async def test_without_any_goodbye_a_failed_post_finds_out(house: House) -> None:
    north = house.slacks.add_workspace("North")
    place = await a_set(house, north)
    carla = place.people["carla"]
    await carla.command("/als join", place.channel)
    north.uninstall((), code="token_revoked")
    await settle(house)
    await house.bot.tick()
    await house.bot.tick()
    assert await of(house, "installations", north) == []
    assert (await stored(house, north)).hindered_by is Hindrance.WORKSPACE_GONE
    assert await of(house, "outbox", north) == []


async def test_news_of_a_workspace_that_is_not_installed_is_acknowledged_and_changes_nothing(
    house: House,
) -> None:
    north = house.slacks.add_workspace("North")
    place = await a_set(house, north)
    north.uninstall()
    await settle(house)
    before = await house.everything_kept()
    for event in (
        {"type": "channel_archive", "channel": place.channel.id, "user": place.people["ama"].id},
        {"type": "member_left_channel", "channel": place.channel.id, "user": place.people["ben"].id},
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"bot": [north.bot_user_id]}},
    ):
        envelope = north.events.envelope(event)
        await north.write(envelope)
        await north.settle(envelope)
        assert envelope.acknowledged, event
    await settle(house)
    assert await house.everything_kept() == before


async def test_an_organisation_takes_a_workspace_away_and_gives_it_back(
    database_url: str,
) -> None:
    async with House.open(database_url, org_deploy_enabled=True) as house:
        grid = house.slacks.add_enterprise("Starship")
        eng = grid.add_workspace("Engineering")
        await a_set(house, eng, grid)
        before = await stored(house, eng)
        grid.revoke_access(eng)
        await settle(house)
        assert (await stored(house, eng)).hindered_by is Hindrance.ACCESS_REVOKED
        (workspace,) = await of(house, "workspaces", eng)
        assert workspace["erase_at"] is not None
        assert len(await house.rows("installations")) == 1

        grid.grant_access(eng)
        await settle(house)
        after = await stored(house, eng)
        assert (after.members, after.meeting) == (before.members, before.meeting)
        assert after.hindered_by is not Hindrance.ACCESS_REVOKED
        (workspace,) = await of(house, "workspaces", eng)
        assert (workspace["state"], workspace["erase_at"]) == (WorkspaceState.INSTALLED, None)


async def test_an_organisation_uninstalls_everywhere(database_url: str) -> None:
    async with House.open(database_url, org_deploy_enabled=True) as house:
        grid = house.slacks.add_enterprise("Starship")
        eng = grid.add_workspace("Engineering")
        await a_set(house, eng, grid)
        grid.uninstall()
        await settle(house)
        assert await house.rows("installations") == []
        assert (await stored(house, eng)).hindered_by is Hindrance.WORKSPACE_GONE
        (workspace,) = await of(house, "workspaces", eng)
        assert workspace["state"] is WorkspaceState.UNINSTALLED
