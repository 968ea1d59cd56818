"""The page at `/oauth/v2/authorize`, for whoever goes there with a browser or an HTTP client."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.rehearsal.errors import SlackError
from bot.rehearsal.oauth import OAuthDesk

Decision = Callable[[str], str]


class OAuthPage:
    """Answers by a redirect once it was decided what the person will say; until then, by the question."""

    def __init__(self, desk: OAuthDesk) -> None:
        self._desk = desk
        self.decision: Decision | None = None
        """Takes the address of the page, returns where the browser goes on; used up by one visit."""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """302 back to the app, or 200 with the question; 400 names what is wrong with the address."""
        try:
            wanted = self._desk.read(str(request.url))
            decision, self.decision = self.decision, None
            if decision is not None:
                raise web.HTTPFound(decision(str(request.url)))
        except SlackError as refused:
            return web.Response(text=refused.code, status=400)
        return web.Response(text="This app asks for: " + ", ".join(sorted(wanted.scopes)))
