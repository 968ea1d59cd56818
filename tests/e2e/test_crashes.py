"""The bot in its own process, killed at moments that the server chooses: nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, update

from bot.app_manifest import manifest
from bot.clock import SystemClock
from bot.domain.learning_set import Answer
from bot.rehearsal.acts import Act
from bot.rehearsal.delivery import Envelope
from bot.rehearsal.faults import Hold
from bot.rehearsal.model import Message
from bot.rehearsal.server import LocalSlack
from bot.storage.tables import lanes, learning_sets, members, outbox, people
from bot.storage.unit_of_work import Database
from bot.surfaces.ids import Action
from tests.e2e.bots import kept
from tests.e2e.people import Place, new_set_form, populate
from tests.e2e.processes import Command, bot_process
from tests.keys import VAULT

WITHIN = 60
"""Seconds of real time for whatever a bot process is awaited to do."""
LOOK_AGAIN_SECONDS = 0.02
"""What another process does in the database wakes nobody here."""


@dataclass(frozen=True)
class Office:
    """A local Slack by the real clock, and the database of a bot that comes and goes."""

    slack: LocalSlack
    place: Place
    database: Database
    database_url: str

    def bot(self) -> AbstractAsyncContextManager[Command]:
        """`action-learning run`, connected while the block lasts."""
        return bot_process(self.slack, self.database_url)

    async def rows(self, table: Table) -> list[Mapping[str, Any]]:
        return await kept(self.database_url, table)

    async def let_leases_end(self) -> None:
        """As if the minute had passed for which a killed bot still holds what it was sending."""
        async with self.database._engine.begin() as connection:
            ended = self.slack.clock.now() - timedelta(seconds=1)
            leased = update(lanes).where(lanes.c.lease_token.is_not(None))
            await connection.execute(leased.values(lease_until=ended, ready_at=ended))

    async def new_set_filled_in(self) -> Act:
        """Ama asks for a new set and fills in its form, which is ready to be sent."""
        ama = self.place.people["ama"]
        await ama.command("/als new", self.place.channel)
        await ama.see_modal()
        return ama.submitting(new_set_form(self.place, self.slack.clock.now() + timedelta(days=7)))

    async def accept(self, name: str, invitation: Message) -> Act:
        return await self.place.people[name].press(invitation, Action.ACCEPT_INVITATION)

    async def accepted(self) -> set[str]:
        """The names of those who are in the set, as the database has it."""
        ids = {row["person"] for row in await self.rows(members) if row["answer"] is Answer.IN}
        return {name for name, person in self.place.people.items() if person.id in ids}

    def invitations(self) -> list[Message]:
        """The posts in the channel that can be accepted, the oldest first."""
        ama = self.place.people["ama"]
        posts = ama.messages(self.place.channel)
        return [
            post for post in posts if Action.ACCEPT_INVITATION in {b.action_id for b in ama.buttons(post)}
        ]

    def to_the_channel(self, arguments: Mapping[str, Any]) -> bool:
        """Whether a call of the Web API is about the set's channel."""
        return bool(arguments["channel"] == self.place.channel.id)

    def invitation_held(self, moment: str) -> Hold:
        """The server will keep the post of the invitation waiting at that moment."""
        return self.slack.faults.hold(
            "chat.postMessage", moment, lambda subject: self.to_the_channel(subject["arguments"])
        )

    async def everything_sent(self) -> None:
        """Wait until nothing is left in the outbox."""
        await eventually(self._sent, "something stays in the outbox")

    async def _sent(self) -> bool:
        return not await self.rows(outbox)


