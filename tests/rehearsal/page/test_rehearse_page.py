"""The page's wiring: what is kept where, and what is said when it cannot begin."""

import socket
from pathlib import Path

import pytest

from bot.bootstrap import CannotStart
from bot.rehearse_page import DATABASE, STATE, PageOptions, Store, on_page
from bot.settings import Settings


async def test_a_taken_port_is_said_in_a_sentence_and_nothing_kept_is_touched(tmp_path: Path) -> None:
    (tmp_path / STATE).write_text("{}", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match="--port"):
            async with on_page(Settings(), PageOptions(port=port, folder=tmp_path, fresh=True)):
                pass
    assert (tmp_path / STATE).exists()


@pytest.mark.parametrize("kept", ["no json", "{}", '{"version": 0}', '{"version": 1, "scenario": "x"}'])
async def test_what_cannot_be_read_is_not_thrown_away(tmp_path: Path, kept: str) -> None:
    (tmp_path / STATE).write_text(kept, encoding="utf-8")
    with pytest.raises(CannotStart, match="--fresh"):
        async with on_page(Settings(), PageOptions(port=0, folder=tmp_path)):
            pass
    assert (tmp_path / STATE).read_text(encoding="utf-8") == kept


def test_beginning_anew_removes_only_its_own_files(tmp_path: Path) -> None:
    for name in (STATE, DATABASE, "notes.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    Store(tmp_path).clear()
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]
