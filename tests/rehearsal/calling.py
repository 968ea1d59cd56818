"""Calling the local Slack as any HTTP client would, with nothing of ours or of Slack's SDK in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.rehearsal.server import LocalSlack


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def error(self) -> str | None:
        error: str | None = self.body.get("error")
        return error

    @property
    def messages(self) -> list[str]:
        return list(self.body.get("response_metadata", {}).get("messages", []))


async def call(slack: LocalSlack, method: str, *, token: str | None = None, **arguments: Any) -> Answer:
    """POST as JSON with the bot's token; pass an empty token for none."""
    shown = slack.bot_token if token is None else token
    headers = {"Authorization": f"Bearer {shown}"} if shown else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.api_url + method, json=arguments, headers=headers) as response,
    ):
        return Answer(response.status, await response.json(), dict(response.headers))