async def eventually(condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Look until the condition holds. Raises TimeoutError, saying what is otherwise."""
    try:
        async with asyncio.timeout(WITHIN):
            while not await condition():  # noqa: ASYNC110 -- another process tells no event of ours
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    except TimeoutError as late:
        raise TimeoutError(otherwise) from late


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    slack = LocalSlack(SystemClock(), manifest())
    database = Database(database_url, VAULT)
    await slack.start()
    yield Office(slack, populate(slack), database, database_url)
    await database.close()
    await slack.stop()


async def _killed_at(bot: Command, hold: Hold) -> None:
    """Kill the bot while the server holds its call, which nobody waits for any more when it goes on."""
    await asyncio.wait_for(hold.reached.wait(), WITHIN)
    await bot.kill()
    hold.release()


async def _sent_and_killed_at(office: Office, hold: Hold) -> Act:
    async with office.bot() as bot:
        act = await office.new_set_filled_in()
        assert act.envelope is not None
        await office.slack.write(act.envelope)
        await _killed_at(bot, hold)
    return act


async def test_killed_before_the_acknowledgement_a_form_has_done_nothing_and_can_be_sent_again(
    office: Office,
) -> None:
    act = await _sent_and_killed_at(office, office.slack.faults.hold("conversations.info"))
    assert act.envelope is not None
    office.slack.time_out(act.envelope)

    assert act.warned
    assert await office.rows(learning_sets) == []
    async with office.bot():
        again = await office.place.people["ama"].submit()
        await office.everything_sent()

    assert again.acknowledged
    assert len(await office.rows(learning_sets)) == 1
    assert len(office.invitations()) == 1


async def test_killed_before_the_acknowledgement_an_event_comes_again_and_does_its_work(
    office: Office,
) -> None:
    ama = office.place.people["ama"]
    async with office.bot() as bot:
        await _make_a_set(office)
        written = asyncio.create_task(office.slack.faults.wait_for("events_api", "envelope_written"))
        office.slack.faults.on("events_api", "envelope_written", lambda _: bot.process.kill(), times=1)
        office.slack.workspace.change_zone(ama.id, "Asia/Tokyo")
        event = _event(await written)
        await bot.process.wait()

    async with office.bot():
        office.slack.time_out(event)
        await office.slack.until(lambda: event.settled, WITHIN)

    assert event.acknowledged
    assert [attempt.failure for attempt in event.attempts] == ["timeout", None]
    assert {row["zone"] for row in await office.rows(people) if row["id"] == ama.id} == {"Asia/Tokyo"}


def _event(written: Mapping[str, Any]) -> Envelope:
    """The envelope that was written. Slack's three seconds last as long as the bot needs to start."""
    written["attempt"].timer.cancel()
    event: Envelope = written["envelope"]
    assert not event.acknowledged
    return event


async def test_killed_at_the_acknowledgement_an_event_has_done_its_work(office: Office) -> None:
    ama = office.place.people["ama"]
    async with office.bot() as bot:
        await _make_a_set(office)
        office.slack.faults.on("events_api", "ack_received", lambda _: bot.process.kill(), times=1)
        office.slack.workspace.change_zone(ama.id, "Asia/Tokyo")
        await bot.process.wait()

    assert {row["zone"] for row in await office.rows(people) if row["id"] == ama.id} == {"Asia/Tokyo"}


async def _make_a_set(office: Office) -> None:
    await office.slack.write(_envelope(await office.new_set_filled_in()))
    await office.slack.until(office.invitations, WITHIN, "no invitation came")
    await office.everything_sent()


async def test_killed_after_the_acknowledgement_and_before_the_post_it_posts_when_it_is_back(
    office: Office,
) -> None:
    hold = office.invitation_held("received")
    office.slack.faults.drop_before("chat.postMessage", match=office.to_the_channel)
    act = await _sent_and_killed_at(office, hold)

    assert act.acknowledged
    assert len(await office.rows(learning_sets)) == 1
    assert office.invitations() == []
    await office.let_leases_end()
    async with office.bot():
        await office.everything_sent()
        (invitation,) = office.invitations()
        await office.accept("ama", invitation)
        await office.everything_sent()

    assert await office.accepted() == {"ama"}


async def test_killed_after_slack_took_the_post_it_posts_at_most_once_more_and_both_act_on_one_row(
    office: Office,
) -> None:
    act = await _sent_and_killed_at(office, office.invitation_held("taken"))

    assert act.acknowledged
    (orphan,) = office.invitations()
    await office.let_leases_end()
    async with office.bot():
        await office.everything_sent()
        assert len(office.invitations()) == 2
        known = office.invitations()[-1]
        for name, invitation in {"ama": orphan, "ben": known, "carla": orphan}.items():
            assert (await office.accept(name, invitation)).acknowledged
        await office.everything_sent()

    assert await office.accepted() == {"ama", "ben", "carla"}
    assert len(await office.rows(learning_sets)) == 1
    assert len(office.invitations()) == 2
    assert known.versions > 1, "the one whose place is known shows who has accepted"


def _envelope(act: Act) -> Envelope:
    assert act.envelope is not None
    return act.envelope
