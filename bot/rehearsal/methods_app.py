"""Web API methods that act in no workspace: connecting, installing, and what a token is good for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.rehearsal.arguments import Arguments
from bot.rehearsal.errors import SlackError
from bot.rehearsal.installations import Grant
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.oauth import OAuthDesk
from bot.rehearsal.rate_limits import CONNECTION_OPENS, SPECIAL_READ, TIER_3, TIER_4
from bot.rehearsal.registry import Registry


@dataclass(frozen=True)
class AppCall:
    """One such call: by whom, and what the request said."""

    registry: Registry
    oauth: OAuthDesk
    arguments: Arguments
    grant: Grant | None
    client: tuple[str, str] | None = None

    @property
    def bot_grant(self) -> Grant:
        """The bot token that it was made with. Raises SlackError for the app token."""
        if self.grant is None:
            raise SlackError("not_allowed_token_type")
        return self.grant


@dataclass(frozen=True)
class AppMethod:
    """One method. `by` is the token that it takes: `bot`, `app`, or `none`."""

    handler: Callable[[AppCall], JsonObject]
    per_minute: int
    arguments: frozenset[str]
    by: str = "bot"


def open_connection(call: AppCall) -> JsonObject:
    """apps.connections.open: a WebSocket address that can be used once."""
    app = call.registry.app
    ticket = app.ids.token("")
    app.tickets.append(ticket)
    address = app.base_url.replace("http://", "ws://")
    return {"url": f"{address}/link?ticket={ticket}&app_id={app.app_id}"}


def auth_test(call: AppCall) -> JsonObject:
    """auth.test: who the token belongs to. That of an organisation says its id for the team's."""
    place = call.bot_grant.installation
    who: JsonObject = {"user_id": place.bot_user, "bot_id": place.bot_id}
    if place.org_wide:
        [organisation] = [one for one in call.registry.organisations if one.id == place.id]
        who |= {"url": f"https://{organisation.id.lower()}.enterprise.slack.com/", "team": organisation.name}
        who |= {"user": organisation.worlds[0].workspace.bot.name, "team_id": organisation.id}
    else:
        workspace = call.registry.world(place.id).workspace
        who |= {"url": f"https://{workspace.team_domain}.slack.com/", "team": workspace.team_name}
        who |= {"user": workspace.bot.name, "team_id": workspace.team_id}
    enterprise = {"enterprise_id": place.enterprise_id} if place.enterprise_id else {}
    return who | enterprise | {"is_enterprise_install": place.org_wide}


def auth_revoke(call: AppCall) -> JsonObject:
    """auth.revoke of the token that it is called with."""
    grant = call.bot_grant
    if call.arguments.flag("test"):
        return {"revoked": False}
    call.registry.revoke_one(grant)
    return {"revoked": True}


def auth_teams_list(call: AppCall) -> JsonObject:
    """auth.teams.list: the workspaces that an org-wide token may enter."""
    workspaces = [call.registry.world(one).workspace for one in call.bot_grant.installation.team_ids]
    teams = [{"id": one.team_id, "name": one.team_name} for one in workspaces]
    return {"teams": teams, "response_metadata": {"next_cursor": ""}}


def oauth_access(call: AppCall) -> JsonObject:
    """oauth.v2.access."""
    return call.oauth.access(call.arguments, call.client)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split()) | {"token", "team_id"}


APP_METHODS: dict[str, AppMethod] = {
    "apps.connections.open": AppMethod(open_connection, CONNECTION_OPENS, _names(""), "app"),
    "auth.test": AppMethod(auth_test, SPECIAL_READ, _names("")),
    "auth.revoke": AppMethod(auth_revoke, TIER_3, _names("test")),
    "auth.teams.list": AppMethod(auth_teams_list, TIER_4, _names("cursor limit include_icon")),
    "oauth.v2.access": AppMethod(
        oauth_access,
        TIER_4,
        _names("client_id client_secret code redirect_uri grant_type refresh_token"),
        "none",
    ),
}
