"""What the app may do and is sent, read from its manifest: nothing that is not named there ever happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SlashCommand:
    """One slash command of the manifest."""

    command: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    """One shortcut of the manifest; `kind` is `global` or `message`."""

    callback_id: str
    kind: str
    name: str


@dataclass(frozen=True)
class Manifest:
    """The parts of a manifest that the local Slack obeys."""

    name: str
    scopes: frozenset[str]
    commands: dict[str, SlashCommand]
    shortcuts: dict[str, Shortcut]
    events: frozenset[str]
    interactivity: bool
    home_tab: bool
    messages_tab: bool
    bot_user: bool
    redirect_urls: tuple[str, ...] = ()
    token_rotation: bool = False
    org_deploy: bool = False

    @classmethod
    def read(cls, document: dict[str, Any]) -> Manifest:
        """Read the JSON form that Slack's "create an app from a manifest" takes."""
        features = document.get("features", {})
        settings = document.get("settings", {})
        home = features.get("app_home", {})
        return cls(
            name=str(document.get("display_information", {}).get("name", "app")),
            scopes=frozenset(document.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            commands={one["command"]: _command(one) for one in features.get("slash_commands", [])},
            shortcuts={one["callback_id"]: _shortcut(one) for one in features.get("shortcuts", [])},
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            interactivity=bool(settings.get("interactivity", {}).get("is_enabled", False)),
            home_tab=bool(home.get("home_tab_enabled", False)),
            messages_tab=bool(home.get("messages_tab_enabled", False)),
            bot_user="bot_user" in features,
            redirect_urls=tuple(document.get("oauth_config", {}).get("redirect_urls", [])),
            token_rotation=bool(settings.get("token_rotation_enabled", False)),
            org_deploy=bool(settings.get("org_deploy_enabled", False)),
        )


def _command(document: dict[str, Any]) -> SlashCommand:
    return SlashCommand(str(document["command"]), bool(document.get("should_escape", False)))


def _shortcut(document: dict[str, Any]) -> Shortcut:
    return Shortcut(
        str(document["callback_id"]), str(document.get("type", "global")), str(document.get("name", ""))
    )


# Slack refuses an event subscription without its scope, so such an event never arrives.
EVENT_SCOPES: dict[str, frozenset[str]] = {
    "user_change": frozenset({"users:read"}),
    "team_join": frozenset({"users:read"}),
    "channel_archive": frozenset({"channels:read"}),
    "channel_unarchive": frozenset({"channels:read"}),
    "channel_rename": frozenset({"channels:read"}),
    "channel_deleted": frozenset({"channels:read"}),
    "channel_left": frozenset({"channels:read"}),
    "group_archive": frozenset({"groups:read"}),
    "group_unarchive": frozenset({"groups:read"}),
    "group_rename": frozenset({"groups:read"}),
    "group_left": frozenset({"groups:read"}),
    "group_deleted": frozenset({"groups:read"}),
    "channel_shared": frozenset({"channels:read", "groups:read"}),
    "channel_unshared": frozenset({"channels:read", "groups:read"}),
    "channel_id_changed": frozenset({"channels:read", "groups:read"}),
    "member_joined_channel": frozenset({"channels:read", "groups:read"}),
    "member_left_channel": frozenset({"channels:read", "groups:read"}),
    "message.channels": frozenset({"channels:history"}),
    "message.groups": frozenset({"groups:history"}),
    "message.im": frozenset({"im:history"}),
}
