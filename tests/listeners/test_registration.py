"""Everything that can be pressed, sent, typed or told has one listener, and the manifest names it all."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bot.listeners import actions, events, registration, slash_command, views
from bot.surfaces.ids import Action, Callback
from bot.surfaces.replies import Subcommand
from tests.listeners.stage import MANIFEST, Stage

NEEDS_SCOPES = {
    "chat:write": "the sender posts",
    "commands": "/als",
    "users:read": "users.info and user_change",
    "channels:read": "conversations.info, conversations.members and member_joined_channel of public channels",
    "groups:read": "the same of private channels",
}
SENT = set(Callback) - {Callback.HAND_OVER, Callback.PRIVACY}
"""Handing over is done by buttons in the modal, which has nothing to send."""
SECRET = "what nobody but the set may read"


class Noted:
    """Takes the place of Bolt's app and notes what is registered."""

    def __init__(self) -> None:
        self.registered: Counter[tuple[str, object]] = Counter()

    def __getattr__(self, kind: str) -> Callable[[Any], Callable[[Any], None]]:
        def register(constraint: Any) -> Callable[[Any], None]:
            self.registered[kind, constraint] += 1
            return lambda _listener: None

        return register


@pytest.fixture
def noted() -> Counter[tuple[str, object]]:
    app: Any = Noted()
    desk: Any = object()
    registration.register(app, desk, absent=LookupError)
    registered: Counter[tuple[str, object]] = app.registered
    return registered


def test_every_button_modal_and_word_has_a_listener() -> None:
    assert set(actions.LISTENERS) == set(Action)
    assert set(views.LISTENERS) == SENT
    assert set(slash_command.LISTENERS) == set(Subcommand)


def test_everything_is_registered_once(noted: Counter[tuple[str, object]]) -> None:
    assert set(noted.values()) == {1}
    assert {name for kind, name in noted if kind == "action"} >= {action.value for action in Action}
    assert {name for kind, name in noted if kind == "view_submission"} == {c.value for c in SENT}


def test_the_manifest_names_what_is_registered_and_nothing_else(noted: Counter[tuple[str, object]]) -> None:
    told = {name for kind, name in noted if kind == "event"} - {registration.ANYTHING}
    typed = {name for kind, name in noted if kind == "command"} - {registration.ANYTHING}
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == told == set(events.LISTENERS)
    assert {each["command"] for each in MANIFEST["features"]["slash_commands"]} == typed
    assert "shortcuts" not in MANIFEST["features"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert set(MANIFEST["oauth_config"]["scopes"]) == {"bot"}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == set(NEEDS_SCOPES)


def test_the_manifest_keeps_to_slacks_limits_and_lets_people_write() -> None:
    about, features = MANIFEST["display_information"], MANIFEST["features"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4_000
    assert len(features["bot_user"]["display_name"]) <= 80
    assert all(
        each["should_escape"] and len(each["usage_hint"]) <= 1_000 for each in features["slash_commands"]
    )
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def person_did(**what: Any) -> dict[str, Any]:
    return {"team": {"id": "T1"}, "user": {"id": "U1"}, "trigger_id": "t.1", **what}


UNKNOWN: dict[str, dict[str, Any]] = {
    "button": person_did(
        type="block_actions", actions=[{"action_id": "strange", "block_id": "b", "value": SECRET}]
    ),
    "modal": person_did(
        type="view_submission", view={"type": "modal", "callback_id": "strange", "private_metadata": SECRET}
    ),
    "closed modal": person_did(type="view_closed", view={"type": "modal", "callback_id": "strange"}),
    "shortcut": person_did(type="shortcut", callback_id="strange"),
    "menu": person_did(type="block_suggestion", action_id="strange", value=SECRET),
    "event": {"type": "event_callback", "event_id": "Ev1", "event": {"type": "message", "text": SECRET}},
    "command": {"command": "/strange", "text": SECRET, "user_id": "U1", "trigger_id": "t.1"},
}
MALFORMED: dict[str, dict[str, Any]] = {
    "button without anybody": {
        "type": "block_actions",
        "actions": [{"action_id": "stage.move_on", "block_id": "b", "value": SECRET}],
    },
    "modal without a trigger": {
        "type": "view_submission",
        "user": {"id": "U1"},
        "view": {"type": "modal", "callback_id": "question.ask", "private_metadata": SECRET},
    },
    "command without a channel": {"command": "/als", "text": SECRET, "user_id": "U1", "trigger_id": "t.1"},
    "event without anybody": {
        "type": "event_callback",
        "event_id": "Ev1",
        "event": {"type": "app_home_opened", "tab": SECRET},
    },
    "event without an id": {"type": "event_callback", "event": {"type": "app_home_opened", "user": "U1"}},
    "person who is not one": {
        "type": "event_callback",
        "event_id": "Ev1",
        "event": {"type": "user_change", "user": {"id": 7, "name": SECRET}},
    },
}


async def installed() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T1", bot_user_id="UB", bot_id="B1", bot_token="xoxb-x"
    )


@pytest.fixture
def app() -> AsyncApp:
    """Registered with a desk at which nothing can be served."""
    made = AsyncApp(authorize=installed, process_before_response=True)
    desk: Any = object()
    registration.register(made, desk, absent=LookupError)
    return made


@pytest.mark.parametrize("name", UNKNOWN)
async def test_what_nobody_serves_is_acknowledged_and_logged_without_a_word_of_it(
    app: AsyncApp, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await acknowledged(app, UNKNOWN[name], caplog)


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_cannot_be_from_slack_is_acknowledged_and_logged_without_a_word_of_it(
    app: AsyncApp, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await acknowledged(app, MALFORMED[name], caplog)


async def acknowledged(app: AsyncApp, body: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "bot"):
        response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert response.status == 200
    assert caplog.messages
    assert SECRET not in caplog.text


async def test_a_listener_that_fails_is_not_acknowledged_and_says_nothing_of_the_content(
    app: AsyncApp, caplog: pytest.LogCaptureFixture
) -> None:
    body = {
        "command": "/als",
        "text": f"help {SECRET}",
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": "t.1",
    }
    response = await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    assert response.status == 500
    assert "AttributeError" in caplog.text
    assert SECRET not in caplog.text


async def test_every_request_is_answered_by_the_wired_bot(stage: Stage) -> None:
    act = await stage.eve.command("/als help", stage.channel)
    assert all(f"/als {word}" in act.text for word in Subcommand)
