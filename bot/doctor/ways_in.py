"""Whether Slack can reach the bot: Socket Mode can be tried, of HTTP mode Slack alone knows."""

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.findings import Finding, not_checked, ok, unreachable, wrong
from bot.settings import Settings
from bot.slack_answers import named

SECONDS_PER_CALL = 20
SOCKET_MODE, HTTP_MODE = "Socket Mode", "HTTP mode"


async def ways_in(settings: Settings) -> list[Finding]:
    """Both; one of them must be there."""
    app_token, secret = settings.slack_app_token, settings.slack_signing_secret
    if app_token is None and secret is None:
        return [
            wrong(
                "way in",
                "neither SLACK_APP_TOKEN (for `run`) nor SLACK_SIGNING_SECRET (for `run --http`) is set. "
                "Copy one of them from Basic Information in the settings of your Slack app.",
            )
        ]
    return [await _socket_mode(settings.slack_api_url, app_token), _http_mode(secret)]


async def _socket_mode(slack_api_url: str, app_token: SecretStr | None) -> Finding:
    if app_token is None:
        return not_checked(SOCKET_MODE, "SLACK_APP_TOKEN is not set; `run` needs it, `run --http` does not.")
    async with ClientSession(timeout=ClientTimeout(total=SECONDS_PER_CALL)) as session:
        client = AsyncWebClient(base_url=slack_api_url, session=session, retry_handlers=[])
        try:
            await client.apps_connections_open(app_token=app_token.get_secret_value())
        except SlackApiError as error:
            return wrong(
                SOCKET_MODE,
                f"Slack does not accept SLACK_APP_TOKEN ({named(error.response)}). Make one with the scope "
                "connections:write in Basic Information, and switch Socket Mode on.",
            )
        except (ClientError, OSError, TimeoutError) as error:
            return unreachable(SOCKET_MODE, error)
    return ok(SOCKET_MODE, "Slack accepts SLACK_APP_TOKEN and gives an address")


def _http_mode(secret: SecretStr | None) -> Finding:
    if secret is None:
        return not_checked(HTTP_MODE, "SLACK_SIGNING_SECRET is not set; only `run --http` needs it.")
    return not_checked(
        HTTP_MODE, "SLACK_SIGNING_SECRET is set; whether it is right shows when Slack tries your request URL."
    )
