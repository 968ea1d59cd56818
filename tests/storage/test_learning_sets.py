"""A set comes back as it was saved, and saving writes what changed and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from bot.domain import events
from bot.domain.evolve import evolve
from bot.domain.learning_set import Answer, Bid, LearningSet, Outcome, Phase, Turn
from bot.storage.learning_sets import ChannelTaken
from bot.storage.unit_of_work import Database
from tests.storage.examples import (
    NOW,
    WORKSPACE,
    commitment,
    loaded,
    new_meeting,
    person,
    report,
    rich_set,
    saved,
    small_set,
)
from tests.storage.statements import Statements


def parts_of(thing: object) -> Iterator[Any]:
    """The dataclass instances within a thing, itself included."""
    if is_dataclass(thing):
        yield thing
        inner: Iterable[object] = [getattr(thing, field.name) for field in fields(thing)]
    else:
        inner = thing if isinstance(thing, tuple) else thing.values() if isinstance(thing, dict) else ()
    for one in inner:
        yield from parts_of(one)


def through(before: LearningSet, *happened: events.Event) -> list[LearningSet]:
    """The state after each event."""
    return list(accumulate(happened, evolve, initial=before))[1:]


async def test_a_new_set_comes_back_as_it_was_saved(database: Database) -> None:
    await saved(database, small_set())
    assert await loaded(database) == small_set()


async def test_everything_that_a_set_can_hold_comes_back(database: Database) -> None:
    await saved(database, rich_set())
    assert await loaded(database) == rich_set()


def test_the_example_leaves_no_field_at_its_default() -> None:
    optional = {
        (type(part), field.name): field.default
        for part in parts_of(rich_set())
        for field in fields(part)
        if field.default is not MISSING
    }
    told = {
        (type(part), field.name)
        for part in parts_of(rich_set())
        for field in fields(part)
        if getattr(part, field.name) != field.default
    }
    assert set(optional) - told == {(LearningSet, "ended_at")}


async def test_what_changed_comes_back_changed(database: Database) -> None:
    await saved(database, small_set())
    await saved(database, rich_set(), before=small_set())
    assert await loaded(database) == rich_set()


async def test_what_vanished_is_gone_and_the_order_of_the_rest_holds(database: Database) -> None:
    await saved(database, rich_set())
    await saved(database, small_set(), before=rich_set())
    left = await loaded(database)
    assert replace(left, people=small_set().people) == small_set()


async def test_nobody_is_forgotten_by_leaving_a_state(database: Database) -> None:
    await saved(database, rich_set())
    await saved(database, small_set(), before=rich_set())
    async with database.reading() as unit:
        assert set(await unit.people.known(WORKSPACE, ["U4", "U5", "U6"])) == {"U4", "U5"}


async def test_saving_nothing_new_says_nothing_to_the_database(database: Database) -> None:
    await saved(database, rich_set())
    with Statements(database) as said:
        await saved(database, rich_set(), before=rich_set())
    assert said.texts == []


async def test_only_the_changed_columns_of_the_changed_rows_are_written(database: Database) -> None:
    before = rich_set()
    assert before.meeting is not None
    await saved(database, before)
    placed = replace(
        before, meeting=replace(before.meeting, version=8, bids=(*before.meeting.bids, Bid("U1", "Me")))
    )
    with Statements(database) as said:
        await saved(database, placed, before=before)
    update, insert = said.texts
    assert update.startswith("UPDATE meetings SET version=")
    assert insert.startswith("INSERT INTO bids")


@pytest.mark.parametrize("people", [2, 12])
async def test_the_number_of_statements_does_not_grow_with_the_set(database: Database, people: int) -> None:
    ids = [f"U{n}" for n in range(people)]
    crowd = replace(
        small_set(),
        members=tuple(
            replace(small_set().members[0], person=id_, unit_id=id_, answer=Answer.IN) for id_ in ids
        ),
        people={id_: person(id_) for id_ in [*ids, "U9"]},
    )
    await saved(database, crowd)
    with Statements(database) as said:
        await loaded(database)
    assert len(said.texts) == 2


async def test_turns_are_counted_over_all_meetings(database: Database) -> None:
    first = rich_set()
    await saved(database, first)
    counted_at = NOW + timedelta(minutes=50)
    states = through(
        first,
        events.TurnCounted(1, "U2", counted_at),
        events.MeetingClosed(counted_at, "U1", ()),
        events.MeetingScheduled(new_meeting(2)),
    )
    await saved(database, *states, before=first)
    second = await loaded(database)
    assert second == states[-1]
    states = through(
        second,
        events.OwnersChosen((Turn(1, "U2", "longest-wait"),), new_meeting(2).agenda),
        events.TurnCounted(1, "U2", counted_at + timedelta(weeks=1)),
    )
    await saved(database, *states, before=second)
    assert (await loaded(database)).unit_turns == states[-1].unit_turns
    assert [(of.unit_id, of.taken) for of in states[-1].unit_turns] == [("U3", 1), ("U2", 2)]


async def test_a_meeting_keeps_its_rows_and_its_last_state_when_the_next_takes_its_place(
    database: Database,
) -> None:
    before = rich_set()
    await saved(database, before)
    closed_at = NOW + timedelta(hours=1)
    closed, scheduled = through(
        before, events.MeetingClosed(closed_at, None, (1,)), events.MeetingScheduled(new_meeting(2))
    )
    await saved(database, closed, scheduled, before=before)
    assert (await loaded(database)).meeting == new_meeting(2)
    async with database.reading() as unit:
        old = await unit.learning_sets.meeting(WORKSPACE, "s1.1")
    assert old == closed.meeting
    assert old is not None
    assert (old.phase, old.closed_at, old.closed_unfinished) == (Phase.CLOSED, closed_at, True)


def commitments_of(learning_set: LearningSet) -> list[str]:
    return [one.id for one in learning_set.commitments]


async def test_an_open_commitment_is_seen_until_a_report_finishes_it(database: Database) -> None:
    first = replace(small_set(), commitments=(commitment("c1", "s1.1"), commitment("c2", "s1.1")))
    await saved(database, first)
    second = through(first, events.MeetingScheduled(new_meeting(2)))[-1]
    await saved(database, second, before=first)
    assert await loaded(database) == second
    filed = through(
        second,
        events.ReportFiled(report("r2", second.commitments[1], "s1.2", Outcome.PARTLY), False),
        events.ReportFiled(report("r1", second.commitments[0], "s1.2", Outcome.DONE), False),
    )[-1]
    await saved(database, filed, before=second)
    assert await loaded(database) == filed
    assert commitments_of(filed) == ["c1", "c2"]
    third = through(filed, events.MeetingScheduled(new_meeting(3)))[-1]
    await saved(database, third, before=filed)
    assert await loaded(database) == third
    assert commitments_of(third) == ["c2"]
    assert third.reports == ()


async def test_a_commitment_withdrawn_after_its_meeting_is_gone(database: Database) -> None:
    first = replace(small_set(), commitments=(commitment("c1", "s1.1"), commitment("c2", "s1.1")))
    await saved(database, first)
    second = through(first, events.MeetingScheduled(new_meeting(2)))[-1]
    await saved(database, second, before=first)
    withdrawn = through(second, events.CommitmentWithdrawn("c1"))[-1]
    await saved(database, withdrawn, before=second)
    assert commitments_of(await loaded(database)) == ["c2"]


async def test_commitments_keep_the_order_in_which_they_were_made(database: Database) -> None:
    state = small_set()
    await saved(database, state)
    for id_ in ("c9", "c1", "c5"):
        recorded = through(state, events.CommitmentRecorded(commitment(id_, "s1.1")))[-1]
        await saved(database, recorded, before=state)
        state = await loaded(database)
        assert state == recorded
    assert commitments_of(state) == ["c9", "c1", "c5"]


async def test_identical_ids_in_two_workspaces_never_meet(database: Database) -> None:
    one, other = rich_set("T1"), replace(rich_set("T2"), name="Another company", people=rich_set().people)
    await saved(database, one)
    await saved(database, other)
    changed = through(
        other, events.PersonWentAway("U3", NOW.date(), NOW.date()), events.MeetingCancelled("U1")
    )[-1]
    await saved(database, changed, before=other)
    assert await loaded(database, "T1") == one
    assert await loaded(database, "T2") == changed
    async with database.reading() as unit:
        assert await unit.learning_sets.load("T3", "s1") is None
        assert await unit.learning_sets.active_set_in_channel("T3", "C1") is None
        assert await unit.learning_sets.sets_of_person("T3", "U2") == []


async def test_a_person_known_to_another_set_keeps_hours_and_days_away(database: Database) -> None:
    known = rich_set()
    await saved(database, known)
    renamed = replace(person("U2"), name="New name", zone="Asia/Kolkata")
    other = replace(small_set(set_id="s2", channel_id="C2"), people={**small_set().people, "U2": renamed})
    await saved(database, other)
    expected = replace(known.people["U2"], name="New name", zone="Asia/Kolkata")
    assert (await loaded(database, set_id="s2")).people["U2"] == expected
    assert (await loaded(database)).people["U2"] == expected


async def test_a_channel_has_one_active_set(database: Database) -> None:
    await saved(database, small_set())
    with pytest.raises(ChannelTaken):
        await saved(database, small_set(set_id="s2"))
    ended = replace(small_set(), ended_at=NOW)
    await saved(database, ended, before=small_set())
    async with database.reading() as unit:
        assert await unit.learning_sets.active_set_in_channel(WORKSPACE, "C1") is None
    await saved(database, small_set(set_id="s2"))
    async with database.reading() as unit:
        assert await unit.learning_sets.active_set_in_channel(WORKSPACE, "C1") == "s2"


@pytest.mark.parametrize(
    ("who", "sets"),
    [("U1", ["s1"]), ("U2", ["s1"]), ("U3", ["s1"]), ("U4", []), ("U5", []), ("U9", ["s1"]), ("U8", [])],
)
async def test_a_person_has_the_sets_they_lead_or_have_not_left(
    database: Database, who: str, sets: list[str]
) -> None:
    await saved(database, rich_set())
    ended = replace(rich_set(set_id="s0", channel_id="C0"), ended_at=NOW)
    await saved(database, replace(ended, meeting=None, commitments=(), reports=()))
    async with database.reading() as unit:
        assert await unit.learning_sets.sets_of_person(WORKSPACE, who) == sets


async def test_a_naive_instant_is_refused(database: Database) -> None:
    naive = replace(small_set(), created_at=datetime(2026, 11, 23))  # noqa: DTZ001 - what is refused
    with pytest.raises(StatementError, match="an instant needs a time zone"):
        await saved(database, naive)


async def test_a_wall_clock_time_with_a_zone_is_refused(database: Database) -> None:
    aware = replace(small_set(), first_meeting_at=datetime(2026, 11, 23, tzinfo=UTC))
    with pytest.raises(StatementError, match="no time zone of its own"):
        await saved(database, aware)


async def test_an_error_of_the_database_tells_no_content(database: Database) -> None:
    secret = replace(commitment("c1", "nowhere"), what="Dismiss the director")
    with pytest.raises(Exception, match=r"FOREIGN KEY|foreign key") as raised:
        await saved(database, replace(small_set(), commitments=(secret,)))
    assert "director" not in str(raised.value)
