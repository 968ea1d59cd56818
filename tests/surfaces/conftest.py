"""The words that ship, for every test of what members see."""

import pytest

from bot.prompt_library import Language
from tests.factories import english as shipped


@pytest.fixture(scope="session")
def english() -> Language:
    return shipped()
