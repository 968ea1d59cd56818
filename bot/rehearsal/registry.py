"""All workspaces and organisations on one local Slack, and which of them a call is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.rehearsal.errors import CannotAct, SlackError
from bot.rehearsal.installations import Grant, Installation
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.slack_app import SlackApp
from bot.rehearsal.world import World

NEED_TEAM = frozenset({"users.list"})
"""Methods that an org-wide token may not call without `team_id`."""
GOODBYES = ("app_uninstalled", "tokens_revoked")


@dataclass(eq=False)
class Organisation:
    """An Enterprise organisation. Its workspaces have one bot in common."""

    id: str
    name: str
    worlds: list[World] = field(default_factory=list)


@dataclass(eq=False)
class Registry:
    """Where the app could be installed, and what installing and uninstalling do there."""

    app: SlackApp
    worlds: list[World] = field(default_factory=list)
    organisations: list[Organisation] = field(default_factory=list)

    def world(self, team_id: str) -> World:
        """The workspace with this id. Raises KeyError."""
        for one in self.worlds:
            if one.workspace.team_id == team_id:
                return one
        raise KeyError(team_id)

    # Installing

    def install(self, where: World | Organisation, installer: str, scopes: Iterable[str]) -> Grant:
        """Install the app, or install it again. Raises CannotAct for an app that is not for organisations."""
        if isinstance(where, World):
            return where.install(installer, frozenset(scopes))
        if not self.app.manifest.org_deploy:
            raise CannotAct("the manifest does not set org_deploy_enabled")
        bot = where.worlds[0].workspace
        place = Installation(where.id, installer, bot.bot.id, bot.bot_id, where.id, org_wide=True)
        return self.app.installations.install(place, scopes)

    def uninstall(self, place: Installation, code: str, goodbyes: Iterable[str] = GOODBYES) -> None:
        """Take the tokens away, the bot out of every channel, and tell the app in this order."""
        self.app.installations.uninstall(place, code)
        worlds = [self.world(one) for one in place.team_ids]
        place.team_ids = []
        for world in worlds:
            self.bot_leaves(world)
        for kind in goodbyes:
            self.tell(place, kind)

    def revoke(self, place: Installation) -> None:
        """Take every token away; the app stays installed, and can do nothing until it gets another."""
        self.app.installations.revoke(place, "token_revoked")
        self.tell(place, "tokens_revoked")

    def revoke_one(self, grant: Grant) -> None:
        """auth.revoke; the last good token takes the installation with it."""
        place = grant.installation
        self.app.installations.revoke_one(grant)
        self.uninstall(place, "token_revoked") if not place.live else self.tell(place, "tokens_revoked")

    def tell(self, place: Installation, kind: str, **more: object) -> None:
        """Tell the app something about this installation, whether or not it is still there."""
        if kind == "tokens_revoked":
            more = {"tokens": {"oauth": [], "bot": [place.bot_user]}}
        if place.org_wide:
            [organisation] = [one for one in self.organisations if one.id == place.id]
            workspace = organisation.worlds[0].workspace
            event = {"type": kind, **more, "event_ts": workspace.next_ts()}
            workspace.on_organisation_event(place.id, event)
        else:
            workspace = self.world(place.id).workspace
            workspace.on_event({"type": kind, **more, "event_ts": workspace.next_ts()})

    def bot_leaves(self, world: World) -> None:
        """Take the bot out of every channel of a workspace where the app is no longer."""
        if world.installation is not None:
            return
        workspace = world.workspace
        workspace.bot.deleted = True
        for conversation in workspace.conversations.values():
            if not conversation.is_im and workspace.bot.id in conversation.members:
                conversation.members.remove(workspace.bot.id)

    # Finding

    def world_of_call(self, grant: Grant, method: str, values: JsonObject) -> World:
        """The workspace in which a call with this token acts.

        Raises SlackError: missing_argument and team_not_found when an org-wide token does not say which,
        team_access_not_granted where it may not go.
        """
        place = grant.installation
        if not place.org_wide:
            return self.world(place.id)
        [organisation] = [one for one in self.organisations if one.id == place.id]
        world = self._named(organisation, method, values)
        if world.workspace.team_id not in place.team_ids:
            raise SlackError("team_access_not_granted")
        return world

    def _named(self, organisation: Organisation, method: str, values: JsonObject) -> World:
        team_id = values.get("team_id")
        if team_id:
            found = [one for one in organisation.worlds if one.workspace.team_id == team_id]
        elif method in NEED_TEAM:
            raise SlackError("missing_argument", ["[ERROR] missing required field: team_id"])
        else:
            found = [one for one in organisation.worlds if _holds(one, values)]
        if len(found) != 1:
            raise SlackError("team_not_found")
        return found[0]


def _holds(world: World, values: JsonObject) -> bool:
    """Whether what the call names is in this workspace."""
    workspace = world.workspace
    if "trigger_id" in values:
        return world.triggers.knows(str(values["trigger_id"]))
    if "view_id" in values:
        return any(one.id == values["view_id"] for one in world.views.all_views())
    if "team" in values:
        return bool(values["team"] == workspace.team_id)
    named = values.get("channel") or values.get("user") or values.get("user_id") or values.get("users")
    return named in workspace.conversations or named in workspace.accounts
