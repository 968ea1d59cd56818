"""The scenarios that ship, played by simulated members against the real bot.

A run of two meetings takes a processor several seconds. So what one run can show is read from a
transcript that is kept, and that every listener is missed is tried within one run.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache, partialmethod
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from aiohttp import ClientSession
from sqlalchemy import make_url

from bot.app_manifest import manifest
from bot.backstage import connected_to
from bot.bootstrap import build
from bot.listeners import actions, events, slash_command, views
from bot.prompt_library import PromptLibrary
from bot.rehearsal.autoplay import ActFailed, Autoplay
from bot.rehearsal.changes import SAFETY_SECONDS
from bot.rehearsal.delivery import Delivery, Envelope
from bot.rehearsal.errors import CannotAct, FormRefused
from bot.rehearsal.people import Person
from bot.rehearsal.scenario import FIRST, Step
from bot.rehearsal.terminal import Terminal
from bot.rehearsal.transcript import Entry
from bot.rehearse import (
    Options,
    Stage,
    complaints,
    on_stage,
    own_database,
    play,
    rehearse,
)
from bot.settings import Settings
from bot.storage.unit_of_work import Database
from bot.surfaces.ids import Action, Callback
from bot.surfaces.replies import Subcommand
from tests.e2e import life
from tests.keys import VAULT

SCENARIOS = ("heads-of-department", "humanitarian-pairs")
SHOWN_BY_SLACK_OR_LATER = frozenset({Action.OPEN_LINK.value, "user_change"})
"""A page opens, or nothing is seen yet: that nobody listens is told by the bot's own complaint."""
SENDS_NOTHING = frozenset({Callback.HAND_OVER, Callback.PRIVACY})
"""Modals without a button to send them."""
OUTCOMES = frozenset({"Done", "Partly done", "Not yet", "Changed course", "Dropped on purpose"})
EVENT_OF = {
    "act_open_home": "app_home_opened",
    "act_invite_bot": "member_joined_channel",
    "act_travel": "user_change",
}
"""What people do, and the event by which Slack tells of it."""
WHOLE_RUNS = 300
PATIENCE = 0.5
"""Real seconds for which a word that has lost its listener is waited for: it is never acknowledged."""


class Mute(Terminal):
    """Nobody reads along."""

    def __init__(self) -> None:
        super().__init__(slowly=False)

    def tell(self, line: str) -> None:
        del line


