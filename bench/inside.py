"""The bot within this process, as `bot.bootstrap` wires it, where it has to be looked into."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import parse_qsl

from pydantic import SecretStr
from slack_bolt.request.async_request import AsyncBoltRequest

from bench.slack import SECRET, TOKEN
from bot.bootstrap import Bot, build
from bot.clock import SystemClock
from bot.doors.signed_http import Address, payload_of
from bot.prompt_library import PromptLibrary
from bot.settings import Settings, beside_the_code
from bot.storage.unit_of_work import Database

FORM = "application/x-www-form-urlencoded"
_IDS = count(1)


@asynccontextmanager
async def bot_inside(database: Database, url: str, slack_api_url: str) -> AsyncIterator[Bot]:
    """Connected while the block lasts. It sends only when told to tick."""
    settings = Settings(
        slack_bot_token=SecretStr(TOKEN),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=slack_api_url,
        database_url=url,
    )
    bot = build(
        settings=settings,
        clock=SystemClock(),
        library=PromptLibrary.load(beside_the_code("prompts")),
        database=database,
        new_id=lambda: f"id{next(_IDS)}",
        http=Address(port=0),
        sends_by_itself=False,
    )
    try:
        await bot.connect()
        yield bot
    finally:
        await bot.close()


async def press(bot: Bot, body: str) -> None:
    """Let it serve a request whose signature was verified. Raises `AssertionError` unless it acknowledges."""
    assert dict(parse_qsl(body))
    request = AsyncBoltRequest(mode="socket_mode", body=payload_of(FORM, body))
    response = await bot.app.async_dispatch(request)
    assert response.status == 200, response.body
