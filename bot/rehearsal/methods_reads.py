"""Web API methods that look something up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from bot.rehearsal.arguments import Arguments
from bot.rehearsal.conversations import readable_conversation
from bot.rehearsal.errors import SlackError
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.model import Account
from bot.rehearsal.world import World

_PAGE = 100
_Item = TypeVar("_Item")


def team_info(world: World, arguments: Arguments) -> JsonObject:
    """team.info of the one workspace there is."""
    workspace = world.workspace
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.team_domain, "icon": {}}
    return {"team": team}


def users_info(world: World, arguments: Arguments) -> JsonObject:
    """users.info of one person."""
    account = world.workspace.accounts.get(arguments.text("user"))
    if account is None:
        raise SlackError("user_not_found")
    return {"user": _user(world, account, arguments)}


def users_list(world: World, arguments: Arguments) -> JsonObject:
    """users.list, in pages."""
    accounts, cursor = _page(list(world.workspace.accounts.values()), arguments)
    members = [_user(world, one, arguments) for one in accounts]
    return {
        "members": members,
        "cache_ts": int(world.now().timestamp()),
        "response_metadata": {"next_cursor": cursor},
    }


def conversations_info(world: World, arguments: Arguments) -> JsonObject:
    """conversations.info of a conversation that the bot may see."""
    conversation = readable_conversation(world, arguments.text("channel"))
    channel = conversation.payload(world.workspace.team_id, world.workspace.bot.id)
    if not arguments.flag("include_num_members"):
        channel.pop("num_members", None)
    return {"channel": channel}


def conversations_members(world: World, arguments: Arguments) -> JsonObject:
    """conversations.members, in pages."""
    conversation = readable_conversation(world, arguments.text("channel"))
    members, cursor = _page(conversation.members, arguments)
    return {"members": list(members), "response_metadata": {"next_cursor": cursor}}


def conversations_open(world: World, arguments: Arguments) -> JsonObject:
    """conversations.open with one person; group conversations are not offered."""
    users = arguments.text("users").split(",")
    if len(users) != 1:
        raise SlackError("missing_scope", needed="mpim:write", provided=",".join(sorted(world.scopes)))
    account = world.workspace.accounts.get(users[0])
    if account is None:
        raise SlackError("user_not_found")
    if account.deleted:
        raise SlackError("user_disabled")
    if account.is_bot:
        raise SlackError("cannot_dm_bot")
    if account.is_external:
        raise SlackError("user_not_found")
    dm = world.workspace.dm_with(account.id)
    if arguments.flag("return_im"):
        return {"channel": dm.payload(world.workspace.team_id, world.workspace.bot.id)}
    return {"channel": {"id": dm.id}}


def _user(world: World, account: Account, arguments: Arguments) -> JsonObject:
    payload = account.payload(world.workspace.team_id, world.now())
    told = arguments.flag("include_locale") and not account.is_external
    return payload | {"locale": account.locale} if told else payload


def _page(items: Sequence[_Item], arguments: Arguments) -> tuple[Sequence[_Item], str]:
    size = arguments.number("limit", _PAGE)
    if not 1 <= size <= 1_000:
        raise SlackError("invalid_limit")
    cursor = arguments.optional_text("cursor") or "0"
    if not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start = int(cursor)
    following = start + size
    return items[start:following], str(following) if following < len(items) else ""
