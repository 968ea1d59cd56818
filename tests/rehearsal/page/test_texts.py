"""Texts of Block Kit as the page shows them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rehearsal.page.texts import clock_time, link, mrkdwn, slack_date

NOW = datetime(2026, 10, 13, 12, 0, tzinfo=UTC)
NAMES = {"U1": "Ruth <b>", "C1": "heads"}


def shown(text: str) -> str:
    return str(mrkdwn(text, lambda one: NAMES.get(one, one), "Europe/London", NOW))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _soft_", "<strong>bold</strong> and <em>soft</em>"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        (
            "<@U1> in <#C1>",
            '<span class="mention">@Ruth &lt;b&gt;</span> in <span class="mention">#heads</span>',
        ),
        ("<!channel>", '<span class="mention">@channel</span>'),
        ("<javascript:alert(1)|press>", "&lt;javascript:alert(1)|press&gt;"),
        ("one\ntwo", "one<br>two"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("`a <b>`", "<code>a &lt;b&gt;</code>"),
        ("\ue0000\ue001", "0"),
    ],
)
def test_mrkdwn_is_drawn_and_everything_else_escaped(text: str, html: str) -> None:
    assert shown(text) == html


@given(st.text())
def test_no_text_at_all_brings_a_tag_of_its_own(text: str) -> None:
    for tag in ("<script", "<img", "<iframe", "<svg", "<style"):
        assert tag not in shown(text).lower()


def test_only_web_addresses_become_links_and_tell_their_target_nothing() -> None:
    assert 'rel="noopener noreferrer"' in link("https://calls.example.org", "the call")
    assert link("javascript:alert(1)", "<b>") == "&lt;b&gt;"


@pytest.mark.parametrize(
    ("form", "zone", "expected"),
    [
        ("{date_short_pretty} at {time}", "Europe/London", "today at 00:30"),
        ("{date_short_pretty} at {time}", "America/Sao_Paulo", "yesterday at 20:30"),
        ("{date}", "Europe/London", "13 October 2026"),
        ("{unknown}", "Europe/London", "{unknown}"),
    ],
)
def test_dates_are_those_of_their_reader(form: str, zone: str, expected: str) -> None:
    stamp = int(datetime(2026, 10, 12, 23, 30, tzinfo=UTC).timestamp())
    now = datetime(2026, 10, 13, 6, 0, tzinfo=UTC)
    assert slack_date(stamp, form, zone, now) == expected
    assert clock_time(now, "Asia/Dubai") == "10:00"
