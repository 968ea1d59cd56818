"""Buttons that bring back what the bot never sent out, pressed by those who are in the right otherwise."""

import json
from typing import Any

from bot.domain.rejections import Reason
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried
from tests.e2e.bots import library
from tests.e2e.people import FACILITATOR
from tests.e2e.watching import Heard, Watch
from tests.e2e.world import World

WORDS = library().language("en").words
NO_SET_HERE = WORDS.plain(f"rejections.{Reason.NO_SET_HERE}")
NEVER_SENT_OUT = (
    "not json",
    "null",
    '"set"',
    '{"set_id": 7}',
    '{"set_id": "a", "unknown": 1}',
    '{"set_id": "a", "version": "seven"}',
    '{"set_id": "<!channel>"}',
    r'{"set_id": "\ud800"}',
    r'{"set_id": "a\u0000b"}',
    r'{"set_id": "a", "item": "\u0000"}',
    '{"set_id": "a", "item": "' + "x" * 1_000 + '"}',
    "{" * 2_000,
)
"""Values that no button and no modal of ours carries."""
ABOUT_NO_SET = (Action.NEW_SET, Action.OPEN_LINK, Action.SEND_MY_DATA, Action.DELETE_MY_WORDS)
NO_SUCH_THING: dict[Action, tuple[dict[str, Any], ...]] = {
    Action.MOVE_ON: ({"version": 10**30}, {"version": -1}),
    Action.END_MEETING: ({"version": 10**30}, {"version": 0}),
    Action.HAND_OVER_TO: ({"person": "U0NOBODY"}, {"person": None}),
    Action.SKIP_REPORT: ({"person": "U0NOBODY"},),
    Action.EDIT_QUESTION: ({"item": "nothing"}, {"item": None}),
    Action.QUESTION_ANSWERED: ({"item": "nothing"}, {"item": None}),
    Action.QUESTION_TAKEN_AWAY: ({"item": "nothing"}, {"item": None}),
    Action.QUESTION_PASSED: ({"item": "nothing"}, {"item": None}),
    Action.EDIT_COMMITMENT: ({"item": "nothing"}, {"item": None}),
    Action.FILE_REPORT: ({"item": "nothing"},),
    Action.RECORD_COMMITMENT: ({"turn": 99}, {"turn": -1}, {"turn": 10**30}, {"turn": None}),
    Action.NO_COMMITMENT: ({"turn": 99}, {"turn": -1}, {"turn": 10**30}, {"turn": None}),
    Action.NOTE_TAKEAWAY: ({"turn": 99}, {"turn": -1}, {"turn": 10**30}, {"turn": None}),
}
"""Parts of a value of ours, each put in the place of the right one."""


async def test_a_value_that_was_never_sent_out_is_refused_to_everybody(world: World) -> None:
    set_id = await world.new_set(members=("ama", "ben"))
    grace, invitation = world.person(FACILITATOR), world.message(f"set:{set_id}:invitation")
    watch, misread = await Watch.begin(world), []
    for action in Action:
        for value in NEVER_SENT_OUT:
            heard = Heard.begin(grace)
            await world.at_once(grace.forge_press(invitation, [pressed(action, value)]))
            if heard.all() != [WORDS.plain("listeners.forged")]:
                misread.append(f"{action}, {value[:80]}: {heard.all()}")
            heard.dismiss()
        # Slack lets an app open a hundred modals in a minute.
        world.clock.advance(20)
    assert misread == []
    assert await watch.changed() == []
    assert {call.method for call in watch.told()} == {"views.open"}


async def test_a_set_that_there_is_not_is_said_not_to_be_there(world: World) -> None:
    set_id = await world.new_set(members=("ama", "ben"))
    grace, invitation = world.person(FACILITATOR), world.message(f"set:{set_id}:invitation")
    meant = json.dumps({"set_id": "a", "version": 1, "turn": 1, "stage": "x", "item": "x", "person": "U1"})
    watch, said = await Watch.begin(world), {}
    for action in [each for each in Action if each not in ABOUT_NO_SET]:
        heard = Heard.begin(grace)
        await world.at_once(grace.forge_press(invitation, [pressed(action, meant)]))
        await world.settle()
        said[action] = heard.all()
        heard.dismiss()
    assert {action: told for action, told in said.items() if told != [NO_SET_HERE]} == {}
    assert await watch.changed() == []


async def test_what_a_meeting_does_not_know_is_refused(world: World) -> None:
    await world.running_meeting("commitments", members=("ama", "ben"), present=("ama",))
    meeting, grace, board = await world.meeting(), world.person(FACILITATOR), world.board()
    set_id, version = (await world.learning_set()).id, meeting.version
    right = {
        "set_id": set_id,
        "meeting_id": meeting.id,
        "version": version,
        "stage": meeting.stage,
        "turn": 1,
    }
    watch, misread = await Watch.begin(world), []
    for action, parts in NO_SUCH_THING.items():
        for part in parts:
            heard = Heard.begin(grace)
            value = Carried.model_validate(right | part).packed()
            act = grace.forge_press(board, [pressed(action, value)])
            await world.at_once(act)
            await world.settle()
            if len(heard.all()) != 1 or act.warned:
                misread.append(f"{action}, {part}: {heard.all()}")
            heard.dismiss()
    assert misread == []
    assert await watch.changed() == []


def pressed(action: Action, value: object) -> dict[str, Any]:
    """One entry of the `actions` of a press."""
    return {"type": "button", "action_id": action.value, "block_id": "b", "value": value, "action_ts": "1.0"}
