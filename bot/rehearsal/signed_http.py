"""HTTP mode: the same payloads, posted to the app's request URL with Slack's signature."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import urllib.parse

import aiohttp

from bot.rehearsal.clock import wall_seconds
from bot.rehearsal.delivery import Attempt, Delivery, Envelope
from bot.rehearsal.json_types import Json

_REASONS = {"timeout": "http_timeout", "": ""}


class SignedHttp:
    """Posts envelopes to one address; a 2xx answer acknowledges and may carry the response."""

    def __init__(self, url: str, signing_secret: str, delivery: Delivery) -> None:
        self._url = url
        self._secret = signing_secret
        self._delivery = delivery
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def send(self, envelope: Envelope, attempt: Attempt) -> str | None:
        """Post in the background; the answer is the acknowledgement."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        task = asyncio.get_running_loop().create_task(self._post(self._session, envelope, attempt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self._url

    async def close(self) -> None:
        """Break off what is still being posted."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _post(self, session: aiohttp.ClientSession, envelope: Envelope, attempt: Attempt) -> None:
        content_type, body = encode(envelope)
        headers = {"Content-Type": content_type, **sign(self._secret, body, int(wall_seconds()))}
        if attempt.number:
            headers["X-Slack-Retry-Num"] = str(attempt.number)
            headers["X-Slack-Retry-Reason"] = _REASONS.get(attempt.reason, attempt.reason)
        try:
            async with session.post(self._url, data=body, headers=headers) as response:
                text = await response.text()
                good = 200 <= response.status < 300
                again = response.headers.get("X-Slack-No-Retry") != "1"
                kind = response.content_type
        except aiohttp.ClientError:
            self._delivery.failed(envelope, attempt, "connection_failed")
            return
        if good:
            await self._delivery.acknowledge(attempt.envelope_id, _answer(kind, text))
        else:
            self._delivery.failed(envelope, attempt, "http_error" if again else "no_retry")


async def answers_challenge(url: str, secret: str, token: str, challenge: str) -> bool:
    """Whether the app proves that the address is its own, as Slack asks before it sends anything there."""
    body = json.dumps({"token": token, "challenge": challenge, "type": "url_verification"})
    headers = {"Content-Type": "application/json", **sign(secret, body, int(wall_seconds()))}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        return response.status == 200 and challenge in await response.text()


def sign(secret: str, body: str, timestamp: int) -> dict[str, str]:
    """The v0 signature headers of a request at `timestamp` (unix seconds)."""
    base = f"v0:{timestamp}:{body}".encode()
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


def encode(envelope: Envelope) -> tuple[str, str]:
    """Content type and body: JSON for events, a form for commands, a form with `payload` for interactions."""
    if envelope.kind == "events_api":
        return "application/json", json.dumps(envelope.payload)
    form = (
        envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
    )
    return "application/x-www-form-urlencoded", urllib.parse.urlencode(form)


def _answer(kind: str, text: str) -> Json:
    if not text:
        return None
    if kind == "application/json":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return {"text": text}
