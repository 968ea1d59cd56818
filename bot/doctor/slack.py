"""What Slack says of each workspace: the token, its scopes, the clock, and the channels where sets meet."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.app_manifest import wanted_scopes
from bot.connecting import workspaces_of
from bot.doctor.findings import Finding, not_checked, ok, unreachable, wrong
from bot.doctor.ways_in import SECONDS_PER_CALL
from bot.settings import Settings
from bot.slack_answers import named
from bot.starting import CannotStart
from bot.storage.overview import MeetingPlace
from bot.storage.unit_of_work import Database
from bot.vault import CannotOpen, NoKeys
from bot.workspaces import NotInstalled, NoToken, OneWorkspace, Workspaces

MOST_SKEW = timedelta(minutes=1)
"""Slack's signatures are good for five; and what is due would be sent so much early or late."""
PATIENCE = 60.0
"""Seconds for which Slack may want to be left alone: it looks at every channel, and nobody else waits."""
TOKEN, SCOPES, CLOCK, CHANNELS = "bot token", "scopes", "clock", "channels"
FAILURES = (SlackApiError, ClientError, OSError, TimeoutError, NotInstalled, NoToken, CannotOpen)


async def in_slack(
    settings: Settings, database: Database, now: Callable[[], datetime], *, usable: bool
) -> list[Finding]:
    """Everything about workspaces. ``usable``: the database may be asked."""
    try:
        workspaces = workspaces_of(settings, database, now, longest_wait=PATIENCE)
    except CannotStart as error:
        return [wrong(TOKEN, str(error)), *_without_token(SCOPES, CLOCK, CHANNELS)]
    async with ClientSession(timeout=ClientTimeout(total=SECONDS_PER_CALL)) as session:
        workspaces.clients.use(session)
        ward = _Ward(workspaces, database, now)
        if not usable and not isinstance(workspaces, OneWorkspace):
            return [not_checked("installations", "they lie in the database, which cannot be used.")]
        found = await ward.tokens()
        return [*found, *(await ward.channels() if usable else [_no_database()])]


class _Ward:
    """Everything that is asked of Slack, with what was learned on the way."""

    def __init__(self, workspaces: Workspaces, database: Database, now: Callable[[], datetime]) -> None:
        self._workspaces = workspaces
        self._database = database
        self._now = now
        self._silent: set[str] = set()
        """Workspaces whose token is of no use."""
        self._timed = False

    async def tokens(self) -> list[Finding]:
        """Token, scopes and clock."""
        try:
            await self._workspaces.open()
        except FAILURES as error:
            self._silent.add("")
            return [_bad_token(TOKEN, error), *_without_token(SCOPES, CLOCK)]
        try:
            installed = [one.workspace_id for one in await self._workspaces.installed()]
        except (CannotOpen, NoKeys):
            self._silent.add("")
            return [not_checked("bot tokens", "none can be opened with these encryption keys.")]
        if not installed:
            return [not_checked("installations", "no workspace has installed the app yet.")]
        return [line for workspace_id in installed for line in await self._token(workspace_id)]

    async def _token(self, workspace_id: str) -> list[Finding]:
        what = f"{TOKEN} of {workspace_id}"
        try:
            answer = await (await self._workspaces.client_for(workspace_id)).auth_test()
        except FAILURES as error:
            self._silent.add(workspace_id)
            return [_bad_token(what, error)]
        clock = [] if self._timed else [_clock(answer, self._now())]
        self._timed = True
        return [ok(what, "Slack accepts it"), _scopes(f"{SCOPES} of {workspace_id}", answer), *clock]

    async def channels(self) -> list[Finding]:
        """Whether the bot can post where sets meet; only looked at, not tried."""
        if "" in self._silent:
            return _without_token(CHANNELS)
        async with self._database.reading() as unit:
            places = await unit.overview.meeting_places()
        found = [await self._channel(place) for place in places if place.workspace_id not in self._silent]
        bad = [finding for finding in found if finding is not None]
        return bad or [ok(CHANNELS, f"the bot can post in all {len(found)} in which sets meet")]

    async def _channel(self, place: MeetingPlace) -> Finding | None:
        what = f"channel {place.channel} of set {place.set_id} in {place.workspace_id}"
        try:
            client = await self._workspaces.reading_client_for(place.workspace_id)
            channel = (await client.conversations_info(channel=place.channel))["channel"]
        except SlackApiError as error:
            return wrong(what, _no_channel(named(error.response)))
        except (ClientError, OSError, TimeoutError) as error:
            return unreachable(what, error)
        except (NotInstalled, NoToken, CannotOpen):
            return wrong(what, "there is no token for this workspace. Install the app there again.")
        if channel.get("is_archived"):
            return wrong(what, "it is archived. Unarchive it, or end the set.")
        if not channel.get("is_member"):
            return wrong(what, "the bot is not in it. Type `/invite @Action Learning` there.")
        return None


def _without_token(*whats: str) -> list[Finding]:
    return [not_checked(what, "for want of a token.") for what in whats]


def _no_database() -> Finding:
    return not_checked(CHANNELS, "where sets meet stands in the database, which cannot be used.")


def _bad_token(what: str, error: Exception) -> Finding:
    if isinstance(error, SlackApiError):
        return wrong(
            what,
            f"Slack does not accept it ({named(error.response)}). Copy it again from OAuth & Permissions in "
            "the settings of your Slack app, or install the app there again.",
        )
    if isinstance(error, NotInstalled | NoToken | CannotOpen):
        return wrong(
            what, f"there is none that can be used ({type(error).__name__}). Install the app there again."
        )
    return unreachable(what, error)


def _scopes(what: str, answer: AsyncSlackResponse) -> Finding:
    granted = {scope.strip() for scope in _header(answer, "x-oauth-scopes").split(",")} - {""}
    missing, more = sorted(set(wanted_scopes()) - granted), sorted(granted - set(wanted_scopes()))
    if missing:
        return wrong(
            what,
            f"{', '.join(missing)} missing. Take manifest.json over into the settings of your Slack app, and "
            "install it again.",
        )
    unused = f", and {', '.join(more)}, which nothing uses" if more else ""
    return ok(what, f"those of manifest.json{unused}")


def _clock(answer: AsyncSlackResponse, now: datetime) -> Finding:
    try:
        theirs = parsedate_to_datetime(_header(answer, "date")).astimezone(UTC)
    except ValueError:
        return not_checked(CLOCK, "Slack's answer has no date.")
    skew = now - theirs
    if abs(skew) <= MOST_SKEW:
        return ok(CLOCK, "within a minute of Slack's")
    side = "ahead of" if skew > timedelta() else "behind"
    return wrong(
        CLOCK,
        f"it is {abs(skew).total_seconds():.0f} seconds {side} Slack's. Let this machine keep its time by "
        "NTP: from five minutes on Slack's requests are refused.",
    )


def _no_channel(code: str) -> str:
    if code == "channel_not_found":
        return (
            "Slack shows none: it is deleted, or private and the bot is not in it. Type "
            "`/invite @Action Learning` there, or end the set."
        )
    return f"Slack does not show it ({code})."


def _header(answer: AsyncSlackResponse, name: str) -> str:
    return next((str(value) for key, value in answer.headers.items() if key.lower() == name), "")
