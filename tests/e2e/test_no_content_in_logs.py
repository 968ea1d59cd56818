"""The logs name ids and never what people wrote, however much is logged and whatever goes wrong."""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot.logs import configure_logs
from bot.rehearsal.acts import Act
from bot.surfaces.ids import Action
from tests.e2e.people import ZONES
from tests.e2e.world import World

SET_NAME = "Marmalade circle"
QUESTION = "Which door have you not tried, tangerine?"
REWRITTEN = "Which window have you not tried, clementine?"
COMMITMENT = "Ring the harbour master about the lemons"
TAKEAWAY = "A pomelo is only a patient grapefruit"
LEARNED = "I learned to wait for the kumquat"
WRONG_WORD = "satsuma"
TYPED = (SET_NAME, QUESTION, REWRITTEN, COMMITMENT, TAKEAWAY, LEARNED, WRONG_WORD)
FORMATTER = logging.Formatter("%(name)s %(message)s")


class Everything(logging.Handler):
    """Keeps every record as text, with the traceback where there is one."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.name, FORMATTER.format(record)))

    def of_the_bot(self) -> list[str]:
        return [line for name, line in self.lines if name.split(".")[0] == "bot"]


@pytest.fixture
def logged() -> Iterator[Everything]:
    """Everything that is logged when the operator turns all logs up, as far as the bot lets them speak."""
    root, everything = logging.getLogger(), Everything()
    loggers = [root, *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    before = [(logger, logger.level) for logger in loggers]
    configure_logs("DEBUG")
    root.setLevel(logging.DEBUG)
    root.addHandler(everything)
    yield everything
    root.removeHandler(everything)
    for logger, level in before:
        logger.setLevel(level)


@pytest.fixture
async def world(logged: Everything, world: World) -> World:
    """The world, made when the logs are turned up already."""
    return world


class Diary:
    """Does one act after another, and holds each to a line of the bot's own log that names who did it."""

    def __init__(self, world: World, logged: Everything) -> None:
        self.world = world
        self._logged = logged

    async def press(self, name: str, action: Action) -> None:
        since = len(self._logged.of_the_bot())
        await self.world.press(name, action)
        self._noted(name, since, action)

    async def submit(self, name: str, **values: object) -> None:
        since = len(self._logged.of_the_bot())
        act = await self.world.submit(name, values)
        assert not act.errors, act.errors
        self._noted(name, since, "submission")

    async def command(self, name: str, line: str) -> None:
        since = len(self._logged.of_the_bot())
        await self.world.command(name, line)
        self._noted(name, since, line)

    def _noted(self, name: str, since: int, what: str) -> None:
        fresh = self._logged.of_the_bot()[since:]
        assert any(self.world.person(name).id in line for line in fresh), f"no line names {name}: {what}"


async def _meet(world: World, diary: Diary) -> None:
    """A short meeting in which somebody types into everything."""
    await world.running_meeting("clarification", name=SET_NAME)
    await diary.press("ben", Action.ASK_QUESTION)
    await diary.submit("ben", text=QUESTION)
    await diary.press("ben", Action.EDIT_QUESTION)
    await diary.submit("ben", text=REWRITTEN)
    await diary.press("ama", Action.QUESTION_TAKEN_AWAY)
    await world.lead_to("commitments")
    await diary.press("ama", Action.RECORD_COMMITMENT)
    await diary.submit("ama", what=COMMITMENT, due_on="2026-03-20")
    await diary.press("dev", Action.NOTE_TAKEAWAY)
    await diary.submit("dev", text=TAKEAWAY)
    await diary.press("grace", Action.MOVE_ON)
    await diary.press("fumi", Action.WRITE_LEARNING)
    await diary.submit("fumi", about_self=LEARNED)
    await diary.press("oscar", Action.MOVE_ON)
    await diary.command("carla", f"/als {WRONG_WORD}")
    await diary.press("grace", Action.MOVE_ON)
    await diary.press("grace", Action.MOVE_ON)


def _nobody_is_quoted(logged: Everything) -> None:
    for name, line in logged.lines:
        quoted = [one for one in (*TYPED, *NAMES) if one in line]
        assert quoted == [], f"{name} wrote: {line[:2000]}"


NAMES = [f" {name.title()} " for name in ZONES]
"""Nor are people named in prose: their ids are enough."""


async def test_no_log_quotes_what_people_wrote_and_every_act_leaves_its_line(
    world: World, logged: Everything
) -> None:
    await _meet(world, Diary(world, logged))

    assert logged.of_the_bot()
    _nobody_is_quoted(logged)


async def test_no_log_quotes_what_people_wrote_when_slack_fails(world: World, logged: Everything) -> None:
    await world.running_meeting("clarification", name=SET_NAME)
    faults = world.slack.faults
    faults.garble("chat.postMessage")
    faults.refuse("chat.update", "msg_too_long")
    faults.refuse("views.open", "invalid_arguments")
    await _not_served(world, logged, world.person("ben").commanding("/als ask", world.place.channel))
    await world.press("ben", Action.ASK_QUESTION)
    await world.submit("ben", {"text": QUESTION})
    await world.pass_time(minutes=1)

    assert faults.waiting == []
    assert any("given up" in line for line in logged.of_the_bot())
    _nobody_is_quoted(logged)


async def test_no_log_quotes_what_people_wrote_when_the_database_fails(
    world: World, logged: Everything
) -> None:
    """Such an error holds the statement, and would hold what it was given."""
    await world.running_meeting("clarification", name=SET_NAME)
    await world.press("ben", Action.ASK_QUESTION)
    async with world.database._engine.begin() as connection:
        await connection.execute(text("ALTER TABLE questions RENAME TO lost"))

    await _not_served(world, logged, world.person("ben").submitting({"text": QUESTION}))

    _nobody_is_quoted(logged)


async def _not_served(world: World, logged: Everything, act: Act) -> None:
    """Do what cannot be served; the person sees Slack's warning."""
    assert act.envelope is not None
    since = len(logged.of_the_bot())
    await world.slack.write(act.envelope)
    await world.slack.until(lambda: any("not served" in line for line in logged.of_the_bot()[since:]))
    world.slack.time_out(act.envelope)
    assert act.warned
