"""What is put into the outbox reaches Slack: in order, no faster than it may, and whatever goes wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice
from bot.rehearsal.clock import MovableClock
from bot.sender import LONGEST_WAIT, MOST_ATTEMPTS, Sender
from bot.storage.outbox import LEASE, Sent
from bot.storage.unit_of_work import Database
from tests.fake_slack import DROPPED_AFTER, DROPPED_BEFORE, FakeSlack, Scripted, error, fake_slack
from tests.storage.examples import NOW, opened

WORKSPACE = "T1"
BLOCKS = [{"type": "divider"}]


def message(key: str = "m", text: str = "Hello", conversation: str = "C1") -> Message:
    return Message(key=key, conversation=conversation, text=text, blocks=BLOCKS)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as slack:
        yield slack


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOW)


@pytest.fixture
def sender(database: Database, slack: FakeSlack, clock: MovableClock) -> Sender:
    return Sender(database, slack.client_for, clock, jitter=lambda: 0.5)


@pytest.fixture
def office(database: Database, clock: MovableClock) -> "Office":
    return Office(database, clock)


class Office:
    """What the command handler does to the outbox, and what a rehearsal asks of it."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, *outgoing: Outgoing) -> None:
        await self.put_in(WORKSPACE, *outgoing)

    async def put_in(self, workspace_id: str, *outgoing: Outgoing) -> None:
        async with self._database.unit_of_work() as unit:
            await unit.outbox.enqueue(workspace_id, outgoing, self._clock.now())

    async def sent(self, key: str) -> Sent | None:
        async with self._database.reading() as unit:
            return await unit.outbox.sent(WORKSPACE, key)

    async def seconds_to_wait(self) -> float | None:
        """Until something may be sent; None when nothing waits."""
        async with self._database.reading() as unit:
            next_at = await unit.outbox.next_due_at()
        return (next_at - self._clock.now()).total_seconds() if next_at else None

    async def drain_all(self, sender: Sender) -> None:
        """Send, jumping from one instant to the next, until nothing waits."""
        await sender.drain()
        while (seconds := await self.seconds_to_wait()) is not None:
            self._clock.advance(seconds)
            await sender.drain()


def buried(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, int, str]]:
    """What the sender told the operator as an error, with the row, the attempt and the reason."""
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    return [
        (record.getMessage(), record.__dict__["key"], record.__dict__["attempt"], record.__dict__["error"])
        for record in told
    ]


