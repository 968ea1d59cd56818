"""Where an installation does not come to its end, nothing is kept and a page says what to do."""

import asyncio
import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from itertools import product
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from bot.install.pages import CAUSES, HEADERS
from bot.install.slack_app import INSTALL_PATH, REDIRECT_PATH, START_PATH
from bot.install.stores import States
from tests.install.house import PUBLIC_URL, House
from tests.install.outage import without
from tests.install.test_installing import north_of

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{7331*3}}\r\nX-Made: up"


async def nothing_is_kept(house: House) -> None:
    assert await house.rows("installations") == []
    assert await house.rows("workspaces") == []
    assert await house.rows("outbox") == []


async def test_who_says_no_is_told_that_nothing_has_changed(house: House) -> None:
    browser = house.browser()
    page = await browser.get(house.slacks.cancel(await house.set_out(browser)))
    assert page.status == 200
    assert "Nothing was installed" in page.text
    assert START_PATH in page.text
    assert browser.cookies == {}
    await nothing_is_kept(house)


async def test_a_state_is_good_for_ten_minutes(house: House) -> None:
    north, ama = north_of(house)
    browser = house.browser()
    back = north.approve(await house.set_out(browser), ama)
    house.clock.advance(timedelta(minutes=10).total_seconds())
    page = await browser.get(back)
    assert page.status == 400
    assert "took too long" in page.text
    assert house.slacks.calls == []
    await nothing_is_kept(house)


async def test_states_that_never_came_back_are_forgotten(house: House) -> None:
    await house.set_out(house.browser())
    house.clock.advance(600)
    await house.set_out(house.browser())
    assert len(await house.rows("oauth_states")) == 1


async def test_another_browser_cannot_finish_what_somebody_began(house: House) -> None:
    north, ama = north_of(house)
    back = north.approve(await house.set_out(house.browser()), ama)
    stranger = house.browser()
    await house.set_out(stranger)
    page = await stranger.get(back)
    assert page.status == 400
    assert "another visit" in page.text
    assert house.slacks.calls == []
    await nothing_is_kept(house)


async def test_coming_back_twice_installs_once_and_says_that_all_may_be_well(house: House) -> None:
    north, ama = north_of(house)
    browser = house.browser()
    back = north.approve(await house.set_out(browser), ama)
    cookies = dict(browser.cookies)
    assert (await browser.get(back)).status == 200
    assert "all is well" in (await browser.get(back)).text
    browser.cookies = cookies
    again = await browser.get(back)
    assert again.status == 400
    assert "all is well" in again.text
    assert [call.method for call in house.slacks.calls] == ["oauth.v2.access"]
    assert len(await house.rows("installations")) == 1


async def test_of_two_that_come_back_at_once_with_one_state_one_is_let_in(database_url: str) -> None:
    async with House.open(database_url) as house:
        states = States(house.database, house.clock.now)
        async with asyncio.TaskGroup() as group:
            other = House(database_url, house.clock, house.slacks, house._session)
            elsewhere = States(other.database, house.clock.now)
            for _ in range(5):
                state = await states.async_issue()
                tasks = [group.create_task(one.async_consume(state)) for one in (states, elsewhere) * 2]
                assert sorted(await asyncio.gather(*tasks)) == [False, False, False, True]
        await other.database.close()


async def test_a_code_that_was_used_before_is_named_as_such(house: House) -> None:
    north, ama = north_of(house)
    first, second = house.browser(), house.browser()
    back = north.approve(await house.set_out(first), ama)
    await first.get(back)
    state = parse_qs(urlsplit(await house.set_out(second)).query)["state"][0]
    code = parse_qs(urlsplit(back).query)["code"][0]
    page = await second.get(f"{REDIRECT_PATH}?{urlencode({'code': code, 'state': state})}")
    assert page.status == 400
    assert "used before" in page.text