class Impatient(Mute):
    """Ends a run at the first complaint: that is enough where the run is to fail."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    async def pace(self) -> None:
        if self._heard:
            raise ActFailed(self._heard[0])


def played(options: Options, database_url: str | None = None) -> list[Entry]:
    """The transcript of a run in which nothing goes wrong."""

    async def run(url: str) -> list[Entry]:
        with complaints() as heard:
            async with on_stage(Settings(), options, url) as stage:
                faults = await play(stage, options, Mute())
        assert [*faults, *heard] == []
        return list(stage.slack.transcript.entries)

    if database_url is not None:
        return asyncio.run(run(database_url))
    with own_database(Settings()) as url:
        return asyncio.run(run(url))


@pytest.mark.timeout(WHOLE_RUNS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_two_meetings_are_played_with_the_report_backs_between_them(
    scenario: str, postgresql_url: str
) -> None:
    assert report_backs(played(Options(scenario, meetings=2), postgresql_url)) > 1


@pytest.mark.timeout(WHOLE_RUNS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_on_sqlite_too_and_a_further_meeting_is_played_from_the_script_by_roles(scenario: str) -> None:
    entries = played(Options(scenario, meetings=3))
    (third,) = (at for at, entry in enumerate(entries) if "begins meeting 3" in entry["text"])
    assert report_backs(entries[:third]) > 1


def report_backs(entries: Sequence[Entry]) -> int:
    return sum(entry.get("callback_id") == "report.file" for entry in entries)


@pytest.mark.timeout(WHOLE_RUNS)
def test_the_first_scenario_uses_every_button_modal_word_event_and_outcome() -> None:
    """Generated from the registries; one run shows all of it."""
    entries = first_scenario(http=False)
    said = "\n".join(entry["text"] for entry in entries if entry["kind"] == "act_submit")
    used = {
        "buttons": {entry.get("action_id") for entry in entries if entry["kind"] == "act_press"},
        "modals": {entry.get("callback_id") for entry in entries if entry["kind"] == "act_submit"},
        "words": {entry["text"] for entry in entries if entry["kind"] == "act_command"},
        "events": {EVENT_OF.get(entry["kind"]) for entry in entries},
        "outcomes": {outcome for outcome in OUTCOMES if outcome in said},
    }
    wanted = {
        "buttons": {action.value for action in Action if action not in life.ACTIONS},
        "modals": {callback.value for callback in Callback if callback not in SENDS_NOTHING},
        "words": {f"/als {word}" for word in Subcommand if word not in life.WORDS},
        "events": set(manifest()["settings"]["event_subscriptions"]["bot_events"]) - life.EVENTS,
        "outcomes": OUTCOMES,
    }
    assert {kind: names - used[kind] for kind, names in wanted.items() if names - used[kind]} == {}


# The same in both modes


@cache
def first_scenario(*, http: bool) -> list[Entry]:
    """Two meetings of it. A run is long, and nobody changes what was played."""
    return played(Options(FIRST, meetings=2, http=http))


@pytest.mark.timeout(WHOLE_RUNS)
def test_the_first_scenario_is_the_same_in_socket_mode_and_in_http_mode() -> None:
    """In the normal form: everything that Slack received and showed, with all ids and all words, and in the
    order of the instants at which it came. Only entries of one and the same instant may stand in any order,
    as nobody can tell which of two payloads sent at once arrives first.
    """
    socket_mode, http_mode = (normal_form(first_scenario(http=http)) for http in (False, True))
    assert [at for at, _ in socket_mode] == [at for at, _ in http_mode]
    assert socket_mode == http_mode
    assert sum(len(entries) for _, entries in socket_mode) > 500


def normal_form(entries: Sequence[Entry]) -> list[tuple[str, list[str]]]:
    """For each instant what came then, sorted."""
    lines = [(str(entry["at"]), json.dumps(entry, sort_keys=True)) for entry in entries]
    return [(at, sorted(line for _, line in same)) for at, same in groupby(lines, key=itemgetter(0))]


# The same again, and other words


@pytest.mark.timeout(WHOLE_RUNS)
def test_the_same_seed_gives_the_same_transcript_and_another_other_texts_in_the_same_order_of_stages(
    tmp_path: Path,
) -> None:
    files = [tmp_path / name for name in ("first.jsonl", "second.jsonl", "other.jsonl")]
    one, _, other = (
        played(Options(SCENARIOS[1], meetings=1, seed=seed, transcript=file))
        for seed, file in zip((3, 3, 2), files, strict=True)
    )
    assert files[0].read_bytes() == files[1].read_bytes()
    first = json.loads(files[0].read_text(encoding="utf-8").splitlines()[0])
    assert {"at", "kind", "user", "channel", "stage", "text"} <= first.keys()
    assert stages(one) == stages(other) != []
    assert typed(one) != typed(other)


def stages(entries: Sequence[Entry]) -> list[str]:
    """The stages in the order in which the meeting went through them."""
    found = [str(entry["stage"]) for entry in entries if entry["stage"] is not None]
    return found[:1] + [later for earlier, later in pairwise(found) if earlier != later]


def typed(entries: Sequence[Entry]) -> list[str]:
    return [entry["text"] for entry in entries if entry["kind"] == "act_submit"]


# Nothing can be taken away


class Sabotaged(Autoplay):
    """Before the first act that needs a listener, the act is tried without it, and must fail."""

    on_stage: Stage
    database: Database
    heard: list[str]
    """The bot's complaints."""

    async def _act(self, step: Step, actor: str) -> None:
        for name, table, key in self._listeners(step, actor):
            if name not in self.missed:
                self.missed[name] = await self._without(table, key, step, actor)
        await super()._act(step, actor)

    @property
    def missed(self) -> dict[str, str]:
        """What went wrong without each listener."""
        return cast("dict[str, str]", self.__dict__.setdefault("_missed", {}))

    def _listeners(self, step: Step, actor: str) -> Iterator[tuple[str, MutableMapping[Any, Any], Any]]:
        """The listeners that this act needs: name, table and key."""
        if step.press is not None:
            yield step.press, _table(actions), Action(step.press)
        if step.command is not None and (word := step.command.split()[1]) in frozenset(Subcommand):
            yield f"/als {word}", _table(slash_command), Subcommand(word)
        if step.fill is not None and step.opens is not None:
            yield f"modal {step.opens}", _table(views), Callback(step.opens)
        happens = {
            "app_home_opened": step.home,
            "member_joined_channel": step.invites,
            "user_change": step.travels,
        }
        yield from ((event, _table(events), event) for event, does in happens.items() if does)

    async def _without(self, table: MutableMapping[Any, Any], key: Any, step: Step, actor: str) -> str:
        """How the act fails while nobody listens; empty when it does not."""
        person, complaints_before = self.cast.people[actor], len(self.heard)
        nothing_open, zone = person.modal is None, person.account.tz
        kept, drawn = dict(self._texts._kept), dict(self._texts._drawn)
        with _taken_away(table, key), pytest.MonkeyPatch.context() as hasty:
            if isinstance(key, Subcommand):
                hasty.setattr(Delivery, "settle", partialmethod(Delivery.settle, within=PATIENCE))
            try:
                async with self._app_as_registered_now():
                    await super()._act(step, actor)
            except (ActFailed, CannotAct, FormRefused) as failed:
                return str(failed)
            else:
                return "\n".join(self.heard[complaints_before:])
            finally:
                if nothing_open:
                    self.slack.world.views.clear(person.id)
                self._texts._kept, self._texts._drawn = kept, drawn
                self._undo(step, person, zone)

    def _undo(self, step: Step, person: Person, zone: str) -> None:
        """What Slack did by itself is as before."""
        person.account.tz = zone
        if step.invites is not None:
            self.cast.channels[step.invites].members.remove(self.slack.bot_user_id)

    @asynccontextmanager
    async def _app_as_registered_now(self) -> AsyncIterator[None]:
        """The bot's door leads to an app that was registered from the tables as they are."""
        other = build(
            settings=connected_to(self.slack, Settings()),
            clock=self.clock,
            library=LIBRARY,
            database=self.database,
            sends_by_itself=False,
        )
        door = self.on_stage.bot.reception
        first, door.app = door.app, other.app
        try:
            async with ClientSession() as session:
                await other._begin(session)
                yield
        finally:
            door.app = first


