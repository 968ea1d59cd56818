"""The real bot, as `bot.bootstrap` wires it, connected to a local Slack in the same process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import create_async_engine

from bot.bootstrap import Bot, build
from bot.clock import Clock
from bot.doors.signed_http import EVENTS_PATH, Address
from bot.prompt_library import PromptLibrary
from bot.rehearsal.server import LocalSlack
from bot.settings import Settings, beside_the_code
from bot.storage.unit_of_work import Database
from tests.keys import VAULT

_NEW_IDS = count(1)


@cache
def library() -> PromptLibrary:
    """The bot's own words; reading them takes longer than anything else in a test."""
    return PromptLibrary.load(beside_the_code("prompts"))


@asynccontextmanager
async def running_bot(
    slack: LocalSlack, clock: Clock, database_url: str, *, http: bool = False
) -> AsyncIterator[Bot]:
    """A bot that is connected while the block lasts: by Socket Mode or, with ``http``, by signed requests."""
    settings = Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=slack.api_url,
        database_url=database_url,
    )
    database = Database(database_url, VAULT)
    bot = build(
        settings=settings,
        clock=clock,
        library=library(),
        database=database,
        new_id=lambda: f"id{next(_NEW_IDS)}",
        http=Address(port=0) if http else None,
    )
    try:
        await bot.connect()
        if http:
            slack.deliver_over_http(f"http://127.0.0.1:{bot.port}{EVENTS_PATH}")
        else:
            await slack.connected()
        yield bot
    finally:
        await bot.close()
        await database.close()


async def kept(database_url: str, table: Table) -> list[Mapping[str, Any]]:
    """Every row of a table, read beside whatever bot has the database open."""
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]
    finally:
        await engine.dispose()
