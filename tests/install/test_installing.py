"""A workspace installs the app in a browser, and is served from then on; its token is nobody's to read."""

import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import make_url

from bot.install.flow import COOKIE
from bot.install.slack_app import INSTALL_PATH, REDIRECT_PATH, START_PATH
from bot.logs import configure_logs
from bot.rehearsal.people import Person
from bot.rehearsal.server import LocalSlack
from tests.install.house import PUBLIC_URL, House
from tests.loggers import every_logger_at_debug
from tests.storage.statements import Statements


def north_of(house: House) -> tuple[LocalSlack, Person]:
    north = house.slacks.add_workspace("North")
    return north, north.add_person("ama")


async def test_whoever_installs_the_app_sees_how_it_goes_on_and_is_welcomed_alone(house: House) -> None:
    north, ama = north_of(house)
    ben = north.add_person("ben")
    page = await house.install(north, ama)
    assert page.status == 200
    assert "It is now in North" in page.text
    assert f"https://slack.com/app_redirect?app={house.slacks.app_id}&amp;team={north.team_id}" in page.text
    [welcome] = ama.dm()
    assert "/als new" in welcome.text
    assert ben.dm() == []
    assert [call.method for call in north.calls] == ["auth.test", "chat.postMessage"]


async def test_the_landing_page_leads_to_the_operators_notice_and_to_help_where_there_are_any(
    house: House,
) -> None:
    assert "<footer>" not in (await house.browser().get(INSTALL_PATH)).text
    pages = {"privacy_url": "https://example.org/n?a=1&b=2", "support_url": "https://example.org/help"}
    async with house.set_up_with(**pages) as other:
        page = await other.browser().get(INSTALL_PATH)
    assert '<a href="https://example.org/n?a=1&amp;b=2">Privacy notice</a>' in page.text
    assert '<a href="https://example.org/help">Help and support</a>' in page.text


async def test_what_is_kept_of_an_installation_is_sealed_and_complete(house: House) -> None:
    north, ama = north_of(house)
    await house.install(north, ama)
    [row] = await house.rows("installations")
    assert row["workspace_id"] == north.team_id
    assert row["bot_user_id"] == north.bot_user_id
    assert row["installer"] == ama.id
    assert set(row["scopes"].split(",")) == set(house.slacks.app.manifest.scopes)
    assert [(one["workspace_id"], one["state"].value) for one in await house.rows("workspaces")] == [
        (north.team_id, "installed")
    ]
    assert await house.rows("oauth_states") == []
    installed = await house.workspaces().installed()
    assert [(one.workspace_id, one.scopes, one.org_wide) for one in installed] == [
        (north.team_id, frozenset(house.slacks.app.manifest.scopes), False)
    ]


@pytest.fixture
def written() -> io.StringIO:
    """What an operator reads while every logger speaks at DEBUG: Bolt's, the SDK's and SQLAlchemy's, too."""
    stream = io.StringIO()
    configure_logs("DEBUG", "json", stream)
    every_logger_at_debug()
    return stream


async def test_no_token_code_or_secret_is_in_the_database_the_logs_or_an_address(
    written: io.StringIO, house: House
) -> None:
    north, ama = north_of(house)
    browser = house.browser()
    back = north.approve(await house.set_out(browser), ama)
    await browser.get(back)
    await house.rest()
    kept = await house.everything_kept()
    if house.database_url.startswith("sqlite"):
        file = Path(str(make_url(house.database_url).database))
        kept += "".join(one.read_bytes().decode("latin-1") for one in file.parent.glob(f"{file.name}*"))
    assert north.team_id in kept
    assert '"installed"' in written.getvalue()
    secrets = {north.bot_token, house.slacks.client_secret, back.partition("code=")[2].partition("&")[0]}
    for secret in secrets:
        assert secret not in kept
        assert secret not in written.getvalue()
    for address in browser.visited:
        assert north.bot_token not in address
        assert house.slacks.client_secret not in address


async def test_a_state_is_bound_to_the_browser_that_set_out(house: House) -> None:
    browser = house.browser()
    [line] = [
        value for name, value in (await browser.get(START_PATH)).headers.items() if name == "Set-Cookie"
    ]
    named, *flags = (part.strip() for part in line.split(";"))
    assert named.startswith(f"{COOKIE}=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"} <= set(flags)


async def test_an_installed_workspace_is_served_by_one_read_and_no_question_to_slack(house: House) -> None:
    north, ama = north_of(house)
    await house.install(north, ama)
    before = len(north.calls)
    with Statements(house.database) as said:
        act = await ama.command("/als help")
    assert act.acknowledged
    assert "/als" in act.text
    assert [call.method for call in north.calls[before:]] == []
    assert len([text for text in said.texts if "installations" in text]) == 1


async def test_two_workspaces_with_the_same_ids_are_each_answered_with_their_own_token(house: House) -> None:
    north, ama = north_of(house)
    south = house.slacks.add_workspace("South", like=north)
    other_ama = south.add_person("ama")
    assert (north.bot_user_id, ama.id) == (south.bot_user_id, other_ama.id)
    for slack, person in ((north, ama), (south, other_ama)):
        assert (await house.install(slack, person)).status == 200
    for slack, person in ((north, ama), (south, other_ama)):
        before = len(slack.calls)
        assert (await person.open_home()).acknowledged
        await house.rest()
        assert [call.method for call in slack.calls[before:]] == ["views.publish"]
    assert [row["workspace_id"] for row in await house.rows("workspaces")] == sorted(
        [north.team_id, south.team_id]
    )
    assert house.slacks.refusals == []


async def test_a_second_installation_replaces_the_token_and_keeps_one_row(house: House) -> None:
    north, ama = north_of(house)
    ben = north.add_person("ben")
    await house.install(north, ama)
    first = north.bot_token
    await house.install(north, ben)
    [row] = await house.rows("installations")
    assert row["installer"] == ben.id
    token = (await house.workspaces().client_for(north.team_id)).token
    assert token == north.bot_token != first
    assert [len(person.dm()) for person in (ama, ben)] == [1, 1]


async def test_after_an_uninstallation_the_token_is_gone_and_a_new_installation_restores(
    house: House,
) -> None:
    north, ama = north_of(house)
    await house.install(north, ama)
    north.uninstall()
    await house.rest()
    assert await house.rows("installations") == []
    [row] = await house.rows("workspaces")
    assert row["state"].value == "uninstalled"
    assert row["erase_at"] is not None
    await house.install(north, ama)
    [row] = await house.rows("workspaces")
    assert (row["state"].value, row["erase_at"], row["uninstalled_at"]) == ("installed", None, None)
    assert (await ama.command("/als help")).text


async def test_slack_is_asked_for_what_the_manifest_says_and_no_more(house: House) -> None:
    address = urlsplit(await house.set_out(house.browser()))
    assert f"{address.scheme}://{address.netloc}{address.path}" == house.slacks.authorize_url
    asked = parse_qs(address.query)
    assert asked.keys() == {"client_id", "scope", "redirect_uri", "state"}
    assert set(asked["scope"][0].split(",")) == set(house.slacks.app.manifest.scopes)
    assert asked["redirect_uri"] == [PUBLIC_URL + REDIRECT_PATH]
    assert len(asked["state"][0]) >= 43
