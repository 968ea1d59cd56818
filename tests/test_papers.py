"""What the papers for administrators say is what the code has: scopes, events, tables, settings."""

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.settings import Settings
from bot.storage.tables import METADATA
from tests.databases import REPOSITORY

PAPERS = (
    "README.md",
    "SECURITY.md",
    "docs/data-flow.md",
    "docs/marketplace.md",
    "docs/operations.md",
    "docs/privacy.md",
    "docs/scopes.md",
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\s]+)`")
FILE = re.compile(r"(bot|tests|docs|prompts|migrations)/[\w./]*")


def read(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def named_in_table(name: str, head: str) -> Iterator[tuple[str, str]]:
    """What the first column of a table names, with the second; ``head`` is the first word of the head."""
    rows = read(name).split(f"| {head} |")[1].split("\n\n")[0].splitlines()[2:]
    for row in rows:
        first, second = row.strip("|").split("|")[:2]
        yield from ((code, second.strip()) for code in CODE.findall(first))


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read("manifest.json"))
    return found


@pytest.mark.parametrize(
    ("head", "asked_for"),
    [
        ("scope", manifest()["oauth_config"]["scopes"]["bot"]),
        ("event", manifest()["settings"]["event_subscriptions"]["bot_events"]),
    ],
)
def test_each_scope_and_event_of_the_manifest_has_its_reason_and_no_other_has(
    head: str, asked_for: list[str]
) -> None:
    told = list(named_in_table("docs/scopes.md", head))
    assert sorted(name for name, _ in told) == sorted(asked_for)
    assert [name for name, reason in told if len(reason) < 4] == []


def test_the_app_asks_for_nothing_as_a_person_and_for_nothing_optional() -> None:
    assert set(manifest()["oauth_config"]["scopes"]) == {"bot"}


def test_each_table_of_the_database_is_told_of() -> None:
    told = [name for name, _ in named_in_table("docs/data-flow.md", "table")]
    assert sorted(told) == sorted(METADATA.tables)


def test_each_setting_stands_in_the_readme() -> None:
    told = [name for name, _ in named_in_table("README.md", "variable")]
    assert sorted(told) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize("name", PAPERS)
def test_each_link_and_each_file_that_is_named_is_there(name: str) -> None:
    text, here = read(name), (REPOSITORY / name).parent
    links = [link for link in LINK.findall(text) if not link.startswith(("https://", "#"))]
    named = [code for code in CODE.findall(text) if FILE.fullmatch(code)]
    missing = [link for link in links if not (here / link.partition("#")[0]).exists()]
    assert missing + [code for code in named if not (REPOSITORY / code).exists()] == []


@pytest.mark.parametrize("name", [name for name in PAPERS if name != "README.md"])
def test_the_readme_leads_to_each_paper(name: str) -> None:
    assert f"]({name})" in read("README.md")


def test_the_picture_of_the_data_flow_is_whole_and_fetches_nothing() -> None:
    picture = REPOSITORY / "docs" / "images" / "data-flow.svg"
    root = ET.fromstring(picture.read_text(encoding="utf-8"))  # noqa: S314 -- our own file
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert {"title", "desc"} <= kinds
    assert not kinds & {"image", "script", "foreignObject", "style", "use"}
    addresses = [value for element in root.iter() for name, value in element.items() if "href" in name]
    assert addresses == []
