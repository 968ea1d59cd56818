"""Nothing that somebody writes does harm on the page, and no other site can act in it."""

import aiohttp
import pytest
from playwright.async_api import expect

from bot.rehearsal.page.guard import POLICY
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk

MARKUP = """<img src=x onerror="document.title='harmed'"><script>document.title='harmed'</script>"""
MRKDWN = (
    "<!channel> <https://evil.example|here> *bold* </pre>&lt;b&gt; <javascript:alert(1)|press> {{ 7 * 7 }}"
)


def address_of(desk: Desk) -> str:
    return desk.page.url.split("?")[0]


async def _try_everywhere(desk: Desk, text: str) -> None:
    """Write it into a channel, a thread, a command, a direct message and every field that takes words."""
    await desk.type(text)
    await desk.type(f"/als {text}")
    await desk.board.locator(".replies button").click()
    await desk.thread.locator("textarea").fill(text)
    await desk.thread.locator("textarea").press("Enter")
    await expect(desk.thread.locator(".message").last).to_contain_text(text)


@pytest.mark.parametrize("text", [MARKUP, MRKDWN], ids=["markup", "mrkdwn"])
async def test_what_people_write_is_shown_as_they_wrote_it(open_desk: OpenDesk, text: str) -> None:
    desk = await open_desk()
    await desk.press("Start the meeting")
    title = await desk.page.title()
    await _try_everywhere(desk, text)
    for name in ("Ruth Adeyemi", "Tomás Andrade"):
        await desk.act_as(name)
        await desk.press("I'm here")
    await desk.act_as("Inês Carvalho")
    await desk.go_on()
    await desk.go_on()
    await desk.act_as("Farid Rahimi")
    await desk.press("Ask for time")
    await desk.fill({"If I had a turn today": text})
    await desk.send()
    await expect(desk.thread).to_contain_text(text)
    await desk.act_as("Inês Carvalho")
    await desk.go_on()
    await desk.go_on()
    await desk.act_as("Farid Rahimi")
    await desk.press("Ask a question")
    await desk.fill({"Your question": text})
    await desk.send()
    await expect(desk.board).to_contain_text(text)

    assert await desk.page.title() == title
    assert await desk.page.locator("script:not([src]), img, iframe, [onerror]").count() == 0
    assert await desk.page.locator("a[href^=javascript]").count() == 0
    assert desk.rehearsal.slack.invalid == []


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
