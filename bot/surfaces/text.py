"""Lines drawn as Slack's rich text. What a person wrote goes into text elements, which Slack never parses."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.prompt_library import Line, Link, Mention, Span, When

ELLIPSIS = "…"
NEW_LINE = Line.ours("\n")

_BOLD = RichTextElementParts.TextStyle(bold=True)


def elements(line: Line) -> list[RichTextElement]:
    """The elements of one line. Empty texts are left out, since Slack refuses them."""
    return [_element(span) for span in line.spans if not _is_empty(span)]


def section(line: Line) -> RichTextSectionElement:
    """One line as part of a block."""
    return RichTextSectionElement(elements=elements(line))


def paragraph(*lines: Line) -> RichTextBlock:
    """The lines under each other, in one block."""
    return RichTextBlock(elements=[section(join(lines))])


def bullets(lines: Sequence[Line]) -> RichTextBlock:
    """The lines as a list, one point each."""
    points = [section(line) for line in lines]
    return RichTextBlock(elements=[RichTextListElement(style="bullet", elements=points)])


def quote(text: str | Line) -> RichTextBlock:
    """What a person wrote, set apart from our own words."""
    return RichTextBlock(elements=[RichTextQuoteElement(elements=elements(Line.of(text)))])


def join(lines: Sequence[Line], between: Line = NEW_LINE) -> Line:
    """The lines that say something, with `between` between them."""
    joined = Line()
    for line in lines:
        if not all(_is_empty(span) for span in line.spans):
            joined += between + line if joined.spans else line
    return joined


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, with a visible ellipsis. For labels on which Slack has a limit."""
    return text if len(text) <= limit else text[: limit - len(ELLIPSIS)].rstrip() + ELLIPSIS


def _is_empty(span: Span) -> bool:
    return not isinstance(span, Mention | When | Link) and not span.text


def _element(span: Span) -> RichTextElement:
    style = _BOLD if span.bold else None
    if isinstance(span, Mention):
        return RichTextElementParts.User(user_id=span.user_id, style=style)
    if isinstance(span, When):
        return RichTextElementParts.Date(
            timestamp=span.timestamp, format=span.style.value, fallback=span.plain(), style=style
        )
    if isinstance(span, Link):
        return RichTextElementParts.Link(url=span.url, text=span.text, style=style)
    return RichTextElementParts.Text(text=span.text, style=style)
