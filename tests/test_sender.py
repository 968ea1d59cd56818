"""What is put into the outbox reaches Slack: in order, no faster than it may, and whatever goes wrong."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select, update

from bot.domain.hindrances import Hindrance, Trouble
from bot.metrics import Metrics
from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice
from bot.rehearsal.clock import MovableClock
from bot.sender import LONGEST_WAIT, MOST_ATTEMPTS, OF_ONE_WORKSPACE, Sender
from bot.storage.outbox import LEASE, Sent
from bot.storage.tables import RowState, outbox
from bot.storage.unit_of_work import Database, UnitOfWork
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
def sender(
    database: Database, slack: FakeSlack, clock: MovableClock, watch: "Watch", metrics: Metrics
) -> Sender:
    return Sender(
        database,
        slack.client_for,
        clock,
        jitter=lambda: 0.5,
        on_trouble=watch.on_trouble,
        absent=Absent,
        metrics=metrics,
    )


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


class Absent(Exception):
    """The workspace has no token."""


class Watch:
    """What the sender told about, each with what was put into the outbox because of it."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self.told: list[Trouble] = []
        self.word: Message | None = None
        self.fails = 0

    async def on_trouble(self, unit: UnitOfWork, trouble: Trouble) -> None:
        if self.word is not None:
            await unit.outbox.enqueue(WORKSPACE, [self.word], self._clock.now())
        if self.fails:
            self.fails -= 1
            raise RuntimeError("no")
        self.told.append(trouble)


@pytest.fixture
def watch(clock: MovableClock) -> Watch:
    return Watch(clock)


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

    async def state(self, key: str) -> object:
        """Of a row that is still there."""
        async with self._database.reading() as unit:
            found = select(outbox.c.state).where(outbox.c.workspace_id == WORKSPACE, outbox.c.key == key)
            return await unit.outbox._connection.scalar(found)

    async def tried_so_often(self, key: str, attempts: int) -> None:
        async with self._database.unit_of_work() as unit:
            this = update(outbox).where(outbox.c.workspace_id == WORKSPACE, outbox.c.key == key)
            await unit.outbox._connection.execute(this.values(attempts=attempts))

    async def pass_until_due(self) -> None:
        self._clock.advance(await self.seconds_to_wait() or 0)

    async def seconds_to_wait(self) -> float | None:
        """Until something may be sent; None when nothing waits."""
        async with self._database.reading() as unit:
            next_at = await unit.outbox.next_due_at()
        return (next_at - self._clock.now()).total_seconds() if next_at else None

    async def release(self, conversation: str | None) -> None:
        async with self._database.unit_of_work() as unit:
            await unit.outbox.release(WORKSPACE, conversation, now=self._clock.now())

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
    slack.script["chat.postMessage"] = [error("internal_error") for _ in range(3)]
    await office.put(message("a"), message("b", "second"))
    await office.tried_so_often("a", MOST_ATTEMPTS - 3)
    for _ in range(2):
        await sender.drain()
        assert await office.seconds_to_wait() == LONGEST_WAIT.total_seconds() * 1.5
        await office.pass_until_due()
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["second"]
    assert [record.getMessage() for record in caplog.records] == ["given up"]
    assert vars(caplog.records[0])["error"] == "internal_error"
    assert vars(caplog.records[0])["attempt"] == MOST_ATTEMPTS


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


Place = tuple[str, str | None, str | None]
"""A conversation, and how it is called in a trouble: as a channel, as a person."""
CHANNEL = ("C1", "C1", None)
PERSON = ("U1", None, "U1")


