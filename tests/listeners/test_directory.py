"""The directory asks Slack once, keeps what it heard for a while, never that something was missing."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.directory import CHANNELS_KEPT, PEOPLE_KEPT, Directories, Directory, User, known_zone

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ANN = {
    "id": "U1",
    "name": "ann",
    "tz": "Europe/Berlin",
    "tz_offset": 3600,
    "profile": {"display_name": "Ann", "real_name": "Ann Archer"},
}


class ScriptedSlack(AsyncWebClient):
    """Answers every method from a script, page by page, and counts what it was asked."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(token="xoxb-test")
        self.answers = dict(answers)
        self.asked: Counter[str] = Counter()

    async def api_call(
        self, api_method: str, *, params: Mapping[str, Any] | None = None, **_: Any
    ) -> AsyncSlackResponse:
        self.asked[api_method] += 1
        answer = self.answers[api_method]
        if isinstance(answer, list):
            answer = answer[int((params or {}).get("cursor") or 0)]
        response = AsyncSlackResponse(
            client=self,
            http_verb="POST",
            api_url=api_method,
            req_args={},
            data={"ok": "error" not in answer, **answer},
            headers={},
            status_code=200,
        )
        response.validate()  # type: ignore[no-untyped-call]
        return response


class HandClock:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def directory_of(slack: ScriptedSlack, clock: HandClock) -> Directory:
    async def client() -> AsyncWebClient:
        return slack

    return Directory(client, clock.now)


async def test_each_workspace_has_a_directory_of_its_own(clock: HandClock) -> None:
    slacks = {
        team: ScriptedSlack({"users.info": {"user": ANN | {"tz": zone}}})
        for team, zone in (("T1", "Europe/Berlin"), ("T2", "Asia/Kolkata"))
    }

    async def client_for(workspace_id: str) -> AsyncWebClient:
        return slacks[workspace_id]

    directories = Directories(client_for, clock.now)
    zones = []
    for team in ("T1", "T2", "T1"):
        found = await directories.of(team).account("U1")
        assert found is not None
        zones.append(found.person.zone)
    assert zones == ["Europe/Berlin", "Asia/Kolkata", "Europe/Berlin"]
    assert [slack.asked["users.info"] for slack in slacks.values()] == [1, 1]


async def test_a_person_is_asked_for_once_until_the_answer_is_old(clock: HandClock) -> None:
    slack = ScriptedSlack({"users.info": {"user": ANN}})
    directory = directory_of(slack, clock)
    first = await directory.account("U1")
    assert first is not None
    assert (first.person.name, first.person.zone) == ("Ann", "Europe/Berlin")
    clock.at += PEOPLE_KEPT - timedelta(seconds=1)
    assert await directory.account("U1") == first
    assert slack.asked["users.info"] == 1
    clock.at += timedelta(seconds=1)
    await directory.account("U1")
    assert slack.asked["users.info"] == 2


