"""Two people at once, and one request twice: over real sockets, on both databases."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice, permutations
from typing import Any

import pytest

from bot.rehearsal.delivery import Envelope
from bot.rehearsal.model import Message
from bot.surfaces.ids import Action
from tests.e2e.people import SIX
from tests.e2e.world import World

ROUNDS = 200
SECONDS_BETWEEN = 2
"""Keeps the board's updates within Slack's fifty a minute."""


@dataclass(frozen=True)
class Seen:
    """What there is to count before and after."""

    version: int
    board_versions: int
    posts: int
    notices: int

    @classmethod
    async def by(cls, world: World, *names: str) -> "Seen":
        return cls.with_row(world, await world.running_row(), *names)

    @classmethod
    def with_row(cls, world: World, row: Mapping[str, Any], *names: str) -> "Seen":
        return cls(
            version=row["version"],
            board_versions=world.board().versions,
            posts=len(world.calls("chat.postMessage")),
            notices=sum(len(world.person(name).ephemerals()) for name in names),
        )


@pytest.mark.timeout(300)  # about 0.1 s a round on one core
async def test_of_two_presses_of_next_at_once_one_moves_on_and_the_other_is_told(world: World) -> None:
    await world.running_meeting("welcome", facilitator=None, clock="120x3")
    row = await world.running_row()
    for names in islice(cycle(permutations(SIX, 2)), ROUNDS):
        before = Seen.with_row(world, row, *names)

        await _race(world, *names)

        row = await world.running_row()
        after = Seen.with_row(world, row, *names)
        assert after.version == before.version + 1
        assert after.board_versions == before.board_versions + 1
        assert after.notices == before.notices + 1
        assert len(world.messages(f"meeting:{row['id']}:stage:{after.version}")) == 1
        row = await _made_ready(world, row)


async def _race(world: World, *names: str) -> None:
    board = world.board()
    presses = [world.person(name).pressing(board, Action.MOVE_ON) for name in names]
    await world.at_once(*presses)
    await world.bot.idle()
    world.clock.advance(SECONDS_BETWEEN)
    await world.settle()
    assert all(press.acknowledged for press in presses)


async def _made_ready(world: World, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Say what must be said before the next press; from the last stage go back to the first."""
    if row["position"] + 1 == len(row["agenda"]):
        await world.press("ama", Action.GO_BACK)
        await world.submit("ama", {"position": "0"})
        return await world.running_row()
    if row["agenda"][row["position"]].stage == "commitments" and row["version"] <= len(row["agenda"]):
        await world.press("ama", Action.NO_COMMITMENT)
        await world.submit("ama", {"because": "It needs more thought."})
    return row


async def test_a_new_press_on_an_old_board_changes_nothing_and_gets_one_private_sentence(
    world: World,
) -> None:
    await world.running_meeting("problem")
    old = world.pressing("grace", Action.MOVE_ON)
    await world.press("grace", Action.MOVE_ON)
    before = await Seen.by(world, "grace")

    await world.at_once(old)
    await world.settle()

    after = await Seen.by(world, "grace")
    assert (after.version, after.board_versions, after.posts) == (
        before.version,
        before.board_versions,
        before.posts,
    )
    assert after.notices == before.notices + 1
    assert "Clarification" in world.text(world.person("grace").ephemerals()[-1])


async def test_a_press_that_arrives_twice_at_once_is_served_once_and_silently(world: World) -> None:
    await world.running_meeting("problem")
    before = await Seen.by(world, "grace")
    press = world.pressing("grace", Action.MOVE_ON)
    assert press.envelope is not None
    twin = Envelope("interactive", press.envelope.payload, world.now)

    await world.slack.write(press.envelope, twin)
    await world.slack.settle(press.envelope, twin)
    await world.settle()

    after = await Seen.by(world, "grace")
    assert twin.acknowledged
    assert after.version == before.version + 1
    assert after.posts == before.posts + 1
    assert after.notices == before.notices


async def test_a_press_that_arrives_again_later_is_silent(world: World) -> None:
    await world.running_meeting("problem")
    press = await world.press("grace", Action.MOVE_ON)
    before = await Seen.by(world, "grace")
    assert press.envelope is not None
    again = Envelope("interactive", press.envelope.payload, world.now)

    await world.slack.write(again)
    await world.slack.settle(again)
    await world.settle()

    assert again.acknowledged
    assert await Seen.by(world, "grace") == before


async def test_a_form_that_is_sent_twice_is_taken_once(world: World) -> None:
    await world.running_meeting("clarification")
    await world.press("ben", Action.ASK_QUESTION)
    sent = world.person("ben").submitting({"text": "Who decides?"})
    assert sent.envelope is not None
    twin = Envelope("interactive", sent.envelope.payload, world.now)

    await world.slack.write(sent.envelope, twin)
    await world.slack.settle(sent.envelope, twin)
    await world.settle()

    assert twin.acknowledged
    assert len((await world.meeting()).questions) == 1
    assert len([one for one in world.thread() if "Who decides?" in world.text(one)]) == 1


async def test_an_event_that_is_delivered_twice_does_its_work_once(world: World) -> None:
    channel = world.slack.add_channel("fresh", [world.person("ama")], with_bot=False)
    world.slack.faults.deliver_twice("member_joined_channel")

    world.slack.workspace.invite_bot(channel.id, world.person("ama").id)
    await world.settle()

    delivered = [one for one in world.slack.envelopes if one.kind == "events_api"]
    assert [one.acknowledged for one in delivered] == [True, True]
    assert len({one.payload["event_id"] for one in delivered}) == 1
    assert [one.versions for one in _from_the_bot(world, channel.id)] == [1]


async def test_an_event_whose_acknowledgement_was_lost_does_its_work_once(world: World) -> None:
    channel = world.slack.add_channel("fresh", [world.person("ama")], with_bot=False)
    world.slack.faults.lose_acks()

    world.slack.workspace.invite_bot(channel.id, world.person("ama").id)
    (envelope,) = (one for one in world.slack.envelopes if one.kind == "events_api")
    await world.slack.until(lambda: _from_the_bot(world, channel.id))
    world.slack.time_out(envelope)
    await world.settle()

    assert envelope.acknowledged
    assert len(envelope.attempts) == 2
    assert [one.versions for one in _from_the_bot(world, channel.id)] == [1]


def _from_the_bot(world: World, channel: str) -> list[Message]:
    return [one for one in world.slack.workspace.messages.get(channel, []) if one.from_bot]
