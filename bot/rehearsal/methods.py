"""The table of Web API methods: who may call them, how often, with which arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.rehearsal import methods_chat, methods_reads, methods_views
from bot.rehearsal.arguments import Arguments
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.rate_limits import POSTS_PER_MINUTE, SPECIAL_READ, TIER_2, TIER_3, TIER_4
from bot.rehearsal.world import World

Handler = Callable[[World, Arguments], JsonObject]


@dataclass(frozen=True)
class Method:
    """One method. `scope` is needed for any call; a handler may ask for more, by kind of conversation."""

    handler: Handler
    per_minute: int
    scope: str | None
    arguments: frozenset[str]


# The SDK adds the workspace of the request to every call.
_ANYWHERE = frozenset({"token", "team_id"})


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split()) | _ANYWHERE


_POST = _names(
    "channel text blocks metadata thread_ts reply_broadcast unfurl_links unfurl_media mrkdwn parse link_names"
)

METHODS: dict[str, Method] = {
    "team.info": Method(methods_reads.team_info, TIER_3, "team:read", _names("team domain")),
    "users.info": Method(methods_reads.users_info, TIER_4, "users:read", _names("user include_locale")),
    "users.list": Method(
        methods_reads.users_list, TIER_2, "users:read", _names("cursor limit include_locale")
    ),
    "conversations.info": Method(
        methods_reads.conversations_info, TIER_3, None, _names("channel include_locale include_num_members")
    ),
    "conversations.members": Method(
        methods_reads.conversations_members, TIER_4, None, _names("channel cursor limit")
    ),
    "conversations.open": Method(
        methods_reads.conversations_open,
        TIER_3,
        "im:write",
        _names("channel users return_im prevent_creation"),
    ),
    "chat.postMessage": Method(methods_chat.post_message, POSTS_PER_MINUTE, "chat:write", _POST),
    "chat.update": Method(
        methods_chat.update,
        TIER_3,
        "chat:write",
        _names("channel ts text blocks metadata parse link_names reply_broadcast unfurl_links unfurl_media"),
    ),
    "chat.postEphemeral": Method(
        methods_chat.post_ephemeral,
        TIER_4,
        "chat:write",
        _names("channel user text blocks thread_ts parse link_names"),
    ),
    "chat.delete": Method(methods_chat.delete, TIER_3, "chat:write", _names("channel ts")),
    "chat.getPermalink": Method(methods_chat.get_permalink, SPECIAL_READ, None, _names("channel message_ts")),
    "pins.add": Method(methods_chat.pins_add, TIER_2, "pins:write", _names("channel timestamp")),
    "views.open": Method(methods_views.views_open, TIER_4, None, _names("trigger_id view")),
    "views.push": Method(methods_views.views_push, TIER_4, None, _names("trigger_id view")),
    "views.update": Method(methods_views.views_update, TIER_4, None, _names("view_id external_id view hash")),
    "views.publish": Method(methods_views.views_publish, TIER_4, None, _names("user_id view hash")),
}
