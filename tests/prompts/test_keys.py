"""Code and messages fit: every key that code uses exists, and no message is left that nothing uses."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.prompt_library import Language
from tests.prompts.conftest import REPOSITORY

READS = {"rich", "plain", "lines"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((REPOSITORY / "bot").rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def prefix(node: ast.AST) -> str | None:
    """The fixed beginning of a key that is put together (`f"board.{name}"`)."""
    if not isinstance(node, ast.JoinedStr) or not isinstance(node.values[0], ast.Constant):
        return None
    start = node.values[0].value
    return start if isinstance(start, str) else None


def test_every_key_that_code_reads_exists(english: Language) -> None:
    keys = english.words.keys()
    unknown = []
    for path, tree in trees():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            if node.func.attr not in READS:
                continue
            key, start = node.args[0], prefix(node.args[0])
            if isinstance(key, ast.Constant) and key.value not in keys:
                unknown.append(f"{path.name}:{node.lineno} {key.value!r}")
            if start is not None and not any(name.startswith(start) for name in keys):
                unknown.append(f"{path.name}:{node.lineno} {start}...")
    assert unknown == []


def test_no_message_is_orphaned(english: Language) -> None:
    named: set[str] = set()
    starts: set[str] = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            start = prefix(node)
            if start and "." in start:
                starts.add(start)
    orphans = {key for key in english.words.keys() - named if not key.startswith(tuple(starts))}
    assert orphans == set()
