"""Socket Mode: two connections, each made anew by itself; what arrives meanwhile is not lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.rehearsal.sockets import Connection
from bot.storage.tables import handled_requests
from tests.e2e.bots import kept
from tests.listeners.stage import Stage, staged

WITHIN = 60


@pytest.fixture
async def on(database_url: str) -> AsyncIterator[Stage]:
    async with staged(database_url, ping_seconds=0.1) as stage:
        await stage.slack.connected(2)
        yield stage


def connections(stage: Stage) -> list[Connection]:
    return list(stage.slack.hub.connections)


async def refreshed(connection: Connection) -> None:
    """As Slack renews one connection every few hours, at its own time for each."""
    await connection.send({"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "x"}})


async def test_a_payload_is_answered_on_whichever_connection_it_comes(on: Stage) -> None:
    for _ in range(12):
        assert (await on.eve.open_home()).acknowledged
    carriers = {attempt.carrier for envelope in on.slack.envelopes for attempt in envelope.attempts}
    assert len(carriers) == 2


async def test_a_connection_is_renewed_while_the_other_serves(on: Stage) -> None:
    first, second = connections(on)
    await refreshed(first)
    for _ in range(5):
        assert (await on.eve.open_home()).acknowledged
    await on.slack.until(lambda: len(on.slack.hub.connections) == 2 and first not in connections(on), WITHIN)
    assert second in connections(on)


async def test_what_is_being_answered_while_its_connection_is_renewed_is_answered_on_the_new_one(
    on: Stage, database_url: str
) -> None:
    held = on.slack.faults.hold("views.open")
    asked = asyncio.create_task(on.ama.command("/als new", on.channel))
    await asyncio.wait_for(held.reached.wait(), WITHIN)
    before = connections(on)
    for connection in before:
        await refreshed(connection)
    await on.slack.until(lambda: len(set(connections(on)) - set(before)) == 2, WITHIN)
    held.release()

    act = await asked
    assert act.acknowledged
    assert len(act.envelope.attempts if act.envelope else []) == 1
    await on.ama.see_modal()
    assert await kept(database_url, handled_requests) == []


async def test_both_connections_are_healed_where_slack_refuses_their_addresses(on: Stage) -> None:
    """slack_sdk alone tries the refused ones for ever (3.47.0 does)."""
    on.slack.faults.refuse_handshakes(2)
    await on.slack.close_sockets()
    await on.slack.until(lambda: on.slack.faults.handshakes_to_refuse == 0, WITHIN)
    on.slack.world.tickets.clear()
    await on.slack.connected(2, WITHIN)
    assert (await on.eve.open_home()).acknowledged


async def test_while_it_stops_an_event_is_left_to_another(on: Stage) -> None:
    on.bot.reception.close()
    opening = asyncio.create_task(on.eve.open_home())
    await on.slack.until(lambda: on.slack.envelopes and on.slack.envelopes[-1].attempts, WITHIN)
    envelope = on.slack.envelopes[-1]
    on.slack.time_out(envelope)
    opening.cancel()
    await asyncio.gather(opening, return_exceptions=True)
    assert envelope.attempts[0].failure == "timeout"
    assert not envelope.acknowledged
