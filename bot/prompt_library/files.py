"""Reading one TOML file, with the line of every key, so that an error can point at it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.prompt_library.errors import PromptError

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]+"|'[^']+')(?:\s*\.\s*(?:[\w-]+|"[^"]+"|'[^']+'))*)\s*=""")
_SYNTAX_PLACE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A parsed file: its tables, and the line on which each key stands (keys of inline tables excepted)."""

    path: Path
    tables: dict[str, Any]
    key_lines: dict[KeyPath, int]

    def line(self, key_path: KeyPath) -> int:
        """The line of the key, or of the nearest table around it that has a line; else the first."""
        for length in range(len(key_path), 0, -1):
            if key_path[:length] in self.key_lines:
                return self.key_lines[key_path[:length]]
        return 1

    def error(self, sentence: str, key_path: KeyPath) -> PromptError:
        """The error that points at this key."""
        return PromptError(sentence, self.path, self.line(key_path))


def read(path: Path) -> PromptFile:
    """Raises PromptError for a file that is not UTF-8 or not TOML."""
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PromptError("the file is not UTF-8: save it with that encoding", path) from error
    try:
        return PromptFile(path, tomllib.loads(source), dict(_key_lines(source)))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, source, str(error)) from error


def _syntax_error(path: Path, source: str, message: str) -> PromptError:
    place = _SYNTAX_PLACE.search(message)
    line = int(place.group(1)) if place and place.group(1) else len(source.splitlines())
    what = _SYNTAX_PLACE.sub("", message)
    fix = 'write `key = "text"`, with the quotation marks and brackets closed'
    return PromptError(f"this is not TOML ({what}): {fix}", path, line)


def _key_lines(source: str) -> Iterator[tuple[KeyPath, int]]:
    """Every header and key with its line; an array of tables (`[[stages]]`) counts its tables from 0."""
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for number, text in enumerate(source.splitlines(), start=1):
        if header := _HEADER.fullmatch(text):
            table = _table(header.group(2), header.group(1) == "[[", counts)
            yield table, number
        elif key := _KEY.match(text):
            yield table + _names(key.group(1)), number


def _table(name: str, is_array: bool, counts: dict[KeyPath, int]) -> KeyPath:
    names = _names(name)
    path: KeyPath = ()
    for position, part in enumerate(names):
        path += (part,)
        if is_array and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path += (counts[path],)
    return path


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))