LIBRARY = PromptLibrary.load(Settings().prompts_dir)


def _table(module: Any) -> MutableMapping[Any, Any]:
    """The listeners of a module, which are a dict in fact."""
    assert isinstance(module.LISTENERS, dict)
    return module.LISTENERS


@contextmanager
def _taken_away(table: MutableMapping[Any, Any], key: Any) -> Iterator[None]:
    listener = table.pop(key)
    try:
        yield
    finally:
        table[key] = listener


@pytest.mark.timeout(WHOLE_RUNS)
def test_with_any_one_listener_unregistered_the_first_scenario_fails() -> None:
    async def run(url: str) -> dict[str, str]:
        database = Database(url, VAULT)
        with complaints() as heard:
            async with on_stage(Settings(), Options(FIRST), url, vault=VAULT) as stage:
                sabotaged = Sabotaged(stage.scenario, stage.slack, stage.clock, stage.bot)
                sabotaged.on_stage, sabotaged.database, sabotaged.heard = stage, database, heard
                await sabotaged.play(2)
        await database.close()
        return sabotaged.missed

    with own_database(Settings()) as url:
        missed = asyncio.run(run(url))
    pressed = {action.value for action in actions.LISTENERS if action not in life.ACTIONS}
    typed_words = {f"/als {word}" for word in slash_command.LISTENERS if word not in life.WORDS}
    sent = {f"modal {callback}" for callback in views.LISTENERS}
    assert missed.keys() == pressed | typed_words | sent | (set(events.LISTENERS) - life.EVENTS)
    assert [name for name, fault in missed.items() if not fault] == []
    complained_only = {name for name, fault in missed.items() if fault.startswith("The bot complained")}
    assert complained_only == SHOWN_BY_SLACK_OR_LATER


def without(section: tuple[str, ...], taken: object) -> dict[str, Any]:
    """The manifest without one entry of a list."""
    document = copy.deepcopy(manifest())
    place: Any = document
    for key in section:
        place = place[key]
    place.remove(taken)
    return document


