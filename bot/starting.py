"""What is asked of Slack before the bot serves, and the sentence for the operator where Slack says no."""

from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import ClientError
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError

from bot.slack_answers import named

T = TypeVar("T")
TOKENS = {"bot": "SLACK_BOT_TOKEN", "app": "SLACK_APP_TOKEN", "signing": "SLACK_SIGNING_SECRET"}
NAMED = {"bot": "the bot's token", "app": "the app's token", "signing": "the signing secret"}


class CannotStart(Exception):
    """The bot cannot start as things are. The text is for the operator and says what to do."""


def secret_of(secret: SecretStr | None, kind: str) -> str:
    """The secret itself. Raises `CannotStart` where it is missing. ``kind`` is one of `TOKENS`."""
    if secret is None:
        raise CannotStart(
            f"{TOKENS[kind]} is missing. Set it to {NAMED[kind]} from the settings of your Slack app; "
            "the README says where it stands."
        )
    return secret.get_secret_value()


async def ask(asking: Awaitable[T], kind: str) -> T:
    """What is asked at the start, so that a failure is said at once; slack_sdk would only try for ever.

    ``kind`` is the token's, of `TOKENS`. Raises `CannotStart`.
    """
    try:
        return await asking
    except SlackApiError as error:
        code = named(error.response)
        raise CannotStart(
            f"Slack does not accept {TOKENS[kind]} ({code}). Copy it again from your Slack app's settings."
        ) from error
    except (ClientError, OSError, TimeoutError) as error:
        raise CannotStart(
            f"Slack cannot be reached ({type(error).__name__}). Check the network, and SLACK_API_URL if set."
        ) from error
