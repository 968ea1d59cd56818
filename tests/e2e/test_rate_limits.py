"""A Slack that says "not now", fails, is slow or falls silent: everything arrives, and in order."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import groupby, pairwise

import pytest

from bot.rehearsal.faults import Faults, Match
from bot.rehearsal.people import Person
from bot.storage.tables import outbox
from bot.surfaces.ids import Action
from tests.e2e.people import SIX, new_set_form
from tests.e2e.world import FIRST_MEETING, World

LONG_ENOUGH = 60
"""Seconds in which each of these failures is overcome."""
A_SECOND = timedelta(seconds=1)

Failure = Callable[[Faults, str, Match], None]

NOT_DONE: dict[str, Failure] = {
    "429, 7 seconds": lambda faults, method, match: faults.rate_limit(method, 7, match=match),
    "429, no header": lambda faults, method, match: faults.rate_limit(method, None, match=match),
    "429, no number": lambda faults, method, match: faults.rate_limit(method, "soon", match=match),
    "429, three times": lambda faults, method, match: faults.rate_limit(method, 2, 3, match),
    "500": lambda faults, method, match: faults.fail(method, 500, match=match),
    "503, twice": lambda faults, method, match: faults.fail(method, 503, 2, match),
    "dropped before": lambda faults, method, match: faults.drop_before(method, match=match),
    "internal_error": lambda faults, method, match: faults.refuse(method, "internal_error", match=match),
}
"""After these Slack has certainly not done it."""
PERHAPS_DONE: dict[str, Failure] = {
    "500 after": lambda faults, method, match: faults.fail_after(method, 500, match=match),
    "dropped after": lambda faults, method, match: faults.drop_after(method, match=match),
    "not JSON": lambda faults, method, match: faults.garble(method, match=match),
}
"""After these nobody can know; the local Slack has done it, so that whoever tries again does it twice."""
FAILURES = NOT_DONE | PERHAPS_DONE


def in_the_channel(world: World) -> Match:
    """Whether a call is about the set's channel."""
    return lambda arguments: bool(arguments["channel"] == world.place.channel.id)


def copies(kind: str) -> int:
    """How often one thing appears at Slack after such a failure."""
    return 2 if kind in PERHAPS_DONE else 1


async def overcome(world: World) -> None:
    """Let time pass in which the failure is met and mended."""
    await world.pass_time(seconds=LONG_ENOUGH)
    assert world.slack.faults.waiting == [], "nothing met the failure"
    assert await world.rows(outbox) == []


def offers(person: Person, world: World, action: Action) -> bool:
    """Whether the board has such a button for them."""
    return action in {button.action_id for button in person.buttons(world.board())}


async def ask(world: World, name: str, text: str) -> None:
    """Ask a question, without waiting until it stands in the thread."""
    await world.person(name).press(world.board(), Action.ASK_QUESTION)
    await world.person(name).submit({"text": text})


async def test_a_failed_post_comes_later_and_in_its_place(world: World) -> None:
    await world.running_meeting("clarification", clock="120x2")
    for kind, strike in FAILURES.items():
        strike(world.slack.faults, "chat.postMessage", in_the_channel(world))
        since = len(world.thread())

        for name in ("ama", "ben"):
            await ask(world, name, f"What does {name} see after {kind}?")
        await overcome(world)

        expected = ["ama"] * copies(kind) + ["ben"]
        arrived = [world.text(one) for one in world.thread()[since:]]
        asked = [name for text in arrived for name in SIX if f"What does {name} see after {kind}?" in text]
        assert (len(arrived), asked) == (len(expected), expected), kind


async def test_a_failed_update_comes_later_and_shows_what_is_true_then(world: World) -> None:
    await world.running_meeting("welcome", present=["ama"])
    board, grace = world.board(), world.person("grace")
    for number, (kind, strike) in enumerate(FAILURES.items()):
        strike(world.slack.faults, "chat.update", in_the_channel(world))

        pausing = number % 2 == 0
        await grace.press(board, Action.PAUSE if pausing else Action.RESUME)
        await overcome(world)

        assert ((await world.meeting()).paused_at is not None) == pausing
        assert offers(grace, world, Action.RESUME) == pausing, kind
    assert world.board() is board