@contextmanager
def waiting_no_longer_than_until(heard: list[str]) -> Iterator[None]:
    """Of an answer, once the bot has complained: then none will come."""

    async def settle(self: Delivery, envelope: Envelope, within: float = SAFETY_SECONDS) -> None:
        with suppress(TimeoutError):
            await self._world.changes.until(lambda: envelope.settled or heard, within)
        self.time_out(envelope)

    with pytest.MonkeyPatch.context() as hasty:
        hasty.setattr(Delivery, "settle", settle)
        yield


SCOPES, EVENTS = ("oauth_config", "scopes", "bot"), ("settings", "event_subscriptions", "bot_events")
COMMANDS = ("features", "slash_commands")
TAKEN = [
    *((SCOPES, scope) for scope in manifest()["oauth_config"]["scopes"]["bot"]),
    *(
        (EVENTS, event)
        for event in manifest()["settings"]["event_subscriptions"]["bot_events"]
        if event not in life.EVENTS
    ),
    *((COMMANDS, command) for command in manifest()["features"]["slash_commands"]),
]


@pytest.mark.timeout(WHOLE_RUNS)
@pytest.mark.parametrize(("section", "taken"), TAKEN, ids=[str(taken)[:40] for _, taken in TAKEN])
def test_without_any_scope_event_or_command_of_the_manifest_the_first_scenario_fails(
    section: tuple[str, ...], taken: object
) -> None:
    async def run(url: str) -> list[str]:
        options = Options(FIRST, meetings=2)
        with complaints() as heard, waiting_no_longer_than_until(heard):
            async with on_stage(Settings(), options, url, without(section, taken)) as stage:
                return await play(stage, options, Impatient(heard)) or heard

    with own_database(Settings()) as url:
        assert asyncio.run(run(url)) != []


# The command line


def command_line(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`action-learning rehearse` in a process of its own, which hears SIGINT as at a terminal: a shell that
    starts the tests in the background has it ignored.
    """
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-m", "bot", "rehearse", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], **environment},
        )
    finally:
        signal.signal(signal.SIGINT, ours)


@pytest.mark.timeout(WHOLE_RUNS)
def test_the_command_ends_well_and_leaves_only_the_transcript(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    arguments = (
        "--headless",
        "--autoplay",
        "--meetings",
        "1",
        "--scenario",
        SCENARIOS[1],
        "--transcript",
        str(file),
    )
    process = command_line(*arguments, TMPDIR=str(tmp_path))
    told, complained = process.communicate()
    assert (process.returncode, complained) == (0, "")
    assert "Tahmina Akter types /als new" in told
    assert list(tmp_path.iterdir()) == [file]
    assert all(json.loads(line)["kind"] for line in file.read_text(encoding="utf-8").splitlines())


@pytest.mark.timeout(WHOLE_RUNS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_rehearsal_that_is_stopped_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    process = command_line("--autoplay", TMPDIR=str(tmp_path))
    assert process.stdout is not None
    while "opens App Home" not in process.stdout.readline():
        assert process.poll() is None
    assert list(tmp_path.iterdir()) != []
    process.send_signal(number)
    _, complained = process.communicate()
    assert (process.returncode, complained) == (130, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(WHOLE_RUNS)
def test_a_rehearsal_that_fails_says_at_which_act(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(_table(actions), Action.NEW_SET)
    faults = asyncio.run(rehearse(Settings(), Options(FIRST, meetings=1), Mute()))
    assert faults[0] == "Inês starts a set, step 2: ines was to press set.new, but no modal opened."


@pytest.mark.timeout(WHOLE_RUNS)
def test_on_postgresql_a_rehearsal_has_a_schema_of_its_own(postgresql_url: str) -> None:
    def schemas() -> set[str]:
        plain = make_url(postgresql_url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as connection:
            return {row[0] for row in connection.execute("SELECT nspname FROM pg_namespace").fetchall()}

    before = schemas()
    settings = Settings(database_url=postgresql_url)
    with own_database(settings) as url:
        assert len(schemas() - before) == 1
        assert "search_path" in url
    options = Options(SCENARIOS[1], meetings=1)
    assert asyncio.run(rehearse(settings, options, Mute())) == []
    assert schemas() == before
