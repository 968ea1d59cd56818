"""Learning sets to measure with: one is led to its moment by the domain itself, then copied within SQL.

Every id of that first set holds the number 0000000, and each copy another number in its place. So a copy is
as good as the first, and a hundred thousand of them take seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Enum,
    String,
    Table,
    TypeDecorator,
    create_engine,
    insert,
    make_url,
    text,
)
from sqlalchemy.types import TypeEngine

from bot.domain import commands as c
from bot.domain.decide import decide
from bot.domain.evolve import evolve_all
from bot.domain.learning_set import LearningSet, Meeting, Person
from bot.domain.machine import Moment
from bot.domain.wakes import wakes
from bot.outgoing import Message
from bot.prompt_library import Language, PromptLibrary
from bot.settings import beside_the_code
from bot.storage.mapping import TABLES
from bot.storage.tables import due_prompts, lanes, sent_messages
from bot.storage.unit_of_work import Database
from bot.surfaces.announce import announce

WORKSPACE = "TBENCH"
FIRST = "0000000"
"""The number of the set that is made and copied."""
PRESSED_IN = "clarification"
"""The stage in which the sets stand, and which the measured press leaves."""
COPIED = (*TABLES, due_prompts, lanes, sent_messages)
"""The tables in which a set has rows, each after those to which its rows belong."""


@cache
def english() -> Language:
    """The words and formats that ship."""
    return PromptLibrary.load(beside_the_code("prompts")).language("en")


@dataclass
class Play:
    """A set in the course of its life; ``board`` is its meeting's board as it was last drawn."""

    now: datetime
    number: str = FIRST
    state: LearningSet | None = None
    board: Message | None = None

    @property
    def facilitator(self) -> str:
        """Runs the meetings, and is no member."""
        return f"UF{self.number}"

    @property
    def members(self) -> tuple[str, ...]:
        """Six people."""
        return tuple(f"U{one}{self.number}" for one in range(1, 7))

    @property
    def learning_set(self) -> LearningSet:
        """The set as it is."""
        assert self.state is not None
        return self.state

    @property
    def meeting(self) -> Meeting:
        """Its meeting as it is."""
        assert self.learning_set.meeting is not None
        return self.learning_set.meeting

    def do(self, kind: type[c.Command], actor: str | None, **values: Any) -> None:
        """Decide, move on, announce."""
        command = kind(workspace_id=WORKSPACE, set_id=f"S{self.number}", actor=actor, **values)
        chosen = english().format("classic")
        events = decide(self.state, command, Moment(self.now, chosen))
        after = evolve_all(self.state, events)
        for told in announce(self.state, events, after, self.now, english(), chosen):
            if isinstance(told, Message) and told.key.endswith(":board"):
                self.board = told
        self.state = after


def scheduled(starts_at: datetime, number: str = FIRST) -> Play:
    """A set of six whose first meeting is to come."""
    play = Play(starts_at - timedelta(days=7), number)
    local = starts_at.replace(tzinfo=None)
    people = {each: Person(each, f"Person {each}", "UTC") for each in (*play.members, play.facilitator)}
    play.do(
        c.CreateSet,
        play.members[0],
        name="Heads of department",
        channel_id=f"C{number}",
        members=play.members,
        facilitator=play.facilitator,
        first_meeting_at=local,
        zone="UTC",
        every_weeks=4,
        clock_id="120x3",
        people=people,
    )
    for each in play.members:
        play.do(c.AcceptInvitation, each)
    return play


def running(now: datetime) -> Play:
    """A set whose meeting began a minute ago: everybody is there, in the stage `PRESSED_IN`."""
    play = scheduled((now - timedelta(minutes=1)).replace(second=0, microsecond=0))
    play.now = play.meeting.starts_at - timedelta(minutes=10)
    play.do(c.PassTime, None, meeting_id=play.meeting.id)
    play.now = now
    play.do(c.StartMeeting, play.facilitator)
    for each in play.members:
        play.do(c.SetPresence, each, present={each: True})
    while play.meeting.stage != PRESSED_IN:
        if play.meeting.stage == "report-backs":
            for each in play.members:
                play.do(c.SkipReport, each, person=each)
        play.do(c.MoveOn, play.facilitator, version=play.meeting.version)
    return play


async def fill(database: Database, url: str, play: Play, numbers: range) -> None:
    """Write the set of ``play`` and copies of it with these ``numbers``."""
    await save(database, play)
    with connected(url, checked=False) as connection:
        for table in COPIED:
            connection.execute(
                _copying(connection, table, play.number), {"first": numbers.start, "past": numbers.stop}
            )
    analyse(url)


async def save(database: Database, play: Play) -> None:
    """Write a set as the bot does, with its channel's lane and the message of its board."""
    state, workspace = play.learning_set, {"workspace_id": WORKSPACE}
    async with database.unit_of_work() as unit:
        await unit.learning_sets.save(None, state)
        await unit.due_prompts.sync(WORKSPACE, state.id, {}, wakes(state))
    lane = {"lane": state.channel_id, "last_position": 9, "next_at": play.now}
    async with database._engine.begin() as connection:  # noqa: SLF001 -- only to fill
        await connection.execute(insert(lanes), workspace | lane)
        if play.board is not None:
            sent = {"key": play.board.key, "channel": state.channel_id, "ts": "1.000100", "sent_at": play.now}
            await connection.execute(insert(sent_messages), workspace | sent)


def analyse(url: str) -> None:
    """Let the database know how much there is in each table."""
    with connected(url) as connection:
        connection.execute(text("ANALYZE"))


@contextmanager
def connected(url: str, *, checked: bool = True) -> Iterator[Connection]:
    """A transaction of this process's own; unless ``checked``, PostgreSQL takes rows that belong to none."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        address = address.set(drivername="sqlite")
    engine = create_engine(address)
    try:
        with engine.begin() as connection:
            if not checked and engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
    finally:
        engine.dispose()


def _copying(connection: Connection, table: Table, number: str) -> Any:
    """Each row of the set with this number once for each copy, with the copy's number in all its ids."""
    postgresql = connection.dialect.name == "postgresql"
    padded = "lpad(CAST(i AS text), 7, '0')" if postgresql else "printf('%07d', i)"
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(
        _value(f'"{column.name}"', column.type, postgresql, number) for column in table.columns
    )
    ids = [one.name for one in table.primary_key if isinstance(one.type, String)]
    mine = " OR ".join(f"{name} LIKE '%{number}%'" for name in ids)
    return text(
        "WITH RECURSIVE counted(i) AS "
        "(SELECT CAST(:first AS integer) UNION ALL SELECT i + 1 FROM counted WHERE i + 1 < :past), "
        f"copies(copy) AS (SELECT {padded} FROM counted) "
        f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {table.name}, copies WHERE {mine}"
    )


def _value(name: str, of: TypeEngine[Any], postgresql: bool, number: str) -> str:
    stored = of.impl_instance if isinstance(of, TypeDecorator) else of
    if isinstance(stored, JSON) and postgresql:
        return f"CAST(replace(CAST({name} AS text), '{number}', copy) AS json)"
    if isinstance(stored, String | JSON) and not isinstance(stored, Enum):
        return f"replace({name}, '{number}', copy)"
    return name
