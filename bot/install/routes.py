"""The addresses of installing, for the HTTP server."""

import logging

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_bolt_request
from slack_bolt.response import BoltResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.install.flow import InstallFlow
from bot.install.pages import HEADERS
from bot.install.slack_app import INSTALL_PATH, REDIRECT_PATH, START_PATH

logger = logging.getLogger(__name__)

HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def routes(flow: InstallFlow) -> list[web.RouteDef]:
    """The landing page, "Add to Slack", and the way back from Slack."""
    desk = _InstallDesk(flow)
    return [
        web.get(INSTALL_PATH, desk.land),
        web.get(START_PATH, desk.start, allow_head=False),
        web.get(REDIRECT_PATH, desk.come_back, allow_head=False),
    ]


class _InstallDesk:
    """Answers them. Whoever only looks leaves no trace: a state is made when somebody sets out for Slack."""

    def __init__(self, flow: InstallFlow) -> None:
        self._flow = flow

    async def land(self, _request: web.Request) -> web.Response:
        return self._page(200, self._flow.pages.landing())

    async def start(self, request: web.Request) -> web.Response:
        try:
            return self._answer(await self._flow.handle_installation(await to_bolt_request(request)))
        except SQLAlchemyError:
            logger.exception("an installation could not begin")
            return self._page(*self._flow.pages.failed("storage_error"))

    async def come_back(self, request: web.Request) -> web.Response:
        return self._answer(await self._flow.handle_callback(await to_bolt_request(request)))

    def _page(self, status: int, page: str) -> web.Response:
        return web.Response(status=status, text=page, content_type="text/html", headers=self._headers())

    def _answer(self, answered: BoltResponse) -> web.Response:
        """Bolt's answer as it is. Its own adapter would leave out a cookie's `SameSite`."""
        response = self._page(answered.status, answered.body)
        for name in ("location", "set-cookie"):
            for value in answered.headers.get(name, []):
                response.headers.add(name.title(), value)
        return response

    def _headers(self) -> dict[str, str]:
        return dict(HEADERS) | (HTTPS_ONLY if self._flow.is_public else {})