@pytest.mark.parametrize(
    "refusal",
    [
        ("is_archived", CHANNEL, Hindrance.ARCHIVED),
        ("channel_not_found", CHANNEL, Hindrance.DELETED),
        ("not_in_channel", CHANNEL, Hindrance.BOT_REMOVED),
        ("restricted_action", CHANNEL, Hindrance.MAY_NOT_POST),
        ("restricted_action_read_only_channel", CHANNEL, Hindrance.MAY_NOT_POST),
        ("user_disabled", PERSON, Hindrance.PERSON_GONE),
        ("cannot_dm_bot", PERSON, Hindrance.PERSON_GONE),
        ("channel_not_found", PERSON, Hindrance.PERSON_GONE),
    ],
)
async def test_what_is_hindered_is_told_once_held_and_goes_on_in_its_order(
    sender: Sender,
    office: Office,
    slack: FakeSlack,
    watch: Watch,
    refusal: tuple[str, Place, Hindrance],
) -> None:
    code, (conversation, channel, person), cause = refusal
    slack.script["chat.postMessage"] = [error(code)]
    await office.put(message("a", "first", conversation), message("b", "second", conversation))
    await office.drain_all(sender)
    await office.put(message("c", "third", conversation), message("x", "elsewhere", "C9"))
    await office.drain_all(sender)
    assert watch.told == [Trouble(WORKSPACE, channel, person, cause, "a")]
    assert slack.said("chat.postMessage") == ["elsewhere"]
    await office.release(conversation)
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["elsewhere", "first", "second", "third"]


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("account_inactive", Hindrance.WORKSPACE_GONE),
        ("token_revoked", Hindrance.WORKSPACE_GONE),
        ("team_access_not_granted", Hindrance.ACCESS_REVOKED),
    ],
)
async def test_a_workspace_that_is_out_of_reach_is_held_and_the_others_go_on(
    sender: Sender, office: Office, slack: FakeSlack, watch: Watch, code: str, cause: Hindrance
) -> None:
    slack.script["chat.postMessage"] = [error(code)]
    await office.put(message("a", "first"))
    await sender.drain()
    await office.put(message("b", "second", "C2"), HomeView("h", "U1", {}))
    await office.put_in("T2", message("x", "elsewhere"))
    await office.drain_all(sender)
    assert watch.told == [Trouble(WORKSPACE, None, None, cause, "a")]
    assert [arguments.get("text") for _, arguments in slack.taken] == ["elsewhere"]
    await office.release(None)
    await office.drain_all(sender)
    assert sorted(slack.said("chat.postMessage")) == ["elsewhere", "first", "second"]


async def test_a_workspace_without_a_token_is_out_of_reach(
    database: Database, office: Office, slack: FakeSlack, clock: MovableClock, watch: Watch
) -> None:
    async def client_for(workspace_id: str) -> AsyncWebClient:
        if workspace_id == WORKSPACE:
            raise Absent
        return await slack.client_for(workspace_id)

    sender = Sender(
        database, client_for, clock, jitter=lambda: 0.5, on_trouble=watch.on_trouble, absent=Absent
    )
    await office.put(message())
    await office.put_in("T2", message(text="elsewhere"))
    await sender.drain()
    assert watch.told == [Trouble(WORKSPACE, None, None, Hindrance.WORKSPACE_GONE, "m")]
    assert slack.said("chat.postMessage") == ["elsewhere"]
    assert await office.seconds_to_wait() is None


async def test_a_token_that_is_refused_again_and_again_is_believed_to_be_gone(
    sender: Sender, office: Office, slack: FakeSlack, watch: Watch
) -> None:
    slack.script["chat.postMessage"] = [error("invalid_auth") for _ in range(5)]
    await office.put(message())
    for _ in range(4):
        await sender.drain()
        assert watch.told == []
        await office.pass_until_due()
    await sender.drain()
    assert [trouble.cause for trouble in watch.told] == [Hindrance.WORKSPACE_GONE]


async def test_a_private_notice_is_not_kept_for_a_reader_who_is_not_there(
    sender: Sender, office: Office, slack: FakeSlack, watch: Watch
) -> None:
    slack.script["chat.postEphemeral"] = [error("user_not_found"), error("is_archived")]
    for key in ("n", "m"):
        await office.put(PrivateNotice(key, "C1", "U1", "For you", BLOCKS))
        await office.drain_all(sender)
    assert watch.told == [Trouble(WORKSPACE, "C1", None, Hindrance.ARCHIVED, "m")]
    await office.release("C1")
    assert await sender.drain() == 0


async def test_what_is_said_about_a_trouble_is_said_if_the_row_is_settled_and_only_then(
    sender: Sender, office: Office, slack: FakeSlack, watch: Watch, clock: MovableClock
) -> None:
    slack.script["chat.postMessage"] = [error("is_archived")]
    watch.word, watch.fails = message("word", "What to do", "U7"), 1
    await office.put(message("a", "first"))
    await sender.drain()
    await office.put(message("x", "elsewhere", "C2"))
    await sender.drain()
    assert (watch.told, slack.said("chat.postMessage")) == ([], ["elsewhere"])
    slack.script["chat.postMessage"] = [error("is_archived")]
    clock.advance(LEASE.total_seconds())
    await office.drain_all(sender)
    assert [trouble.cause for trouble in watch.told] == [Hindrance.ARCHIVED]
    assert slack.said("chat.postMessage") == ["elsewhere", "What to do"]


