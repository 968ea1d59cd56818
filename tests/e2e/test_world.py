"""The world of these tests itself: what others build on must be as it says."""

import pytest

from bot.surfaces.ids import Action
from tests.e2e.world import World


@pytest.mark.parametrize(("stage", "turn"), [("welcome", 1), ("clarification", 1), ("close", 1)])
async def test_a_meeting_is_led_to_the_stage_that_was_asked_for(world: World, stage: str, turn: int) -> None:
    meeting = await world.running_meeting(stage, turn=turn)

    assert meeting.slot is not None
    assert meeting.slot.stage == stage
    assert world.board().stage == stage
    assert len(meeting.present) == 7


async def test_what_a_test_does_is_what_people_see(world: World) -> None:
    await world.running_meeting("clarification")

    await world.press("ben", Action.ASK_QUESTION)
    await world.submit("ben", {"text": "Who decides?"})

    assert "Who decides?" in world.text(world.thread()[-1])