async def test_a_message_is_posted_without_previews_under_an_opaque_key(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    await office.put(replace(message(), stage="analysis"), message("n", conversation="C2"))
    assert await sender.drain() == 2
    by_channel = {arguments["channel"]: arguments for _, arguments in slack.taken}
    assert by_channel["C1"] == {
        "channel": "C1",
        "text": "Hello",
        "blocks": BLOCKS,
        "metadata": {"event_type": "action_learning", "event_payload": {"key": "m", "stage": "analysis"}},
        "unfurl_links": False,
        "unfurl_media": False,
    }
    assert by_channel["C2"]["metadata"]["event_payload"] == {"key": "n"}
    assert await office.seconds_to_wait() is None


async def test_a_second_message_with_the_key_updates_the_first(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    await office.put(message())
    await sender.drain()
    await office.put(replace(message(text="Changed"), stage="problem"))
    await office.drain_all(sender)
    method, arguments = slack.taken[-1]
    assert method == "chat.update"
    assert arguments == {
        "channel": "C1",
        "ts": "1.0",
        "text": "Changed",
        "blocks": BLOCKS,
        "metadata": {"event_type": "action_learning", "event_payload": {"key": "m", "stage": "problem"}},
    }


async def test_six_quick_changes_become_one_update(sender: Sender, office: Office, slack: FakeSlack) -> None:
    for number in range(6):
        await office.put(message(text=str(number)))
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["5"]
    for number in range(6):
        await office.put(message(text=str(number)))
    await office.drain_all(sender)
    assert slack.said("chat.update") == ["5"]


async def test_a_message_to_a_person_is_updated_where_slack_put_it(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    await office.put(message(conversation="U7"))
    await sender.drain()
    assert await office.sent("m") == Sent("D7", "1.0")
    await office.put(message(conversation="U7"), replace(message("r", conversation="U7"), thread_key="m"))
    await office.drain_all(sender)
    assert [(method, arguments["channel"]) for method, arguments in slack.taken] == [
        ("chat.postMessage", "U7"),
        ("chat.update", "D7"),
        ("chat.postMessage", "D7"),
    ]


async def test_a_reply_waits_for_the_message_that_opens_its_thread(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    reply = replace(message("reply"), thread_key="board", broadcast=True)
    await office.put(message("board"), reply, replace(reply, key="quiet", broadcast=False))
    await office.drain_all(sender)
    assert [(a.get("thread_ts"), a.get("reply_broadcast")) for _, a in slack.taken] == [
        (None, None),
        ("1.0", True),
        ("1.0", False),
    ]


async def test_a_reply_to_what_can_never_be_sent_is_given_up_too(
    sender: Sender, office: Office, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.script["chat.postMessage"] = [error("msg_too_long")]
    await office.put(message("board"), replace(message("reply"), thread_key="board"), message("free"))
    await office.drain_all(sender)
    assert [arguments["metadata"]["event_payload"]["key"] for _, arguments in slack.taken] == ["free"]
    assert ("given up", "reply", 1, "thread_was_not_sent") in buried(caplog)


async def test_a_conversation_gets_one_post_a_second_and_others_do_not_wait(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    await office.put(*(message(f"m{n}", str(n)) for n in range(3)), message("x", "other", "C2"))
    for said in (["0", "other"], ["0", "1", "other"], ["0", "1", "2", "other"]):
        await sender.drain()
        assert sorted(slack.said("chat.postMessage")) == said
        clock.advance(0.999)
        assert await sender.drain() == 0
        clock.advance(0.001)


async def test_updates_follow_one_another_at_once(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    await office.put(message("a"), message("b"))
    await office.drain_all(sender)
    clock.advance(1)
    await office.put(message("a", "A"), message("b", "B"))
    assert await sender.drain() == 2
    assert slack.said("chat.update") == ["A", "B"]


async def test_a_private_notice_and_a_home_have_their_own_methods(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    view = {"type": "home", "blocks": BLOCKS}
    await office.put(
        message("board"),
        PrivateNotice("n", "C1", "U1", "For you", BLOCKS, thread_key="board"),
        HomeView("h", "U1", view),
    )
    await office.drain_all(sender)
    await office.put(PrivateNotice("n", "C1", "U1", "Again", BLOCKS, thread_key="board"))
    await office.drain_all(sender)
    calls = dict(slack.taken)
    assert calls["views.publish"] == {"user_id": "U1", "view": view}
    assert calls["chat.postEphemeral"] == {
        "channel": "C1",
        "user": "U1",
        "text": "Again",
        "blocks": BLOCKS,
        "thread_ts": next(
            f"{n}.0" for n, (method, _) in enumerate(slack.taken, 1) if method == "chat.postMessage"
        ),
    }


async def test_what_is_past_its_best_is_dropped_and_not_a_moment_before(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    fresh = replace(message("fresh", "fresh"), best_before=NOW + timedelta(minutes=2))
    stale = replace(message("stale", "stale", "C2"), best_before=NOW + timedelta(minutes=2, microseconds=-1))
    await office.put(fresh, stale, message("must", "must", "C2"))
    clock.advance(120)
    await sender.drain()
    assert sorted(slack.said("chat.postMessage")) == ["fresh", "must"]


async def test_an_update_of_what_was_never_sent_is_dropped_where_only_an_update_is_wanted(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    await office.put(replace(message(), update_only=True))
    assert await sender.drain() == 1
    assert slack.taken == []
    assert await office.seconds_to_wait() is None


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
@pytest.mark.parametrize("update_only", [False, True])
async def test_what_can_no_longer_be_updated_is_posted_anew(
    sender: Sender,
    office: Office,
    slack: FakeSlack,
    code: str,
    update_only: bool,
) -> None:
    await office.put(message())
    await sender.drain()
    slack.script["chat.update"] = [error(code)]
    await office.put(replace(message(text="Anew"), update_only=update_only))
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["Hello"] if update_only else ["Hello", "Anew"]
    assert await office.sent("m") == Sent("C1", "1.0" if update_only else "2.0")


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"Retry-After": "7"}, [7, 7, 7]),
        ({}, [1, 2, 4]),
        ({"Retry-After": "soon"}, [1, 2, 4]),
        ({"Retry-After": "1.5"}, [1, 2, 4]),
        ({"Retry-After": "-3"}, [1, 2, 4]),
    ],
)
async def test_a_limited_conversation_waits_as_long_as_slack_says_or_ever_longer(
    sender: Sender,
    office: Office,
    slack: FakeSlack,
    clock: MovableClock,
    headers: dict[str, str],
    waits: list[int],
) -> None:
    slack.script["chat.postMessage"] = [error("ratelimited", 429, **headers) for _ in waits]
    await office.put(message("a", "first"), message("b", "second"))
    for wait in waits:
        await sender.drain()
        assert await office.seconds_to_wait() == wait
        clock.advance(wait)
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["first", "second"]


async def test_without_a_header_the_wait_ends_at_thirty_seconds(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    slack.script["chat.postMessage"] = [error("ratelimited", 429) for _ in range(8)]
    await office.put(message())
    waits = []
    for _ in range(8):
        await sender.drain()
        waits.append(await office.seconds_to_wait() or 0)
        clock.advance(waits[-1])
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


async def test_a_limited_call_holds_its_workspace_and_no_other_and_no_other_call(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    slack.script["chat.postMessage"] = [error("ratelimited", 429, **{"Retry-After": "60"})]
    await office.put(message("a", "a", "C1"))
    await sender.drain()
    await office.put(message("b", "b", "C2"), PrivateNotice("n", "C2", "U1", "For you", BLOCKS))
    await office.put_in("T2", message("c", "c", "C1"))
    await sender.drain()
    assert [(method, arguments["text"]) for method, arguments in slack.taken] == [
        ("chat.postEphemeral", "For you"),
        ("chat.postMessage", "c"),
    ]
    assert await office.seconds_to_wait() == 60


@pytest.mark.parametrize(
    "failure",
    [
        error("internal_error"),
        error("fatal_error", 500),
        error("invalid_auth"),
        Scripted("<html>", 503, "text/html"),
        Scripted("<html>", 200, "text/html"),
        Scripted("{", 502),
        Scripted("{", 200),
        DROPPED_BEFORE,
    ],
    ids=[
        "internal_error",
        "fatal_error",
        "invalid_auth",
        "html",
        "html-200",
        "half-json",
        "half-200",
        "dropped",
    ],
)
async def test_a_failure_that_may_pass_is_tried_again_ever_more_slowly(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock, failure: Scripted | str
) -> None:
    slack.script["chat.postMessage"] = [failure, DROPPED_BEFORE, DROPPED_BEFORE]
    await office.put(message("a", "first"), message("b", "second"))
    for wait in (1.5, 3, 6):
        await sender.drain()
        assert await office.seconds_to_wait() == wait
        clock.advance(wait)
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["first", "second"]


async def test_a_post_whose_answer_was_lost_is_sent_again_and_the_last_one_is_updated(
    sender: Sender, office: Office, slack: FakeSlack
) -> None:
    slack.script["chat.postMessage"] = [DROPPED_AFTER]
    await office.put(message())
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["Hello", "Hello"]
    assert await office.sent("m") == Sent("C1", "2.0")


async def test_what_fails_for_hours_is_given_up_at_last(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    slack.script["chat.postMessage"] = [error("internal_error") for _ in range(MOST_ATTEMPTS)]
    await office.put(message("a"), message("b", "second"))
    for _ in range(MOST_ATTEMPTS):
        await sender.drain()
        clock.advance(LONGEST_WAIT.total_seconds() * 2)
    assert slack.taken == [] or slack.said("chat.postMessage") == ["second"]
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["second"]
    assert buried(caplog) == [("given up", "a", MOST_ATTEMPTS, "internal_error")]


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "something_new"])
async def test_a_refusal_for_good_is_logged_by_ids_and_the_conversation_goes_on(
    sender: Sender, office: Office, slack: FakeSlack, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    slack.script["chat.postMessage"] = [error(code)]
    await office.put(message("a", "Secret words"), message("b", "second"))
    await sender.drain()
    assert slack.said("chat.postMessage") == ["second"]
    assert buried(caplog) == [("given up", "a", 1, code)]
    assert "Secret" not in caplog.text


async def test_what_a_killed_sender_held_is_sent_by_the_next(
    database: Database, sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    await office.put(message("a", "first"), message("b", "second"))
    async with database.unit_of_work() as unit:
        assert len((await unit.outbox.claim(clock.now())).deliveries) == 1
    assert await sender.drain() == 0
    assert await office.seconds_to_wait() == LEASE.total_seconds()
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["first", "second"]


async def test_two_senders_send_each_message_once_and_in_order(
    database: Database, sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    other = Sender(database, slack.client_for, clock, jitter=lambda: 0.0)
    await office.put(*(message(f"{c}-{n}", f"{c}-{n}", f"C{c}") for n in range(4) for c in range(6)))
    while await office.seconds_to_wait() is not None:
        await asyncio.gather(sender.drain(), other.drain())
        clock.advance(1)
    said = slack.said("chat.postMessage")
    assert len(said) == 24
    assert all([t for t in said if t.startswith(f"{c}-")] == [f"{c}-{n}" for n in range(4)] for c in range(6))


async def test_a_woken_sender_sends_at_once(database: Database, office: Office, slack: FakeSlack) -> None:
    sent = asyncio.Event()

    class Noticing(Sender):
        async def drain(self) -> int:
            handled = await super().drain()
            if slack.taken:
                sent.set()
            return handled

    running = Noticing(database, slack.client_for, MovableClock(NOW), jitter=lambda: 0.0)
    task = asyncio.create_task(running.run())
    await office.put(message())
    running.wake()
    await sent.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert slack.said("chat.postMessage") == ["Hello"]
