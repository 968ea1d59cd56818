"""As whom the bot answers a request: by the database alone, which may be away, or know nothing of it."""

import logging

import pytest

from bot.surfaces.ids import Action
from bot.workspaces import NotInstalled
from tests.e2e.bots import library
from tests.e2e.world import key_of
from tests.install.house import House
from tests.install.outage import without
from tests.install.test_installing import north_of
from tests.install.test_uninstalling import a_set


async def test_while_the_database_is_away_nothing_is_acknowledged_and_later_all_is_served(
    house: House,
) -> None:
    north, ama = north_of(house)
    await house.install(north, ama)
    channel = north.add_channel("north", [ama])
    before = await house.everything_kept()
    calls = len(north.calls)
    await house.bot.idle()
    async with without(house.database, house.database_url):
        command = await ama.command("/als new", channel)
        assert command.warned
        north.workspace.change_zone(ama.id, "Asia/Tokyo")
        event = north.envelopes[-1]
        await house.slacks.until(lambda: len(event.attempts) == 2 and event.state == "waiting")
    assert north.calls[calls:] == []
    assert await house.everything_kept() == before
    house.clock.advance(60)
    await house.slacks.until(lambda: event.acknowledged)
    assert (await ama.command("/als new", channel)).acknowledged
    assert ama.modal is not None


async def test_while_the_database_is_away_nobody_can_install_and_the_page_says_so(house: House) -> None:
    north, ama = north_of(house)
    browser = house.browser()
    back = north.approve(await house.set_out(browser), ama)
    await house.bot.idle()
    async with without(house.database, house.database_url):
        for page in (await browser.get("/slack/install/start"), await browser.get(back)):
            assert page.status == 503
            assert "try again" in page.text
    assert house.slacks.calls == []
    assert await house.rows("installations") == []


async def test_a_late_event_of_a_workspace_that_is_not_installed_is_acknowledged_and_does_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    north, ama = north_of(house)
    north.install(ama)
    with caplog.at_level(logging.INFO, "bot"):
        await ama.open_home()
        await house.rest()
    assert north.envelopes[-1].acknowledged
    assert north.calls == []
    assert await house.rows("workspaces") == []
    [line] = [record for record in caplog.records if record.message == "not installed"]
    assert getattr(line, "workspace", None) == north.team_id
    assert house.slacks.invalid == []


async def test_a_command_where_the_app_is_not_installed_says_what_to_do(house: House) -> None:
    north, ama = north_of(house)
    north.install(ama)
    act = await ama.command("/als new", north.add_channel("north", [ama]))
    assert act.acknowledged
    assert [message.text for message in ama.ephemerals()] == [
        library().language("en").words.plain("install.gone.sentence")
    ]


async def test_a_press_and_a_form_where_the_app_is_not_installed_any_more_say_what_to_do(
    house: House,
) -> None:
    north = house.slacks.add_workspace("North")
    place = await a_set(house, north)
    ama, sentence = place.people["ama"], library().language("en").words.plain("install.gone.sentence")
    (invitation,) = [one for one in ama.messages(place.channel) if key_of(one).endswith(":invitation")]
    await ama.command("/als away", place.channel)
    await ama.see_modal()
    ben = place.people["ben"]
    await ben.command("/als leave", place.channel)
    await ben.see_modal()
    async with house.database.unit_of_work() as unit:
        await unit.installations.remove(north.team_id)

    before = await house.everything_kept()
    act = await place.people["carla"].press(invitation, Action.ACCEPT_INVITATION)
    assert act.acknowledged
    assert [one.text for one in place.people["carla"].ephemerals()] == [sentence]
    act = await ama.submit({})
    assert list(act.errors.values()) == [sentence]
    act = await ben.submit({})
    assert act.acknowledged
    assert sentence in ben.text_of(await ben.see_modal("Not just now"))
    assert await house.everything_kept() == before
    assert house.slacks.invalid == []


async def test_who_is_not_installed_has_no_client(house: House) -> None:
    for ask in (house.workspaces().client_for, house.workspaces().reading_client_for):
        with pytest.raises(NotInstalled):
            await ask("T404")
