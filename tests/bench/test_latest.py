"""What docs/performance.md tells of the last run is what `bench/latest.json` has of it."""

import json
import re
from typing import Any

from bench.__main__ import LATEST
from tests.databases import REPOSITORY

NUMBER = re.compile(r"\d[\d,]*\.?\d*")
OF_A_FIGURE = re.compile(r"^[a-f]\. ")


def told() -> dict[str, list[str]]:
    """The cells of each row of the table, by the name of its figure."""
    text = (REPOSITORY / "docs" / "performance.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return {row[0]: row[1:] for row in rows if OF_A_FIGURE.match(row[0])}


def measured() -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in json.loads(LATEST.read_text(encoding="utf-8"))}


def agrees(said: str, number: float) -> bool:
    """Whether it is the number, rounded to as many digits as are said."""
    _, _, decimals = said.partition(".")
    return abs(float(said.replace(",", "")) - number) <= 0.501 * 10.0 ** -len(decimals)


def spread(side: dict[str, Any]) -> list[float]:
    """The median, and from where to where. Where all rounds are alike the table has the median alone."""
    return [side["median"], side["lowest"], side["highest"]]


def test_the_table_has_every_figure_and_no_other() -> None:
    assert list(told()) == sorted(measured())


def test_each_number_of_the_table_is_that_of_the_run() -> None:
    wrong = []
    for name, (ratio, bar, holds, ours, theirs) in told().items():
        of_run = measured()[name]
        said = [
            (ratio, [of_run["ratio"]]),
            (bar.removeprefix(of_run["must_be"]), [of_run["bar"]]),
            (ours, spread(of_run["ours"])),
            (theirs, spread(of_run["theirs"])),
        ]
        for cell, numbers in said:
            found = NUMBER.findall(cell)
            if not found or not all(agrees(*pair) for pair in zip(found, numbers, strict=False)):
                wrong.append(f"{name}: {cell}")
        if holds.strip("*").startswith("yes") is not of_run["holds"]:
            wrong.append(f"{name}: {holds}")
    assert wrong == []