async def test_a_code_for_another_address_tells_the_operator_which_one_to_name(house: House) -> None:
    north, ama = north_of(house)
    house.slacks.redirect_urls.append("https://elsewhere.example.org/")
    browser = house.browser()
    url = await house.set_out(browser)
    wrong = url.replace(
        quote(PUBLIC_URL + REDIRECT_PATH, safe=""), quote("https://elsewhere.example.org/", safe="")
    )
    back = north.approve(wrong, ama).replace("https://elsewhere.example.org/", PUBLIC_URL + REDIRECT_PATH)
    page = await browser.get(back)
    assert page.status == 500
    assert "Redirect URLs" in page.text
    assert PUBLIC_URL + REDIRECT_PATH in page.text
    await nothing_is_kept(house)


async def test_what_slack_granted_and_could_not_be_kept_is_to_be_tried_again(house: House) -> None:
    north, ama = north_of(house)
    browser = house.browser()
    back = north.approve(await house.set_out(browser), ama)
    asked = house.slacks.faults.hold("oauth.v2.access")
    coming = asyncio.create_task(browser.get(back))
    await asked.reached.wait()
    async with without(house.database, house.database_url):
        asked.release()
        page = await coming
    assert page.status == 503
    assert "could not be kept" in page.text
    await nothing_is_kept(house)
    assert (await house.install(north, ama)).status == 200


@pytest.mark.parametrize("code", ["bad_client_secret", "invalid_client_id", "internal_error"])
async def test_what_slack_refuses_leaves_nothing_behind(house: House, code: str) -> None:
    north, ama = north_of(house)
    browser = house.browser()
    back = north.approve(await house.set_out(browser), ama)
    house.slacks.faults.refuse("oauth.v2.access", code)
    page = await browser.get(back)
    assert page.status >= 400
    assert "nothing" in page.text.lower()
    await nothing_is_kept(house)


@pytest.mark.parametrize("fault", ["fail", "drop_before", "garble", "rate_limit"])
async def test_slack_that_fails_leaves_nothing_behind(house: House, fault: str) -> None:
    north, ama = north_of(house)
    browser = house.browser()
    back = north.approve(await house.set_out(browser), ama)
    getattr(house.slacks.faults, fault)("oauth.v2.access")
    page = await browser.get(back)
    assert page.status == 502
    assert "Slack did not answer" in page.text
    await nothing_is_kept(house)


async def test_a_permission_that_came_without_a_code_helps_too(house: House) -> None:
    browser = house.browser()
    state = parse_qs(urlsplit(await house.set_out(browser)).query)["state"][0]
    page = await browser.get(f"{REDIRECT_PATH}?state={quote(state)}")
    assert page.status == 400
    assert START_PATH in page.text


async def test_nothing_of_an_address_reaches_a_page_or_a_redirect(house: House) -> None:
    names = ("error", "error_description", "state", "code", "team", "redirect_uri", "anything")
    queries = [*({name: HOSTILE} for name in names), dict.fromkeys(names, HOSTILE), {HOSTILE: "x"}]
    for path, query in product((INSTALL_PATH, START_PATH, REDIRECT_PATH), queries):
        page = await house.browser().get(f"{path}?{urlencode(query)}")
        answered = page.text + str(page.headers)
        for piece in ("alert", "onerror", "7331", "21993", "X-Made"):
            assert piece not in answered


async def test_every_page_is_safe_to_show_and_helps(house: House) -> None:
    ways_back = [f"{REDIRECT_PATH}?{urlencode({'error': reason})}" for reason in [*CAUSES, HOSTILE, ""]]
    for path in (INSTALL_PATH, REDIRECT_PATH, *ways_back):
        page = await house.browser().get(path)
        assert page.headers.items() >= HEADERS.items()
        assert page.headers["Strict-Transport-Security"]
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "<script" not in page.text
        assert "<h1>" in page.text
        assert START_PATH in page.text


async def test_the_one_style_of_a_page_is_the_one_that_its_policy_lets_through(house: House) -> None:
    page = await house.browser().get(INSTALL_PATH)
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert re.findall(r"\b(?:src|style|on\w+)=", page.text) == []
    assert set(re.findall(r'href="([^"]*)"', page.text)) == {START_PATH}


async def test_the_name_of_a_workspace_is_shown_as_text(house: House) -> None:
    slack = house.slacks.add_workspace(f"North {HOSTILE}")
    page = await house.install(slack, slack.add_person("ama"))
    assert page.status == 200
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
