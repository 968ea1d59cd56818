"""The payloads that Slack sends, in full."""

from __future__ import annotations

from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.model import Account, Conversation, Message
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.world import World


def event_callback(world: World, event: JsonObject, event_id: str) -> JsonObject:
    """The outer event of the Events API."""
    workspace = world.workspace
    channel = event.get("channel")
    conversation = workspace.conversations.get(channel) if isinstance(channel, str) else None
    return {
        "token": world.app.verification_token,
        "team_id": workspace.team_id,
        **({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {}),
        "context_team_id": workspace.team_id,
        "context_enterprise_id": workspace.enterprise_id,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(world.now().timestamp()),
        "authorizations": _authorizations(world),
        "is_ext_shared_channel": bool(conversation and conversation.is_ext_shared),
        "event_context": f"4-{event_id}",
    }


def _authorizations(world: World) -> list[JsonObject]:
    """The installation that the event is for; none when the event tells that it has gone."""
    place = world.installation
    if place is None:
        return []
    return [
        {
            "enterprise_id": place.enterprise_id,
            "team_id": world.workspace.team_id,
            "user_id": place.bot_user,
            "is_bot": True,
            "is_enterprise_install": place.org_wide,
        }
    ]


def organisation_callback(world: World, enterprise_id: str, event: JsonObject, event_id: str) -> JsonObject:
    """The outer event of what concerns the installation in an organisation.

    It names no team, and its authorization (if any is left) does not say that it is org-wide.
    """
    place = world.app.installations.at(enterprise_id)
    authorization = {
        "enterprise_id": enterprise_id,
        "team_id": enterprise_id,
        "user_id": world.workspace.bot.id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": world.app.verification_token,
        "team_id": enterprise_id,
        "enterprise_id": enterprise_id,
        "api_app_id": world.app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(world.now().timestamp()),
        "authorizations": [authorization] if place is not None and place.live else [],
        "is_ext_shared_channel": False,
    }


def _base(world: World, kind: str, user: Account) -> JsonObject:
    workspace, place = world.workspace, world.installation
    enterprise = workspace.enterprise
    team: JsonObject = {"id": workspace.team_id, "domain": workspace.team_domain}
    if enterprise is not None:
        team |= {"enterprise_id": enterprise[0], "enterprise_name": enterprise[1]}
    return {
        "type": kind,
        "team": team,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id or workspace.team_id,
        },
        "api_app_id": workspace.app_id,
        "token": world.app.verification_token,
        "enterprise": {"id": enterprise[0], "name": enterprise[1]} if enterprise else None,
        "is_enterprise_install": place is not None and place.org_wide,
    }


def _from_view(world: World, kind: str, user: Account) -> JsonObject:
    """What happens in a view names the team of who did it, and none where the app is installed org-wide."""
    base = _base(world, kind, user)
    if base["is_enterprise_install"]:
        return base | {"team": None}
    return base | {"team": {"id": user.team_id, "domain": "elsewhere"}} if user.is_external else base


def channel_name(conversation: Conversation) -> str:
    """What Slack calls a conversation in payloads: private ones stay unnamed."""
    if conversation.is_im:
        return "directmessage"
    return "privategroup" if conversation.is_private else conversation.name


def message_actions(
    world: World, user: Account, message: Message, actions: list[JsonObject], response_url: str
) -> JsonObject:
    """block_actions of a message. That of an ephemeral message carries no `message`, as in Slack."""
    conversation = world.workspace.conversations[message.channel]
    ephemeral = message.ephemeral_to is not None
    container: JsonObject = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    payload = _base(world, "block_actions", user) | {
        "container": container,
        "trigger_id": world.triggers.issue(user.id, world.now(), channel=conversation.id),
        "channel": {"id": conversation.id, "name": channel_name(conversation)},
        "state": {"values": message.values},
        "response_url": response_url,
        "actions": actions,
    }
    if not ephemeral:
        payload["message"] = world.workspace.message_payload(message)
    return payload


def view_actions(world: World, user: Account, view: OpenView, actions: list[JsonObject]) -> JsonObject:
    """block_actions of a modal or App Home."""
    origin = view.id if view.document["type"] == "modal" else None
    return _from_view(world, "block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": world.triggers.issue(user.id, world.now(), origin),
        "view": view.payload(world.workspace),
        "actions": actions,
    }


def view_submission(world: World, user: Account, view: OpenView) -> JsonObject:
    """A modal that was sent off."""
    return _from_view(world, "view_submission", user) | {
        "trigger_id": world.triggers.issue(user.id, world.now(), view.id),
        "view": view.payload(world.workspace),
        "response_urls": [],
    }


def view_closed(world: World, user: Account, view: OpenView, *, cleared: bool) -> JsonObject:
    """A modal that was closed; `cleared` when the whole stack was."""
    return _from_view(world, "view_closed", user) | {
        "view": view.payload(world.workspace),
        "is_cleared": cleared,
    }


def global_shortcut(world: World, user: Account, callback_id: str) -> JsonObject:
    """A shortcut chosen from the menu of Slack."""
    return _base(world, "shortcut", user) | {
        "callback_id": callback_id,
        "trigger_id": world.triggers.issue(user.id, world.now()),
        "action_ts": world.next_ts(),
    }


def message_shortcut(
    world: World, user: Account, callback_id: str, message: Message, response_url: str
) -> JsonObject:
    """A shortcut chosen from the menu of a message."""
    conversation = world.workspace.conversations[message.channel]
    return _base(world, "message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": world.triggers.issue(user.id, world.now(), channel=conversation.id),
        "action_ts": world.next_ts(),
        "message_ts": message.ts,
        "response_url": response_url,
        "channel": {"id": conversation.id, "name": channel_name(conversation)},
        "message": world.workspace.message_payload(message),
    }


def slash_command(
    world: World, user: Account, conversation: Conversation, command: str, text: str, response_url: str
) -> dict[str, str]:
    """A slash command; all values are strings, as in the form that Slack posts."""
    workspace, place = world.workspace, world.installation
    enterprise = workspace.enterprise
    org = {"enterprise_id": enterprise[0], "enterprise_name": enterprise[1]} if enterprise else {}
    return {
        "token": world.app.verification_token,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        **org,
        "channel_id": conversation.id,
        "channel_name": channel_name(conversation),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "true" if place is not None and place.org_wide else "false",
        "response_url": response_url,
        "trigger_id": world.triggers.issue(user.id, world.now(), channel=conversation.id),
    }
