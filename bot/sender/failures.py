"""What a failed call means for its row: again later, when something has changed, or never."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import ClientConnectorError
from slack_sdk.errors import SlackApiError

from bot.domain.hindrances import OF_A_WORKSPACE, Hindrance, Trouble
from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice
from bot.sender.results import Hindered, Later, Limited, Never, Result
from bot.slack_answers import TOO_MANY_REQUESTS, code_of, named, retry_after, status_of
from bot.storage.outbox import Delivery

SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT_WHEN_LIMITED = timedelta(seconds=30)
"""For a 429 that does not say in whole seconds how long."""
LONGEST_WAIT = timedelta(minutes=5)
MOST_ATTEMPTS = 100
"""With the waits above: about eight hours of an unreachable Slack. A 429 never ends a row."""
SERVER_ERROR = 500

PASSING = frozenset(
    {
        "accesslimited",
        "external_channel_migrating",
        "message_limit_exceeded",
        "not_authed",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",
    }
)
"""Codes that may pass, or that an operator repairs."""
PERHAPS_DONE = frozenset({"fatal_error", "internal_error"})
"""Slack says of these that the call may have succeeded in part."""
HINDRANCES = {
    "is_archived": Hindrance.ARCHIVED,
    "is_inactive": Hindrance.ARCHIVED,
    "channel_not_found": Hindrance.DELETED,
    "not_in_channel": Hindrance.BOT_REMOVED,
    "ekm_access_denied": Hindrance.MAY_NOT_POST,
    "restricted_action": Hindrance.MAY_NOT_POST,
    "restricted_action_non_threadable_channel": Hindrance.MAY_NOT_POST,
    "restricted_action_read_only_channel": Hindrance.MAY_NOT_POST,
    "restricted_action_thread_locked": Hindrance.MAY_NOT_POST,
    "restricted_action_thread_only_channel": Hindrance.MAY_NOT_POST,
    "cannot_dm_bot": Hindrance.PERSON_GONE,
    "user_disabled": Hindrance.PERSON_GONE,
    "user_not_found": Hindrance.PERSON_GONE,
    "user_not_visible": Hindrance.PERSON_GONE,
    "account_inactive": Hindrance.WORKSPACE_GONE,
    "app_uninstalled": Hindrance.WORKSPACE_GONE,
    "invalid_auth": Hindrance.WORKSPACE_GONE,
    "not_installed": Hindrance.WORKSPACE_GONE,
    "token_revoked": Hindrance.WORKSPACE_GONE,
    "team_access_not_granted": Hindrance.ACCESS_REVOKED,
}
"""What has to change before it can succeed. Codes that stand nowhere here say the same however often one
asks: such a row is buried, and logged.
"""
BELIEVED_AFTER = {"invalid_auth": 5}
"""Attempts: while a token is being replaced, Slack may refuse the old one for a moment."""
OF_THE_READER = frozenset({Hindrance.PERSON_GONE, Hindrance.DELETED})
"""Of a private notice these say that its reader is not there to read it, not that the channel is gone."""


class Failures:
    """Decides. ``jitter`` gives a number from 0 to 1, by which a wait grows so that failures do not all come
    back at once.
    """

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter

    def of_answer(self, delivery: Delivery, response: Any) -> Result:
        """What an error answer means for the row."""
        code, status = code_of(response), status_of(response)
        name = named(response)
        if status == TOO_MANY_REQUESTS or code == "ratelimited":
            wait = retry_after(response)
            shortest = min(_doubling(delivery.attempts), LONGEST_WAIT_WHEN_LIMITED)
            return Limited(name, wait if wait is not None else shortest)
        if code is None or status >= SERVER_ERROR or code in PERHAPS_DONE:
            return self.later(delivery, name, ambiguous=True)
        return self.of_code(delivery, code)

    def of_code(self, delivery: Delivery, code: str) -> Result:
        """What it means that Slack has refused with this code."""
        if code in PASSING or delivery.attempts < BELIEVED_AFTER.get(code, 0):
            return self.later(delivery, code)
        cause = HINDRANCES.get(code)
        return Never(code) if cause is None else _hindered(delivery, code, cause)

    def of_network(self, delivery: Delivery, error: Exception) -> Result:
        """What it means that no answer came. Where there was no connection, nothing has happened."""
        ambiguous = not isinstance(error, ClientConnectorError)
        return self.later(delivery, type(error).__name__, ambiguous=ambiguous)

    def later(self, delivery: Delivery, error: str, *, ambiguous: bool = False) -> Result:
        """Again after a while, which grows with each attempt; after so many never."""
        if delivery.attempts >= MOST_ATTEMPTS:
            return Never(error)
        return Later(error, self._wait(delivery), ambiguous)

    def of_token(self, delivery: Delivery, error: Exception) -> Result:
        """What it means that Slack gives no token: nothing was tried, and nothing is given up for that."""
        name = named(error.response) if isinstance(error, SlackApiError) else type(error).__name__
        return Later(name, self._wait(delivery))

    def _wait(self, delivery: Delivery) -> timedelta:
        return min(_doubling(delivery.attempts), LONGEST_WAIT) * (1 + self._jitter())


def _hindered(delivery: Delivery, code: str, cause: Hindrance) -> Result:
    outgoing = delivery.outgoing
    person = _person(outgoing)
    if isinstance(outgoing, PrivateNotice) and cause in OF_THE_READER:
        return Never(code)
    if cause in OF_A_WORKSPACE:
        trouble = Trouble(delivery.workspace_id, None, None, cause, outgoing.key)
    elif person is not None:
        trouble = Trouble(delivery.workspace_id, None, person, Hindrance.PERSON_GONE, outgoing.key)
    else:
        trouble = Trouble(delivery.workspace_id, _channel(outgoing), None, cause, outgoing.key)
    return Hindered(code, trouble, keep=isinstance(outgoing, Message))


def _person(outgoing: Outgoing) -> str | None:
    """Whose direct messages or Home it is for; None for a channel."""
    if isinstance(outgoing, HomeView):
        return outgoing.person
    addressee = outgoing.conversation
    return addressee if isinstance(outgoing, Message) and addressee.startswith(("U", "W")) else None


def _channel(outgoing: Outgoing) -> str | None:
    return None if isinstance(outgoing, HomeView) else outgoing.conversation


def _doubling(attempts: int) -> timedelta:
    return SHORTEST_WAIT * (1 << min(attempts - 1, 16))
