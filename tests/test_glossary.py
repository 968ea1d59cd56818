"""Every thing of the domain's state has its word in the glossary."""

from pathlib import Path

import pytest

from bot.domain import agenda, calendar, formats, learning_set, ledger, wakes

GLOSSARY = (Path(__file__).parents[1] / "docs" / "glossary.md").read_text(encoding="utf-8")
MODULES = (agenda, calendar, formats, learning_set, ledger, wakes)
NEEDS_NO_WORD = {"Flaw", "LedgerError", "LedgerFault", "NothingLeft", "Stretch"}
"""Said only among developers, and explained where they stand."""

THINGS = sorted(
    {
        name
        for module in MODULES
        for name, thing in vars(module).items()
        if isinstance(thing, type) and thing.__module__ == module.__name__ and not name.startswith("_")
    }
    - NEEDS_NO_WORD
)


@pytest.mark.parametrize("name", THINGS)
def test_every_class_of_the_domains_state_has_its_word(name: str) -> None:
    assert f"`{name}`" in GLOSSARY or f"`{name}." in GLOSSARY
