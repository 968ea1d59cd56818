"""A whole workspace with the real bot in it: the local Slack, six people in six zones, a database, one clock.

How to write a test with it::

    async def test_a_question_reaches_the_thread(world: World) -> None:
        await world.running_meeting("clarification")           # a set, its invitation, the meeting so far
        await world.press("ben", Action.ASK_QUESTION)          # presses the newest such button that ben sees
        await world.submit("ben", {"text": "Who decides?"})    # fills and sends the modal that opened
        assert "Who decides?" in world.text(world.thread()[-1])

The fixture `world` (in `conftest.py`) runs a test on SQLite in Socket Mode, and on PostgreSQL in HTTP mode.

- *People* are `world.person("ama")`: `ama`, `ben`, `carla`, `dev`, `elif`, `fumi` are the six of the set,
  `grace` facilitates it from outside, `oscar` is in the channel but not in the set. A `Person` can also act
  directly; what it then sets off has happened after `await world.quiet()`.
- *Acts* (`press`, `command`, `submit`, `home`) return the local Slack's `Act`, after all that they bring
  about has arrived: they end with `settle()`. `at_once` writes several prepared acts (`pressing`, and what
  `Person` prepares) before any acknowledgement is read, and ends when all are acknowledged.
- *Time* stands still until a test moves it, and is the same for the bot and the local Slack: `jump()` to the
  next instant at which anything is due, `move_to(at)` and `pass_time(minutes=5)` by way of all that is due
  before; `step(2)` is the quick way for two seconds. `quiet()` lets happen what can happen now; `settle()`
  also lets the seconds pass for which the sender waits, since Slack takes one message a second per channel.
- *Messages* are found by our key: `world.board()`, `world.message(f"set:{id}:invitation")`;
  `world.thread()`; `world.text(message)` as people read it; `world.person("ama").dm()` and `.ephemerals()`.
- *The database* is read directly: `await world.learning_set()`, `await world.rows(tables.outbox)`.
- *Faults* are `world.slack.faults`; every Web API call is in `world.slack.calls`.
- Whatever Slack refuses, unless a fault made it, is in `world.refused_by_slack()`; the fixture fails if
  anything is. A test that means to be refused uses `World.open(database_url)` itself.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, select

from bot.app_manifest import manifest
from bot.bootstrap import Bot
from bot.domain.agenda import Slot
from bot.domain.learning_set import LearningSet, Meeting, Phase
from bot.domain.machine import COMMITMENTS
from bot.rehearsal.acts import Act
from bot.rehearsal.cast import newest_first
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import CannotAct
from bot.rehearsal.model import Message
from bot.rehearsal.people import Person
from bot.rehearsal.records import Call
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.sight import buttons_in
from bot.rehearsal.timekeeper import Timekeeper
from bot.storage.tables import learning_sets, meetings
from bot.storage.unit_of_work import Database
from bot.surfaces.ids import Action
from tests.e2e.bots import running_bot
from tests.e2e.people import FACILITATOR, SIX, Place, new_set_form, populate
from tests.keys import VAULT

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday, four weeks before European clocks change; everybody but Bogota is at work."""
FIRST_MEETING = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
OPENS_BEFORE = timedelta(minutes=10)
A_MOMENT = timedelta(seconds=10)
"""How long `settle` lets the sender wait. What it holds back for longer is told by `outbox()`."""


