"""Installing the app in the workspaces of a local Slack, as Slack's client and the app would."""

from __future__ import annotations

import copy
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.rehearsal.several import LocalSlacks
from tests.rehearsal.apps import MANIFEST

REDIRECT = "https://als.example/slack/oauth_redirect"
LIFE = ["app_uninstalled", "tokens_revoked", "team_access_granted", "team_access_revoked"]


def manifest(**settings: Any) -> dict[str, Any]:
    made = copy.deepcopy(MANIFEST)
    made["oauth_config"]["redirect_urls"] = [REDIRECT]
    made["settings"]["event_subscriptions"]["bot_events"] += LIFE
    made["settings"] |= settings
    return made


def client(slacks: LocalSlacks, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slacks.api_url, retry_handlers=[])


async def error_of(
    slacks: LocalSlacks, token: str, method: str = "auth.test", **arguments: Any
) -> str | None:
    try:
        await client(slacks, token).api_call(method, json=arguments)
    except SlackApiError as refused:
        return str(refused.response["error"])
    return None


def page(slacks: LocalSlacks, **changed: str) -> str:
    query = {"client_id": slacks.client_id, "scope": "chat:write,commands", "state": "s1"}
    query |= {"redirect_uri": REDIRECT, **changed}
    return f"{slacks.authorize_url}?{urlencode(query)}"


def code_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]


async def exchange(slacks: LocalSlacks, address: str, **changed: Any) -> dict[str, Any]:
    given = {"client_id": slacks.client_id, "client_secret": slacks.client_secret, "redirect_uri": REDIRECT}
    answer = await client(slacks).oauth_v2_access(**{**given, "code": code_in(address), **changed})
    found: dict[str, Any] = answer.data  # type: ignore[assignment]
    return found


async def refused_exchange(slacks: LocalSlacks, address: str, **changed: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await exchange(slacks, address, **changed)
    return str(refused.value.response["error"])
