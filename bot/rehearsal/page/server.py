"""The page's own web server: what it shows comes from `Panes`, what it does from `Acting`."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.page.acting import Acting, Done
from bot.rehearsal.page.drawing import FOLDER, Drawing
from bot.rehearsal.page.guard import guard
from bot.rehearsal.page.inspector import payload
from bot.rehearsal.page.panes import Look, Panes
from bot.rehearsal.page.rehearsal import Rehearsal
from bot.rehearsal.page.texts import clock_time, long_day
from bot.rehearsal.people import Person

HOST = "127.0.0.1"
STREAM_SECONDS = 15.0
"""So often a stream says that it is still there."""
MOST_DIGITS = 4
Deed = Callable[[Person, JsonObject], Awaitable[Done]]


class PageServer:
    """Serves one rehearsal to any number of browser windows, each of which acts as somebody."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal
        self._drawing = Drawing(rehearsal)
        acting = Acting(rehearsal)
        self._deeds: dict[str, Deed] = {
            "press": acting.press,
            "submit": acting.submit,
            "close": acting.close,
            "home": acting.home,
            "say": acting.say,
        }
        self._runner: web.AppRunner | None = None

    async def start(self, door: socket.socket) -> str:
        """Serve on this socket, which listens on loopback, and return the address."""
        app = web.Application(middlewares=[guard])
        app.router.add_get("/", self._page)
        app.router.add_get("/panes", self._panes)
        app.router.add_get("/events", self._events)
        app.router.add_get("/payload/{key}", self._payload)
        app.router.add_post("/act/{deed}", self._act)
        app.router.add_post("/clock", self._clock)
        app.router.add_post("/players", self._players)
        app.router.add_post("/trouble", self._trouble)
        app.router.add_static("/static", FOLDER / "static")
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, door).start()
        return f"http://{HOST}:{door.getsockname()[1]}/"

    async def stop(self) -> None:
        """Close every stream. The rehearsal itself is stopped first, which ends them."""
        if self._runner is not None:
            await self._runner.cleanup()

    # Showing

    async def _page(self, request: web.Request) -> web.Response:
        panes = self._look(request)
        html = self._drawing.page(panes, await self._facts())
        return web.Response(text=html, content_type="text/html")

    async def _panes(self, request: web.Request) -> web.Response:
        version = self._rehearsal.pulse.version
        drawn = self._drawing.panes(self._look(request), await self._facts())
        return web.json_response({"version": version, "panes": drawn})

    async def _payload(self, request: web.Request) -> web.Response:
        found = payload(self._rehearsal.slack, request.match_info["key"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(text=found, content_type="text/plain")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        pulse, seen = self._rehearsal.pulse, -1
        while not pulse.stopped:
            version = await pulse.after(seen, STREAM_SECONDS)
            told = f"data: {version}\n\n" if version != seen else ": still here\n\n"
            seen = version
            try:
                await stream.write(told.encode())
            except ConnectionError:
                break
        return stream

    def _look(self, request: web.Request) -> Panes:
        query = request.query
        people = self._rehearsal.cast.people
        ids = {one.id for one in people.values()}
        user = query.get("as", "")
        look = Look(
            user=user if user in ids else next(iter(people.values())).id,
            place=query.get("place") or self._rehearsal.cast.home.id,
            thread=query.get("thread") or None,
            inspecting=_count(query.get("inspect", "")),
            reading=frozenset(query.get("reading", "").split(",")),
        )
        return Panes(self._rehearsal, look)

    async def _facts(self) -> JsonObject:
        return {"moves": await self._rehearsal.moves()}

    # Doing

    async def _act(self, request: web.Request) -> web.Response:
        deed = self._deeds.get(request.match_info["deed"])
        given = await _document(request)
        if deed is None:
            raise web.HTTPNotFound
        try:
            done = await deed(self._rehearsal.person(str(given["as"])), given)
        except (CannotAct, FormRefused):
            done = Done("cannot")
        except KeyError as missing:
            raise web.HTTPBadRequest from missing
        return self._answer(done)

    async def _clock(self, request: web.Request) -> web.Response:
        given = await _document(request)
        if "run" in given:
            self._rehearsal.ticking = bool(given["run"])
            self._rehearsal.pulse.touch()
            return self._answer(Done())
        try:
            await self._rehearsal.move(str(given.get("move")))
        except CannotAct:
            return self._answer(Done("no-moment"))
        zone, now = self._rehearsal.person(str(given["as"])).account.tz, self._rehearsal.clock.now()
        return self._answer(Done("moved", {"day": long_day(now, zone), "time": clock_time(now, zone)}))

    async def _players(self, request: web.Request) -> web.Response:
        given = await _document(request)
        rehearsal, what, who = self._rehearsal, given.get("do"), str(given.get("who"))
        if what == "step":
            await rehearsal.step_or_skip()
        elif what == "play":
            rehearsal.play()
        elif what == "pause":
            rehearsal.pause()
        elif what in ("take", "release") and who in rehearsal.cast.people:
            rehearsal.give(who, to_the_page=what == "take")
        else:
            raise web.HTTPBadRequest
        return self._answer(Done())

    async def _trouble(self, request: web.Request) -> web.Response:
        kind = str((await _document(request)).get("kind"))
        try:
            await self._rehearsal.trouble(kind)
        except CannotAct as unknown:
            raise web.HTTPBadRequest from unknown
        return self._answer(Done(f"trouble-{kind}"))

    def _answer(self, done: Done) -> web.Response:
        notice = self._drawing.notice(done.notice, **done.values) if done.notice else None
        return web.json_response({"notice": notice, "kind": done.notice})


def _count(text: str) -> int:
    """A small number in an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else 0


async def _document(request: web.Request) -> JsonObject:
    try:
        found = await request.json()
    except ValueError as wrong:
        raise web.HTTPBadRequest from wrong
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found
