"""A learning set with something in every place where there can be something."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.agenda import Slot
from bot.domain.hindrances import Hindrance
from bot.domain.learning_set import (
    Answer,
    Attendance,
    Bid,
    Commitment,
    Horizon,
    LearningLine,
    LearningSet,
    Meeting,
    Member,
    Outcome,
    Person,
    Phase,
    Question,
    QuestionState,
    ReportBack,
    ReportSkip,
    Takeaway,
    Told,
    Turn,
    TurnSkip,
    UnitTurns,
)
from bot.domain.ledger import Place
from bot.storage.unit_of_work import Database, UnitOfWork
from tests.keys import VAULT

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
WORKSPACE = "T1"


def person(id_: str) -> Person:
    return Person(id=id_, name=f"Name of {id_}", zone="Africa/Nairobi")


def commitment(id_: str, meeting_id: str, made_at: datetime = NOW) -> Commitment:
    return Commitment(
        id=id_,
        meeting_id=meeting_id,
        turn=1,
        unit_id="U2",
        recorded_by="U2",
        what=f"What {id_} says",
        due_on=date(2026, 12, 1),
        made_at=made_at,
    )


def report(id_: str, of: Commitment, meeting_id: str, outcome: Outcome = Outcome.PARTLY) -> ReportBack:
    return ReportBack(
        id=id_,
        commitment_id=of.id,
        meeting_id=meeting_id,
        person="U2",
        outcome=outcome,
        happened="We rang them",
        learned=None,
        airtime=True,
        filed_at=NOW,
    )


def new_meeting(number: int, set_id: str = "s1") -> Meeting:
    starts_at = NOW + timedelta(weeks=number - 1)
    return Meeting(
        id=f"{set_id}.{number}",
        number=number,
        planned_at=starts_at - timedelta(days=1),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=60),
        agenda=(Slot("welcome", None, 300, 60), Slot("problem", 1, 600, 300)),
    )


def small_set(workspace_id: str = WORKSPACE, set_id: str = "s1", channel_id: str = "C1") -> LearningSet:
    """Just created."""
    return LearningSet(
        workspace_id=workspace_id,
        id=set_id,
        name="Heads of department",
        channel_id=channel_id,
        creator="U9",
        facilitator="U1",
        zone="Europe/Berlin",
        first_meeting_at=datetime(2026, 11, 23, 15, 0),  # noqa: DTZ001 - a wall-clock time
        every_weeks=4,
        format_id="classic",
        clock_id="60x1",
        created_at=NOW - timedelta(days=30),
        members=(Member("U3", "U3"), Member("U2", "U2", Answer.IN)),
        places=(Place("U3"), Place("U2")),
        meeting=new_meeting(1, set_id),
        people={id_: person(id_) for id_ in ("U1", "U2", "U3", "U9")},
    )


def rich_set(workspace_id: str = WORKSPACE, set_id: str = "s1", channel_id: str = "C1") -> LearningSet:
    """In the middle of its first meeting."""
    of = small_set(workspace_id, set_id, channel_id)
    meeting = replace(
        new_meeting(1, set_id),
        phase=Phase.PAUSED,
        position=1,
        version=7,
        facilitator="U3",
        started_at=NOW,
        stage_ends_at=NOW + timedelta(minutes=10),
        paused_at=NOW + timedelta(minutes=5),
        told=Told.TIME_UP,
        ending_offer_seconds=120,
        learning_shown=True,
        closed_at=NOW + timedelta(hours=2),
        closed_unfinished=True,
        kept_units=("U4+U5", "U3"),
        boards=2,
        turns=(
            Turn(1, "U2", "longest-wait", "because", "U1"),
            Turn(2, "U3", "bid", None, None, NOW, "nothing today"),
        ),
        attendance=(Attendance("U3", True, "U3"), Attendance("U2", False, "U1")),
        bids=(Bid("U3", "Mine, please"), Bid("U2", "No, mine")),
        turn_skips=(TurnSkip("U3", "U3"),),
        report_skips=(ReportSkip("U2", "U1"),),
        questions=tuple(_question(f"q{n}") for n in (3, 1, 2)),
        takeaways=(Takeaway("U3", 2, "Ask more"), Takeaway("U3", 1, "Wait more")),
        learning=(
            LearningLine("U3", "It was deeper", None, "We listened"),
            LearningLine("U2", None, None, None),
        ),
    )
    first, second = commitment(f"{set_id}-c2", meeting.id), commitment(f"{set_id}-c1", meeting.id)
    second = replace(
        second,
        first_step="Ring them",
        how_known="They come",
        if_then="If not, then write",
        hope_to_learn="What holds them",
        horizon=Horizon.LONG,
        locks_at=NOW + timedelta(days=1),
        finished=True,
    )
    away = replace(
        of.people["U2"],
        work_days=(0, 6),
        work_start=time(9, 30),
        work_end=time(16, 15),
        away_from=date(2026, 12, 1),
        away_until=date(2026, 12, 8),
    )
    return replace(
        of,
        call_link="https://call.example/1",
        language="de",
        hindered_by=Hindrance.ARCHIVED,
        hindered_at=NOW,
        sharing_agreed=True,
        hindered_people=("U2", "U9"),
        unwritable_people=("U4",),
        members=(*of.members, Member("U4", "U4+U5", Answer.LEFT, 2), Member("U5", "U4+U5", Answer.DECLINED)),
        places=(Place("U2", stand_in="U3"), Place("U4+U5"), Place("U3", stand_in="U2")),
        unit_turns=(UnitTurns("U3", 1, NOW),),
        meeting=meeting,
        commitments=(first, second),
        reports=(report(f"{set_id}-r1", second, meeting.id, Outcome.DONE),),
        people={**of.people, "U2": away, "U4": person("U4"), "U5": person("U5")},
    )


def _question(id_: str) -> Question:
    return Question(
        id=id_,
        turn=1,
        stage="clarification",
        begun_in="problem",
        asker="U3",
        text='What have you "not" said?\n\\ Und die Gefühle: 🌱 [1, null]',
        asked_at=NOW,
        state=QuestionState.HELD,
    )


async def saved(database: Database, *states: LearningSet, before: LearningSet | None = None) -> None:
    async with database.unit_of_work() as unit:
        await unit.learning_sets.save(before, *states)


async def loaded(database: Database, workspace_id: str = WORKSPACE, set_id: str = "s1") -> LearningSet:
    async with database.reading() as unit:
        found = await unit.learning_sets.load(workspace_id, set_id)
    assert found is not None
    return found


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url, VAULT)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def failing(database: Database) -> AsyncIterator[UnitOfWork]:
    """A unit of work whose block ends, where it would commit, in an error."""
    with suppress(Failure):
        async with database.unit_of_work() as unit:
            yield unit
            raise Failure


class Failure(Exception):
    """What goes wrong."""
