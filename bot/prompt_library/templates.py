"""Templates: a message with `{placeholders}` and `*bold*`, parsed once when its file is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from bot.prompt_library.lines import Line, Text

BOLD = "*"


class TemplateError(ValueError):
    """The template cannot be read; the text is a sentence with the fix."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The place of one value."""

    name: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Our words and the places between them."""

    pieces: tuple[Text | Placeholder, ...]

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of the values it needs."""
        return frozenset(piece.name for piece in self.pieces if isinstance(piece, Placeholder))

    def fill(self, values: Mapping[str, Line]) -> Line:
        """The line with each value in its place. Raises KeyError for a place without a value."""
        line = Line()
        for piece in self.pieces:
            line += Line((piece,)) if isinstance(piece, Text) else _placed(values[piece.name], piece.bold)
        return line


def parse(source: str) -> Template:
    """Read `{name}`, `*bold*`, and their doubles `{{`, `}}`, `**` for the marks themselves.

    Raises TemplateError for an empty text, a lone mark, or a placeholder that is more than a name.
    """
    if not source.strip():
        raise TemplateError("the text is empty: write it, or delete the key")
    pieces: list[Text | Placeholder] = []
    bold = False
    for literal, name, spec, conversion in _parsed(source):
        texts, bold = _texts(literal, bold)
        pieces += texts
        if name is not None:
            pieces.append(_placeholder(name, spec, conversion, bold))
    if bold:
        raise TemplateError(f"a `{BOLD}` opens bold words and none closes them: close them, or write `**`")
    return Template(tuple(pieces))


def _placed(value: Line, bold: bool) -> Line:
    return value.in_bold() if bold else value


def _parsed(source: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(source))
    except ValueError as error:
        raise TemplateError(f"the braces do not match ({error}): write {{name}}, or `{{{{`") from error


def _texts(literal: str, bold: bool) -> tuple[list[Text], bool]:
    """The literal cut at its bold marks, and whether bold is still open at its end."""
    texts: list[Text] = []
    for number, stretch in enumerate(literal.replace(BOLD * 2, "\0").split(BOLD)):
        bold = bold if number == 0 else not bold
        if stretch:
            texts.append(Text(stretch.replace("\0", BOLD), bold))
    return texts, bold


def _placeholder(name: str, spec: str | None, conversion: str | None, bold: bool) -> Placeholder:
    if not name.isidentifier() or spec or conversion:
        raise TemplateError(f"`{{{name}}}` is not a placeholder: write one plain name between the braces")
    return Placeholder(name, bold)
