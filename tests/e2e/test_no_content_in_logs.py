"""The logs name ids and never what people wrote, however much is logged and whatever goes wrong.

Every logger there is speaks at DEBUG here, those of Bolt, of the SDK, of aiohttp and of SQLAlchemy too. What
they say is kept as well, to prove that it would have been worth hiding.
"""

import io
import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

from bot.logs import configure_logs
from bot.rehearsal.acts import Act
from bot.rehearsal.form_values import Values
from bot.rehearsal.view_desk import OpenView
from bot.storage.tables import due_prompts, questions
from bot.surfaces.ids import Action
from tests.e2e.people import BYSTANDER, FACILITATOR, ZONES
from tests.e2e.tour import BETWEEN, Tour
from tests.e2e.world import World, key_of
from tests.loggers import every_logger_at_debug
from tests.surfaces.form_cases import Samples, good_values

SET_NAME = "Marmalade circle"
QUESTION = "Which door have you not tried, tangerine?"
WRONG_WORD = "satsuma"
LINK = "https://call.example.org/mandarin"


class Logs:
    """Everything that was logged while every logger spoke."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.raw = Everything()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What the operator reads. Each line is one JSON object."""
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def quotes(self, sentences: Iterable[str]) -> list[str]:
        """The lines for the operator in which one of these is found."""
        written = self.stream.getvalue().splitlines()
        return [line[:500] for line in written for one in sentences if one in json.dumps(json.loads(line))]

    def loud(self, level: str = "INFO") -> list[dict[str, Any]]:
        """Our own lines of a level."""
        return [line for line in self.lines if line["level"] == level and line["logger"].startswith("bot")]


