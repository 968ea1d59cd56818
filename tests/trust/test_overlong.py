"""Payloads of which one part is far too long, too deep, or nothing: none breaks anything or is half done."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.rehearsal.delivery import Envelope
from bot.rehearsal.rate_limits import RateLimits
from bot.surfaces.ids import Action
from tests.e2e.people import BYSTANDER, FACILITATOR
from tests.e2e.strangers import copy_of
from tests.e2e.test_forged_values import pressed
from tests.e2e.watching import Watch
from tests.e2e.world import World

DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]
WRONG = ("<!channel> " * 10_000, DEEP, None)
BOLTS = frozenset({"type", "command"})
"""By these Bolt finds a listener. Slack never leaves them out, and what has none is not acknowledged."""

Path = tuple[str | int, ...]


def parts(payload: Any, path: Path = ()) -> Iterator[Path]:
    """Where each part of a payload stands, the whole of it apart."""
    if isinstance(payload, dict | list):
        for key, value in payload.items() if isinstance(payload, dict) else enumerate(payload):
            yield (*path, key)
            yield from parts(value, (*path, key))


def changed(payload: Any, path: Path, value: object) -> Any:
    """A copy with another value in one place."""
    if not path:
        return value
    copy = payload.copy()
    copy[path[0]] = changed(payload[path[0]], path[1:], value)
    return copy


@pytest.fixture
async def world(forgers_world: World) -> World:
    await forgers_world.running_meeting("clarification", members=("ama", "ben"), present=("ama", "ben"))
    return forgers_world


async def test_no_part_of_a_press_is_too_long(world: World) -> None:
    press = world.person(BYSTANDER).forge_press(world.board(), [pressed(Action.MOVE_ON, button(world))])
    await try_everything(world, press.envelope)


async def test_no_part_of_a_submission_is_too_long(world: World) -> None:
    await world.press("ben", Action.ASK_QUESTION)
    ben, oscar = world.person("ben"), world.person(BYSTANDER)
    copied = copy_of(world, await ben.see_modal(), oscar)
    values = {"text": {"value": {"type": "plain_text_input", "value": "What have you tried?"}}}
    await try_everything(world, oscar.forge_submission(values, view=copied).envelope)


async def test_no_part_of_a_command_is_too_long(world: World) -> None:
    act = world.person(BYSTANDER).commanding("/als skip", world.place.channel)
    await try_everything(world, act.envelope)


async def test_no_part_of_an_event_is_too_long(world: World) -> None:
    about = {"type": "user_change", "user": {"id": world.person(BYSTANDER).id, "tz": "Europe/Paris"}}
    await try_everything(world, world.slack.events.envelope(about))


async def try_everything(world: World, right: Envelope | None) -> None:
    """Each part of what somebody does who may not, in each way. Nothing changes, and nobody else hears of it.

    What Bolt itself cannot read is not acknowledged; everything of Slack's still is afterwards.
    """
    assert right is not None
    oscar, watch = world.person(BYSTANDER), await Watch.begin(world)
    tried = 0
    for path in [
        each for each in parts(right.payload) if each[-1] not in BOLTS and "blocks" not in each[:-1]
    ]:
        forged = [Envelope(right.kind, changed(right.payload, path, value), world.now) for value in WRONG]
        tried += len(forged)
        await world.slack.write(*forged)
        assert (await oscar.command("/als help", world.place.channel)).acknowledged, path
        await world.bot.idle()
        for envelope in forged:
            world.slack.delivery.failed(envelope, envelope.attempts[-1], "no_retry")
        world.slack.world.limits = RateLimits()
        world.slack.world.views.clear(oscar.id)
    await world.settle()
    assert tried > 30
    assert await watch.changed() == []
    assert not await watch.still_waiting()
    assert {call.method for call in watch.told()} <= {"views.open", "chat.postEphemeral", "views.publish"}
    assert {call.arguments.get("user", oscar.id) for call in watch.told()} <= {oscar.id}


def button(world: World) -> str:
    """What the facilitator's button carries."""
    buttons = world.person(FACILITATOR).buttons(world.board())
    return next(one.value or "" for one in buttons if one.action_id == Action.MOVE_ON)
