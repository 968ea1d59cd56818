"""Who may use the page: a browser on this machine, on this page. Other web sites it may have open may not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, and no script or style but from our own files."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what does not come from our own page: another name for this machine, or another's form."""
    if (request.url.host or "") not in LOOPBACK:
        raise web.HTTPMisdirectedRequest(headers=HEADERS)
    if request.method == "POST" and not _from_our_page(request):
        raise web.HTTPForbidden(headers=HEADERS)
    response = await handler(request)
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def _from_our_page(request: web.Request) -> bool:
    """Browsers send `Origin` with every POST, and ask first before they send JSON across origins."""
    origin = request.headers.get("Origin")
    ours = f"{request.url.scheme}://{request.host}"
    return origin in (None, ours) and request.content_type == "application/json"
