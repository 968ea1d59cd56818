"""What must hold of every rehearsal, found in its transcript alone. Each fault is a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.rehearsal.scenario import Plan
from bot.rehearsal.transcript import Entry

WORK_BEGINS, WORK_ENDS = 8, 18
ANSWER_WITHIN = timedelta(minutes=1)
"""A direct message this soon after the reader's own act is an answer to it."""
EVERYBODY = re.compile(r"<!(channel|here|everyone)|@(channel|here|everyone)\b")


@dataclass(frozen=True)
class Record:
    """A rehearsal as far as the checks must know it: what was written down, and what everybody is."""

    entries: Sequence[Entry]
    plan: Plan
    home: str
    """Id of the set's channel."""
    readers: dict[str, str]
    """Conversation id of each direct message channel, and the person it is with."""
    zones: dict[str, str]
    """Zone of each person at the start; journeys are in the entries."""
    names: Sequence[str]
    """As Slack shows them."""
    people_per_turn: int = 1


def check(record: Record, meetings: int) -> list[str]:
    """Every fault of a rehearsal of so many meetings."""
    checks: list[Callable[[Record], Iterator[str]]] = [
        lambda r: stages_in_order(r, meetings),
        reported_commitments_were_made,
        nothing_said_elsewhere,
        nobody_called_by_all,
        nobody_mentioned_twice,
        nobody_asked_outside_working_hours,
    ]
    return [fault for one in checks for fault in one(record)]


def stages_in_order(record: Record, meetings: int) -> Iterator[str]:
    """Every stage of every turn in each meeting, in the order of the plan, whatever went back in between."""
    held = list(boards(record).values())
    if len(held) != meetings:
        yield f"{len(held)} meetings were held, not {meetings}."
    for number, stages in enumerate(held, start=1):
        gone, expected = walked(stages, record.plan.stages()), record.plan.stages()
        if gone != expected:
            last = gone[-1] if gone else "nowhere"
            missing = expected[len(gone)] if len(gone) < len(expected) else "nothing"
            yield f"Meeting {number} did not go through every stage: after {last} came {missing} in the plan."


def boards(record: Record) -> dict[str, list[str]]:
    """The stages at which each board stood, in order, by the board's timestamp."""
    found: dict[str, list[str]] = {}
    for entry in record.entries:
        root = entry.get("ts") is not None and entry.get("thread_ts") in (None, entry.get("ts"))
        if root and entry["channel"] == record.home and entry["stage"] and _said(entry):
            stages = found.setdefault(entry["ts"], [])
            if stages[-1:] != [entry["stage"]]:
                stages.append(entry["stage"])
    return found


def walked(stages: Sequence[str], plan: Sequence[str]) -> list[str]:
    """The part of the plan that was gone through in the end: going back takes back what came after."""
    gone: list[str] = []
    for stage in stages:
        if len(gone) < len(plan) and plan[len(gone)] == stage:
            gone.append(stage)
        elif stage in gone:
            del gone[len(gone) - gone[::-1].index(stage) :]
    return gone


def reported_commitments_were_made(record: Record) -> Iterator[str]:
    """Each commitment on which somebody reports was made before by sending the modal."""
    made: list[str] = []
    for entry in record.entries:
        if entry["kind"] == "act_submit" and entry.get("callback_id") == "commitment.write":
            _title, *said = entry["text"].splitlines()
            made.extend(said[:1])
        reports = entry["kind"] == "modal_opened" and entry.get("callback_id") == "report.file"
        if reports and not any(text in entry["text"] for text in made):
            yield f"{entry['user_name']} was asked about a commitment that nobody made by the form."


def nothing_said_elsewhere(record: Record) -> Iterator[str]:
    """The bot speaks in the set's channel and in direct messages; elsewhere it only greets."""
    greeted = {entry["channel"] for entry in record.entries if entry["kind"] == "act_invite_bot"}
    for entry in record.entries:
        known = entry["channel"] in (record.home, *record.readers) or entry["channel"] in greeted
        if entry["kind"] in ("message_posted", "message_updated") and not known:
            yield f"The bot spoke in #{entry['channel_name']}: {entry['text'][:60]}"


def nobody_called_by_all(record: Record) -> Iterator[str]:
    """No @channel ever."""
    for entry in record.entries:
        if _said(entry) and EVERYBODY.search(entry["text"]):
            yield f"Everybody was called at {entry['at']}: {entry['text'][:60]}"


def nobody_asked_outside_working_hours(record: Record) -> Iterator[str]:
    """Direct messages come in working hours, unless they answer an act or a meeting is on."""
    zones, acted, meeting = dict(record.zones), dict[str, datetime](), meeting_times(record)
    for entry in record.entries:
        at, user = datetime.fromisoformat(entry["at"]), entry["user"]
        if entry["kind"].startswith("act_"):
            acted[user] = at
        if entry["kind"] == "act_travel":
            zones[user] = entry["text"]
        reader = record.readers.get(entry["channel"] or "")
        if entry["kind"] != "message_posted" or reader is None:
            continue
        answers = reader in acted and timedelta() <= at - acted[reader] <= ANSWER_WITHIN
        in_meeting = any(first <= at <= last for first, last in meeting)
        if not (answers or in_meeting or _at_work(at, zones[reader])):
            local = at.astimezone(ZoneInfo(zones[reader]))
            yield f"{entry['channel_name']} was written to at {local:%H:%M on %A} in their own time."


def meeting_times(record: Record) -> list[tuple[datetime, datetime]]:
    """From the first stage to the last word of each board."""
    found: dict[str, list[datetime]] = {}
    begun = boards(record)
    for entry in record.entries:
        if entry["channel"] == record.home and entry.get("ts") in begun and _said(entry):
            found.setdefault(entry["ts"], []).append(datetime.fromisoformat(entry["at"]))
    return [(times[0], times[-1] + ANSWER_WITHIN) for times in found.values()]


def nobody_mentioned_twice(record: Record) -> Iterator[str]:
    """A mention rings: once a meeting for each owner and for the facilitator, for nobody else."""
    rung: list[Counter[str]] = [Counter()]
    begun = boards(record)
    for entry in record.entries:
        if entry["channel"] != record.home or entry["kind"] != "message_posted":
            continue
        if entry["ts"] in begun:
            rung.append(Counter())
        rung[-1].update(name for name in record.names if f"@{name}" in entry["text"])
    for number, counted in enumerate(rung[1:], start=1):
        for name, times in counted.items():
            if times > 1:
                yield f"{name} was mentioned {times} times in and after meeting {number}."
        if len(counted) > record.plan.turns * record.people_per_turn + 1:
            yield f"{len(counted)} people were mentioned in and after meeting {number}."


def _at_work(at: datetime, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday() < 5 and WORK_BEGINS <= local.hour < WORK_ENDS


def _said(entry: Entry) -> bool:
    return entry["kind"] in ("message_posted", "message_updated")
