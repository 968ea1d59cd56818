"""One workspace, or all that install the app: settings that mean neither stop the bot with a sentence."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.bootstrap import build
from bot.connecting import slack_app_of, workspaces_of
from bot.rehearsal.clock import MovableClock
from bot.settings import Settings
from bot.starting import CannotStart
from bot.storage.unit_of_work import Database
from tests.e2e.bots import library
from tests.install.house import BEGINS

FOR_MANY: dict[str, Any] = {
    "slack_client_id": "12.34",
    "slack_client_secret": SecretStr("secret"),
    "public_url": "https://als.example.org",
}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({**FOR_MANY, "slack_client_id": None}, "SLACK_CLIENT_ID is missing"),
        ({**FOR_MANY, "slack_client_secret": None}, "SLACK_CLIENT_SECRET is missing"),
        ({**FOR_MANY, "public_url": None}, "PUBLIC_URL is missing"),
        ({**FOR_MANY, "slack_bot_token": SecretStr("xoxb-1")}, "SLACK_BOT_TOKEN is for one workspace"),
        ({}, "SLACK_BOT_TOKEN is missing"),
    ],
)
async def test_settings_that_do_not_go_together_stop_it_with_a_sentence(
    tmp_path: Path, given: dict[str, Any], named: str
) -> None:
    settings, database = (
        Settings.model_construct(**given),
        Database(f"sqlite+aiosqlite:///{tmp_path}/x.sqlite3"),
    )
    clock = MovableClock(BEGINS)
    with pytest.raises(CannotStart, match=named):
        workspaces_of(settings, database, clock.now)
    with pytest.raises(CannotStart, match=named) as stopped:
        build(settings=settings, clock=clock, library=library(), database=database)
    assert "secret" not in str(stopped.value)


@pytest.mark.parametrize(
    ("api", "page"),
    [
        ("https://slack.com/api/", "https://slack.com/oauth/v2/authorize"),
        ("https://slack-gov.com/api/", "https://slack-gov.com/oauth/v2/authorize"),
        ("http://127.0.0.1:9/api/", "http://127.0.0.1:9/oauth/v2/authorize"),
    ],
)
def test_the_page_that_grants_lies_beside_the_web_api(api: str, page: str) -> None:
    app = slack_app_of(Settings.model_construct(**{**FOR_MANY, "slack_api_url": api}))
    assert app is not None
    assert app.authorization_url == page
    assert "secret" not in repr(app)