async def test_a_failed_private_notice_comes_later(world: World) -> None:
    await world.running_meeting("problem")
    oscar = world.person("oscar")
    for kind, strike in FAILURES.items():
        strike(world.slack.faults, "chat.postEphemeral", lambda _: True)
        since = len(oscar.ephemerals())

        await oscar.press(world.board(), Action.MOVE_ON)
        await overcome(world)

        assert len(oscar.ephemerals()) == since + copies(kind), kind


@pytest.mark.parametrize("kind", PERHAPS_DONE)
async def test_a_board_whose_answer_was_lost_is_put_up_again_and_carries_the_thread(
    world: World, kind: str
) -> None:
    await world.new_set()
    PERHAPS_DONE[kind](world.slack.faults, "chat.postMessage", in_the_channel(world))

    await world.begin_meeting("grace", SIX)

    boards = world.messages(f"meeting:{(await world.meeting()).id}:board")
    assert len(boards) == 2
    assert {one.thread_ts for one in world.messages() if one.is_reply} == {boards[-1].ts}
    assert await world.rows(outbox) == []


async def test_the_buttons_of_a_board_that_was_put_up_twice_act_on_one_meeting(world: World) -> None:
    await world.new_set()
    world.slack.faults.drop_after("chat.postMessage", match=in_the_channel(world))
    await world.begin_meeting("grace", SIX)
    orphan, known = world.messages(f"meeting:{(await world.meeting()).id}:board")

    assert (await world.person("fumi").press(orphan, Action.I_AM_HERE)).acknowledged
    await world.press("grace", Action.MOVE_ON)

    assert known.stage == "report-backs"
    assert (await world.meeting()).version == 2


async def test_a_limited_channel_waits_as_long_as_slack_says_and_no_longer(world: World) -> None:
    await world.running_meeting("clarification")
    world.slack.faults.rate_limit("chat.postMessage", 7, match=in_the_channel(world))

    await world.press("ben", Action.ASK_QUESTION)
    await world.submit("ben", {"text": "Who decides?"})

    limited, taken = world.calls("chat.postMessage")[-2:]
    assert (limited.status, taken.status) == (429, 200)
    assert taken.at - limited.at == timedelta(seconds=7)


async def test_a_slow_answer_holds_back_its_own_channel_and_nobody_else(world: World) -> None:
    await world.running_meeting("problem")
    await world.step(2)
    grace, oscar = world.person("grace"), world.person("oscar")
    posting = in_the_channel(world)
    hold = world.slack.faults.hold("chat.postMessage", match=lambda call: posting(call["arguments"]))

    await grace.press(world.board(), Action.MOVE_ON)
    await asyncio.wait_for(hold.reached.wait(), 60)
    versions = world.board().versions
    paused = await grace.press(world.board(), Action.PAUSE)
    refused = await oscar.press(world.board(), Action.MOVE_ON)
    await world.slack.until(oscar.ephemerals)

    assert paused.acknowledged
    assert refused.acknowledged
    assert world.board().versions == versions
    hold.release()
    await world.settle()
    assert offers(grace, world, Action.RESUME)


async def test_a_meeting_never_posts_faster_than_slack_allows(world: World) -> None:
    await world.running_meeting("clarification")
    for name in SIX:
        await ask(world, name, f"What would {name} ask?")
    await world.press("grace", Action.MOVE_ON)
    await world.settle()

    posts = sorted(world.calls("chat.postMessage"), key=lambda call: str(call.arguments["channel"]))
    for _, calls in groupby(posts, key=lambda call: call.arguments["channel"]):
        assert all(later.at - earlier.at >= A_SECOND for earlier, later in pairwise(calls))
    assert world.refused_by_slack() == []


async def test_reads_that_fail_for_a_moment_cost_nobody_what_they_typed(world: World) -> None:
    ama, faults = world.person("ama"), world.slack.faults
    await ama.command("/als new", world.place.channel)
    await ama.see_modal()
    faults.rate_limit("users.info", 0)
    faults.fail("conversations.info", 503)
    faults.drop_before("conversations.members")

    sent = await ama.submit(new_set_form(world.place, FIRST_MEETING))
    await world.settle()

    assert faults.waiting == []
    assert sent.acknowledged
    assert sent.errors == {}
    assert len((await world.learning_set()).members) == len(SIX)
