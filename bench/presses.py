"""The measured press, as Slack sends it: the facilitator's button that leaves the running stage."""

import json
from typing import Any
from urllib.parse import urlencode

from bench.sets import WORKSPACE, Play
from bot.surfaces.ids import Action


def press_body(play: Play, *, number: int, trigger: str, later: int = 0) -> str:
    """The body of the request, in the copy of the set with this ``number``, so many stages ``later``.

    ``trigger`` is Slack's id of the press, by which it is known again.
    """
    board = play.board
    assert board is not None
    button = next(
        element
        for block in board.blocks
        for element in block.get("elements", ())
        if element.get("action_id") == Action.MOVE_ON
    )
    payload: dict[str, Any] = {
        "type": "block_actions",
        "team": {"id": WORKSPACE, "domain": "bench"},
        "user": {"id": play.facilitator, "username": "grace", "name": "grace", "team_id": WORKSPACE},
        "api_app_id": "ABENCH",
        "token": "legacy",
        "enterprise": None,
        "is_enterprise_install": False,
        "container": {"type": "message", "message_ts": "1.000100", "channel_id": f"C{play.number}"}
        | {"is_ephemeral": False},
        "trigger_id": "TRIGGER",
        "channel": {"id": f"C{play.number}", "name": "privategroup"},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/TBENCH/1/x",
        "actions": [{**button, "block_id": "1.x", "type": "button", "action_ts": "1.1"}],
        "message": {
            "type": "message",
            "ts": "1.000100",
            "user": "UBOT",
            "bot_id": "BBOT",
            "text": board.text,
            "blocks": board.blocks,
        },
    }
    drawn_for, version = (f'\\"version\\":{play.meeting.version + more},' for more in (0, later))
    text = json.dumps(payload).replace(play.number, f"{number:07d}").replace("TRIGGER", trigger)
    assert drawn_for in text
    text = text.replace(drawn_for, version)
    return urlencode({"payload": text})
