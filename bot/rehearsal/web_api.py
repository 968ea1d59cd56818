"""The Web API over HTTP: tokens, scopes, rate limits and faults, then the method itself."""

from __future__ import annotations

import asyncio
import copy
import json

from aiohttp import web

from bot.rehearsal.arguments import Arguments
from bot.rehearsal.conversations import need_scope
from bot.rehearsal.errors import RateLimited, SlackError
from bot.rehearsal.faults import Fault
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.methods import METHODS, Method
from bot.rehearsal.records import Call, Refusal
from bot.rehearsal.world import World


class WebApi:
    """Serves `/api/<method>`, one call at a time to its effect, many at once in the waiting."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.serving = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one call and record it."""
        self.serving += 1
        try:
            return await self._serve(request)
        finally:
            self.serving -= 1
            self._world.changes.notify()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        values = await _read(request)
        token = _token(request, values)
        call = Call(self._world.now(), method, {name: one for name, one in values.items() if name != "token"})
        self._world.records.calls.append(call)
        subject = {"method": method, "arguments": call.arguments, "call": call}
        await self._world.faults.tell(method, "received", subject)
        fault = self._world.faults.take(method, call.arguments)
        call.fault = fault.kind if fault else None
        before = _before(fault)
        if before is not None:
            return self._finish(request, call, before)
        answer = self._answer(method, token, Arguments(values))
        self._world.changes.notify()
        await self._world.faults.tell(method, "taken", subject)
        response = self._finish(request, call, _after(fault) or answer)
        await self._world.faults.tell(method, "answered", subject)
        return response

    def _finish(self, request: web.Request, call: Call, answer: _Answer | None) -> web.StreamResponse:
        """Write down the answer and send it; a dropped connection has neither status nor answer."""
        if answer is None or answer.dropped:
            _drop(request)
            return web.Response()
        call.status, call.answer = answer.status, answer.body
        if isinstance(answer.body, dict) and answer.body.get("ok") is False:
            self._note_refusal(call, answer.body)
        return answer.response()

    def _note_refusal(self, call: Call, body: JsonObject) -> None:
        messages = list(body.get("response_metadata", {}).get("messages", []))
        self._world.records.refusals.append(Refusal(call.at, call.method, str(body["error"]), messages))

    def _answer(self, method: str, token: str | None, arguments: Arguments) -> _Answer:
        scopes = {"x-oauth-scopes": ",".join(sorted(self._world.manifest.scopes))}
        try:
            body = {"ok": True, **self._call(method, token, arguments)}
        except RateLimited as limited:
            return _Answer(
                429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(limited.retry_after)}
            )
        except SlackError as refused:
            self._world.note_invalid(method, refused, arguments.values)
            return _Answer(200, refused.answer(), scopes)
        return _Answer(200, copy.deepcopy(body), scopes)

    def _call(self, name: str, token: str | None, arguments: Arguments) -> JsonObject:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._authorise(method, token)
        self._world.limits.count(name, method.per_minute, self._world.now())
        unknown = sorted(set(arguments.values) - method.arguments)
        if unknown:
            raise SlackError("invalid_arguments", [f"[ERROR] unknown argument: {one}" for one in unknown])
        return method.handler(self._world, arguments)

    def _authorise(self, method: Method, token: str | None) -> None:
        world = self._world
        if token is None:
            raise SlackError("not_authed")
        if token not in (world.bot_token, world.app_token):
            raise SlackError("invalid_auth")
        if method.by_app_token != (token == world.app_token):
            raise SlackError("not_allowed_token_type")
        if method.scope is not None:
            need_scope(world, method.scope)


class _Answer:
    """What goes back: a status, a body (text when deliberately not JSON), headers; or nothing."""

    def __init__(
        self,
        status: int,
        body: JsonObject | str,
        headers: dict[str, str] | None = None,
        *,
        dropped: bool = False,
    ) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.dropped = dropped

    def response(self) -> web.Response:
        """The same, for aiohttp."""
        if isinstance(self.body, str):
            return web.Response(
                text=self.body, status=self.status, content_type="text/html", headers=self.headers
            )
        return web.json_response(self.body, status=self.status, headers=self.headers)


def _before(fault: Fault | None) -> _Answer | None:
    """The answer of a fault that strikes before anything has happened."""
    if fault is None:
        return None
    if fault.kind == "drop_before":
        return _Answer(0, {}, dropped=True)
    if fault.kind == "refuse":
        return _Answer(200, {"ok": False, "error": fault.code})
    if fault.kind == "status":
        return _failing(fault)
    return None


def _after(fault: Fault | None) -> _Answer | None:
    """The answer of a fault that strikes when the call has had its effect."""
    if fault is None:
        return None
    if fault.kind == "drop_after":
        return _Answer(0, {}, dropped=True)
    if fault.kind == "garble":
        return _Answer(200, "<html>upstream connect error</html>")
    if fault.kind == "status_after":
        return _failing(fault)
    return None


def _failing(fault: Fault) -> _Answer:
    if fault.status == 429:
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        return _Answer(429, {"ok": False, "error": "ratelimited"}, headers)
    code = "service_unavailable" if fault.status == 503 else "internal_error"
    return _Answer(fault.status, {"ok": False, "error": code})


def _drop(request: web.Request) -> None:
    transport = request.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _token(request: web.Request, values: JsonObject) -> str | None:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ")
    given = values.get("token")
    return given if isinstance(given, str) else None


async def _read(request: web.Request) -> JsonObject:
    if request.content_type == "application/json":
        text = await request.text()
        try:
            read = json.loads(text or "{}")
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}
    form = await request.post()
    return {**dict(request.query), **dict(form)}
