"""The page's wiring: what is kept where, and what is said when it cannot begin."""

import json
import socket
from pathlib import Path

import pytest

from bot.bootstrap import CannotStart
from bot.rehearsal.scenario import names
from bot.rehearse_page import DATABASE, KEYS, STATE, VERSION, PageOptions, Store, on_page
from bot.settings import Settings


async def test_a_taken_port_is_said_in_a_sentence_and_nothing_kept_is_touched(tmp_path: Path) -> None:
    (tmp_path / STATE).write_text("{}", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in (taken.getsockname()[1], 99_999):
            with pytest.raises(CannotStart, match="--port"):
                async with on_page(Settings(), PageOptions(port=port, folder=tmp_path, fresh=True)):
                    pass
    assert (tmp_path / STATE).exists()


async def test_a_folder_keeps_one_rehearsal_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.held():
        (tmp_path / STATE).write_text("{}", encoding="utf-8")
        with pytest.raises(CannotStart, match="--folder"):
            async with on_page(Settings(), PageOptions(port=0, folder=tmp_path, fresh=True)):
                pass
        assert (tmp_path / STATE).exists()
    with store.held():
        pass


async def test_a_folder_that_cannot_be_one_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(CannotStart, match="--folder"):
        async with on_page(Settings(), PageOptions(port=0, folder=tmp_path / "notes.txt")):
            pass


async def test_a_database_that_is_none_is_not_thrown_away(tmp_path: Path) -> None:
    kept = json.dumps(dict.fromkeys(KEYS, "") | {"version": VERSION, "scenario": names()[0]})
    (tmp_path / STATE).write_text(kept, encoding="utf-8")
    (tmp_path / DATABASE).write_text("no database, but somebody's words" * 40, encoding="utf-8")
    with pytest.raises(CannotStart, match="--fresh"):
        async with on_page(Settings(), PageOptions(port=0, folder=tmp_path)):
            pass
    assert "somebody's words" in (tmp_path / DATABASE).read_text(encoding="utf-8")


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


@pytest.mark.parametrize("scenario", names())
async def test_the_first_click_starts_the_meeting_in_every_scenario(tmp_path: Path, scenario: str) -> None:
    async with on_page(Settings(), PageOptions(port=0, folder=tmp_path, scenario=scenario)) as (_, rehearsal):
        facilitator = next(iter(rehearsal.cast.people.values()))
        board = facilitator.messages(rehearsal.cast.home)[-1]
        await rehearsal.act(facilitator, lambda: facilitator.press(board, "meeting.start"))
        running = await rehearsal.bot.running_stage(rehearsal.slack.team_id, rehearsal.cast.home.id)
        assert running == (rehearsal.scenario.plan.opening[0], None)
        assert len(rehearsal.cast.people) >= 7


async def test_another_scenario_than_the_kept_one_needs_a_fresh_beginning(tmp_path: Path) -> None:
    first, second = names()[:2]
    async with on_page(Settings(), PageOptions(port=0, folder=tmp_path, scenario=first)):
        pass
    with pytest.raises(CannotStart, match="--fresh"):
        async with on_page(Settings(), PageOptions(port=0, folder=tmp_path, scenario=second)):
            pass