class World:
    """See the head of this file."""

    def __init__(self, database_url: str, clock: MovableClock, slack: LocalSlack, bot: Bot) -> None:
        self.database_url = database_url
        self.clock = clock
        self.slack = slack
        self.bot = bot
        self.place: Place = populate(slack)
        self.database = Database(database_url, VAULT)
        self._time = Timekeeper(clock, slack, bot)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, database_url: str, begins: datetime = BEGINS, *, http: bool | None = None
    ) -> AsyncIterator["World"]:
        """A world whose bot is connected, on an empty migrated database.

        Unless ``http`` says otherwise, Slack posts to the bot where it runs on PostgreSQL; where it runs on
        SQLite it uses Socket Mode: as many do, and both are tried without trying everything twice.
        """
        http = database_url.startswith("postgresql") if http is None else http
        clock = MovableClock(begins)
        slack = LocalSlack(clock, manifest())
        await slack.start()
        try:
            async with running_bot(slack, clock, database_url, http=http) as bot:
                world = cls(database_url, clock, slack, bot)
                try:
                    yield world
                finally:
                    await world.database.close()
        finally:
            await slack.stop()

    # Time

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def quiet(self) -> None:
        """Let everything happen that can happen at this instant: nothing is in flight, due, or sendable."""
        await self._time.rest()

    async def settle(self) -> None:
        """The same, and let a moment pass for what the sender holds back; what is held for longer stays."""
        await self.quiet()
        limit = self.now + A_MOMENT
        while (due := await self._next_sending()) is not None and due <= limit:
            await self.step((due - self.now).total_seconds())

    async def step(self, seconds: float) -> None:
        """Move the clock on at one go and let happen what is due by then; the quick way for a few seconds."""
        self.clock.advance(max(0.0, seconds))
        await self.quiet()

    async def move_to(self, at: datetime) -> None:
        """Let time pass up to `at`, by way of everything that is due now and before."""
        await self.quiet()
        await self._time.pass_to(at)

    async def pass_time(self, **span: float) -> None:
        """Let `minutes=5` (or whatever `timedelta` takes) pass."""
        await self.move_to(self.now + timedelta(**span))

    async def jump(self) -> datetime:
        """Go to the next instant at which anything is due, and let it happen. Returns that instant."""
        await self.quiet()
        found = [at for at in (await self.bot.next_due_at(), self.slack.next_due()) if at is not None]
        await self.move_to(max(self.now, min(found)))
        return self.now

    async def _next_sending(self) -> datetime | None:
        """What is being sent is due only when its lease ends, so it is not asked meanwhile."""
        while True:
            await self.bot.idle()
            async with self.database.reading() as unit:
                due = await unit.outbox.next_due_at()
            if not self.bot.in_flight:
                return due

    # People and what they do

    def person(self, name: str) -> Person:
        return self.place.people[name]

    async def command(self, name: str, line: str, *, private: bool = False) -> Act:
        """Type a slash command in the set's channel, or in the direct messages with the bot."""
        act = await self.person(name).command(line, None if private else self.place.channel)
        await self.settle()
        return act

    async def press(self, name: str, action: Action, value: str | None = None) -> Act:
        """Press the newest button of this name that they see: in their modal, in a message, on their Home."""
        act = await self._press(self.person(name), action, value)
        await self.settle()
        return act

    async def submit(self, name: str, values: Mapping[str, Any] | None = None) -> Act:
        """Fill in the modal that is open before them, by block id, and send it."""
        act = await self.person(name).submit(dict(values or {}))
        await self.settle()
        return act

    async def home(self, name: str) -> Act:
        """Open App Home."""
        act = await self.person(name).open_home()
        await self.settle()
        return act

    def pressing(self, name: str, action: Action, value: str | None = None) -> Act:
        """Prepare a press of the newest such button in a message, for `at_once`."""
        person = self.person(name)
        message = self._with_button(person, action, value)
        return person.pressing(message, action, value=value)

    async def at_once(self, *acts: Act) -> None:
        """Write all of these to the bot before any acknowledgement is read; back when all are answered."""
        envelopes = [act.envelope for act in acts if act.envelope is not None]
        assert len(envelopes) == len(acts), "Slack refused an act before the bot was told"
        await self.slack.write(*envelopes)
        await self.slack.settle(*envelopes)

    async def _press(self, person: Person, action: Action, value: str | None) -> Act:
        if person.modal is not None and _offers(person, person.modal.blocks, action):
            return await person.press_in_modal(action, value)
        try:
            message = self._with_button(person, action, value)
        except CannotAct:
            if person.home is None:
                raise
            return await person.press_home(action, value)
        return await person.press(message, action, value=value)

    def _with_button(self, person: Person, action: Action, value: str | None) -> Message:
        seen = [one for one in self.slack.workspace.all_messages() if one.from_bot and person.sees(one)]
        for message in newest_first(seen):
            buttons = [one for one in person.buttons(message) if one.action_id == action]
            if any(value in (None, one.value) or value in one.options for one in buttons):
                return message
        raise CannotAct(f"{person.name} sees no {action} to press")

    # From nothing to a running meeting

    async def new_set(
        self,
        *,
        creator: str = "ama",
        accepted: Sequence[str] | None = None,
        first_meeting_at: datetime = FIRST_MEETING,
        **form: Any,
    ) -> str:
        """A set, by `/als new` and its form, which those `accepted` (every member) have joined. Its id.

        `form` is as `new_set_form` has it: `members`, `facilitator`, `clock`, `channel`, `pairs`, ...
        """
        person = self.person(creator)
        await person.command("/als new", self.place.channel)
        await person.see_modal()
        act = await person.submit(new_set_form(self.place, first_meeting_at, **form))
        assert not act.errors, act.errors
        await self.settle()
        await person.close_modal(all_of_them=True)
        joining = form.get("members", SIX) if accepted is None else accepted
        if joining:
            await self.at_once(*(self.pressing(name, Action.ACCEPT_INVITATION) for name in joining))
            await self.settle()
        return (await self.learning_set()).id

    async def running_meeting(
        self,
        stage: str = "welcome",
        *,
        turn: int = 1,
        present: Sequence[str] | None = None,
        facilitator: str | None = FACILITATOR,
        **options: Any,
    ) -> Meeting:
        """A new set's first meeting, begun in time, in which real presses have led to `stage` (of that turn).

        Those `present` (every member) have said that they are here. Options are those of `new_set`.
        """
        await self.new_set(facilitator=facilitator, **options)
        present = present if present is not None else options.get("members", SIX)
        runner = facilitator or present[0]
        await self.begin_meeting(runner, present)
        return await self.lead_to(stage, turn=turn, runner=runner)

    async def begin_meeting(self, runner: str, present: Iterable[str]) -> None:
        """Go to the start of the next meeting; the runner starts it, everybody present says so."""
        meeting = await self.meeting()
        await self.move_to(max(self.now, meeting.starts_at))
        await self.press(runner, Action.START_MEETING)
        here = [self.pressing(name, Action.I_AM_HERE) for name in present if name != runner]
        if here:
            await self.at_once(*here)
        await self.settle()

    async def lead_to(self, stage: str, *, turn: int = 1, runner: str = FACILITATOR) -> Meeting:
        """Move on, press by press, until the meeting stands at a stage ahead of it."""
        while (slot := await self._running_slot()).stage != stage or slot.turn not in (None, turn):
            if slot.stage == COMMITMENTS:
                await self.press(runner, Action.NO_COMMITMENT)
                await self.submit(runner, {"because": "It needs more thought."})
            await self._press(self.person(runner), Action.MOVE_ON, None)
            await self._see_the_stage(self.person(runner))
        await self.settle()
        return await self.meeting()

    async def _see_the_stage(self, person: Person) -> None:
        """Wait until the board offers to leave the running stage; a press before would be one on the last."""
        version = f'"version":{(await self.running_row())["version"]},'
        while not any(
            button.action_id == Action.MOVE_ON and version in (button.value or "")
            for button in person.buttons(self.board())
        ):
            await self.step(1)

    async def _running_slot(self) -> Slot:
        """Where the running meeting stands, by one quick statement."""
        row = await self.running_row()
        slot: Slot = row["agenda"][row["position"]]
        return slot

    async def running_row(self) -> Mapping[str, Any]:
        """The row of the running meeting: its version, position, agenda, ..., by one quick statement."""
        (row,) = (row for row in await self.rows(meetings) if row["phase"] is Phase.RUNNING)
        return row

    # What Slack shows

    def messages(self, beginning: str = "") -> list[Message]:
        """The bot's messages whose key begins so, the oldest first; no ephemeral ones."""
        kept = (one for one in self.slack.workspace.all_messages() if one.from_bot and not one.deleted)
        found = [one for one in kept if one.ephemeral_to is None and key_of(one).startswith(beginning)]
        return sorted(found, key=lambda one: one.ts)

    def message(self, key: str) -> Message:
        """The one message with this key. Raises ValueError when there is none, or a duplicate."""
        (found,) = (one for one in self.messages(key) if key_of(one) == key)
        return found

    def board(self) -> Message:
        """The newest meeting's board."""
        return [one for one in self.messages("meeting:") if key_of(one).endswith(":board")][-1]

    def thread(self) -> list[Message]:
        """What stands in the thread of the newest board, the oldest first."""
        return [one for one in self.messages() if one.thread_ts == self.board().ts and one.is_reply]

    def text(self, message: Message) -> str:
        """The whole text of a message, as anyone who may see it reads it."""
        reader = next(one for one in self.place.people.values() if one.sees(message))
        return reader.text_of(message)

    def calls(self, method: str) -> list[Call]:
        """Every call of one method of the Web API so far."""
        return [call for call in self.slack.calls if call.method == method]

    def refused_by_slack(self) -> list[str]:
        """What the local Slack refused or could not use, fault-injected errors apart."""
        ours = [call for call in self.slack.calls if call.fault is None and not _well(call)]
        refused = [f"{call.method}: {call.answer}" for call in ours]
        return refused + [f"{one.where}: {one.code} {one.messages}" for one in self.slack.invalid]

    # What the database says

    async def learning_set(self, set_id: str | None = None) -> LearningSet:
        """The set as stored, by default the newest."""
        sets = await self.rows(learning_sets)
        if set_id is None:
            set_id = max(sets, key=lambda row: row["created_at"])["id"]
        async with self.database.reading() as unit:
            found = await unit.learning_sets.load(self.slack.team_id, set_id)
        assert found is not None
        return found

    async def meeting(self) -> Meeting:
        """The newest set's next or running meeting."""
        meeting = (await self.learning_set()).meeting
        assert meeting is not None
        return meeting

    async def rows(self, table: Table) -> list[Mapping[str, Any]]:
        """Every row of a table."""
        async with self.database._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]


def key_of(message: Message) -> str:
    """Our key of a message; empty where it has none."""
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("key", ""))


def _offers(person: Person, blocks: list[dict[str, Any]], action: Action) -> bool:
    return any(button.action_id == action for button in buttons_in(blocks, person.id))


def _well(call: Call) -> bool:
    return call.status == 200 and isinstance(call.answer, dict) and call.answer.get("ok") is True