class Everything(logging.Handler):
    """Keeps each record's text, as careless handlers would, by the library that wrote it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: dict[str, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.said.setdefault(record.name.split(".")[0], []).append(self.format(record))

    def blabbers(self, sentences: Iterable[str]) -> set[str]:
        """Who quoted any of these."""
        wanted = list(sentences)
        return {
            name for name, lines in self.said.items() if any(one in line for one in wanted for line in lines)
        }


@pytest.fixture
def logs() -> Iterator[Logs]:
    """As `action-learning run` has them, and then every logger, known or to come, set to DEBUG."""
    root, logs = logging.getLogger(), Logs()
    configure_logs("DEBUG", "json", logs.stream)
    every_logger_at_debug()
    root.addHandler(logs.raw)
    yield logs
    root.removeHandler(logs.raw)


@pytest.fixture
async def world(logs: Logs, world: World) -> World:
    """The world, made when the logs are turned up already."""
    return world


class Typist:
    """Fills modals with sentences that occur nowhere else."""

    def __init__(self) -> None:
        self.typed: list[str] = [SET_NAME, WRONG_WORD, LINK]

    def fill(self, view: OpenView, samples: Samples) -> Values:
        """Good answers, with a sentence of its own in each field in which one can write."""
        values = good_values(view.document, samples)
        for block in view.blocks:
            if block["type"] == "input":
                (state,) = values[block["block_id"]].values()
                if block["element"]["type"] == "plain_text_input":
                    state["value"] = f"kumquat {len(self.typed)} is a sentence"
                    self.typed.append(state["value"])
                elif block["element"]["type"] == "url_text_input":
                    state["value"] = LINK
        return values


async def test_no_log_quotes_what_people_wrote_and_every_act_leaves_its_line(
    world: World, logs: Logs
) -> None:
    """Two meetings in which somebody types into every field of every modal."""
    typist, tour = Typist(), Tour(world, name=SET_NAME)
    async for stop in tour.stops():
        if stop is BETWEEN:
            await world.command("carla", f"/als {WRONG_WORD}")
            await world.command("carla", f"/als away {WRONG_WORD}")
        for way in stop.ways:
            view = await tour.open(way)
            if way.sends:
                act = await tour.send(tour.person(way), view, typist.fill(view, tour.samples))
                assert not act.errors, (way, act.errors)
            await tour.close(way)

    assert len(typist.typed) > 20
    assert logs.quotes([*typist.typed, *NAMES]) == []
    assert {"slack_bolt", "slack_sdk", "sqlalchemy"} <= logs.raw.blabbers(typist.typed)
    assert await _unnamed(world, logs) == []


NAMES = [f" {name.title()} " for name in ZONES]
"""Nor are people named in prose: their ids are enough."""


async def _unnamed(world: World, logs: Logs) -> list[str]:
    """Every request, due prompt and sent message that no line at INFO names."""
    lines = logs.loud()
    named = {field: {line.get(field) for line in lines} for field in ("request", "person", "wake", "key")}
    payloads = [envelope.payload for envelope in world.slack.envelopes]
    requests = {str(one.get("event_id") or one.get("trigger_id")) for one in payloads}
    people = {_who(one) for one in payloads if one.get("trigger_id")}
    due = {row["key"] for row in await world.rows(due_prompts) if row["state"] == "done"}
    posted = {key_of(message) for message in world.messages()}
    assert min(len(each) for each in (requests, people, due, posted)) > 5
    missing = {
        "request": requests - named["request"],
        "person": people - named["person"],
        "wake": due - named["wake"],
        "key": posted - named["key"],
    }
    return [f"no line names the {field} {one}" for field, ones in missing.items() for one in ones]


def _who(payload: dict[str, Any]) -> str:
    return str(payload["user"]["id"] if "user" in payload else payload["user_id"])


async def test_no_log_quotes_what_people_wrote_when_slack_fails(world: World, logs: Logs) -> None:
    await world.running_meeting("clarification", name=SET_NAME)
    faults = world.slack.faults
    faults.garble("chat.postMessage")
    faults.refuse("chat.update", "msg_too_long")
    faults.refuse("views.open", "invalid_arguments")
    await _not_served(world, logs, world.person("ben").commanding("/als ask", world.place.channel))
    await world.press("ben", Action.ASK_QUESTION)
    await world.submit("ben", {"text": QUESTION})
    await world.pass_time(minutes=1)

    assert faults.waiting == []
    assert any(line["message"] == "given up" for line in logs.loud("ERROR"))
    assert logs.quotes([SET_NAME, QUESTION]) == []


async def test_no_log_quotes_what_people_wrote_when_the_database_refuses_it(world: World, logs: Logs) -> None:
    """The text of an integrity error quotes the row on PostgreSQL, and the statement everywhere."""
    await world.running_meeting("clarification", name=SET_NAME)
    await world.press("ben", Action.ASK_QUESTION)
    async with world.database._engine.begin() as connection:
        unique = text("CREATE UNIQUE INDEX forced ON questions (text)")
        await connection.execute(unique)
    await world.submit("ben", {"text": QUESTION})
    await world.press("carla", Action.ASK_QUESTION)

    await _not_served(world, logs, world.person("carla").submitting({"text": QUESTION}))

    assert "IntegrityError" in logs.loud("ERROR")[-1]["trace"][-1]
    assert logs.quotes([SET_NAME, QUESTION]) == []
    assert [row["text"] for row in await world.rows(questions)] == [QUESTION]


async def test_no_log_quotes_what_people_wrote_when_a_table_is_gone(world: World, logs: Logs) -> None:
    await world.running_meeting("clarification", name=SET_NAME)
    await world.press("ben", Action.ASK_QUESTION)
    async with world.database._engine.begin() as connection:
        await connection.execute(text("ALTER TABLE questions RENAME TO lost"))

    await _not_served(world, logs, world.person("ben").submitting({"text": QUESTION}))

    assert logs.quotes([SET_NAME, QUESTION]) == []


async def test_no_log_quotes_what_cannot_be_read(world: World, logs: Logs) -> None:
    """Forced errors of validation: values, payloads and modals that say what we never sent out."""
    set_id = await world.new_set(members=("ama", "ben"), name=SET_NAME)
    oscar, invitation = world.person(BYSTANDER), world.message(f"set:{set_id}:invitation")
    for action in Action:
        forged = {"type": "button", "action_id": action.value, "block_id": "b", "action_ts": "1.0"}
        await world.at_once(
            oscar.forge_press(invitation, [forged | {"value": json.dumps({"set": QUESTION})}])
        )
        world.slack.world.views.clear(oscar.id)
        world.clock.advance(20)
    stranger = {"type": "button", "action_id": f"none.{QUESTION}", "block_id": "b", "value": QUESTION}
    await world.at_once(oscar.forge_press(invitation, [stranger | {"action_ts": "1.0"}]))
    nobody = oscar.forge_press(invitation, [stranger | {"action_id": Action.MOVE_ON, "action_ts": "1.0"}])
    assert nobody.envelope is not None
    nobody.envelope.payload["trigger_id"] = {"said": QUESTION}
    nobody.envelope.payload["user"] = {"id": QUESTION}
    await world.at_once(nobody)
    await world.command(FACILITATOR, "/als away " + QUESTION)

    assert {line["message"].split()[0] for line in logs.loud("WARNING")} >= {"unknown", "malformed"}
    assert logs.quotes([SET_NAME, QUESTION, "tangerine"]) == []


async def _not_served(world: World, logs: Logs, act: Act) -> None:
    """Do what cannot be served; the person sees Slack's warning."""
    assert act.envelope is not None
    since = len(logs.loud("ERROR"))
    await world.slack.write(act.envelope)
    await world.slack.until(
        lambda: any(line["message"] == "not served" for line in logs.loud("ERROR")[since:])
    )
    world.slack.time_out(act.envelope)
    assert act.warned
