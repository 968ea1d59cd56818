"""The app leaves a workspace: what must be over before Slack is answered, and what meets it on the way."""

from dataclasses import replace

from bot.domain.hindrances import Hindrance
from bot.lifecycle.lifecycle import SETS_AT_ONCE
from bot.storage.tables import WorkspaceState
from tests.install.house import House
from tests.install.test_uninstalling import a_set, of, settle, stored
from tests.storage.examples import new_meeting, small_set

MANY = SETS_AT_ONCE + 5


async def test_slack_is_answered_before_many_sets_are_paused_and_another_process_pauses_the_rest(
    house: House,
) -> None:
    north, south = house.slacks.add_workspace("North"), house.slacks.add_workspace("South")
    for slack in (north, south):
        await house.install(slack, slack.add_person("ama"))
        await many_sets(house, slack.team_id)
    north.uninstall(("app_uninstalled",))
    await house.rest()
    (workspace,) = await of(house, "workspaces", north)
    assert workspace["state"] is WorkspaceState.UNINSTALLED
    assert await of(house, "installations", north) == []
    assert await paused(house, north.team_id) == SETS_AT_ONCE

    another = house.another_bot()
    await another.tick()
    assert await paused(house, north.team_id) == MANY
    assert await paused(house, south.team_id) == 0

    await house.install(north, north.add_person("ben"))
    assert await paused(house, north.team_id) == 0


async def many_sets(house: House, workspace_id: str, many: int = MANY) -> None:
    async with house.database.unit_of_work() as unit:
        for number in range(many):
            one, meeting = f"s{number}", new_meeting(1, f"s{number}")
            made = replace(small_set(workspace_id), id=one, channel_id=f"C{number}", meeting=meeting)
            await unit.learning_sets.save(None, made)


async def paused(house: House, workspace_id: str) -> int:
    rows = await house.rows("learning_sets")
    mine = [row for row in rows if row["workspace_id"] == workspace_id]
    return sum(row["hindered_by"] is Hindrance.WORKSPACE_GONE for row in mine)


async def test_who_installs_it_again_while_slack_is_asked_keeps_it(house: House) -> None:
    north = house.slacks.add_workspace("North")
    place = await a_set(house, north)
    late = north.faults.hold("auth.test", "taken")
    north.uninstall(("app_uninstalled",))
    await late.reached.wait()
    browser = house.browser()
    page = await browser.get(north.approve(await house.set_out(browser), place.people["ama"]))
    assert page.status == 200
    late.release()
    await settle(house)
    assert len(await of(house, "installations", north)) == 1
    (workspace,) = await of(house, "workspaces", north)
    assert (workspace["state"], workspace["erase_at"]) == (WorkspaceState.INSTALLED, None)
    assert (await stored(house, north)).hindered_by is not Hindrance.WORKSPACE_GONE
