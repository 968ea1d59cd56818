"""The Slack app as its settings have it: the repository's manifest, for Socket Mode or for an address."""

import copy
import json
from functools import cache
from typing import Any

from bot.doors.signed_http import EVENTS_PATH
from bot.install import REDIRECT_PATH
from bot.settings import Settings, beside_the_code
from bot.starting import CannotStart


def manifest() -> dict[str, Any]:
    """The app that connects by Socket Mode, in Slack's JSON form; whoever asks may change theirs."""
    return copy.deepcopy(_read())


def manifest_at(url: str, *, organisations: bool = False) -> dict[str, Any]:
    """The app to which Slack posts at ``url`` (without a slash at the end), and which workspaces install.

    With ``organisations`` an Enterprise organisation may install it for all its workspaces.
    """
    made = manifest()
    settings = made["settings"]
    for command in made["features"]["slash_commands"]:
        command["url"] = url + EVENTS_PATH
    made["oauth_config"]["redirect_urls"] = [url + REDIRECT_PATH]
    settings["event_subscriptions"]["request_url"] = url + EVENTS_PATH
    settings["interactivity"]["request_url"] = url + EVENTS_PATH
    settings["socket_mode_enabled"] = False
    settings["org_deploy_enabled"] = organisations
    return made


def wanted_scopes() -> tuple[str, ...]:
    """Those of the bot."""
    return tuple(_read()["oauth_config"]["scopes"]["bot"])


def chosen_manifest(settings: Settings, *, http: bool, organisations: bool) -> dict[str, Any]:
    """The one that an operator asks for. Raises `CannotStart` where a setting is missing for it."""
    if organisations and not http:
        raise CannotStart("An organisation can install an app only in HTTP mode. Add --http.")
    if not http:
        return manifest()
    if settings.public_url is None:
        raise CannotStart(
            "PUBLIC_URL is missing. Set it to the https address at which Slack is to reach this bot."
        )
    return manifest_at(settings.public_url, organisations=organisations)


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(beside_the_code("manifest.json").read_text(encoding="utf-8"))
    return found
