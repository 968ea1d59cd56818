"""What is asked of Slack before the bot serves, and the sentence for the operator where Slack says no."""

from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

T = TypeVar("T")
TOKENS = {"bot": "SLACK_BOT_TOKEN", "app": "SLACK_APP_TOKEN"}


class CannotStart(Exception):
    """The bot cannot start as things are. The text is for the operator and says what to do."""


async def ask(asking: Awaitable[T], kind: str) -> T:
    """What is asked at the start, so that a failure is said at once; slack_sdk would only try for ever.

    ``kind`` is the token's, of `TOKENS`. Raises `CannotStart`.
    """
    try:
        return await asking
    except SlackApiError as error:
        code = error.response.get("error")
        raise CannotStart(
            f"Slack does not accept {TOKENS[kind]} ({code}). Copy it again from your Slack app's settings."
        ) from error
    except (ClientError, OSError, TimeoutError) as error:
        raise CannotStart(
            f"Slack cannot be reached ({type(error).__name__}). Check the network, and SLACK_API_URL if set."
        ) from error
