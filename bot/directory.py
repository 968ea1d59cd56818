"""Who is who in a workspace: cached reads of people and channels, never made inside a transaction.

Only what Slack tells with `users:read`, `channels:read` and `groups:read`. A person or channel that
Slack does not know, or does not show to the bot, is None.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.learning_set import Person
from bot.slack_answers import code_of

PEOPLE_KEPT = timedelta(minutes=10)
"""`user_change` tells of most news sooner."""
CHANNELS_KEPT = timedelta(seconds=20)
"""Long enough for one form to be sent twice, short enough for an `/invite` in between."""
PAGE = 1000
UNKNOWN = frozenset({"user_not_found", "user_not_visible", "channel_not_found"})
DEFAULT_ZONE = "UTC"

Found = TypeVar("Found")


class Told(BaseModel):
    """Part of what Slack tells; what we do not name is dropped."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Profile(Told):
    """How a person wants to be called."""

    display_name: str = ""
    real_name: str = ""


class EnterpriseUser(Told):
    """In which workspaces of an organisation a person is."""

    teams: tuple[str, ...] = ()


class User(Told):
    """A person as `users.info` and `user_change` tell of them."""

    id: str
    name: str = ""
    real_name: str = ""
    tz: str | None = None
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    team_id: str | None = None
    enterprise_user: EnterpriseUser = EnterpriseUser()
    profile: Profile = Profile()

    def account(self) -> "Account":
        """The same in our words."""
        name = self.profile.display_name or self.profile.real_name or self.real_name or self.name or self.id
        person = Person(id=self.id, name=name, zone=known_zone(self.tz))
        return Account(
            person=person,
            is_bot=self.is_bot or self.id == "USLACKBOT",
            deactivated=self.deleted,
            is_guest=self.is_restricted or self.is_ultra_restricted,
            has_one_channel=self.is_ultra_restricted,
            is_stranger=self.is_stranger,
            teams=frozenset(filter(None, (self.team_id, *self.enterprise_user.teams))),
        )


