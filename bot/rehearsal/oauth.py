"""OAuth v2: the page on which somebody says yes or no, and the exchange of the code for a token."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.rehearsal.arguments import Arguments
from bot.rehearsal.errors import SlackError
from bot.rehearsal.installations import TOKEN_SECONDS, Grant
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.registry import Organisation, Registry
from bot.rehearsal.world import World

CODE_MINUTES = 10
"""How long a code can be exchanged."""


@dataclass(frozen=True)
class Request:
    """What the address of the page asks for."""

    scopes: frozenset[str]
    state: str
    redirect_uri: str

    def back(self, **said: str) -> str:
        """The address to which the browser goes on."""
        query = urlencode(said | ({"state": self.state} if self.state else {}))
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{query}"


@dataclass(eq=False)
class _Code:
    where: World | Organisation
    installer: str
    request: Request
    issued: datetime
    used: bool = False


class OAuthDesk:
    """Reads the address, gives out codes, and takes each once."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._app = registry.app
        self._codes: dict[str, _Code] = {}

    def read(self, url: str) -> Request:
        """What the page at this address asks for.

        Raises SlackError: invalid_client_id, bad_redirect_uri, invalid_scope.
        """
        query = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
        if query.get("client_id") != self._app.client_id:
            raise SlackError("invalid_client_id")
        scopes = frozenset(query.get("scope", "").replace(" ", ",").split(",")) - {""}
        if not scopes or scopes - self._app.manifest.scopes or query.get("user_scope"):
            raise SlackError("invalid_scope")
        return Request(scopes, query.get("state", ""), self._redirect_uri(query.get("redirect_uri")))

    def approve(self, url: str, where: World | Organisation, installer: str) -> str:
        """Say yes there; returns the redirect address with code and state."""
        request = self.read(url)
        code = f"{self._app.ids.number(12)}.{self._app.ids.token('')}"
        self._codes[code] = _Code(where, installer, request, self._app.now())
        return request.back(code=code)

    def cancel(self, url: str) -> str:
        """Say no; returns the redirect address with the error and the state."""
        return self.read(url).back(error="access_denied")

    def access(self, arguments: Arguments, client: tuple[str, str] | None) -> JsonObject:
        """oauth.v2.access; `client` is the id and secret of HTTP Basic, None when those are arguments."""
        self._check_client(arguments, client)
        kind = arguments.optional_text("grant_type") or "authorization_code"
        if kind == "refresh_token":
            token = arguments.optional_text("refresh_token") or ""
            return self._answer(self._app.installations.refresh(token))
        if kind != "authorization_code":
            raise SlackError("invalid_grant_type")
        code = self._use(arguments)
        grant = self._registry.install(code.where, code.installer, code.request.scopes)
        return self._answer(grant) | {"authed_user": {"id": code.installer}}

    def _use(self, arguments: Arguments) -> _Code:
        code = self._codes.get(arguments.optional_text("code") or "")
        if code is None or self._app.now() - code.issued > timedelta(minutes=CODE_MINUTES):
            raise SlackError("invalid_code")
        if code.used:
            raise SlackError("code_already_used")
        if arguments.optional_text("redirect_uri") != code.request.redirect_uri:
            raise SlackError("bad_redirect_uri")
        code.used = True
        return code

    def _check_client(self, arguments: Arguments, client: tuple[str, str] | None) -> None:
        given = client or (
            arguments.optional_text("client_id") or "",
            arguments.optional_text("client_secret") or "",
        )
        if given[0] != self._app.client_id:
            raise SlackError("invalid_client_id")
        if not hmac.compare_digest(given[1].encode(), self._app.client_secret.encode()):
            raise SlackError("bad_client_secret")

    def _redirect_uri(self, wanted: str | None) -> str:
        allowed = self._app.redirect_urls
        if wanted is None and allowed:
            return allowed[0]
        for one in allowed:
            if wanted == one or str(wanted).startswith(one.rstrip("/") + "/"):
                return str(wanted)
        raise SlackError("bad_redirect_uri")

    def _answer(self, grant: Grant) -> JsonObject:
        place = grant.installation
        team, enterprise = self._names(grant)
        answer: JsonObject = {
            "access_token": grant.token,
            "token_type": "bot",
            "scope": ",".join(sorted(place.scopes)),
            "bot_user_id": place.bot_user,
            "app_id": self._app.app_id,
            "team": team,
            "enterprise": enterprise,
            "is_enterprise_install": place.org_wide,
        }
        if grant.refresh_token is not None:
            answer |= {"expires_in": TOKEN_SECONDS, "refresh_token": grant.refresh_token}
        return answer

    def _names(self, grant: Grant) -> tuple[JsonObject | None, JsonObject | None]:
        place = grant.installation
        if place.org_wide:
            [name] = [one.name for one in self._registry.organisations if one.id == place.id]
            return None, {"id": place.id, "name": name}
        workspace = self._registry.world(place.id).workspace
        enterprise = workspace.enterprise
        team = {"id": workspace.team_id, "name": workspace.team_name}
        return team, {"id": enterprise[0], "name": enterprise[1]} if enterprise else None
