"""The doctor: a set-up that is well, and each kind that is not, as an operator reads it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from slack_sdk.http_retry.state import RetryState

from bot.__main__ import NOT_WELL, main
from bot.app_manifest import manifest
from bot.clock import SystemClock
from bot.doctor import Finding, State, examine
from bot.rehearsal.model import Conversation
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import LocalSlacks
from bot.settings import Settings
from bot.storage.migrate import downgrade
from bot.storage.unit_of_work import Database
from bot.vault import Vault, new_key
from bot.workspaces.waiting import ShortWaits
from tests.keys import KEY, VAULT
from tests.storage.examples import rich_set, saved, small_set
from tests.trust.pair import _install as install


@dataclass
class Practice:
    """A set-up in which all is well until a test breaks something."""

    slack: LocalSlack
    channel: Conversation
    database_url: str
    now: Callable[[], datetime]
    settings: dict[str, Any]

    async def findings(self) -> list[Finding]:
        return await examine(Settings(**self.settings), self.now)

    async def wrong(self) -> list[str]:
        """What the doctor calls wrong, a line each."""
        found = await self.findings()
        told = "\n".join(map(str, found))
        for secret in self.secrets():
            assert secret not in told
        return [str(finding) for finding in found if finding.state is State.WRONG]

    def secrets(self) -> list[str]:
        given = [value for value in self.settings.values() if isinstance(value, SecretStr)]
        return [part for one in given for part in one.get_secret_value().split(",")]


@pytest.fixture
async def practice(database_url: str) -> AsyncIterator[Practice]:
    slack = LocalSlack(SystemClock(), manifest())
    await slack.start()
    ama = slack.add_person("ama")
    channel = slack.add_channel("north", [ama], is_private=True)
    database = Database(database_url, VAULT)
    await saved(database, small_set(workspace_id=slack.team_id, channel_id=channel.id))
    await database.close()
    yield Practice(
        slack,
        channel,
        database_url,
        SystemClock().now,
        {
            "slack_bot_token": SecretStr(slack.bot_token),
            "slack_app_token": SecretStr(slack.app_token),
            "slack_api_url": slack.api_url,
            "database_url": database_url,
            "encryption_keys": SecretStr(KEY),
        },
    )
    await slack.stop()


async def test_where_all_is_well_every_line_says_so_and_nothing_is_posted(practice: Practice) -> None:
    found = await practice.findings()

    assert [str(finding) for finding in found] == [
        "ok           settings: all that are set can be read",
        "ok           words: every message and format is there",
        "ok           encryption keys: there are 1, and what lies sealed opens",
        "ok           database: it answers, and its schema is up to date",
        "ok           Socket Mode: Slack accepts SLACK_APP_TOKEN and gives an address",
        "not checked  HTTP mode: SLACK_SIGNING_SECRET is not set; only `run --http` needs it.",
        f"ok           bot token of {practice.slack.team_id}: Slack accepts it",
        f"ok           scopes of {practice.slack.team_id}: those of manifest.json",
        "ok           clock: within a minute of Slack's",
        "ok           channels: the bot can post in all 1 in which sets meet",
    ]
    assert {call.method for call in practice.slack.calls} == {
        "apps.connections.open",
        "auth.test",
        "conversations.info",
    }


def without(name: str) -> Callable[[Practice], None]:
    return lambda practice: practice.settings.pop(name) and None


def given(name: str, value: object) -> Callable[[Practice], None]:
    return lambda practice: practice.settings.update({name: value})


def _no_schema(practice: Practice) -> None:
    downgrade(practice.database_url, "base")


def _older_schema(practice: Practice) -> None:
    downgrade(practice.database_url, "-1")


def _clock_behind(practice: Practice) -> None:
    practice.now = lambda: SystemClock().now() - timedelta(minutes=10)


def _archived(practice: Practice) -> None:
    practice.slack.workspace.archive(practice.channel.id, practice.slack.person("ama").id)


def _bot_removed(practice: Practice) -> None:
    practice.slack.workspace.remove_bot(practice.channel.id)


def _fewer_scopes(practice: Practice) -> None:
    installation = practice.slack.world.installation
    assert installation is not None
    installation.scopes -= {"users:read"}


@pytest.mark.parametrize(
    ("breaking", "told"),
    [
        (without("encryption_keys"), ["encryption keys: ENCRYPTION_KEYS is missing", "new-key"]),
        (
            given("database_url", "sqlite+aiosqlite:////nowhere/at/all"),
            ["database: it cannot be used", "DATABASE_URL"],
        ),
        (_no_schema, ["database: its schema is empty", "action-learning migrate"]),
        (_older_schema, ["database: its schema is older", "action-learning migrate"]),
        (without("slack_bot_token"), ["bot token: SLACK_BOT_TOKEN is missing", "settings of your Slack app"]),
        (
            given("slack_bot_token", SecretStr("xoxb-wrong")),
            ["bot token: Slack does not accept it (invalid_auth)", "OAuth"],
        ),
        (
            given("slack_app_token", SecretStr("xapp-wrong")),
            ["Socket Mode: Slack does not accept", "connections:write"],
        ),
        (without("slack_app_token"), ["way in: neither SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"]),
        (_clock_behind, ["clock: it is ", " seconds behind Slack's", "NTP"]),
        (_archived, ["it is archived", "Unarchive"]),
        (_bot_removed, ["the bot is not in it", "/invite @Action Learning"]),
        (_fewer_scopes, ["users:read missing", "install"]),
    ],
    ids=[
        "no keys",
        "no database",
        "no schema",
        "older schema",
        "no bot token",
        "wrong bot token",
        "wrong app token",
        "no way in",
        "clock behind",
        "channel archived",
        "bot removed",
        "scope missing",
    ],
)
async def test_what_is_wrong_is_one_line_with_what_to_do(
    practice: Practice, breaking: Callable[[Practice], None], told: list[str]
) -> None:
    breaking(practice)
    (line,) = await practice.wrong()
    assert line.startswith("wrong        ")
    assert line.endswith((".", "?"))
    assert all(words in line for words in told), line


async def test_a_slack_that_cannot_be_reached_is_said_of_each_question(practice: Practice) -> None:
    practice.settings["slack_api_url"] = "http://127.0.0.1:9/api/"
    lines = await practice.wrong()
    assert [line.split(": ")[0] for line in lines] == ["wrong        Socket Mode", "wrong        bot token"]
    assert all("cannot be reached (ClientConnectorError)" in line for line in lines)


async def test_a_slack_that_wants_to_be_left_alone_for_a_while_is_waited_for(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_sooner(_self: ShortWaits, *, state: RetryState, **_more: Any) -> None:
        """The wait, without its seconds."""
        state.next_attempt_requested = True
        state.increment_current_attempt()

    monkeypatch.setattr(ShortWaits, "prepare_for_next_attempt_async", no_sooner)
    practice.slack.faults.rate_limit("conversations.info", 30)
    assert await practice.wrong() == []
    assert practice.slack.faults.waiting == []


async def test_keys_that_do_not_open_what_lies_sealed_are_found(practice: Practice) -> None:
    database = Database(practice.database_url, Vault([new_key()]))
    await saved(database, rich_set(workspace_id=practice.slack.team_id, set_id="s2", channel_id="C2"))
    await database.close()
    (keys, *_) = await practice.wrong()
    assert keys.startswith("wrong        encryption keys: none opens what lies sealed in the database.")


async def test_what_could_not_be_asked_is_said_to_be_not_checked(practice: Practice) -> None:
    practice.settings.pop("slack_bot_token")
    lines = [str(one) for one in await practice.findings() if one.state is State.NOT_CHECKED]
    assert [line.split(": ")[0] for line in lines] == [
        "not checked  HTTP mode",
        "not checked  scopes",
        "not checked  clock",
        "not checked  channels",
    ]


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[tuple[Practice, LocalSlack, LocalSlack]]:
    """An app that two workspaces have installed, each with a set."""
    slacks = LocalSlacks(SystemClock(), manifest())
    await slacks.start()
    both = north, south = slacks.add_workspace("North"), slacks.add_workspace("South")
    channels = [slack.add_channel("set", [slack.add_person("ama")]) for slack in both]
    database = Database(database_url, VAULT)
    await install(database, slacks, both)
    for slack, channel in zip(both, channels, strict=True):
        await saved(database, small_set(workspace_id=slack.team_id, channel_id=channel.id))
    await database.close()
    settings = {
        "slack_client_id": slacks.client_id,
        "slack_client_secret": SecretStr(slacks.client_secret),
        "public_url": "https://als.example.org",
        "slack_signing_secret": SecretStr(slacks.signing_secret),
        "slack_api_url": slacks.api_url,
        "database_url": database_url,
        "encryption_keys": SecretStr(KEY),
    }
    yield Practice(north, channels[0], database_url, SystemClock().now, settings), north, south
    await slacks.stop()


async def test_of_several_workspaces_each_is_told_of(
    two: tuple[Practice, LocalSlack, LocalSlack],
) -> None:
    practice, north, south = two
    assert await practice.wrong() == []
    ok = [str(one) for one in await practice.findings() if one.state is State.OK][-6:]
    assert [line.split(": ")[0].removeprefix("ok           ") for line in ok] == [
        f"bot token of {north.team_id}",
        f"scopes of {north.team_id}",
        "clock",
        f"bot token of {south.team_id}",
        f"scopes of {south.team_id}",
        "channels",
    ]


async def test_a_workspace_whose_token_was_revoked_is_named(
    two: tuple[Practice, LocalSlack, LocalSlack],
) -> None:
    practice, _, south = two
    south.revoke_tokens()
    (line,) = await practice.wrong()
    assert line.startswith(
        f"wrong        bot token of {south.team_id}: Slack does not accept it (token_revoked)"
    )
    assert "channels: the bot can post in all 1" in "\n".join(map(str, await practice.findings()))


async def test_tokens_that_no_key_opens_are_not_tried(two: tuple[Practice, LocalSlack, LocalSlack]) -> None:
    practice, _, _ = two
    practice.settings["encryption_keys"] = SecretStr(new_key())
    (line,) = await practice.wrong()
    assert line.startswith("wrong        encryption keys: none opens")
    practice.settings.pop("encryption_keys")
    (line,) = await practice.wrong()
    assert "ENCRYPTION_KEYS is missing" in line


def test_wrong_settings_are_told_by_name_and_end_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-swapped-secret")
    monkeypatch.setenv("DATABASE_URL", "mysql://secret@host/x")
    assert main(["doctor"]) == NOT_WELL
    told = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in told] == ["wrong", "wrong", "not"]
    assert "SLACK_BOT_TOKEN must begin with xoxb-" in told[0]
    assert "secret" not in "".join(told)


def test_the_exit_code_says_whether_all_is_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "ENCRYPTION_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/x.sqlite3")
    assert main(["doctor"]) == NOT_WELL
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told if line.startswith("wrong")] == [
        "wrong        encryption keys",
        "wrong        database",
        "wrong        way in",
        "wrong        bot token",
    ]