class Conversation(Told):
    """A channel as `conversations.info` tells of it."""

    id: str
    is_member: bool = False
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A person, and whether they can be a member at all."""

    person: Person
    is_bot: bool
    deactivated: bool
    is_guest: bool = False
    has_one_channel: bool = False
    """A guest who cannot be invited to any other channel."""
    is_stranger: bool = False
    """Of another organisation, and in no channel with us."""
    teams: frozenset[str] = frozenset()
    """Their workspaces, as far as Slack tells."""

    def is_of(self, workspace_id: str) -> bool:
        """Whether they belong to the workspace; everybody else comes from another organisation."""
        return not self.teams or workspace_id in self.teams


@dataclass(slots=True)
class _Cache(Generic[Found]):
    """Answers that are kept for a while. What was not found is asked for again. Of those who want to know the
    same at the same time one asks, for all.
    """

    now: Callable[[], datetime]
    kept: timedelta
    entries: dict[str, tuple[datetime, Found]] = field(default_factory=dict)
    asking: dict[str, asyncio.Future[Found | None]] = field(default_factory=dict)

    async def get(self, key: str, ask: Callable[[str], Awaitable[Found | None]]) -> Found | None:
        entry = self.entries.get(key)
        if entry is not None and self.now() < entry[0] + self.kept:
            return entry[1]
        while (others := self.asking.get(key)) is not None:
            await asyncio.wait([others])
            if not others.cancelled():
                return others.result()
        return await self._ask(key, ask)

    async def _ask(self, key: str, ask: Callable[[str], Awaitable[Found | None]]) -> Found | None:
        mine = self.asking[key] = asyncio.get_running_loop().create_future()
        try:
            found = await ask(key)
        except Exception as error:
            mine.set_exception(error)
            mine.exception()  # whether or not anybody waits for it
            raise
        else:
            mine.set_result(found)
        finally:
            mine.cancel()  # where it was cut off: somebody else asks
            is_newest = self.asking.get(key) is mine
            if is_newest:
                del self.asking[key]
        if is_newest and found is None:
            self.entries.pop(key, None)
        elif is_newest and found is not None:
            self.keep(key, found)
        return found

    def forget(self, key: str) -> None:
        """Ask anew next time, whatever is known or is about to be."""
        self.entries.pop(key, None)
        self.asking.pop(key, None)

    def keep(self, key: str, found: Found) -> None:
        """Take in an answer, and forget those that are too old; the oldest stand first."""
        now = self.now()
        self.forget(key)
        self.entries[key] = (now, found)
        for old in list(takewhile(lambda one: self.entries[one][0] + self.kept <= now, self.entries)):
            del self.entries[old]


class Directory:
    """Reads people and channels of one workspace. Slack's other errors are raised as `SlackApiError`.

    ``client`` gives the client with which to ask, anew each time, since a workspace's token may change.
    """

    def __init__(self, client: Callable[[], Awaitable[AsyncWebClient]], now: Callable[[], datetime]) -> None:
        self._client = client
        self._accounts = _Cache[Account](now, PEOPLE_KEPT)
        self._channels = _Cache[Conversation](now, CHANNELS_KEPT)
        self._members = _Cache[frozenset[str]](now, CHANNELS_KEPT)

    async def account(self, person: str) -> Account | None:
        """One person."""
        return await self._accounts.get(person, self._ask_account)

    async def look_up(self, person: str) -> Account | None:
        """One person as they are now, whatever was known of them."""
        self._accounts.forget(person)
        return await self.account(person)

    async def accounts(self, people: Iterable[str]) -> Mapping[str, Account]:
        """Several people at once; those whom Slack does not know are left out."""
        wanted = list(dict.fromkeys(people))
        found = await asyncio.gather(*(self.account(person) for person in wanted))
        return {person: account for person, account in zip(wanted, found, strict=True) if account is not None}

    async def channel(self, channel: str) -> Conversation | None:
        """One channel. That the bot is not in it is not remembered, since an `/invite` may follow at once."""
        found = await self._channels.get(channel, self._ask_channel)
        if found is not None and not found.is_member:
            self._channels.forget(channel)
        return found

    async def look(self, channel: str) -> Conversation | None:
        """One channel as it is now, whatever was known of it."""
        self._channels.forget(channel)
        self._members.forget(channel)
        return await self.channel(channel)

    async def members(self, channel: str) -> frozenset[str]:
        """The ids of everybody, bots too, in a channel in which the bot is."""
        return await self._members.get(channel, self._ask_members) or frozenset()

    def learn(self, user: User) -> Account:
        """Take in what an event told of a person."""
        account = user.account()
        self._accounts.keep(user.id, account)
        return account

    async def _ask_account(self, person: str) -> Account | None:
        answer = await _asked((await self._client()).users_info(user=person))
        return User.model_validate(answer["user"]).account() if answer else None

    async def _ask_channel(self, channel: str) -> Conversation | None:
        answer = await _asked((await self._client()).conversations_info(channel=channel))
        return Conversation.model_validate(answer["channel"]) if answer else None

    async def _ask_members(self, channel: str) -> frozenset[str] | None:
        found: list[str] = []
        cursor: str | None = None
        client = await self._client()
        while cursor != "":
            asking = client.conversations_members(channel=channel, limit=PAGE, cursor=cursor)
            answer = await _asked(asking)
            if answer is None:
                return None
            found.extend(answer["members"])
            cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        return frozenset(found)


class Directories:
    """The directory of each workspace. ``client_for`` gives a workspace's client for reads."""

    def __init__(
        self, client_for: Callable[[str], Awaitable[AsyncWebClient]], now: Callable[[], datetime]
    ) -> None:
        self._client_for = client_for
        self._now = now
        self._directories: dict[str, Directory] = {}

    def of(self, workspace_id: str) -> Directory:
        """The directory of one workspace."""
        if workspace_id not in self._directories:
            self._directories[workspace_id] = Directory(partial(self._client_for, workspace_id), self._now)
        return self._directories[workspace_id]


def known_zone(name: str | None) -> str:
    """The zone if this machine knows it, else UTC."""
    try:
        return ZoneInfo(name or DEFAULT_ZONE).key
    except (ZoneInfoNotFoundError, ValueError):
        return DEFAULT_ZONE


async def _asked(asking: Awaitable[Any]) -> Mapping[str, Any] | None:
    try:
        return dict((await asking).data)
    except SlackApiError as error:
        if code_of(error.response) in UNKNOWN:
            return None
        raise
