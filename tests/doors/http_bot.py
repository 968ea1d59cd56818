"""The wired bot in HTTP mode, and requests to it such as Slack makes them, or somebody else."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlencode

from aiohttp import ClientSession

from bot.app_manifest import manifest
from bot.bootstrap import Bot
from bot.doors.signed_http import EVENTS_PATH
from bot.rehearsal.clock import MovableClock, wall_seconds
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.signed_http import sign
from tests.e2e.bots import running_bot
from tests.e2e.people import Place, populate
from tests.e2e.world import BEGINS

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str


@dataclass
class HttpBot:
    """A bot that listens, the Slack that it knows, and a browser of sorts."""

    slack: LocalSlack
    bot: Bot
    place: Place
    session: ClientSession

    async def get(self, path: str) -> Answer:
        async with self.session.get(self.address(path)) as response:
            return Answer(response.status, await response.text())

    async def post(
        self, body: str, headers: Mapping[str, str] | None = None, path: str = EVENTS_PATH
    ) -> Answer:
        """As it is: signed only if the headers say so."""
        async with self.session.post(
            self.address(path), data=BytesIO(body.encode()), headers=dict(headers or {})
        ) as response:
            return Answer(response.status, await response.text())

    async def post_signed(self, body: str, kind: Mapping[str, str] = JSON) -> Answer:
        """Signed as Slack does it, now."""
        return await self.post(body, {**kind, **self.signature(body)})

    def signature(self, body: str, *, secret: str | None = None, seconds_ago: int = 0) -> dict[str, str]:
        return sign(secret or self.slack.signing_secret, body, int(wall_seconds()) - seconds_ago)

    def command(self, line: str, name: str = "ama") -> str:
        """The body of a slash command that somebody typed in the set's channel."""
        person, channel = self.place.people[name], self.place.channel
        return urlencode(
            {
                "command": "/als",
                "text": line,
                "user_id": person.id,
                "channel_id": channel.id,
                "channel_name": "set",
                "team_id": self.slack.team_id,
                "api_app_id": self.slack.app_id,
                "trigger_id": f"13345224609.738474920.{abs(hash(line))}",
                "response_url": f"{self.slack.world.base_url}/response/x",
            }
        )

    def home_opened(self, name: str = "ama") -> str:
        """The body of an event."""
        event = {
            "type": "app_home_opened",
            "user": self.place.people[name].id,
            "tab": "home",
            "channel": "D1",
        }
        return json.dumps(
            {
                "type": "event_callback",
                "event_id": f"Ev{name}",
                "event_time": 1,
                "team_id": self.slack.team_id,
                "api_app_id": self.slack.app_id,
                "event": event | {"event_ts": "1.1"},
                "authorizations": [{"team_id": self.slack.team_id, "user_id": self.slack.bot_user_id}],
            }
        )

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.bot.port}{path}"


@asynccontextmanager
async def http_bot(database_url: str) -> AsyncIterator[HttpBot]:
    """It listens while the block lasts."""
    clock = MovableClock(BEGINS)
    slack = LocalSlack(clock, manifest())
    await slack.start()
    try:
        async with running_bot(slack, clock, database_url, http=True) as bot, ClientSession() as session:
            yield HttpBot(slack, bot, populate(slack), session)
    finally:
        await slack.stop()
