"""What one person does: each a call that presses, fills in and sends, and writes it down in the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.domain.learning_set import Answer, LearningSet
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.model import Message
from bot.rehearsal.people import Person
from bot.storage.unit_of_work import Database
from bot.surfaces import keys
from bot.surfaces.ids import Action
from tests.e2e.people import new_set_form
from tests.soak.ledger import COMMITMENT, Ledger, Mark, Promise, Writing, promised
from tests.soak.town import Circle, Town, key_of

AT_ONCE = 12
"""Acts that are under way together. With many more, a busy machine would not answer any of them in time."""


@dataclass
class Deeds:
    """Everybody's. `alone` does one of them."""

    town: Town
    database: Database
    clock: MovableClock
    ledger: Ledger
    random: Random
    _numbers: "count[int]" = field(default_factory=count)
    _hands: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def create(self, circle: Circle) -> None:
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

    def accepting(self, circle: Circle, name: str, accepted: set[str]) -> Callable[[], Awaitable[None]]:
        async def accept() -> None:
            person = circle.where.people[name]
            posts = [one for one in person.messages(circle.channel) if one.from_bot]
            for post in posts:
                if any(button.action_id == Action.ACCEPT_INVITATION for button in person.buttons(post)):
                    act = await person.press(post, Action.ACCEPT_INVITATION)
                    if self.ledger.act(circle.where.id, "accept", act):
                        accepted.add(name)
                        _, set_id, _ = key_of(post).split(":")
                        left = {"set_id": set_id, "person": person.id, "answer": Answer.IN}
                        self.ledger.marks.append(Mark(circle.where.id, "members", left))
                    return

        return accept

    def pressing(
        self, circle: Circle, person: Person, row: Mapping[str, Any], action: Action
    ) -> Callable[[], Awaitable[None]]:
        return lambda: self.press_board(circle, person, row, action)

    async def press_board(
        self, circle: Circle, person: Person, row: Mapping[str, Any], action: Action
    ) -> None:
        board, where = _board(circle, row), circle.where
        done = self.ledger.act(where.id, action, await person.press(board, action))
        if done and action is Action.I_AM_HERE:
            left = {"meeting_id": row["id"], "person": person.id, "present": True}
            self.ledger.marks.append(Mark(where.id, "attendance", left))

    def bidding(
        self, circle: Circle, person: Person, row: Mapping[str, Any]
    ) -> Callable[[], Awaitable[None]]:
        async def bid() -> None:
            text = self._text("Bid")
            done = await self._in_modal(circle, person, row, Action.PLACE_BID, {"line": text})
            self._wrote(circle.where.id, "bids", "line", text, kept=done)

        return bid

    def asking(self, circle: Circle, person: Person, row: Mapping[str, Any]) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            text = self._text("Question")
            done = await self._in_modal(circle, person, row, Action.ASK_QUESTION, {"text": text})
            self._wrote(circle.where.id, "questions", "text", text, kept=done)

        return ask

    def settling(self, circle: Circle, row: Mapping[str, Any]) -> Callable[[], Awaitable[None]]:
        async def settle() -> None:
            owner = await self._owner(circle, row)
            if owner is not None:
                await self.press_board(circle, owner, row, Action.QUESTION_ANSWERED)

        return settle

    def committing(self, circle: Circle, row: Mapping[str, Any]) -> Callable[[], Awaitable[None]]:
        async def commit() -> None:
            owner = await self._owner(circle, row)
            if owner is None:
                return
            text, where = self._text(COMMITMENT), circle.where
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

    def learning(
        self, circle: Circle, person: Person, row: Mapping[str, Any]
    ) -> Callable[[], Awaitable[None]]:
        async def learn() -> None:
            text = self._text("Learned")
            done = await self._in_modal(circle, person, row, Action.WRITE_LEARNING, {"about_self": text})
            self._wrote(circle.where.id, "learning_lines", "about_self", text, kept=done)

        return learn

    def reporting(
        self, circle: Circle, person: Person, row: Mapping[str, Any]
    ) -> Callable[[], Awaitable[None]]:
        return lambda: self.report(circle.where.id, person, _board(circle, row))

    async def report(self, workspace_id: str, person: Person, message: Message) -> None:
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
        about = promised(person.text_of(person.modal))
        if any(one in self.ledger.reports for one in about):
            return  # a second report on a commitment takes the place of the first
        text = self._text("Happened")
        with suppress(FormRefused):
            for one in about:
                self.ledger.reports.setdefault(one, self.clock.now())
            sent = await person.submit({"outcome": "done", "happened": text})
            done = self.ledger.act(workspace_id, "report", sent)
            self._wrote(workspace_id, "report_backs", "happened", text, kept=done)

    def home(self, circle: Circle, person: Person) -> Callable[[], Awaitable[None]]:
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

    async def alone(self, do: Callable[[], Awaitable[None]]) -> None:
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


def _board(circle: Circle, row: Mapping[str, Any]) -> Message:
    """Raises CannotAct where it is not up."""
    board = circle.where.newest(keys.board(row["id"], row["boards"]))
    if board is None:
        raise CannotAct("there is no board")
    return board
