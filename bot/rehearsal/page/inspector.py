"""What went over the wire, newest last: envelopes and their acknowledgements, Web API calls, refusals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rehearsal.delivery import Attempt, Envelope
from bot.rehearsal.json_types import Json
from bot.rehearsal.records import Call
from bot.rehearsal.server import LocalSlack

SHOWN = 120
"""So many of the newest are listed at first, and so many more each time somebody asks for earlier ones."""


@dataclass(frozen=True)
class Entry:
    """One line of the inspector. `state` is ok, refused, late or waiting; `key` finds the payload again."""

    key: str
    at: datetime
    kind: str
    name: str
    state: str
    detail: str = ""


def entries(slack: LocalSlack, times: int) -> list[Entry]:
    """The newest things, oldest first: `times` as many as are listed at first."""
    most = SHOWN * times
    calls = [_of_call(number, one) for number, one in enumerate(slack.calls)][-most:]
    envelopes = [_of_envelope(number, one) for number, one in enumerate(slack.envelopes)][-most:]
    # At one instant of the clock what came to the bot comes before what it answered.
    return sorted([*envelopes, *calls], key=lambda one: one.at)[-most:]


def earlier(slack: LocalSlack, times: int) -> bool:
    """Whether there is more than these."""
    return len(slack.calls) + len(slack.envelopes) > SHOWN * times


def payload(slack: LocalSlack, key: str) -> str | None:
    """What was sent and answered, as indented JSON; None for a key that leads nowhere."""
    kind, _, number = key.partition("-")
    recorded: dict[str, Sequence[Call | Envelope]] = {"call": slack.calls, "envelope": slack.envelopes}
    found = recorded.get(kind, ())
    if not number.isdecimal() or int(number) >= len(found):
        return None
    one = found[int(number)]
    document = _call_document(one) if isinstance(one, Call) else _envelope_document(one)
    return json.dumps(document, indent=2, ensure_ascii=False, default=str)


def _of_call(number: int, call: Call) -> Entry:
    answer = call.answer if isinstance(call.answer, dict) else {}
    refused = call.status != 200 or answer.get("ok") is False
    state = "waiting" if call.answer is None and call.fault is None else "refused" if refused else "ok"
    detail = " ".join(
        str(one) for one in (call.status if refused else "", answer.get("error"), call.fault) if one
    )
    return Entry(f"call-{number}", call.at, "call", call.method, state, detail)


def _of_envelope(number: int, envelope: Envelope) -> Entry:
    states = {"acknowledged": "ok", "failed": "refused"}
    failures = [one.failure for one in envelope.attempts if one.failure]
    return Entry(
        f"envelope-{number}",
        envelope.created,
        "envelope",
        _name(envelope),
        states.get(envelope.state, "waiting"),
        " ".join(failures),
    )


def _name(envelope: Envelope) -> str:
    payload = envelope.payload
    if envelope.kind == "events_api":
        return str(payload["event"]["type"])
    if envelope.kind == "slash_commands":
        return f"{payload['command']} {payload['text']}".strip()
    actions = [str(one.get("action_id")) for one in payload.get("actions", [])]
    view = payload.get("view") or {}
    return " ".join([str(payload["type"]), *(actions or [str(view.get("callback_id", ""))])]).strip()


def _call_document(call: Call) -> Json:
    return {
        "method": call.method,
        "arguments": _opened(call.arguments),
        "fault": call.fault,
        "status": call.status,
        "answer": call.answer,
    }


def _envelope_document(envelope: Envelope) -> Json:
    return {
        "type": envelope.kind,
        "attempts": [_attempt(one) for one in envelope.attempts],
        "state": envelope.state,
        "payload": envelope.payload,
        "acknowledgement": envelope.answer,
    }


def _attempt(attempt: Attempt) -> Json:
    return {
        "envelope_id": attempt.envelope_id,
        "at": attempt.at.isoformat(),
        "carrier": attempt.carrier,
        "failure": attempt.failure,
    }


def _opened(arguments: Json) -> Json:
    """Forms carry JSON in strings; shown as what it is."""
    return {name: _json(value) for name, value in arguments.items()}


def _json(value: Json) -> Json:
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
