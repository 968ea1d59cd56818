"""The committed diagram is the one that the table of transitions and the classic format draw."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from bot.domain import commands as c
from bot.domain import machine
from bot.domain.learning_set import Phase

SCRIPT = Path(__file__).parents[2] / "docs" / "draw_state_diagram.py"


@pytest.fixture
def script() -> ModuleType:
    spec = spec_from_file_location("draw_state_diagram", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_state_diagram_is_fresh(script: ModuleType) -> None:
    drawn = script.draw()
    assert script.DIAGRAM.read_text(encoding="utf-8") == drawn, f"run {SCRIPT.name}"


def test_another_table_draws_another_diagram(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = script.draw()
    reopening = {**machine.TRANSITIONS, Phase.CLOSED: {c.StartMeeting: (Phase.RUNNING,)}}
    monkeypatch.setattr(script, "TRANSITIONS", reopening)
    assert "closed --> running : StartMeeting" in script.draw()
    assert "closed --> running" not in before