class SlowSlack(ScriptedSlack):
    """Answers when told to, with what it knew when it was asked."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(answers)
        self.came = asyncio.Semaphore(0)
        """One for each call that has come."""
        self.answer = asyncio.Event()

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        answered = await super().api_call(api_method, **given)
        self.came.release()
        await self.answer.wait()
        return answered


async def test_of_many_who_want_to_know_the_same_at_once_one_asks(clock: HandClock) -> None:
    slack = SlowSlack({"users.info": {"user": ANN}})
    directory = directory_of(slack, clock)
    first, *others = (asyncio.create_task(directory.account("U1")) for _ in range(5))
    await slack.came.acquire()
    first.cancel()
    await asyncio.wait([first])
    slack.answer.set()
    found = await asyncio.gather(*others)
    assert {one.person.name for one in found if one} == {"Ann"}
    assert slack.asked["users.info"] == 2, "whoever was cut off left it to one of the others"


async def test_who_looks_anew_does_not_go_by_an_answer_that_is_on_its_way(clock: HandClock) -> None:
    slack = SlowSlack({"conversations.info": {"channel": {"id": "C1", "is_member": True}}})
    directory = directory_of(slack, clock)
    early = asyncio.create_task(directory.channel("C1"))
    await slack.came.acquire()
    slack.answers["conversations.info"] = {"channel": {"id": "C1", "is_member": True, "is_archived": True}}
    late = asyncio.create_task(directory.look("C1"))
    await slack.came.acquire()
    slack.answer.set()
    archived = [found.is_archived for found in await asyncio.gather(early, late) if found]
    assert archived == [False, True]
    kept = await directory.channel("C1")
    assert kept is not None
    assert kept.is_archived
    assert slack.asked["conversations.info"] == 2


async def test_answers_that_are_too_old_take_no_room(clock: HandClock) -> None:
    directory = directory_of(ScriptedSlack({"users.info": {"user": ANN}}), clock)
    for person in ("U1", "U2"):
        await directory.account(person)
    clock.at += PEOPLE_KEPT
    await directory.account("U3")
    assert list(directory._accounts.entries) == ["U3"]


async def test_what_an_event_told_is_known_without_asking(clock: HandClock) -> None:
    slack = ScriptedSlack({"users.info": {"user": ANN}})
    directory = directory_of(slack, clock)
    directory.learn(User.model_validate({**ANN, "tz": "Asia/Kolkata", "deleted": True}))
    found = await directory.account("U1")
    assert found is not None
    assert (found.person.zone, found.deactivated) == ("Asia/Kolkata", True)
    assert slack.asked.total() == 0


async def test_a_person_slack_does_not_know_is_left_out_and_asked_for_again(clock: HandClock) -> None:
    slack = ScriptedSlack({"users.info": {"error": "user_not_found"}})
    directory = directory_of(slack, clock)
    assert await directory.accounts(["U9", "U9"]) == {}
    slack.answers["users.info"] = {"user": ANN}
    assert list(await directory.accounts(["U1", "U1"])) == ["U1"]


async def test_a_channel_without_the_bot_is_asked_for_again_at_once(clock: HandClock) -> None:
    slack = ScriptedSlack({"conversations.info": {"channel": {"id": "C1", "is_member": False}}})
    directory = directory_of(slack, clock)
    outside = await directory.channel("C1")
    assert outside is not None
    assert not outside.is_member
    slack.answers["conversations.info"] = {"channel": {"id": "C1", "is_member": True}}
    inside = await directory.channel("C1")
    assert inside is not None
    assert inside.is_member
    assert await directory.channel("C1") == inside
    assert slack.asked["conversations.info"] == 2
    clock.at += CHANNELS_KEPT
    await directory.channel("C1")
    assert slack.asked["conversations.info"] == 3


async def test_a_hidden_private_channel_is_none(clock: HandClock) -> None:
    directory = directory_of(ScriptedSlack({"conversations.info": {"error": "channel_not_found"}}), clock)
    assert await directory.channel("C1") is None


async def test_members_are_read_page_by_page(clock: HandClock) -> None:
    pages = [
        {"members": ["U1", "U2"], "response_metadata": {"next_cursor": "1"}},
        {"members": ["U3"], "response_metadata": {"next_cursor": ""}},
    ]
    slack = ScriptedSlack({"conversations.members": pages})
    assert await directory_of(slack, clock).members("C1") == {"U1", "U2", "U3"}
    assert slack.asked["conversations.members"] == 2


async def test_members_without_a_next_page_are_complete(clock: HandClock) -> None:
    slack = ScriptedSlack({"conversations.members": {"members": ["U1"]}})
    assert await directory_of(slack, clock).members("C1") == {"U1"}


async def test_trouble_with_slack_is_not_taken_for_an_unknown_person(clock: HandClock) -> None:
    directory = directory_of(ScriptedSlack({"users.info": {"error": "ratelimited"}}), clock)
    with pytest.raises(SlackApiError):
        await directory.account("U1")


@pytest.mark.parametrize(
    ("told", "known"),
    [("Europe/Berlin", "Europe/Berlin"), ("Mars/Base", "UTC"), ("../etc", "UTC"), (None, "UTC"), ("", "UTC")],
)
def test_a_zone_that_this_machine_does_not_know_is_utc(told: str | None, known: str) -> None:
    assert known_zone(told) == known


@pytest.mark.parametrize(
    ("user", "name"),
    [
        (
            {"id": "U1", "name": "ann", "profile": {"display_name": "", "real_name": "Ann Archer"}},
            "Ann Archer",
        ),
        ({"id": "U1", "name": "ann"}, "ann"),
        ({"id": "U1"}, "U1"),
    ],
)
def test_everybody_has_some_name(user: dict[str, Any], name: str) -> None:
    assert User.model_validate(user).account().person.name == name


def test_bots_are_told_from_people() -> None:
    assert User.model_validate({"id": "U1", "is_bot": True}).account().is_bot
    assert User.model_validate({"id": "USLACKBOT"}).account().is_bot
    assert not User.model_validate(ANN).account().is_bot
