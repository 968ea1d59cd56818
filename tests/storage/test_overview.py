"""What waits is counted over all workspaces, and how long the oldest has waited."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.wakes import Wake, WakeKind
from bot.outgoing import Message
from bot.storage.migrate import SchemaState, downgrade
from bot.storage.overview import Backlog, MeetingPlace
from bot.storage.unit_of_work import Database
from tests.storage.examples import NOW, opened, saved, small_set

MINUTE = timedelta(minutes=1)


def message(key: str) -> Message:
    return Message(key=key, conversation="C1", text="Hello", blocks=[])


async def backlog(database: Database, minutes: int = 0) -> Backlog:
    async with database.reading() as unit:
        return await unit.overview.backlog(NOW + minutes * MINUTE)


async def test_where_nothing_waits_nothing_is_counted(database: Database) -> None:
    assert await backlog(database) == Backlog(0, 0.0, 0, 0)


async def test_what_waits_to_be_sent_is_counted_with_the_age_of_the_oldest(database: Database) -> None:
    async with database.unit_of_work() as unit:
        await unit.outbox.enqueue("T1", [message("a"), message("b")], NOW)
        await unit.outbox.enqueue("T2", [message("a")], NOW + MINUTE)
    assert await backlog(database, minutes=2) == Backlog(3, 120.0, 0, 0)

    async with database.unit_of_work() as unit:
        (first, *_) = (await unit.outbox.claim(NOW + 2 * MINUTE, 1)).deliveries
    assert (await backlog(database, minutes=2)).outbox_waiting == 3
    async with database.unit_of_work() as unit:
        await unit.outbox.bury(first, NOW + 2 * MINUTE, "nobody_there")
    assert (await backlog(database, minutes=2)).outbox_waiting == 2


async def test_prompts_are_counted_until_they_are_done(database: Database) -> None:
    await saved(database, small_set())
    due = {
        key: Wake(key, WakeKind.ASK_FOR_REPORT_BACK, NOW + minutes * MINUTE, "s1.1", "U2", 1)
        for key, minutes in (("now", 0), ("later", 10))
    }
    async with database.unit_of_work() as unit:
        await unit.due_prompts.sync("T1", "s1", {}, due)
    assert await backlog(database, minutes=1) == Backlog(0, 0.0, 2, 1)

    async with database.unit_of_work() as unit:
        (prompt,) = await unit.due_prompts.claim(NOW + MINUTE)
        await unit.due_prompts.finish(prompt)
    assert await backlog(database, minutes=1) == Backlog(0, 0.0, 1, 0)


async def test_sets_meet_where_they_have_not_ended_and_the_app_is_still_installed(database: Database) -> None:
    ended = replace(small_set(set_id="s2", channel_id="C2"), ended_at=NOW)
    await saved(database, small_set())
    await saved(database, ended)
    await saved(database, small_set(workspace_id="T2"))
    async with database.unit_of_work() as unit:
        assert await unit.overview.meeting_places() == [
            MeetingPlace("T1", "s1", "C1"),
            MeetingPlace("T2", "s1", "C1"),
        ]
        await unit.installations.meet("T2", None, NOW)
        await unit.life.uninstall("T2", NOW, NOW)
    async with database.reading() as unit:
        assert await unit.overview.meeting_places() == [MeetingPlace("T1", "s1", "C1")]


async def test_the_schema_is_told_from_within_a_transaction(database_url: str) -> None:
    async with opened(database_url) as database, database.reading() as unit:
        assert await unit.overview.schema() is SchemaState.UP_TO_DATE
    downgrade(database_url, "-1")
    async with opened(database_url) as database, database.reading() as unit:
        assert await unit.overview.schema() is SchemaState.OLDER
