"""Where the app is installed, and with which tokens: of a workspace, or of a whole organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.rehearsal.clock import Clock
from bot.rehearsal.errors import SlackError
from bot.rehearsal.ids import Ids

TOKEN_SECONDS = 43_200
"""How long a token lives when token rotation is on."""
MOST_ACTIVE_TOKENS = 2
"""How many tokens of one installation live at once when token rotation is on."""


@dataclass(eq=False)
class Grant:
    """One bot token. `dead` is the error that it answers, once it has been taken away."""

    token: str
    installation: Installation
    issued: datetime
    expires: datetime | None = None
    refresh_token: str | None = None
    refreshed: bool = False
    dead: str | None = None

    def check(self, now: datetime) -> None:
        """Raise SlackError: account_inactive, token_revoked, token_expired, or as it was taken away."""
        if self.dead is not None:
            raise SlackError(self.dead)
        if self.expires is not None and now >= self.expires:
            raise SlackError("token_expired")

    def lives(self, now: datetime) -> bool:
        return self.dead is None and (self.expires is None or now < self.expires)


@dataclass(eq=False)
class Installation:
    """The app in one workspace, or in an organisation (`org_wide`) and those of its workspaces it may enter.

    `id` is that of the team, or of the enterprise when org-wide.
    """

    id: str
    installer: str
    bot_user: str
    bot_id: str
    enterprise_id: str | None = None
    org_wide: bool = False
    team_ids: list[str] = field(default_factory=list)
    scopes: frozenset[str] = frozenset()
    grants: list[Grant] = field(default_factory=list)
    live: bool = True


class Installations:
    """Gives out tokens, knows every one that was ever given, and takes them away."""

    def __init__(self, ids: Ids, clock: Clock, *, rotates: bool) -> None:
        self._ids = ids
        self._clock = clock
        self.rotates = rotates
        self._places: dict[str, Installation] = {}
        self._tokens: dict[str, Grant] = {}
        self._refresh_tokens: dict[str, Grant] = {}

    def install(self, wanted: Installation, scopes: Iterable[str]) -> Grant:
        """Install, or install again: a new token, scopes added to the earlier ones, old tokens still good."""
        place = self._places.get(wanted.id)
        if place is None or not place.live:
            place = wanted
            self._places[wanted.id] = place
        place.installer = wanted.installer
        place.scopes = place.scopes | frozenset(scopes)
        return self._issue(place)

    def uninstall(self, place: Installation, code: str) -> None:
        """Every token of it answers `code` from now on."""
        place.live = False
        self.revoke(place, code)

    def revoke(self, place: Installation, code: str) -> None:
        """Take every token away without uninstalling."""
        for grant in place.grants:
            grant.dead = grant.dead or code

    def revoke_one(self, grant: Grant) -> None:
        """auth.revoke; with the last token the app is uninstalled."""
        grant.dead = "token_revoked"
        if not any(one.lives(self._clock.now()) for one in grant.installation.grants):
            grant.installation.live = False

    def refresh(self, refresh_token: str) -> Grant:
        """A new token for a refresh token, which is then used up. Raises SlackError invalid_refresh_token."""
        old = self._refresh_tokens.get(refresh_token)
        if old is None or old.refreshed or old.dead is not None or not old.installation.live:
            raise SlackError("invalid_refresh_token")
        old.refreshed = True
        fresh = self._issue(old.installation)
        living = [one for one in old.installation.grants if one.lives(self._clock.now())]
        for surplus in living[:-MOST_ACTIVE_TOKENS]:
            surplus.dead = "token_revoked"
        return fresh

    def grant(self, token: str) -> Grant | None:
        """What this token was given for, also when it is dead."""
        return self._tokens.get(token)

    def at(self, place_id: str) -> Installation | None:
        """The latest installation in this team or enterprise, also a former one."""
        return self._places.get(place_id)

    def of_team(self, team_id: str, enterprise_id: str | None = None) -> Installation | None:
        """The one that serves this team: its own, or that of its enterprise; None when there is none now."""
        for place_id in (team_id, enterprise_id):
            place = self._places.get(place_id) if place_id else None
            if place is not None and place.live and team_id in place.team_ids:
                return place
        return None

    def token_of(self, place: Installation) -> str:
        """Its newest good token. Raises LookupError."""
        for grant in reversed(place.grants):
            if grant.lives(self._clock.now()):
                return grant.token
        raise LookupError(f"{place.id} has no token that is good")

    def _issue(self, place: Installation) -> Grant:
        now = self._clock.now()
        if self.rotates:
            expires = now + timedelta(seconds=TOKEN_SECONDS)
            refresh = self._ids.token("xoxe-1-")
            grant = Grant(self._ids.token("xoxe.xoxb-1-"), place, now, expires, refresh)
            self._refresh_tokens[refresh] = grant
        else:
            grant = Grant(self._ids.token("xoxb-"), place, now)
        place.grants.append(grant)
        self._tokens[grant.token] = grant
        return grant
