"""Each check of a transcript catches what it is for, and lets a proper one pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.rehearsal.checks import Record, check, walked
from bot.rehearsal.scenario import Plan
from bot.rehearsal.transcript import Entry

PLAN = Plan(
    opening=("welcome",), turn=("problem", "action"), between_turns=("break",), closing=("close",), turns=2
)
STAGES = ["welcome", "problem", "action", "break", "problem", "action", "close"]


def entry(kind: str, text: str = "", *, at: str = "2026-03-02T10:00", **more: Any) -> Entry:
    known = {"user": "UBOT", "channel": "CSET", "stage": None, "user_name": "Bot", "channel_name": "lab"}
    return known | {"at": f"{at}:00+00:00", "kind": kind, "text": text} | more


def board(stage: str, ts: str = "1.0", **more: Any) -> Entry:
    return entry("message_updated", f"At {stage}", ts=ts, thread_ts=None, stage=stage, **more)


def post(text: str, **more: Any) -> Entry:
    return entry("message_posted", text, **{"ts": "9.0", "thread_ts": "1.0"} | more)


PROPER = [
    entry("act_submit", "Commitment\nRing Mia", user="UADA", callback_id="commitment.write", channel=None),
    board("welcome") | {"kind": "message_posted"},
    *(board(stage) for stage in STAGES),
    entry(
        "modal_opened",
        "Report back\nRing Mia\nBy Friday",
        user="UADA",
        callback_id="report.file",
        channel=None,
    ),
    post("@Ada and @Grace begin"),
    post("What came of it?", channel="DADA", channel_name="dm-ada"),
]


def record(*more: Entry, entries: list[Entry] | None = None) -> Record:
    return Record(
        entries=[*(PROPER if entries is None else entries), *more],
        plan=PLAN,
        home="CSET",
        readers={"DADA": "UADA"},
        zones={"UADA": "Europe/London"},
        names=["Ada", "Ben", "Cy", "Grace"],
    )


def test_a_proper_rehearsal_has_no_faults() -> None:
    assert check(record(), 1) == []


@pytest.mark.parametrize(
    ("added", "fault"),
    [
        (post("Elsewhere", channel="COTHER", channel_name="other"), "The bot spoke in #other"),
        (post("Now <!channel>"), "Everybody was called"),
        (post("@here please"), "Everybody was called"),
        (post("@Ada again"), "Ada was mentioned 2 times"),
        (post("@Ben and @Cy"), "4 people were mentioned"),
        (
            post("Late", channel="DADA", channel_name="dm-ada", at="2026-03-02T19:00"),
            "dm-ada was written to at 19:00",
        ),
        (post("Sunday", channel="DADA", channel_name="dm-ada", at="2026-03-01T12:00"), "12:00 on Sunday"),
        (
            entry(
                "modal_opened",
                "Report back\nNever made",
                user="UADA",
                callback_id="report.file",
                user_name="Ada",
            ),
            "Ada was asked about a commitment that nobody made",
        ),
    ],
)
def test_each_fault_is_found(added: Entry, fault: str) -> None:
    found = check(record(added), 1)
    assert len(found) == 1
    assert fault in found[0]


def test_a_missing_stage_is_found() -> None:
    without = [one for one in PROPER if one["stage"] != "break"]
    assert check(record(entries=without), 1) == [
        "Meeting 1 did not go through every stage: after action came break in the plan."
    ]


def test_a_missing_meeting_is_found() -> None:
    assert check(record(), 2) == ["1 meetings were held, not 2."]


def test_an_answer_to_an_own_act_may_come_at_any_hour() -> None:
    late = {"at": "2026-03-02T23:00", "channel": "DADA"}
    act = entry("act_press", "Report back", user="UADA", **late)
    assert check(record(act, post("Thank you", **late)), 1) == []


def test_working_hours_are_those_of_where_the_reader_has_travelled() -> None:
    journey = entry("act_travel", "Asia/Tokyo", user="UADA", channel=None, at="2026-03-02T10:30")
    found = check(
        record(journey, post("Hello", channel="DADA", channel_name="dm-ada", at="2026-03-02T15:00")), 1
    )
    assert found == ["dm-ada was written to at 00:00 on Tuesday in their own time."]


def test_a_meeting_in_the_evening_is_no_fault() -> None:
    evening = [{**one, "at": "2026-03-02T20:00:00+00:00"} for one in PROPER]
    assert check(replace(record(), entries=evening), 1) == []


def test_going_back_takes_back_what_came_after() -> None:
    went = ["welcome", "problem", "action", "problem", "action", "break", "problem"]
    assert walked(went, STAGES) == STAGES[:5]
    assert walked(["welcome", "problem", "welcome"], STAGES) == ["welcome"]
    assert walked(["welcome", "action"], STAGES) == ["welcome"]
