"""A small Bolt app and its manifest, to try the local Slack with."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.server import LocalSlack

PING_SECONDS = 0.2

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Probe"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "Probe"},
        "slash_commands": [{"command": "/probe", "description": "Try", "should_escape": True}],
        "shortcuts": [
            {"name": "Keep this", "type": "message", "callback_id": "keep", "description": "Keep"},
            {"name": "Start", "type": "global", "callback_id": "start", "description": "Start"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "chat:write",
                "commands",
                "im:write",
                "users:read",
                "channels:read",
                "groups:read",
                "pins:write",
                "team:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": ["app_home_opened", "member_joined_channel", "member_left_channel", "user_change"]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def web_client(slack: LocalSlack, token: str | None = None) -> AsyncWebClient:
    """A client that retries nothing."""
    return AsyncWebClient(token=token or slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def bolt_app(slack: LocalSlack) -> AsyncApp:
    return AsyncApp(
        client=web_client(slack), signing_secret=slack.signing_secret, process_before_response=True
    )


@contextlib.asynccontextmanager
async def connected(
    slack: LocalSlack, app: AsyncApp, connections: int = 1
) -> AsyncIterator[list[AsyncSocketModeHandler]]:
    """Run the app over Socket Mode while the block lasts."""
    handlers = [
        AsyncSocketModeHandler(app, slack.app_token, ping_interval=PING_SECONDS) for _ in range(connections)
    ]
    try:
        for handler in handlers:
            await handler.connect_async()  # type: ignore[no-untyped-call]
        await slack.connected(connections)
        yield handlers
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]
