"""An event as it arrived, and what serves a kind of events."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.payloads import Payload
from bot.listeners.visit import Desk


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as it arrived. ``request`` names it for the dedupe: the `event_id`."""

    desk: Desk
    client: AsyncWebClient
    workspace_id: str
    bot_user_id: str
    request: str
    enterprise_id: str | None = None
    """Of an app that an organisation has installed for all its workspaces."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One kind of event: how it is read, and what serves it."""

    model: type[Payload]
    serve: Callable[[Happening, Any], Awaitable[None]]
