"""What is said of the machine is what its system tells."""

import pytest

from bench import machine

TOLD = "cpu  10 1 5 100 4 1 1 2 9 0\ncpu0 5 1 2 50 2 1 1 2 9 0\n"


@pytest.mark.parametrize(("told", "ticks"), [(TOLD, (20, 124)), ("", (0, 0))])
def test_work_and_rest_of_all_processors_are_told_apart(
    told: str, ticks: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_read", lambda _path: told)
    assert machine.processor_ticks() == ticks
