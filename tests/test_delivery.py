"""Two workspaces with the same ids, two processes and one database: everybody gets everything, in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from random import Random

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.app_manifest import manifest
from bot.domain.hindrances import Hindrance, Trouble
from bot.outgoing import Message
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.faults import Faults
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.several import LocalSlacks
from bot.sender import OF_ONE_WORKSPACE, Sender
from bot.storage.outbox import LEASE
from bot.storage.unit_of_work import Database, UnitOfWork
from tests.storage.examples import NOW, opened

SECONDS = 10
"""Of real time, after which somebody waits who should not wait."""


def message(key: str, conversation: str, text: str = "") -> Message:
    return Message(key=key, conversation=conversation, text=text or key, blocks=[{"type": "divider"}])


class Company:
    """Two workspaces whose people and channels have the same ids, and two processes that send."""

    def __init__(self, slacks: LocalSlacks, one: Database, other: Database, clock: MovableClock) -> None:
        self.clock = clock
        self.troubles: list[Trouble] = []
        self.north = slacks.add_workspace("North")
        self.south = slacks.add_workspace("South", like=self.north)
        self.channels: list[str] = []
        for place in (self.north, self.south):
            ada = place.add_person("ada")
            place.install(ada)
            self.channels = [place.add_channel(f"set-{n}", [ada]).id for n in range(12)]
        self._slacks = slacks
        self._database = one
        self.one, self.other = self.sender(one), self.sender(other)

    def sender(self, database: Database, at_once: int = 4) -> Sender:
        return Sender(
            database,
            self._client_for,
            self.clock,
            jitter=lambda: 0.0,
            at_once=at_once,
            on_trouble=self._on_trouble,
        )

    async def put(self, place: LocalSlack, *messages: Message) -> None:
        async with self._database.unit_of_work() as unit:
            await unit.outbox.enqueue(place.team_id, messages, self.clock.now())

    async def release(self, place: LocalSlack, channel: str) -> None:
        async with self._database.unit_of_work() as unit:
            await unit.outbox.release(place.team_id, channel, now=self.clock.now())

    async def drain(self) -> None:
        await asyncio.gather(self.one.drain(), self.other.drain())

    async def drain_all(self) -> None:
        """Until nothing waits."""
        await self.drain()
        while (at := await self._next_at()) is not None:
            self.clock.move_to(max(at, self.clock.now()))
            await self.drain()

    async def _next_at(self) -> datetime | None:
        async with self._database.reading() as unit:
            return await unit.outbox.next_due_at()

    async def _client_for(self, workspace_id: str) -> AsyncWebClient:
        [place] = [one for one in (self.north, self.south) if one.team_id == workspace_id]
        return AsyncWebClient(place.bot_token, base_url=self._slacks.api_url, retry_handlers=[], timeout=60)

    async def _on_trouble(self, _unit: UnitOfWork, trouble: Trouble) -> None:
        self.troubles.append(trouble)


@pytest.fixture
async def company(database_url: str) -> AsyncIterator[Company]:
    clock = MovableClock(NOW)
    slacks = LocalSlacks(clock, manifest())
    await slacks.start()
    try:
        async with opened(database_url) as one, opened(database_url) as other:
            yield Company(slacks, one, other, clock)
    finally:
        await slacks.stop()


def texts(place: LocalSlack, channel: str) -> list[str]:
    """What stands in a channel, the oldest first."""
    found = place.workspace.messages.get(channel, [])
    return [one.text for one in sorted(found, key=lambda one: one.ts) if one.from_bot]


async def test_a_burst_in_one_workspace_does_not_delay_the_other(company: Company) -> None:
    north, south = company.north, company.south
    seen: list[int] = []
    served = asyncio.Event()

    def note(_subject: object) -> None:
        seen.append(len(north.calls))
        served.set()

    async def until_the_other_is_served(_subject: object) -> None:
        await served.wait()

    north.faults.on("chat.postMessage", "received", until_the_other_is_served)
    south.faults.on("chat.postMessage", "received", note)
    await company.put(north, *(message(f"n{n}", channel) for n, channel in enumerate(company.channels)))
    await company.put(south, message("late", company.channels[0]))
    await company.one.drain()
    assert seen[0] < 4
    assert len(north.calls) == len(company.channels)


async def test_a_slack_that_is_slow_about_one_workspace_leaves_room_for_what_comes_later_for_another(
    company: Company,
) -> None:
    north, south = company.north, company.south
    asked, full, served, go_on = 0, asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def keep_waiting(_subject: object) -> None:
        nonlocal asked
        asked += 1
        if asked >= OF_ONE_WORKSPACE:
            full.set()
        await go_on.wait()

    north.faults.on("chat.postMessage", "received", keep_waiting)
    south.faults.on("chat.postMessage", "received", lambda _: served.set())
    assert len(company.channels) > OF_ONE_WORKSPACE
    sender = company.sender(company._database, at_once=len(company.channels))
    await company.put(north, *(message(f"n{n}", channel) for n, channel in enumerate(company.channels)))
    draining = asyncio.create_task(sender.drain())
    async with asyncio.timeout(SECONDS):
        await full.wait()
        await company.put(south, message("late", company.channels[0]))
        sender.wake()
        await served.wait()
    assert asked == OF_ONE_WORKSPACE
    go_on.set()
    await draining
    assert len(north.calls) == len(company.channels)


async def test_a_limit_in_one_workspace_holds_all_processes_there_and_nobody_else(company: Company) -> None:
    north, south, (first, second, *_) = company.north, company.south, company.channels
    await company.put(north, message("board", first))
    await company.drain_all()
    north.faults.rate_limit("chat.postMessage", 30)
    await company.put(north, message("a", second))
    await company.one.drain()
    company.clock.advance(1)
    await company.put(north, message("b", first), message("board", first, "changed"))
    await company.put(south, message("c", second))
    await company.other.drain()
    assert texts(south, second) == ["c"]
    assert texts(north, first) == ["changed"]
    company.clock.advance(28)
    await company.drain()
    assert [call.status for call in north.calls if call.method == "chat.postMessage"] == [200, 429]
    await company.drain_all()
    assert (texts(north, first), texts(north, second)) == (["changed", "b"], ["a"])


async def test_what_an_archived_channel_could_not_take_comes_when_it_is_back(company: Company) -> None:
    north, south, (channel, elsewhere, *_) = company.north, company.south, company.channels
    ada = north.person("ada").id
    north.workspace.archive(channel, ada)
    for place in (north, south):
        await company.put(place, message("a", channel), message("b", channel), message("x", elsewhere))
    await company.drain_all()
    assert company.troubles == [Trouble(north.team_id, channel, None, Hindrance.ARCHIVED, "a")]
    assert (texts(north, channel), texts(north, elsewhere)) == ([], ["x"])
    assert texts(south, channel) == ["a", "b"]
    north.workspace.unarchive(channel, ada)
    north.workspace.invite_bot(channel)
    await company.release(north, channel)
    await company.drain_all()
    assert texts(north, channel) == ["a", "b"]


async def test_an_uninstalled_workspace_is_left_alone(company: Company) -> None:
    north, south, (channel, elsewhere, *_) = company.north, company.south, company.channels
    token = north.bot_token
    north.uninstall()
    assert not north.is_installed

    async def with_the_old_token(workspace_id: str) -> AsyncWebClient:
        client = await company._client_for(south.team_id)
        client.token = token if workspace_id == north.team_id else client.token
        return client

    company.one._client_for = company.other._client_for = with_the_old_token
    for place in (north, south):
        await company.put(place, message("a", channel))
    await company.drain_all()
    await company.put(north, message("b", elsewhere))
    await company.drain_all()
    assert company.troubles == [Trouble(north.team_id, None, None, Hindrance.WORKSPACE_GONE, "a")]
    assert texts(south, channel) == ["a"]


CERTAIN = ("rate_limit", "no header", "no number", "fail", "drop_before", "refuse")
UNCERTAIN = ("fail_after", "drop_after", "garble", "killed")


def strike(faults: Faults, kind: str, method: str) -> None:
    """One failure of the next call."""
    if kind == "rate_limit":
        faults.rate_limit(method, 2)
    elif kind in ("no header", "no number"):
        faults.rate_limit(method, None if kind == "no header" else "soon")
    elif kind == "refuse":
        faults.refuse(method, "internal_error")
    elif kind != "killed":
        getattr(faults, kind)(method)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kinds", [CERTAIN, CERTAIN + UNCERTAIN], ids=["certain", "uncertain"])
async def test_whatever_fails_everything_arrives_in_its_order_and_rarely_twice(
    company: Company, seed: int, kinds: tuple[str, ...]
) -> None:
    random = Random(seed)
    channels = company.channels[:3]
    expected = {channel: [f"{channel} {n}" for n in range(5)] for channel in channels}
    for n in range(5):
        for place in (company.north, company.south):
            await company.put(place, *(message(f"{c}:{n}", c, expected[c][n]) for c in channels))
        kind = kinds[(5 * seed + n) % len(kinds)]
        place = random.choice((company.north, company.south))
        strike(place.faults, kind, "chat.postMessage")
        if kind == "killed":
            await killed_in_the_middle(company, place)
        await company.drain()
        company.clock.advance(random.choice((0.5, 1, 3)))
    company.clock.advance(LEASE.total_seconds())
    await company.drain_all()
    for place in (company.north, company.south):
        for channel, said in expected.items():
            arrived = texts(place, channel)
            assert list(dict.fromkeys(arrived)) == said
            assert arrived == said or kinds != CERTAIN
            assert len(arrived) <= len(said) + 5


async def killed_in_the_middle(company: Company, place: LocalSlack) -> None:
    """A process dies when Slack has taken its post and before it knows."""
    hold = place.faults.hold("chat.postMessage", "taken")
    dying = asyncio.create_task(company.one.drain())
    await asyncio.wait(
        [dying, reached := asyncio.create_task(hold.reached.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    reached.cancel()
    dying.cancel()
    with suppress(asyncio.CancelledError):
        await dying
    company.one._unsettled.clear()
    hold.release()
