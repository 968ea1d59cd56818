"""Autoplay against a small app: what it lets pass, what it does not, and how it says so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.rehearsal.autoplay import ActFailed, Autoplay
from bot.rehearsal.clock import MovableClock
from bot.rehearsal.scenario import Scenario, ScenarioError, load, names, span
from bot.rehearsal.server import LocalSlack
from bot.rehearsal.story import Story
from bot.rehearsal.terminal import LONGEST_PAUSE, Terminal
from bot.rehearsal.texts import Texts
from tests.rehearsal.apps import bolt_app, connected, web_client

BUTTONS: dict[str, Any] = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": name, "text": {"type": "plain_text", "text": name}}
        for name in ("greet", "ask", "silent", "deaf")
    ],
}
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Tell"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "what",
            "label": {"type": "plain_text", "text": "What?"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        }
    ],
}


class Reminder:
    """A bot that does nothing but post once, an hour after `begins`."""

    def __init__(self, slack: LocalSlack, begins: datetime, channel: str) -> None:
        self._slack = slack
        self._channel = channel
        self._due: datetime | None = begins + timedelta(hours=1)

    @property
    def in_flight(self) -> int:
        return 0

    async def idle(self) -> None:
        return

    async def tick(self) -> None:
        if self._due is not None and self._due <= self._slack.clock.now():
            self._due = None
            await web_client(self._slack).chat_postMessage(channel=self._channel, text="An hour has passed")

    async def next_due_at(self) -> datetime | None:
        return self._due


def scenario(*steps: dict[str, Any], **changes: Any) -> Scenario:
    """Two people, one channel and these steps."""
    document = {
        "name": "small",
        "title": "Small",
        "about": "For tests.",
        "begins": "2026-03-02T09:00:00",
        "zone": "Europe/London",
        "home_channel": "lab",
        "cast": {
            "ada": {"name": "Ada", "title": "", "zone": "Europe/London"},
            "ben": {"name": "Ben", "title": "", "zone": "Asia/Tokyo"},
        },
        "channels": {"lab": {"people": ["ada", "ben"], "bot": True}},
        "plan": {"opening": [], "turn": ["talk"], "closing": [], "turns": 1},
        "texts": {"answers": ["one", "two", "three"], "ada": [{"tale": "a"}, {"tale": "b"}]},
        "chapters": [
            {"part": "before", "title": "Before", "steps": []},
            {"part": "meeting-1", "title": "A meeting", "steps": list(steps)},
        ],
    }
    return Scenario.model_validate(document | changes)


@contextlib.asynccontextmanager
async def stage(slack: LocalSlack, clock: MovableClock, script: Scenario) -> AsyncIterator[Autoplay]:
    """The play, with an app that listens to some of the buttons."""
    app = bolt_app(slack)

    @app.action("greet")
    async def greet(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.chat_postMessage(channel=body["channel"]["id"], text="Hello, Ada")

    @app.action("ask")
    async def ask(ack: Any, client: Any, body: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)
        await ack()

    @app.view("form")
    async def taken(ack: Any, client: Any, view: Any) -> None:
        said = view["state"]["values"]["what"]["value"]["value"]
        if said == "nothing":
            await ack(response_action="errors", errors={"what": "Say more"})
            return
        await ack()
        await client.chat_postMessage(channel=play.cast.home.id, text=f"Heard: {said}")

    @app.action("silent")
    async def silent(ack: Any) -> None:
        await ack()

    bot = Reminder(slack, clock.now(), "")
    play = Autoplay(script, slack, clock, bot)
    bot._channel = play.cast.home.id
    await web_client(slack).chat_postMessage(channel=play.cast.home.id, text="Press", blocks=[BUTTONS])
    async with connected(slack, app):
        yield play


async def test_an_act_with_a_visible_consequence_passes(slack: LocalSlack, clock: MovableClock) -> None:
    steps = (
        {"who": "ada", "press": "greet", "sees": [{"who": "ben", "where": "board", "says": "Hello, Ada"}]},
        {
            "who": ["ada", "ben"],
            "press": "ask",
            "opens": "form",
            "fill": {"what": "@answers"},
            "keep": "last",
        },
        {"who": "ada", "press": "ask", "fill": {"what": "nothing"}, "refused": ["what"]},
        {"who": "ada", "fill": {"what": "$last"}, "sees": [{"where": "channel", "says": "$last"}]},
    )
    async with stage(slack, clock, scenario(*steps)) as play:
        await play.play(1)
    said = [entry["text"] for entry in slack.transcript.entries if entry["kind"] == "message_posted"]
    assert len(said) == 5
    assert said[2] != said[3] == said[4]


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ({"who": "ada", "press": "silent"}, "ada was to press silent, but nobody saw anything come of it"),
        ({"who": "ada", "press": "missing"}, "there is no missing to press, only greet, ask, silent, deaf"),
        ({"who": "ada", "press": "silent", "fill": {"what": "x"}}, "no modal opened"),
        ({"who": "ada", "press": "ask", "opens": "other"}, "the modal that opened is form, not other"),
        ({"who": "ada", "press": "ask", "fill": {"what": "nothing"}}, "the form was refused: what: Say more"),
        (
            {"who": "ada", "press": "ask", "fill": {"what": "x"}, "refused": ["what"]},
            "was to be refused at what",
        ),
        (
            {"who": "ada", "press": "greet", "sees": "private"},
            "Ada was to see something new in a private note",
        ),
        ({"who": "ada", "press": "greet", "sees": [{"says": "Bye"}]}, "Ada was to see “Bye” anywhere"),
        ({"who": "ada", "command": "/other"}, "Slack refused it: unknown_command"),
        ({"until": {"says": "never"}, "within": "2d"}, "Ada was to see “never” anywhere"),
        ({"who": "ada", "press": "ask", "fill": {"what": "@lost"}}, "there are no texts called lost"),
    ],
)
async def test_a_failing_act_is_named_in_a_sentence(
    slack: LocalSlack, clock: MovableClock, step: dict[str, Any], complaint: str
) -> None:
    async with stage(slack, clock, scenario(step)) as play:
        with pytest.raises(ActFailed, match="A meeting, step 1: ") as failed:
            await play.play(1)
    assert complaint in str(failed.value)


async def test_an_act_that_is_not_acknowledged_fails(slack: LocalSlack, clock: MovableClock) -> None:
    async with stage(slack, clock, scenario({"who": "ada", "press": "deaf"})) as play:
        slack.faults.on("*", "envelope_written", lambda _: clock.advance(3), times=1)
        with pytest.raises(ActFailed, match="did not acknowledge"):
            await play.play(1)


async def test_waiting_ends_at_the_instant_at_which_something_is_seen(
    slack: LocalSlack, clock: MovableClock
) -> None:
    begins = clock.now()
    async with stage(slack, clock, scenario({"until": {"who": "ben", "says": "An hour"}})) as play:
        await play.play(1)
    assert clock.now() == begins + timedelta(hours=1)


async def test_what_is_seen_must_come_in_the_readers_own_hours(
    slack: LocalSlack, clock: MovableClock
) -> None:
    wanted = {"who": "ben", "says": "An hour", "local": "08:00-18:00"}
    async with stage(slack, clock, scenario({"until": wanted, "within": "1d"})) as play:
        with pytest.raises(ActFailed, match="between 08:00-18:00 in their own time"):
            await play.play(1)


async def test_a_chapter_begins_at_its_stage(slack: LocalSlack, clock: MovableClock) -> None:
    chapters = [{"part": "before", "title": "Too soon", "stage": "talk", "steps": []}]
    script = scenario(chapters=[*chapters, {"part": "meeting-1", "title": "M", "steps": []}])
    async with stage(slack, clock, script) as play:
        with pytest.raises(ActFailed, match="Too soon: the board should stand at talk, not at None"):
            await play.play(1)


async def test_the_story_says_who_did_what_in_the_time_of_the_set(
    slack: LocalSlack, clock: MovableClock
) -> None:
    lines: list[str] = []
    steps = ({"who": "ada", "speaks": "@me.tale"}, {"who": "ben", "press": "greet"})
    async with stage(slack, clock, scenario(*steps)) as play:
        play.story = Story(clock, "America/New_York", lines.append)
        slack.transcript.listeners.append(play.story.entry)
        await play.play(1)
    assert lines[3] == "== A meeting"
    assert lines[4] == "-- Monday 02 March 2026 --"
    assert lines[5].startswith("04:00  Ada says on the call: “")
    assert lines[6:] == ["04:00  Ben presses “greet”", "04:00    the bot in #lab: Hello, Ada"]


async def test_at_reading_speed_there_is_time_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for slowly in (True, False):
        terminal = Terminal(slowly=slowly)
        for line in ("a short line", "a longer line " * 1_000):
            terminal.tell(line)
            await terminal.pace()
    assert len(waited) == 2
    assert 0 < waited[0] < waited[1] == LONGEST_PAUSE


def test_every_scenario_that_ships_can_be_read() -> None:
    assert "heads-of-department" in names()
    assert [load(name).name for name in names()] == names()


def test_a_scenario_that_is_not_there_is_named() -> None:
    with pytest.raises(ScenarioError, match="no scenario called nowhere; there are "):
        load("nowhere")


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ({"who": "ada"}, "a step needs exactly one of press"),
        ({"who": "ada", "press": "a", "command": "/b"}, "a step needs exactly one of press"),
        ({"press": "a"}, "a step needs somebody who acts"),
        ({"who": "eve", "press": "a"}, "nobody in the cast is called eve"),
        ({"who": "ada", "press": "a", "after": "soon"}, "soon is no span of time"),
        ({"who": "ada", "press": "a", "presses": "b"}, "Extra inputs"),
    ],
)
def test_a_wrong_step_is_refused(step: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        scenario(step)


def test_spans_of_time_add_up() -> None:
    assert span("3d 2h 5m 10s") == timedelta(days=3, hours=2, minutes=5, seconds=10)


def test_further_meetings_are_played_from_their_own_script() -> None:
    parts = ("before", "meeting-1", "between-again", "meeting-again", "after")
    chapters = [{"part": part, "title": part, "steps": []} for part in parts]
    played = [chapter.part for chapter in scenario(chapters=chapters).parts(3)]
    assert played == [*parts[:2], *parts[2:4], *parts[2:]]
    with pytest.raises(ScenarioError, match="has no script for between-again"):
        scenario().parts(2)


def test_the_seed_chooses_the_words() -> None:
    pools = {
        "list": [str(number) for number in range(9)],
        "ada": [{"one": str(n), "two": str(n)} for n in range(9)],
    }

    def told(seed: int) -> list[str]:
        texts = Texts(pools, seed)
        return [
            texts.of("@me.one", "ada"),
            texts.of("@ada.two", "ben"),
            *(texts.of("@list", "") for _ in "12345"),
        ]

    assert told(1) == told(1)
    assert len({tuple(told(seed)) for seed in range(5)}) == 5
    assert all(told(seed)[0] == told(seed)[1] for seed in range(5))
    assert len(frozenset(told(1)[2:])) == 5


@pytest.mark.parametrize("reference", ["@nowhere", "@ada.three", "@ada", "$never"])
def test_a_reference_that_leads_nowhere_is_refused(reference: str) -> None:
    with pytest.raises(ScenarioError):
        Texts({"ada": [{"one": "1"}]}, 0).of(reference, "ada")
