"""The page runs its own files alone, and no other site can act in it."""

import aiohttp
import pytest

from bot.rehearsal.page.guard import POLICY
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk


def address_of(desk: Desk) -> str:
    return desk.page.url.split("?")[0]


async def test_the_policy_lets_nothing_in_from_elsewhere(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    async with aiohttp.ClientSession() as browser, browser.get(address_of(desk)) as answer:
        assert answer.headers["Content-Security-Policy"] == POLICY
        page = await answer.text()
    assert "default-src 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert "://" not in page.replace("http://www.w3.org", "").replace("https://calls.example.org", "")

    await desk.page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'harmed'";
        document.body.append(script);
        document.body.insertAdjacentHTML("beforeend", "<p style='color: red'></p>");
    }""")
    assert "harmed" not in await desk.page.title()
    assert all("Content Security Policy" in one for one in desk.noise)
    assert len(desk.noise) >= 2
    desk.noise.clear()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 403),
        ({"Host": "evil.example"}, 421),
        ({}, 200),
    ],
)
async def test_no_other_site_can_act_on_the_page(
    open_desk: OpenDesk, headers: dict[str, str], expected: int
) -> None:
    desk = await open_desk()
    whole = {"Content-Type": "application/json"} | headers
    async with aiohttp.ClientSession() as elsewhere:
        clock = f"{address_of(desk)}clock"
        async with elsewhere.post(clock, data=b'{"run": false}', headers=whole) as answer:
            assert answer.status == expected
