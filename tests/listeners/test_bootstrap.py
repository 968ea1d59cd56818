"""The bot starts only as it should, says in a sentence why it does not, and stops when it is told."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot.__main__ import FAILED, main
from bot.bootstrap import CannotStart, build
from bot.logs import configure_logs
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.server import LocalSlack
from bot.storage import migrate
from bot.storage.migrate import SchemaState, check, current_revision, downgrade
from bot.storage.unit_of_work import Database
from bot.surfaces.ids import Action
from tests.keys import KEY, VAULT
from tests.listeners.stage import LIBRARY, MANIFEST, START, Stage, settings_for, staged


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    server = LocalSlack(MovableClock(START), MANIFEST)
    await server.start()
    yield server
    await server.stop()


async def connect(slack: LocalSlack, database_url: str, **other: Any) -> None:
    database = Database(database_url, VAULT)
    bot = build(settings=settings_for(slack, **other), clock=slack.clock, library=LIBRARY, database=database)
    try:
        await bot.connect()
    finally:
        await bot.close()
        await database.close()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"slack_bot_token": None}, "SLACK_BOT_TOKEN is missing"),
        ({"slack_app_token": None}, "SLACK_APP_TOKEN is missing"),
        ({"slack_bot_token": SecretStr("xoxb-wrong")}, "does not accept SLACK_BOT_TOKEN"),
        ({"slack_app_token": SecretStr("xapp-wrong")}, "does not accept SLACK_APP_TOKEN"),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, "cannot be reached"),
    ],
)
async def test_a_wrong_or_missing_token_stops_it_with_a_sentence(
    slack: LocalSlack, database_url: str, wrong: dict[str, Any], named: str
) -> None:
    with pytest.raises(CannotStart, match=named) as stopped:
        await connect(slack, database_url, **wrong)
    assert "xoxb-" not in str(stopped.value)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/x.sqlite3")
    return monkeypatch


def test_a_database_without_or_with_an_older_schema_is_named_with_what_to_do(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run"]) == FAILED
    assert "action-learning migrate" in capsys.readouterr().err
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    capsys.readouterr()
    assert main(["run"]) == FAILED
    assert capsys.readouterr().err.startswith("SLACK_BOT_TOKEN is missing")


def test_an_older_schema_is_refused_and_brought_up_to_date(
    database_url: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATABASE_URL", database_url)
    downgrade(database_url, "base")
    assert main(["run"]) == FAILED
    assert "action-learning migrate" in capsys.readouterr().err
    assert main(["migrate"]) == 0
    assert check(database_url) is SchemaState.UP_TO_DATE


def made_by_a_later_version(database_url: str, oldest_code: str) -> None:
    with migrate._connection(database_url) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("UPDATE schema_compatibility SET oldest_code = :code"), {"code": oldest_code})


def test_a_newer_schema_is_run_on_where_it_was_made_for_this_version_too(
    database_url: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATABASE_URL", database_url)
    made_by_a_later_version(database_url, oldest_code=str(current_revision(database_url)))
    assert main(["migrate"]) == 0
    assert current_revision(database_url) == "9999"
    capsys.readouterr()
    assert main(["run"]) == FAILED
    assert capsys.readouterr().err.startswith("SLACK_BOT_TOKEN is missing")


def test_a_newer_schema_that_was_not_is_refused_and_left_alone(
    database_url: str, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("DATABASE_URL", database_url)
    made_by_a_later_version(database_url, oldest_code="9998")
    for word in ("run", "migrate"):
        assert main([word]) == FAILED
        assert "later version of this bot" in capsys.readouterr().err
    assert current_revision(database_url) == "9999"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://secret@host/x"),
        ("DATABASE_URL", "postgresql://someone:secret@127.0.0.1:9/x"),
        ("SLACK_BOT_TOKEN", "xapp-secret"),
        ("SLACK_API_URL", "http://secret.example/api/"),
        ("PROMPTS_DIR", "/secret/nowhere"),
    ],
)
def test_a_wrong_setting_is_one_sentence_without_its_value(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    environment.setenv(name, value)
    assert main(["run"]) == FAILED
    told = capsys.readouterr().err
    assert name in told
    assert "secret" not in told
    assert "Traceback" not in told


@pytest.mark.parametrize("words", [[], ["dance"]])
def test_a_wrong_word_shows_how_it_is_used(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == FAILED
    assert "run" in capsys.readouterr().err


async def test_run_serves_slack_from_its_own_process_until_it_is_told_to_stop(
    slack: LocalSlack, database_url: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")} | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
        "ENCRYPTION_KEYS": KEY,
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        await slack.connected(within=30)
        eve = slack.add_person("eve")
        await eve.open_home()
        assert eve.home is not None
        running.terminate()
        _, told = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    assert running.returncode == 0
    assert b"Traceback" not in told


async def test_what_was_done_is_sent_at_once_without_a_tick(stage: Stage) -> None:
    await stage.ama.command("/als new", stage.channel)
    await stage.ama.see_modal()
    await stage.fill_new_set()
    await stage.bot.idle()
    assert stage.bot.in_flight == 0
    assert stage.invitation in stage.ben.messages(stage.channel)


async def test_a_refused_reconnection_is_tried_with_a_new_address(database_url: str) -> None:
    """slack_sdk alone tries the refused one for ever (3.47.0 does)."""
    async with staged(database_url, ping_seconds=0.1) as stage:
        stage.slack.faults.refuse_handshakes()
        await stage.slack.close_sockets()
        await stage.slack.until(lambda: stage.slack.faults.handshakes_to_refuse == 0)
        stage.slack.world.tickets.clear()
        await stage.bot.tick()
        await stage.slack.connected()
        assert (await stage.eve.open_home()).acknowledged


async def test_the_logs_name_ids_and_nothing_that_people_wrote(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    configure_logs("DEBUG")
    caplog.set_level(logging.DEBUG, "bot")
    stage.slack.faults.fail("chat.postMessage")
    running = await stage.walk_to_the_first_question()
    owner = stage.slack.person(running.current_owners[0])
    await owner.press(stage.board, Action.QUESTION_ANSWERED)
    await stage.eve.press(stage.board, Action.MOVE_ON)
    await stage.eve.command("/als swop somebody secret", stage.channel)
    await stage.rest()
    assert caplog.messages
    for content in ("What have you tried", "North", "Ama", "secret"):
        assert content not in caplog.text
