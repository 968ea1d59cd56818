"""`action-learning run` and `migrate` as an operator meets them: by exit codes and what is written."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.app_manifest import manifest
from bot.clock import SystemClock
from bot.rehearsal.server import LocalSlack
from bot.storage.migrate import SchemaState, check, downgrade, upgrade
from bot.storage.tables import outbox
from bot.vault import Vault
from tests.e2e.bots import kept
from tests.e2e.people import populate
from tests.e2e.processes import Ended, bot_process, run_to_end

CANNOT_START = 2
NOBODY_LISTENS = "http://127.0.0.1:9/api/"


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    server = LocalSlack(SystemClock(), manifest())
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def migrated(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/bot.sqlite3"
    upgrade(url)
    return url


def settings(slack: LocalSlack, database_url: str, **other: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
    } | other


def says_in_one_sentence(ended: Ended, *words: str) -> None:
    """It could not start, said so in one line for people, and nothing else."""
    assert ended.code == CANNOT_START, ended.errors
    (line,) = ended.errors.splitlines()
    assert line.endswith(".")
    assert all(word in line for word in words), line


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"SLACK_BOT_TOKEN": ""}, ["SLACK_BOT_TOKEN is missing", "Slack app"]),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, ["SLACK_BOT_TOKEN", "invalid_auth", "Copy it"]),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, ["SLACK_APP_TOKEN", "invalid_auth", "Copy it"]),
        ({"ENCRYPTION_KEYS": ""}, ["ENCRYPTION_KEYS is missing", "action-learning new-key"]),
        ({"ENCRYPTION_KEYS": "a-key"}, ["ENCRYPTION_KEYS", "number 1", "action-learning new-key"]),
        ({"SLACK_API_URL": NOBODY_LISTENS}, ["cannot be reached", "SLACK_API_URL"]),
        ({"SLACK_API_URL": "http://slack.example/api/"}, ["SLACK_API_URL", "plain http", "https"]),
    ],
    ids=[
        "no token",
        "wrong bot token",
        "wrong app token",
        "no key",
        "a key that is none",
        "nobody there",
        "plain http",
    ],
)
async def test_what_slack_does_not_accept_stops_it_at_once(
    slack: LocalSlack, migrated: str, other: Mapping[str, str], words: list[str]
) -> None:
    ended = await run_to_end("run", **settings(slack, migrated, **other))

    says_in_one_sentence(ended, *words)
    assert "xoxb-wrong" not in ended.errors
    assert slack.hub.connections == []


async def test_a_key_is_made_where_what_is_set_is_none() -> None:
    made = await run_to_end("new-key", ENCRYPTION_KEYS="...")

    assert (made.code, made.errors) == (0, "")
    assert Vault.read(made.output).seal("a word", "here")


async def test_an_empty_database_is_named_with_what_to_do(slack: LocalSlack, tmp_path: Path) -> None:
    ended = await run_to_end("run", **settings(slack, f"sqlite:///{tmp_path}/none.sqlite3"))

    says_in_one_sentence(ended, "empty", "action-learning migrate")
    assert slack.calls == []


async def test_a_schema_one_revision_behind_is_refused_until_migrate_has_run_once_or_twice(
    slack: LocalSlack, database_url: str
) -> None:
    downgrade(database_url, "-1")

    refused = await run_to_end("run", **settings(slack, database_url))
    first = await run_to_end("migrate", DATABASE_URL=database_url)
    second = await run_to_end("migrate", DATABASE_URL=database_url)

    says_in_one_sentence(refused, "action-learning migrate")
    assert [(one.code, one.errors) for one in (first, second)] == [(0, ""), (0, "")]
    assert first.output == second.output
    assert check(database_url) is SchemaState.UP_TO_DATE


async def test_told_to_stop_it_finishes_what_it_is_sending_and_leaves_quietly(
    slack: LocalSlack, database_url: str
) -> None:
    place = populate(slack)
    fresh = slack.add_channel("fresh", [place.people["ama"]], with_bot=False)
    async with bot_process(slack, database_url) as bot:
        greeting = slack.faults.hold("chat.postMessage")
        slack.workspace.invite_bot(fresh.id)
        await asyncio.wait_for(greeting.reached.wait(), 60)
        bot.process.terminate()
        with pytest.raises(TimeoutError):  # it does not leave while Slack has not answered
            await asyncio.wait_for(bot.process.wait(), 1)
        greeting.release()
        ended = await bot.ended()

    assert ended.code == 0
    lines = [json.loads(line) for line in ended.errors.splitlines()]
    assert [line["message"] for line in lines if line["logger"] == "bot"] == ["ready"]
    assert {line["level"] for line in lines} == {"INFO"}
    assert len(slack.workspace.messages[fresh.id]) == 1
    assert await kept(database_url, outbox) == []
