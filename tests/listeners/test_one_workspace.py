"""With one token of the operator's own, Slack is asked once whose it is."""

from bot.storage.tables import workspaces
from tests.e2e.bots import kept
from tests.listeners.stage import Stage


async def test_slack_is_asked_once_whose_the_token_is_however_much_happens(stage: Stage) -> None:
    for _ in range(3):
        assert (await stage.ama.open_home()).acknowledged
    assert [call.method for call in stage.slack.calls].count("auth.test") == 1


async def test_the_workspace_is_noted_when_the_bot_connects(stage: Stage, database_url: str) -> None:
    [row] = await kept(database_url, workspaces)
    assert (row["workspace_id"], row["state"]) == (stage.slack.team_id, "installed")
    assert row["installed_at"] == stage.clock.now()
