"""The Web API over HTTP: tokens, scopes, rate limits and faults, then the method itself."""

from __future__ import annotations

import asyncio
import base64
import copy
import json
from dataclasses import dataclass

from aiohttp import web

from bot.rehearsal.api_answers import ApiAnswer, after_effect, before_effect
from bot.rehearsal.arguments import Arguments
from bot.rehearsal.conversations import need_scope
from bot.rehearsal.errors import RateLimited, SlackError
from bot.rehearsal.faults import Faults
from bot.rehearsal.installations import Grant
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.methods import METHODS
from bot.rehearsal.methods_app import APP_METHODS, AppCall, AppMethod
from bot.rehearsal.oauth import OAuthDesk
from bot.rehearsal.rate_limits import RateLimits
from bot.rehearsal.records import Call, Records, Refusal
from bot.rehearsal.registry import Registry
from bot.rehearsal.world import World


@dataclass
class _Asked:
    """One call as it came in; `world` is the workspace of its token, None when it has none."""

    method: str
    values: JsonObject
    token: str | None
    grant: Grant | None
    client: tuple[str, str] | None
    world: World | None = None
    astray: SlackError | None = None


class WebApi:
    """Serves `/api/<method>`, one call at a time to its effect, many at once in the waiting.

    Each call is recorded, limited, and made to fail, in the workspace of its token.
    """

    def __init__(self, registry: Registry, oauth: OAuthDesk) -> None:
        self._registry = registry
        self._app = registry.app
        self._oauth = oauth
        self.serving = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call and record it."""
        self.serving += 1
        try:
            return await self._serve(request)
        finally:
            self.serving -= 1
            self._app.changes.notify()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        asked = self._find(await _read(request))
        records, faults = self._records(asked), self._faults(asked)
        call = Call(self._app.now(), asked.method, _without_secrets(asked.values))
        records.calls.append(call)
        subject = {"method": asked.method, "arguments": call.arguments, "call": call}
        await faults.tell(asked.method, "received", subject)
        fault = faults.take(asked.method, call.arguments)
        call.fault = fault.kind if fault else None
        before = before_effect(fault)
        if before is not None:
            return _finish(request, records, call, before)
        answer = self._answer(asked)
        self._app.changes.notify()
        await faults.tell(asked.method, "taken", subject)
        response = _finish(request, records, call, after_effect(fault) or answer)
        await faults.tell(asked.method, "answered", subject)
        return response

    def _find(self, asked: _Asked) -> _Asked:
        """Find the workspace that the call is about."""
        asked.grant = self._app.installations.grant(asked.token or "")
        if asked.grant is not None:
            try:
                asked.world = self._registry.world_of_call(asked.grant, asked.method, asked.values)
            except SlackError as astray:
                asked.astray = astray
        return asked

    def _answer(self, asked: _Asked) -> ApiAnswer:
        scopes = asked.grant.installation.scopes if asked.grant else frozenset()
        headers = {"x-oauth-scopes": ",".join(sorted(scopes))}
        try:
            body = {"ok": True, **self._call(asked)}
        except RateLimited as limited:
            return ApiAnswer(
                429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(limited.retry_after)}
            )
        except SlackError as refused:
            sent = _without_secrets(asked.values)
            self._records(asked).note_invalid(self._app.now(), asked.method, refused, sent)
            return ApiAnswer(200, refused.answer(), headers)
        return ApiAnswer(200, copy.deepcopy(body), headers)

    def _call(self, asked: _Asked) -> JsonObject:
        if asked.method in APP_METHODS:
            return self._call_app(asked, APP_METHODS[asked.method])
        method = METHODS.get(asked.method)
        if method is None:
            raise SlackError("unknown_method", req_method=asked.method)
        self._check_token(asked, "bot")
        if asked.world is None:
            raise asked.astray or SlackError("team_not_found")
        if method.scope is not None:
            need_scope(asked.world, method.scope)
        self._limits(asked).count(asked.method, method.per_minute, self._app.now())
        _check_names(asked, method.arguments)
        return method.handler(asked.world, Arguments(asked.values))

    def _call_app(self, asked: _Asked, method: AppMethod) -> JsonObject:
        self._check_token(asked, method.by)
        self._limits(asked).count(asked.method, method.per_minute, self._app.now())
        _check_names(asked, method.arguments)
        arguments = Arguments(asked.values)
        return method.handler(AppCall(self._registry, self._oauth, arguments, asked.grant, asked.client))

    def _check_token(self, asked: _Asked, wanted: str) -> None:
        if wanted == "none":
            return
        if asked.token is None:
            raise SlackError("not_authed")
        if asked.grant is None and asked.token != self._app.app_token:
            raise SlackError("invalid_auth")
        if (asked.grant is None) != (wanted == "app"):
            raise SlackError("not_allowed_token_type")
        if asked.grant is not None:
            asked.grant.check(self._app.now())

    def _records(self, asked: _Asked) -> Records:
        return asked.world.records if asked.world else self._app.records

    def _faults(self, asked: _Asked) -> Faults:
        return asked.world.faults if asked.world else self._app.faults

    def _limits(self, asked: _Asked) -> RateLimits:
        return asked.world.limits if asked.world else self._app.limits


def _check_names(asked: _Asked, known: frozenset[str]) -> None:
    unknown = sorted(set(asked.values) - known)
    if unknown:
        raise SlackError("invalid_arguments", [f"[ERROR] unknown argument: {one}" for one in unknown])


def _finish(
    request: web.Request, records: Records, call: Call, answer: ApiAnswer | None
) -> web.StreamResponse:
    """Write down the answer and send it; a dropped connection has neither status nor answer."""
    if answer is None or answer.dropped:
        _drop(request)
        return web.Response()
    call.status, call.answer = answer.status, answer.body
    if isinstance(answer.body, dict) and answer.body.get("ok") is False:
        messages = list(answer.body.get("response_metadata", {}).get("messages", []))
        records.refusals.append(Refusal(call.at, call.method, str(answer.body["error"]), messages))
    return answer.response()


def _without_secrets(values: JsonObject) -> JsonObject:
    return {name: one for name, one in values.items() if name not in ("token", "client_secret")}


def _drop(request: web.Request) -> None:
    transport = request.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


async def _read(request: web.Request) -> _Asked:
    values = await _values(request)
    token, client = _token(request, values)
    return _Asked(request.match_info["method"], values, token, None, client)


def _token(request: web.Request, values: JsonObject) -> tuple[str | None, tuple[str, str] | None]:
    """The token, and the id and secret of HTTP Basic: an Authorization header says one of them."""
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer "), None
    if header.startswith("Basic "):
        login, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return None, (login, password)
    given = values.get("token")
    return given if isinstance(given, str) else None, None


async def _values(request: web.Request) -> JsonObject:
    if request.content_type == "application/json":
        text = await request.text()
        try:
            read = json.loads(text or "{}")
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}
    form = await request.post()
    return {**dict(request.query), **dict(form)}
