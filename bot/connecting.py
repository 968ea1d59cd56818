"""From settings to workspaces: one token that the operator copied, or those of whoever installs the app."""

from collections.abc import Callable, Sequence
from datetime import datetime

from slack_sdk.http_retry.async_handler import AsyncRetryHandler

from bot.app_manifest import wanted_scopes
from bot.install import SlackApp
from bot.settings import Settings
from bot.starting import CannotStart, secret_of
from bot.storage.unit_of_work import Database
from bot.workspaces import (
    LONGEST_WAIT,
    Clients,
    InstalledWorkspaces,
    OneWorkspace,
    Rotation,
    Workspaces,
)


def workspaces_of(
    settings: Settings,
    database: Database,
    now: Callable[[], datetime],
    watching: Sequence[AsyncRetryHandler] = (),
    longest_wait: float = LONGEST_WAIT,
) -> Workspaces:
    """The workspaces, as they are set up; ``watching`` and ``longest_wait`` as `Clients` has them. Raises
    `CannotStart`.
    """
    app, clients = slack_app_of(settings), Clients(settings.slack_api_url, watching, longest_wait)
    if app is None:
        return OneWorkspace(clients, secret_of(settings.slack_bot_token, "bot"), database, now)
    rotation = Rotation(clients, database, now, app.client_id, app.client_secret)
    return InstalledWorkspaces(clients, rotation, database, now)


def slack_app_of(settings: Settings) -> SlackApp | None:
    """The app that workspaces may install; None where it is set up for one. Raises `CannotStart`."""
    client_id, secret, url = settings.slack_client_id, settings.slack_client_secret, settings.public_url
    if client_id is None and secret is None:
        return None
    if client_id is None or secret is None or url is None:
        given = {"SLACK_CLIENT_ID": client_id, "SLACK_CLIENT_SECRET": secret, "PUBLIC_URL": url}
        missing = " and ".join(name for name, value in given.items() if value is None)
        raise CannotStart(
            f"{missing} is missing: {', '.join(given)} let workspaces install the app, and belong together."
        )
    if settings.slack_bot_token is not None:
        raise CannotStart(
            "SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID for all that install the app. Unset one."
        )
    return SlackApp(
        client_id=client_id,
        client_secret=secret.get_secret_value(),
        public_url=url,
        slack_api_url=settings.slack_api_url,
        scopes=wanted_scopes(),
        privacy_url=settings.privacy_url,
        support_url=settings.support_url,
    )
