"""`action-learning export`, `erase`, `retention` and `rotate-keys`, as an operator meets them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, update
from sqlalchemy.ext.asyncio import create_async_engine

from bot.__main__ import FAILED, main
from bot.domain.learning_set import LearningSet, QuestionState
from bot.outgoing import Message
from bot.storage.installations import Installation
from bot.storage.migrate import downgrade, upgrade
from bot.storage.tables import audit, installations, learning_sets, outbox, questions, takeaways
from bot.storage.unit_of_work import Database
from bot.vault import CannotOpen, Vault, new_key
from tests.e2e.bots import kept
from tests.keys import KEY, VAULT
from tests.storage.examples import NOW, loaded, opened, rich_set, saved

WORDS = 'What have you "not" said?'


def a_set() -> LearningSet:
    """In whose meeting one question was taken away."""
    found = rich_set()
    assert found.meeting is not None
    first, *others = found.meeting.questions
    questions_asked = (replace(first, state=QuestionState.TAKEN_AWAY), *others)
    return replace(found, language="en", meeting=replace(found.meeting, questions=questions_asked))


ENGLISH = a_set()


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one set in it, and the settings of its operator."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ENCRYPTION_KEYS", KEY)

    async def fill() -> None:
        async with opened(database_url) as database:
            await saved(database, ENGLISH)
            async with database.unit_of_work() as unit:
                await unit.installations.meet("T1", None, NOW)
                await unit.installations.save(an_installation())
                await unit.outbox.enqueue("T1", [Message("k", "C1", "Waiting words", [])], NOW)

    asyncio.run(fill())
    return database_url


def an_installation() -> Installation:
    return Installation(
        workspace_id="T1",
        enterprise_id=None,
        org_wide=False,
        app_id="A1",
        bot_id="B1",
        bot_user_id="U0",
        scopes=frozenset({"commands"}),
        bot_token="xoxb-secret",
        refresh_token="xoxe-secret",
        token_expires_at=None,
        installer="U9",
        installed_at=NOW,
    )


def rows(url: str, table: Table) -> list[Mapping[str, Any]]:
    return asyncio.run(kept(url, table))


def change(url: str, table: Table, **values: Any) -> None:
    async def work() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(update(table).values(values))
        await engine.dispose()

    asyncio.run(work())


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("which", "about"),
    [
        (["--person", "U3"], {"kind": "person", "id": "U3"}),
        (["--set", "s1"], {"kind": "set", "id": "s1"}),
        ([], {"kind": "workspace", "id": "T1"}),
    ],
    ids=["a person", "a set", "a workspace"],
)
def test_an_export_is_one_document_without_what_nobody_may_see(
    url: str, capsys: pytest.CaptureFixture[str], which: list[str], about: Mapping[str, str]
) -> None:
    assert main(["export", "--workspace", "T1", *which]) == 0
    text = said(capsys)
    document = json.loads(text)
    assert document["about"] == about
    assert (document["format"], document["version"]) == ("action-learning-export", 1)
    assert {"Wait more", "Ask more"} == {row["text"] for row in document["kept"]["takeaways"]}
    assert "We rang them" in text or about["kind"] == "person"
    assert "Waiting words" not in text
    assert "secret" not in text
    assert "taken-away" not in text
    assert "gAAAA" not in text, "nothing sealed is shown as it is kept"
    assert [row["act"] for row in rows(url, audit)] == [f"{about['kind']} exported"]


def test_a_persons_export_has_no_word_of_anybody_else(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--workspace", "T1", "--person", "U2"]) == 0
    text = said(capsys)
    assert "What s1-c1 says" in text
    for others in ("What have you", "Mine, please", "Wait more", "We listened", '"because"'):
        assert others not in text


def test_what_a_facilitator_wrote_is_theirs(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--workspace", "T1", "--person", "U1"]) == 0
    kept_of_them = json.loads(said(capsys))["kept"]
    assert kept_of_them["owners_chosen"] == [{"meeting_id": "s1.1", "number": 1, "why": "because"}]
    assert [row["roles"] for row in kept_of_them["sets"]] == [["facilitator"]]


def test_an_export_goes_to_a_new_file_for_its_owner_alone(url: str, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    assert main(["export", "--workspace", "T1", "--set", "s1", "--output", str(file)]) == 0
    assert json.loads(file.read_text(encoding="utf-8"))["workspace"] == "T1"
    assert file.stat().st_mode & 0o077 == 0
    assert main(["export", "--workspace", "T1", "--set", "s1", "--output", str(file)]) == FAILED


@pytest.mark.parametrize("word", ["export", "erase"])
@pytest.mark.parametrize("which", [["--workspace", "T9"], ["--workspace", "T9", "--person", "U3"]])
def test_what_is_not_there_is_said(
    url: str, capsys: pytest.CaptureFixture[str], word: str, which: list[str]
) -> None:
    assert main([word, *which, *(["--yes"] if word == "erase" else [])]) == FAILED
    assert capsys.readouterr().err.startswith("Nothing is kept of")


@pytest.mark.parametrize("which", [["--person", "U3"], ["--set", "s1"], []])
def test_erasing_wants_a_yes_and_then_erases(
    url: str, capsys: pytest.CaptureFixture[str], which: list[str]
) -> None:
    asked = ["erase", "--workspace", "T1", *which]
    assert main(asked) == FAILED
    assert "--yes" in capsys.readouterr().err
    assert WORDS in str(rows(url, questions))
    assert main([*asked, "--yes"]) == 0
    assert said(capsys).startswith("Erased: ")
    assert WORDS not in str(rows(url, questions))
    assert bool(rows(url, learning_sets)) is (which == ["--person", "U3"])
    assert main([*asked, "--yes"]) == FAILED


def test_retention_is_said_and_chosen(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    retention = ["retention", "--workspace", "T1"]
    assert main(retention) == 0
    assert "for 365 days after its end (RETENTION_DAYS" in said(capsys)
    for days, told in (("30", "for 30 days after its end."), ("never", "until somebody erases it.")):
        assert main([*retention, "--days", days]) == 0
        assert told in said(capsys)
    for wrong in ("0", "-1", "soon", "1e3"):
        assert main([*retention, f"--days={wrong}"]) == FAILED
        assert "such as 365 or never" in capsys.readouterr().err
    assert main(["retention", "--workspace", "T9", "--days", "3"]) == FAILED
    assert "No workspace T9" in capsys.readouterr().err


def test_new_key_makes_another_key_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    keys = set()
    for _ in range(2):
        assert main(["new-key"]) == 0
        keys.add(said(capsys).strip())
    assert len(keys) == 2
    Vault([*keys])


def test_new_keys_seal_everything_anew_and_old_ones_may_go(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = new_key()
    monkeypatch.setenv("ENCRYPTION_KEYS", f"{new},{KEY}")
    assert main(["rotate-keys"]) == 0
    assert said(capsys).splitlines()[:4] == [
        "questions: 1 sealed anew",
        "takeaways: 2 sealed anew",
        "outbox: 1 sealed anew",
        "installations: 1 sealed anew",
    ]
    assert main(["rotate-keys"]) == 0
    assert "takeaways: 0 sealed anew" in said(capsys)

    async def read(vault: Vault) -> tuple[object, ...]:
        database = Database(url, vault)
        try:
            async with database.unit_of_work() as unit:
                state = await unit.learning_sets.load("T1", "s1")
                installed = await unit.installations.of("T1")
                (delivery,) = (await unit.outbox.claim(NOW)).deliveries
            assert state is not None
            assert state.meeting is not None
            return state.meeting.takeaways, installed, getattr(delivery.outgoing, "text", None)
        finally:
            await database.close()

    assert ENGLISH.meeting is not None
    assert asyncio.run(read(Vault([new]))) == (ENGLISH.meeting.takeaways, an_installation(), "Waiting words")
    with pytest.raises(CannotOpen):
        asyncio.run(read(VAULT))


def test_a_key_that_is_missing_is_said(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENCRYPTION_KEYS", new_key())
    assert main(["rotate-keys"]) == FAILED
    assert "not in ENCRYPTION_KEYS" in capsys.readouterr().err


def test_rows_from_before_there_were_seals_are_read_and_then_sealed(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(url, takeaways, text="Plain words", sealed=None)
    change(url, questions, state="taken-away", triage=None)
    change(url, outbox, payload={"conversation": "C1", "text": "Plain", "blocks": []})
    assert main(["export", "--workspace", "T1"]) == 0
    assert "taken-away" not in said(capsys)
    assert main(["rotate-keys"]) == 0
    assert {row["text"] for row in rows(url, takeaways)} == {""}
    assert {row["state"] for row in rows(url, questions)} == {"settled"}
    assert "Plain" not in str(rows(url, outbox))
    assert main(["export", "--workspace", "T1", "--set", "s1"]) == 0
    assert said(capsys).count("Plain words") == 2


def test_tokens_are_never_shown(url: str) -> None:
    assert "secret" not in str(rows(url, installations))


def test_going_back_to_the_schema_before_loses_what_is_sealed_and_nothing_else(url: str) -> None:
    async def read() -> LearningSet:
        async with opened(url) as database:
            return await loaded(database)

    downgrade(url, "0004")
    upgrade(url)
    found = asyncio.run(read())
    assert found.meeting is not None
    assert found.meeting.takeaways == ()
    assert found.meeting.questions[0].state is QuestionState.PASSED
    assert found.meeting.learning == (ENGLISH.meeting and ENGLISH.meeting.learning)
