"""Bolt's OAuth flow, with our own stores and pages. Nothing of it lies in files, and no token in a log.

Bolt's own way to get the token from the code is not taken: it logs the code.
"""

import logging

from aiohttp import ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation as Granted
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.install.pages import Pages
from bot.install.slack_app import INSTALL_PATH, REDIRECT_PATH, SlackApp
from bot.install.stores import EXPIRES_IN, STATE_LIVES, Grants, States
from bot.prompt_library import PromptLibrary
from bot.slack_answers import code_of
from bot.workspaces import Clients

logger = logging.getLogger(__name__)

NO_ANSWER = "no_answer"
COOKIE = "__Host-install-state"
"""Browsers send a cookie of such a name only over https to the very host that set it."""


class InstallFailed(Exception):
    """It cannot go on. ``args[0]`` is Slack's code, or our word, for why."""


class Named(BaseModel):
    """A workspace, an enterprise or a person, as Slack's answer names it."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    id: str = Field(min_length=1)
    name: str | None = None


class Grant(BaseModel):
    """Slack's answer to a code, as far as we use it."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    access_token: str = Field(min_length=1, repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    expires_in: int | None = None
    scope: str
    app_id: str
    bot_user_id: str = Field(min_length=1)
    team: Named | None = None
    enterprise: Named | None = None
    is_enterprise_install: bool = False
    authed_user: Named


class StateCookie(OAuthStateUtils):
    """Bolt's cookie, which binds a state to a browser; not sent along by other sites' forms and frames."""

    def build_set_cookie_for_new_state(self, state: str) -> str:
        """The cookie with the state. A link from Slack back to us still brings it: that is `Lax`."""
        return f"{super().build_set_cookie_for_new_state(state)}; SameSite=Lax"


class InstallFlow(AsyncOAuthFlow):
    """From "Add to Slack" to the installation."""

    def __init__(self, app: SlackApp, clients: Clients, states: States, grants: Grants, pages: Pages) -> None:
        self._app = app
        self._clients = clients
        self.pages = pages
        super().__init__(settings=self._settings(states, grants), logger=logging.getLogger("slack_bolt"))

    @property
    def client(self) -> AsyncWebClient:
        """For a code, which is good for one use: it never tries again by itself."""
        return self._clients.sending(None)

    @property
    def is_public(self) -> bool:
        """Reached by https, as it must be but on one's own machine."""
        return self._app.public_url.startswith("https://")

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """Where "Add to Slack" leads. Nothing of the request goes into it."""
        return self._app.authorize_url(state)

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        """The way back from Slack: a page, whatever has happened."""
        try:
            return await super().handle_callback(request)
        except InstallFailed as failed:
            return self._failed(str(failed))
        except SQLAlchemyError:
            logger.exception("an installation was not kept")
            return self._failed("storage_error")

    async def run_installation(self, code: str) -> Granted:
        """What the code is worth. Raises `InstallFailed`."""
        try:
            answer = await self.client.oauth_v2_access(
                client_id=self._app.client_id,
                client_secret=self._app.client_secret,
                code=code,
                redirect_uri=self._app.redirect_uri,
            )
            grant = Grant.model_validate(answer.data)
            bot = await self._clients.reading(grant.access_token).auth_test()
        except SlackApiError as error:
            raise InstallFailed(code_of(error.response) or NO_ANSWER) from None
        except (ClientError, OSError, TimeoutError, ValidationError) as error:
            raise InstallFailed(NO_ANSWER) from error
        return _granted(grant, str(bot.get("bot_id") or ""))

    async def _succeeded(self, given: AsyncSuccessArgs) -> BoltResponse:
        granted = given.installation
        where = granted.team_id or granted.enterprise_id
        logger.info("installed", extra={"workspace": where, "person": granted.user_id})
        return self._answer(200, self.pages.installed(granted))

    async def _refused(self, given: AsyncFailureArgs) -> BoltResponse:
        return self._failed(given.reason)

    def _failed(self, reason: str) -> BoltResponse:
        status, page = self.pages.failed(reason)
        logger.info("not installed", extra={"reason": self.pages.cause_of(reason)})
        return self._answer(status, page)

    def _answer(self, status: int, page: str) -> BoltResponse:
        """The state is not needed any more, whatever became of it."""
        gone = self.settings.state_utils.build_set_cookie_for_deletion()
        headers = {"Content-Type": "text/html; charset=utf-8", "Set-Cookie": [gone]}
        return BoltResponse(status=status, body=page, headers=headers)

    def _settings(self, states: States, grants: Grants) -> AsyncOAuthSettings:
        settings = AsyncOAuthSettings(
            client_id=self._app.client_id,
            client_secret=self._app.client_secret,
            scopes=list(self._app.scopes),
            user_scopes=[],
            redirect_uri=self._app.redirect_uri,
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            install_page_rendering_enabled=False,
            callback_options=AsyncCallbackOptions(self._succeeded, self._refused),
            installation_store=grants,
            state_store=states,
            state_cookie_name=COOKIE,
            state_expiration_seconds=int(STATE_LIVES.total_seconds()),
        )
        settings.state_utils = StateCookie(
            cookie_name=COOKIE, expiration_seconds=int(STATE_LIVES.total_seconds())
        )
        return settings


def install_flow(
    app: SlackApp, clients: Clients, states: States, grants: Grants, library: PromptLibrary
) -> InstallFlow:
    """The flow with its pages."""
    return InstallFlow(app, clients, states, grants, Pages(app, library))


def _granted(grant: Grant, bot_id: str) -> Granted:
    """In Bolt's form. Raises `InstallFailed` for an installation of neither a workspace nor an enterprise."""
    if (grant.enterprise if grant.is_enterprise_install else grant.team) is None:
        raise InstallFailed(NO_ANSWER)
    team, enterprise = grant.team, grant.enterprise
    return Granted(
        app_id=grant.app_id,
        enterprise_id=enterprise.id if enterprise else None,
        enterprise_name=enterprise.name if enterprise else None,
        team_id=team.id if team else None,
        team_name=team.name if team else None,
        bot_token=grant.access_token,
        bot_id=bot_id,
        bot_user_id=grant.bot_user_id,
        bot_scopes=grant.scope,
        bot_refresh_token=grant.refresh_token,
        user_id=grant.authed_user.id,
        is_enterprise_install=grant.is_enterprise_install,
        custom_values={EXPIRES_IN: grant.expires_in},
    )
