"""Lines drawn for Slack: what a person wrote is shown and never obeyed."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import RichTextBlock

from bot.prompt_library import Line, Link, Mention, When, WhenStyle, Words
from bot.surfaces.text import bullets, elements, join, paragraph, quote, shorten

AFTERNOON = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)
UNIX = 1772543100

HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<@U1>",
    "<#C1>",
    "<!subteam^S1>",
    "@channel",
    "*bold*",
    "_italic_ ~struck~",
    "`code` ```block```",
    "<https://bad.example|your bank>",
    "https://bad.example",
    "bad.example",
    "someone@bad.example",
    "> quoted",
    "first\n> quoted",
    ":tada:",
    "{name} {0}",
    "&lt;!channel&gt;",
    "<!date^1^{time}|x>",
]


def drawn(block: RichTextBlock) -> dict[str, object]:
    return block.to_dict()


@pytest.mark.parametrize("text", HOSTILE)
def test_user_text_is_one_text_element_exactly_as_written(words: Words, text: str) -> None:
    line = words.rich("board.now", stage=text, end="x")
    shown = [element.to_dict() for element in elements(line)]
    assert {"type": "text", "text": text, "style": {"bold": True}} in shown
    assert {element["type"] for element in shown} == {"text"}


def assert_harmless(fallback: str) -> None:
    assert not re.search(r"[<>*_~`\n]", fallback)
    assert not re.search(r"&(?!amp;|lt;|gt;)", fallback)
    assert not fallback.startswith("&gt;")
    assert not re.search(r"[@#]\w|\w\.\w|://|:\w+:", fallback)


@pytest.mark.parametrize("text", HOSTILE)
def test_user_text_in_the_fallback_neither_pings_links_nor_formats(text: str) -> None:
    assert_harmless(Line.of(text).fallback())


@given(st.text(alphabet="<>!@#&*_~`:.|^{}aU1 \n/-"))
def test_no_user_text_at_all_gets_through_the_fallback(text: str) -> None:
    assert_harmless(Line.of(text).fallback())


def test_the_text_of_a_link_cannot_break_out_of_it() -> None:
    link = Link("https://call.example/?a=1&b=2", "join> <!channel>")
    assert Line.of(link).fallback() == ("<https://call.example/?a=1&amp;b=2|join&gt; &lt;!channel&gt;>")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "call.example",
        "https://",
        "https://a.example|b",
        "https://a.example/ b",
        "https://a>",
    ],
)
def test_only_clean_web_addresses_are_links(url: str) -> None:
    with pytest.raises(ValueError, match="http or https"):
        Link(url, "Join")


@pytest.mark.parametrize("user_id", ["", "!channel", "U1> <!here", "U1|x"])
def test_only_an_id_can_be_mentioned(user_id: str) -> None:
    with pytest.raises(ValueError, match="user id"):
        Mention(user_id)


def test_our_own_words_are_escaped_in_the_fallback() -> None:
    assert Line.ours("1 < 2 & 3 > 2").fallback() == "1 &lt; 2 &amp; 3 &gt; 2"


def test_people_times_and_links_are_drawn_as_what_they_are() -> None:
    line = Line.of(Mention("U1"), When(AFTERNOON, "Europe/Paris"), Link("https://call.example", "Call"))
    assert [element.to_dict() for element in elements(line)] == [
        {"type": "user", "user_id": "U1"},
        {"type": "date", "timestamp": UNIX, "format": "{time}", "fallback": "14:05 (Europe/Paris)"},
        {"type": "link", "url": "https://call.example", "text": "Call"},
    ]


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        (WhenStyle.TIME, "14:05 (Europe/Paris)"),
        (WhenStyle.DATE_TIME, "2026-03-03 14:05 (Europe/Paris)"),
        (WhenStyle.DAY, "2026-03-03 (Europe/Paris)"),
    ],
)
def test_the_fallback_of_a_time_names_its_zone(style: WhenStyle, shown: str) -> None:
    line = Line.of(When(AFTERNOON, "Europe/Paris", style))
    assert line.fallback() == f"<!date^{UNIX}^{style.value}|{shown}>"
    assert line.plain() == shown


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        When(AFTERNOON.replace(tzinfo=None), "Europe/Paris")


def test_bold_reaches_every_kind_of_span() -> None:
    spans = Line.of("a", Mention("U1"), When(AFTERNOON, "UTC"), Link("https://a.example", "b")).in_bold()
    assert [element.to_dict()["style"] for element in elements(spans)] == [{"bold": True}] * 4


def test_plain_text_is_not_escaped() -> None:
    assert Line.of("a < b & *c*").plain() == "a < b & *c*"


def test_empty_texts_are_not_drawn() -> None:
    assert [element.to_dict() for element in elements(Line.of("", "a"))] == [{"type": "text", "text": "a"}]


def test_a_paragraph_stacks_the_lines_that_say_something() -> None:
    block = paragraph(Line.ours("a"), Line.of(""), Line(), Line.ours("b"))
    texts = [{"type": "text", "text": text} for text in ("a", "\n", "b")]
    assert drawn(block) == {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": texts}],
    }


def test_bullets_are_one_section_per_line() -> None:
    block = bullets([Line.ours("a"), Line.ours("b")])
    sections = [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]} for text in "ab"]
    points = {"type": "rich_text_list", "style": "bullet", "elements": sections}
    assert drawn(block) == {"type": "rich_text", "elements": [points]}


def test_a_quote_keeps_what_a_person_wrote() -> None:
    inner = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "*a*\n<@U1>"}]}
    assert drawn(quote("*a*\n<@U1>")) == {"type": "rich_text", "elements": [inner]}


def test_lines_can_be_joined_by_a_separator() -> None:
    assert join([Line.ours("a"), Line.ours("b")], Line.ours(", ")).plain() == "a, b"


@given(st.text(max_size=90), st.integers(min_value=1, max_value=80))
def test_a_shortened_label_fits_and_shows_that_it_is_shortened(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text if len(text) <= limit else short.endswith("…")
