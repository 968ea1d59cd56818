"""The members of all sets: what each circle does next, from what its people see. Every text is one of a kind.

Nobody insists: where a button is not there, or an act was not answered, they look again a little later.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.domain.learning_set import LearningSet, Phase
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.model import Message
from bot.rehearsal.people import Person
from bot.storage.unit_of_work import Database
from bot.surfaces import keys
from bot.surfaces.ids import Action
from tests.e2e.people import new_set_form
from tests.soak.ledger import Ledger, Promise, Writing
from tests.soak.town import Circle, Neighbourhood, Town

A_BREATH = 15
"""Acts fall on multiples of so many seconds, so that many circles act at once."""
AT_ONCE = 12
"""Acts that are under way together. With many more, a busy machine would not answer any of them in time."""
IN_A_HURRY = 0.04
"""How many go straight to the learning review after a stage, or close from there."""
TALKING = frozenset({"problem", "stillness", "shift", "break"})
"""Stages in which nobody writes anything."""
ANSWERS = 0.7
"""How many of those who are asked for a report-back answer."""
QUITE_LATE = timedelta(minutes=30)


@dataclass(eq=False)
class Company:
    """A circle at play. ``next_at``: when its people look again."""

    circle: Circle
    next_at: datetime
    accepted: set[str] = field(default_factory=set)
    visits: int = 0
    """How often they have looked at the stage that is running."""
    stands: tuple[str, int, int] = ("", 0, 0)


@dataclass(eq=False)
class Errand:
    """Something that one person will do at an instant."""

    at: datetime
    do: Callable[[], Awaitable[None]]


@dataclass
class Members:
    """Everybody. `act` lets all whose time has come act at once."""

    town: Town
    database: Database
    clock: MovableClock
    ledger: Ledger
    random: Random
    errands: list[Errand] = field(default_factory=list)
    leaving: bool = False
    """Nobody begins anything any more."""
    _numbers: "count[int]" = field(default_factory=count)
    _hands: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def __post_init__(self) -> None:
        now = self.clock.now()
        self.companies = [Company(one, now) for one in self.town.circles]

    def next_at(self) -> datetime | None:
        """When somebody acts next."""
        if self.leaving:
            return None
        return min([*(one.next_at for one in self.companies), *(one.at for one in self.errands)])

    async def act(self, rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        """Let everybody act whose time has come. ``rows``: the live meetings, by workspace and channel."""
        now = self.clock.now()
        due = [one for one in self.companies if one.next_at <= now]
        errands = [one for one in self.errands if one.at <= now]
        self.errands = [one for one in self.errands if one.at > now]
        doing = [self._company(one, rows) for one in due] + [self._alone(one.do) for one in errands]
        await asyncio.gather(*doing)

    def read_post(self) -> None:
        """Whoever is newly asked for a report-back may answer in a while."""
        for where in self.town.neighbourhoods:
            asked = [key for key in where.new_keys if key.startswith("dm:") and ":report:" in key]
            where.new_keys.clear()
            for key in asked:
                _, _, person, _, _ = key.split(":")
                if self.random.random() < ANSWERS:
                    at = self.clock.now() + timedelta(minutes=self.random.randrange(1, 240))
                    self.errands.append(Errand(at, self._answer(where, person, key)))

    def _answer(self, where: Neighbourhood, asked: str, key: str) -> Callable[[], Awaitable[None]]:
        async def answer() -> None:
            message = where.newest(key)
            if message is not None:
                await self._report(where.id, where.slack.person(asked), message)

        return answer

    # One circle

    async def _company(self, company: Company, rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        circle = company.circle
        row = rows.get((circle.where.id, circle.channel.id))
        company.next_at = self._in_a_while()
        if row is None:
            await self._alone(lambda: self._create(circle))
        elif row["phase"] in (Phase.SCHEDULED, Phase.OPENED):
            await self._before(company, row)
        elif row["phase"] is Phase.PAUSED:
            await self._alone(lambda: self._press_board(circle, circle.runner, row, Action.RESUME))
        else:
            await self._during(company, row)

    async def _before(self, company: Company, row: Mapping[str, Any]) -> None:
        circle, now = company.circle, self.clock.now()
        missing = [name for name in circle.members if name not in company.accepted]
        if missing and now < row["starts_at"] - QUITE_LATE:
            await asyncio.gather(*(self._alone(self._accepting(company, name)) for name in missing[:2]))
            return
        if now < row["starts_at"]:
            company.next_at = row["starts_at"] + timedelta(seconds=self.random.choice((0, 0, 5, 150)))
            return
        await self._alone(lambda: self._press_board(circle, circle.runner, row, Action.START_MEETING))

    async def _during(self, company: Company, row: Mapping[str, Any]) -> None:
        circle = company.circle
        stands = (row["id"], row["position"], row["version"])
        company.visits = company.visits + 1 if company.stands == stands else 0
        company.stands = stands
        if company.visits == 0 and row["agenda"][row["position"]].stage not in TALKING:
            await self._stage(circle, row)
            return
        if self.random.random() < IN_A_HURRY:
            await self._alone(self._pressing(circle, circle.runner, row, Action.END_MEETING))
            return
        movers = [circle.runner]
        if circle.facilitator is None and self.random.random() < 0.3:
            movers.append(circle.where.people[self.random.choice(circle.members)])
        moving = [self._pressing(circle, one, row, Action.MOVE_ON) for one in dict.fromkeys(movers)]
        await asyncio.gather(*(self._alone(one) for one in moving))

    async def _stage(self, circle: Circle, row: Mapping[str, Any]) -> None:
        slot = row["agenda"][row["position"]]
        people = [circle.where.people[name] for name in circle.members]
        doing: list[Callable[[], Awaitable[None]]] = []
        if slot.stage == "welcome":
            doing = [self._pressing(circle, one, row, Action.I_AM_HERE) for one in people]
        elif slot.stage == "report-backs":
            doing = [self._reporting(circle, one, row) for one in people]
        elif slot.stage == "bids":
            doing = [self._bidding(circle, self.random.choice(people), row)]
        elif slot.stage in ("clarification", "reflection", "analysis", "reframing", "action"):
            asking = self.random.sample(people, self.random.randint(0, 2))
            doing = [self._asking(circle, one, row) for one in asking]
            if slot.stage == "reframing":
                doing.append(self._settling(circle, row))
        elif slot.stage == "commitments":
            doing = [self._committing(circle, row)]
        elif slot.stage == "learning-review":
            doing = [self._learning(circle, one, row) for one in people if self.random.random() < 0.7]
        if self.random.random() < 0.1:
            doing.append(self._home(circle, self.random.choice(people)))
        await asyncio.gather(*(self._alone(one) for one in doing))

    # What one person does

    async def _create(self, circle: Circle) -> None:
        person, where = circle.where.people[circle.members[0]], circle.where
        async with self._hand(where.id, person):
            act = await person.command("/als new", circle.channel)
            self.ledger.act(where.id, "command", act, records=False)
            if person.modal is None:
                return
            form = new_set_form(
                circle.place,
                circle.first_meeting_at,
                name=self._text("Set"),
                members=circle.members,
                facilitator=circle.facilitator,
                every_weeks=1,
            )
            sent = await person.submit(form)
            done = self.ledger.act(where.id, "create", sent)
            self._wrote(where.id, "learning_sets", "name", form["name"], kept=done)
            await self._leave(person)

    def _accepting(self, company: Company, name: str) -> Callable[[], Awaitable[None]]:
        circle = company.circle

        async def accept() -> None:
            person = circle.where.people[name]
            posts = [one for one in person.messages(circle.channel) if one.from_bot]
            for post in posts:
                if any(button.action_id == Action.ACCEPT_INVITATION for button in person.buttons(post)):
                    act = await person.press(post, Action.ACCEPT_INVITATION)
                    if self.ledger.act(circle.where.id, "accept", act):
                        company.accepted.add(name)
                    return

        return accept

    def _pressing(
        self, circle: Circle, person: Person, row: Mapping[str, Any], action: Action
    ) -> Callable[[], Awaitable[None]]:
        return lambda: self._press_board(circle, person, row, action)

    async def _press_board(
        self, circle: Circle, person: Person, row: Mapping[str, Any], action: Action
    ) -> None:
        board = _board(circle, row)
        self.ledger.act(circle.where.id, action, await person.press(board, action))

    def _bidding(
        self, circle: Circle, person: Person, row: Mapping[str, Any]
    ) -> Callable[[], Awaitable[None]]:
        async def bid() -> None:
            text = self._text("Bid")
            done = await self._in_modal(circle, person, row, Action.PLACE_BID, {"line": text})
            self._wrote(circle.where.id, "bids", "line", text, kept=done)

        return bid

    def _asking(
        self, circle: Circle, person: Person, row: Mapping[str, Any]
    ) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            text = self._text("Question")
            done = await self._in_modal(circle, person, row, Action.ASK_QUESTION, {"text": text})
            self._wrote(circle.where.id, "questions", "text", text, kept=done)

        return ask

    def _settling(self, circle: Circle, row: Mapping[str, Any]) -> Callable[[], Awaitable[None]]:
        async def settle() -> None:
            owner = await self._owner(circle, row)
            if owner is not None:
                await self._press_board(circle, owner, row, Action.QUESTION_ANSWERED)

        return settle

    def _committing(self, circle: Circle, row: Mapping[str, Any]) -> Callable[[], Awaitable[None]]:
        async def commit() -> None:
            owner = await self._owner(circle, row)
            if owner is None:
                return
            text, where = self._text("Commitment"), circle.where
            due_on = (self.clock.now() + timedelta(days=5)).date().isoformat()
            filled = {"what": text, "due_on": due_on}
            done = await self._in_modal(circle, owner, row, Action.RECORD_COMMITMENT, filled)
            self._wrote(where.id, "commitments", "what", text, kept=done)
            if done:
                now = self.clock.now()
                self.ledger.promises.append(
                    Promise(where.id, circle.channel.id, owner.id, text, now, row["id"])
                )

        return commit

    def _learning(
        self, circle: Circle, person: Person, row: Mapping[str, Any]
    ) -> Callable[[], Awaitable[None]]:
        async def learn() -> None:
            text = self._text("Learned")
            done = await self._in_modal(circle, person, row, Action.WRITE_LEARNING, {"about_self": text})
            self._wrote(circle.where.id, "learning_lines", "about_self", text, kept=done)

        return learn

    def _reporting(
        self, circle: Circle, person: Person, row: Mapping[str, Any]
    ) -> Callable[[], Awaitable[None]]:
        return lambda: self._report(circle.where.id, person, _board(circle, row))

    async def _report(self, workspace_id: str, person: Person, message: Message) -> None:
        """On the first commitment of which the bot asks."""
        async with self._hand(workspace_id, person):
            with suppress(CannotAct):
                buttons = [one for one in person.buttons(message) if one.action_id == Action.FILE_REPORT]
                if not buttons:
                    return
                act = await person.press(message, Action.FILE_REPORT, block_id=buttons[0].block_id)
                self.ledger.act(workspace_id, "open report", act, records=False)
                await self._fill_report(workspace_id, person)
            await self._leave(person)

    async def _fill_report(self, workspace_id: str, person: Person) -> None:
        if person.modal is None:
            return
        listed = [one for one in person.buttons(person.modal) if one.action_id == Action.FILE_REPORT]
        if listed:
            await person.press_in_modal(Action.FILE_REPORT, block_id=listed[0].block_id)
        shown = person.text_of(person.modal)
        about = [one for one in self.ledger.promises if one.text in shown]
        if any(one.text in self.ledger.reports for one in about):
            return  # a second report on a commitment takes the place of the first
        text = self._text("Happened")
        with suppress(FormRefused):
            for promise in about:
                self.ledger.reports.setdefault(promise.text, self.clock.now())
            sent = await person.submit({"outcome": "done", "happened": text})
            done = self.ledger.act(workspace_id, "report", sent)
            self._wrote(workspace_id, "report_backs", "happened", text, kept=done)

    def _home(self, circle: Circle, person: Person) -> Callable[[], Awaitable[None]]:
        async def look() -> None:
            act = await person.open_home()
            self.ledger.act(circle.where.id, "home", act, records=False)

        return look

    async def _in_modal(
        self, circle: Circle, person: Person, row: Mapping[str, Any], action: Action, filled: dict[str, Any]
    ) -> bool:
        """Press on the board, fill in what opens, send it. Whether it was done."""
        done = False
        async with self._hand(circle.where.id, person):
            act = await person.press(_board(circle, row), action)
            self.ledger.act(circle.where.id, f"open {action}", act, records=False)
            if person.modal is not None and "submit" in person.modal.document:
                with suppress(FormRefused):
                    sent = await person.submit(filled)
                    done = self.ledger.act(circle.where.id, action, sent)
            await self._leave(person)
        return done

    async def _leave(self, person: Person) -> None:
        if person.modal is not None:
            await person.close_modal(all_of_them=True)

    async def _owner(self, circle: Circle, row: Mapping[str, Any]) -> Person | None:
        async with self.database.reading() as unit:
            found: LearningSet | None = await unit.learning_sets.load(circle.where.id, row["set_id"])
        owners = found.current_owners if found else ()
        return circle.where.slack.person(owners[0]) if owners else None

    async def _alone(self, do: Callable[[], Awaitable[None]]) -> None:
        """A button that is not there, or not any more, is no harm."""
        async with self._room:
            await asyncio.sleep(self.random.uniform(0, 0.05))
            with suppress(CannotAct, DBAPIError):  # the driver's own connection is lost with the others'
                await do()

    def _hand(self, workspace_id: str, person: Person) -> asyncio.Lock:
        """A person fills in one modal at a time."""
        return self._hands.setdefault((workspace_id, person.id), asyncio.Lock())

    def _text(self, kind: str) -> str:
        return f"{kind} number {next(self._numbers)}."

    def _wrote(self, workspace_id: str, table: str, column: str, text: str, *, kept: bool) -> None:
        self.ledger.writings.append(Writing(workspace_id, table, column, text, kept))

    def _in_a_while(self) -> datetime:
        now = self.clock.now()
        seconds = A_BREATH * self.random.randint(1, 2)
        return now + timedelta(seconds=seconds - now.timestamp() % A_BREATH)


def _board(circle: Circle, row: Mapping[str, Any]) -> Message:
    """Raises CannotAct where it is not up."""
    board = circle.where.newest(keys.board(row["id"], row["boards"]))
    if board is None:
        raise CannotAct("there is no board")
    return board
