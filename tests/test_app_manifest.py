"""`action-learning manifest`: what an operator pastes into the settings of the Slack app."""

import json
from pathlib import Path

import pytest

from bot.__main__ import FAILED, main
from bot.app_manifest import manifest
from bot.rehearsal.manifest import Manifest

ADDRESS = "https://als.example.org"


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["manifest", *words]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_without_an_address_it_is_the_one_in_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    in_repository = json.loads(Path("manifest.json").read_text(encoding="utf-8"))
    assert printed(capsys) == in_repository


def test_with_an_address_slack_posts_there_and_only_the_way_in_differs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", f"{ADDRESS}/")
    found = printed(capsys, "--http")
    expected = manifest()
    expected["features"]["slash_commands"][0]["url"] = f"{ADDRESS}/slack/events"
    expected["oauth_config"]["redirect_urls"] = [f"{ADDRESS}/slack/oauth_redirect"]
    expected["settings"]["event_subscriptions"]["request_url"] = f"{ADDRESS}/slack/events"
    expected["settings"]["interactivity"]["request_url"] = f"{ADDRESS}/slack/events"
    expected["settings"]["socket_mode_enabled"] = False
    assert found == expected
    assert not Manifest.read(found).org_deploy


def test_an_organisation_may_install_it_where_that_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", ADDRESS)
    assert Manifest.read(printed(capsys, "--http", "--organisations")).org_deploy


@pytest.mark.parametrize(
    ("words", "address", "said"),
    [
        (["--http"], "", "PUBLIC_URL is missing"),
        (["--http", "--organisations"], "", "PUBLIC_URL is missing"),
        (["--organisations"], ADDRESS, "Add --http"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(
    words: list[str],
    address: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PUBLIC_URL", address)
    assert main(["manifest", *words]) == FAILED
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