async def test_a_limited_call_is_never_given_up(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    slack.script["chat.postMessage"] = [error("ratelimited", 429) for _ in range(3)]
    await office.put(message())
    await office.tried_so_often("m", MOST_ATTEMPTS - 2)
    await office.drain_all(sender)
    assert slack.said("chat.postMessage") == ["Hello"]


async def test_an_absurd_wait_ends_after_a_day(sender: Sender, office: Office, slack: FakeSlack) -> None:
    slack.script["chat.postMessage"] = [error("ratelimited", 429, **{"Retry-After": "99999"})]
    await office.put(message())
    await sender.drain()
    assert await office.seconds_to_wait() == 86_400


async def test_the_pace_of_a_workspace_is_learned_and_kept_to(
    sender: Sender, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    """Here Slack takes one post a second in the whole workspace.

    In the first round one call is taken and the others under way are refused, with one more if the place of
    the first was given on before the refusals were settled. Four rounds of one refusal each double the
    interval from a tenth of a second to a second.
    """
    slack.limit = OneASecond(clock)
    await office.put(*(message(f"m{n}", str(n), f"C{n}") for n in range(40)))
    begun = clock.now()
    await office.drain_all(sender)
    assert len(slack.said("chat.postMessage")) == 40
    assert (clock.now() - begun).total_seconds() <= 39 + 3
    assert slack.limit.refused <= OF_ONE_WORKSPACE + 4


class OneASecond:
    """A limiter as Slack has them."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._free_at = clock.now()
        self.refused = 0

    def __call__(self, method: str) -> Scripted | None:
        if self._clock.now() < self._free_at:
            self.refused += 1
            return error("ratelimited", 429, **{"Retry-After": "1"})
        self._free_at = self._clock.now() + timedelta(seconds=1)
        return None


async def test_a_stopped_sender_gives_back_what_it_has_not_settled(
    database: Database, office: Office, slack: FakeSlack, clock: MovableClock
) -> None:
    stopped, other = (Sender(database, slack.client_for, clock, jitter=lambda: 0.0) for _ in range(2))
    await office.put(message())
    slack.stuck = asyncio.Event()
    sending = asyncio.create_task(stopped.drain())
    await slack.asked.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    slack.stuck.set()
    slack.stuck = None
    assert await other.drain() == 0
    await stopped.give_back()
    assert await other.drain() == 1
    assert slack.said("chat.postMessage")[-1] == "Hello"


async def test_errors_and_waits_are_counted_by_method(
    sender: Sender, office: Office, slack: FakeSlack, metrics: Metrics
) -> None:
    slack.script["chat.postMessage"] = [
        error("ratelimited", 429, **{"Retry-After": "7"}),
        Scripted("", 503),
        DROPPED_BEFORE,
        error("is_archived"),
    ]
    await office.put(message())
    await office.drain_all(sender)
    counted = metrics.registry.get_sample_value
    codes = ("ratelimited", "http_503", "ServerDisconnectedError", "is_archived")
    by_code = [
        counted("als_slack_errors_total", {"method": "chat.postMessage", "code": code}) for code in codes
    ]
    assert by_code == [1, 1, 1, 1]
    waits = counted("als_slack_rate_limit_wait_seconds_total", {"method": "chat.postMessage"})
    assert waits == 7


async def test_where_there_was_no_connection_nothing_can_have_happened_twice(
    database: Database, office: Office, clock: MovableClock
) -> None:
    async def client_for(_workspace_id: str) -> AsyncWebClient:
        return AsyncWebClient(token="xoxb-fake", base_url="http://127.0.0.1:9/api/", retry_handlers=[])

    await office.put(message())
    await Sender(database, client_for, clock, jitter=lambda: 0.0).drain()
    assert await office.state("m") is RowState.FAILED


@pytest.mark.parametrize(
    "failure", [Scripted("", 503), Scripted("<html>"), DROPPED_AFTER, error("fatal_error")]
)
async def test_an_attempt_of_which_nobody_knows_how_it_ended_is_marked(
    sender: Sender,
    office: Office,
    slack: FakeSlack,
    caplog: pytest.LogCaptureFixture,
    failure: Scripted | str,
) -> None:
    slack.script["chat.postMessage"] = [failure]
    await office.put(message())
    await sender.drain()
    assert await office.state("m") is RowState.AMBIGUOUS
    await office.drain_all(sender)
    assert caplog.messages[-1] == "sent, perhaps for the second time"
