"""An organisation installs the app once for its workspaces: what it writes belongs to each of them."""

from collections.abc import AsyncIterator

import pytest

from bot.rehearsal.acts import Act
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import Enterprise
from bot.surfaces.ids import Action
from bot.workspaces import NotInstalled
from tests.e2e.bots import library
from tests.install.house import House

WORDS = library().language("en").words


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with House.open(database_url, org_deploy_enabled=True) as opened:
        yield opened


def starship(house: House) -> tuple[Enterprise, LocalSlack, Person]:
    grid = house.slacks.add_enterprise("Starship")
    bridge = grid.add_workspace("Bridge")
    return grid, bridge, bridge.add_person("ama")


async def test_the_page_says_that_an_admin_adds_it_to_workspaces(house: House) -> None:
    grid, _, ama = starship(house)
    page = await house.install(grid, ama)
    assert page.status == 200
    assert "Starship has approved it" in page.text
    [row] = await house.rows("installations")
    assert (row["workspace_id"], row["enterprise_id"], row["org_wide"]) == (grid.id, grid.id, True)
    assert await house.rows("workspaces") == []
    assert await house.rows("outbox") == []


async def test_whoever_installed_it_is_welcomed_in_the_first_workspace_in_which_they_are(
    house: House,
) -> None:
    grid, bridge, ama = starship(house)
    engine, deck = grid.add_workspace("Engine"), grid.add_workspace("Deck")
    await house.install(grid, ama)
    grid.grant_access(engine, bridge)
    await house.rest()
    grid.grant_access(deck)
    await house.rest()
    [welcome] = ama.dm()
    assert "/als new" in welcome.text
    assert {row["workspace_id"] for row in await house.rows("workspaces")} == {
        one.team_id for one in (engine, bridge, deck)
    }
    assert await house.rows("outbox") == []
    assert [
        call.method for one in (engine, deck) for call in one.calls if call.method.startswith("chat.")
    ] == []


async def test_each_of_its_workspaces_is_served_with_the_one_token_and_met_once(house: House) -> None:
    grid, bridge, ama = starship(house)
    engine = grid.add_workspace("Engine")
    scotty = engine.add_person("scotty")
    await house.install(grid, ama)
    grid.grant_access(bridge, engine)
    for person in (ama, scotty):
        for _ in range(2):
            assert (await person.command("/als help")).text
            assert (await person.open_home()).acknowledged
    await house.rest()
    assert {(row["workspace_id"], row["enterprise_id"]) for row in await house.rows("workspaces")} == {
        (bridge.team_id, grid.id),
        (engine.team_id, grid.id),
    }
    for slack in (bridge, engine):
        client = await house.workspaces().client_for(slack.team_id)
        assert client.token == grid.bot_token
    with pytest.raises(NotInstalled):
        await house.workspaces().client_for("T404")


async def test_a_workspace_that_installed_the_app_itself_keeps_its_own_token(house: House) -> None:
    grid, bridge, ama = starship(house)
    await house.install(bridge, ama)
    own = bridge.bot_token
    await house.install(grid, ama)
    assert len(await house.rows("installations")) == 2
    assert (await house.workspaces().client_for(bridge.team_id)).token == own
    [row] = await house.rows("workspaces")
    assert (row["workspace_id"], row["enterprise_id"]) == (bridge.team_id, grid.id)


async def test_a_workspace_that_came_into_an_organisation_later_is_found_by_it(house: House) -> None:
    grid, bridge, ama = starship(house)
    async with house.database.unit_of_work() as unit:
        await unit.installations.restore(bridge.team_id, None, house.clock.now())
    await house.install(grid, ama)
    grid.grant_access(bridge)
    with pytest.raises(NotInstalled):
        await house.workspaces().client_for(bridge.team_id)
    assert (await ama.command("/als help")).text
    assert (await house.workspaces().client_for(bridge.team_id)).token == grid.bot_token


async def test_a_workspace_of_an_organisation_uninstalls_only_itself(house: House) -> None:
    grid, bridge, ama = starship(house)
    engine = grid.add_workspace("Engine")
    for slack, person in ((bridge, ama), (engine, engine.add_person("scotty"))):
        await house.install(slack, person)
    bridge.uninstall()
    await house.rest()
    assert [row["workspace_id"] for row in await house.rows("installations")] == [engine.team_id]
    states = {row["workspace_id"]: row["state"].value for row in await house.rows("workspaces")}
    assert states == {bridge.team_id: "uninstalled", engine.team_id: "installed"}


async def test_an_organisation_that_installs_again_brings_its_workspaces_back(house: House) -> None:
    grid, bridge, ama = starship(house)
    await house.install(grid, ama)
    grid.grant_access(bridge)
    await ama.command("/als help")
    await house.rest()
    grid.uninstall()
    await house.rest()
    assert await house.rows("installations") == []
    assert [row["state"].value for row in await house.rows("workspaces")] == ["uninstalled"]
    await house.install(grid, ama)
    assert [row["state"].value for row in await house.rows("workspaces")] == ["installed"]
    assert (await house.workspaces().client_for(bridge.team_id)).token == grid.bot_token


async def naming(other: Enterprise, house: House, slack: LocalSlack, act: Act) -> None:
    """Send what names the workspace of the app, and the organisation of somebody else."""
    assert act.envelope is not None
    act.envelope.payload["enterprise"] = {"id": other.id, "name": other.name}
    await slack.write(act.envelope)
    await slack.settle(act.envelope)
    await house.rest()


async def test_whoever_comes_from_another_organisation_brings_neither_its_token_nor_its_name_along(
    house: House,
) -> None:
    """As what somebody sends does who is a guest in a shared channel."""

    async def another(name: str) -> Enterprise:
        organisation = house.slacks.add_enterprise(name)
        await house.install(organisation, organisation.add_workspace("Galley").add_person("worf"))
        return organisation

    others = [await another("Bounty")]
    grid, bridge, ama = starship(house)
    await house.install(grid, ama)
    grid.grant_access(bridge)
    others.append(await another("Reliant"))
    button = {"type": "button", "action_id": Action.SEND_MY_DATA, "block_id": "b", "action_ts": "1.0"}
    for other in others:
        await ama.command("/als privacy")
        await naming(other, house, bridge, ama.forge_press_in(await ama.see_modal(), [button]))
        assert WORDS.plain("privacy.done.nothing") in ama.text_of(await ama.see_modal())
        await ama.close_modal()

    await ama.command("/als privacy")
    late = ama.forge_press_in(await ama.see_modal(), [button])
    grid.uninstall()
    await house.rest()
    before = await house.everything_kept()
    await naming(others[0], house, bridge, late)
    assert await house.everything_kept() == before
    with pytest.raises(NotInstalled):
        await house.workspaces().client_for(bridge.team_id)
