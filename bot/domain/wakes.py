"""When the clock must come back to a set: everything that is due by itself, derived from the state.

The command handler compares the wakes before and after a command and writes the difference as rows; a row
that was done is never due again under the same key, so a person is never asked twice for one rung.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.calendar import due_or_moved, owner_notice, report_back_prompts
from bot.domain.learning_set import LearningSet, Meeting, Phase, Told
from bot.domain.turns import proposals

OPENS_BEFORE = timedelta(minutes=10)
"""The board is put up this long before the start (design: one post ten minutes before)."""
OVERRUN_AFTER = timedelta(minutes=1)
"""After one minute over, one private word to whoever facilitates."""
FORGOTTEN_AFTER = timedelta(hours=2)
"""A meeting that nobody closes closes itself this long after its scheduled end and the end of its running
stage.
"""

LAST_RUNG = 2
"""At most two nudges for one report-back."""


class WakeKind(StrEnum):
    """What is due."""

    PASS_TIME = "pass-time"
    ASK_FOR_REPORT_BACK = "ask-for-report-back"
    TELL_PROPOSED_OWNER = "tell-proposed-owner"


@dataclass(frozen=True, slots=True)
class Wake:
    """One thing that is due at an instant. ``key`` is unique in the workspace and names the occurrence."""

    key: str
    kind: WakeKind
    due_at: datetime
    meeting_id: str
    person: str | None = None
    rung: int | None = None


def wakes(learning_set: LearningSet) -> dict[str, Wake]:
    """Everything that is due for the set's next or running meeting, by key; nothing while it is hindered."""
    meeting = learning_set.meeting
    if meeting is None or learning_set.hindered_by is not None:
        return {}
    found = [w for w in (_meeting_clock(meeting), *_between_meetings(learning_set, meeting)) if w is not None]
    return {wake.key: wake for wake in found}


def forgotten_at(meeting: Meeting) -> datetime:
    """When nobody is waited for any longer: counted from the scheduled end, or from the running stage's, if
    later.
    """
    return max(meeting.ends_at, meeting.stage_ends_at or meeting.ends_at) + FORGOTTEN_AFTER


def next_instant(meeting: Meeting) -> datetime | None:
    """The next instant at which the meeting itself has something to do; None when it is over."""
    if meeting.phase is Phase.SCHEDULED:
        return meeting.starts_at - OPENS_BEFORE
    forgotten = forgotten_at(meeting)
    if meeting.phase is Phase.RUNNING and meeting.stage_ends_at is not None:
        if meeting.told is Told.NOTHING:
            return min(meeting.stage_ends_at, forgotten)
        if meeting.told is Told.TIME_UP:
            return min(meeting.stage_ends_at + OVERRUN_AFTER, forgotten)
    return forgotten if meeting.phase in (Phase.OPENED, Phase.RUNNING, Phase.PAUSED) else None


def _meeting_clock(meeting: Meeting) -> Wake | None:
    due_at = next_instant(meeting)
    if due_at is None:
        return None
    key = f"clock:{meeting.id}:{meeting.version}:{meeting.told}:{due_at:%Y%m%dT%H%M%S.%f}"
    return Wake(key, WakeKind.PASS_TIME, due_at, meeting.id)


def _between_meetings(learning_set: LearningSet, meeting: Meeting) -> list[Wake]:
    if meeting.phase is not Phase.SCHEDULED:
        return []
    left_out = {skip.person for skip in meeting.report_skips}
    found: list[Wake] = []
    for member in learning_set.active_members:
        if member.person in left_out or not learning_set.can_be_written_to(member.person):
            continue
        if learning_set.reports_missing(member.person):
            found.extend(_report_backs(learning_set, meeting, member.person))
    proposed = (person for p in proposals(learning_set) for person in learning_set.unit_people(p.unit_id))
    reached = (person for person in proposed if learning_set.can_be_written_to(person))
    return found + [wake for person in reached if (wake := _owner(learning_set, meeting, person)) is not None]


def is_held(learning_set: LearningSet, wake: Wake) -> bool:
    """Whether a wake that was claimed is not to be acted on now and may be due again: the set, or the person
    whom it is about, has been hindered meanwhile.
    """
    return learning_set.hindered_by is not None or not learning_set.can_be_written_to(wake.person)


def _report_backs(learning_set: LearningSet, meeting: Meeting, person: str) -> list[Wake]:
    """At most two nudges; a lone one is the last."""
    due = report_back_prompts(meeting.starts_at, learning_set.people[person].hours)
    return [
        Wake(
            f"report:{meeting.id}:{person}:{rung}", WakeKind.ASK_FOR_REPORT_BACK, at, meeting.id, person, rung
        )
        for rung, at in enumerate(due, start=LAST_RUNG + 1 - len(due))
    ]


def _owner(learning_set: LearningSet, meeting: Meeting, person: str) -> Wake | None:
    """For whoever is proposed now: when a proposal passes to somebody late, they are told as soon as they
    work.
    """
    due_at = owner_notice(meeting.starts_at, learning_set.people[person].hours)
    if due_at is None:
        return None
    return Wake(f"owner:{meeting.id}:{person}", WakeKind.TELL_PROPOSED_OWNER, due_at, meeting.id, person)


def due_now(learning_set: LearningSet, wake: Wake, now: datetime) -> datetime | None:
    """When a wake that has come due may be acted on: now, later in the person's working hours, or never
    (None).

    For prompts that come late (the bot was down), whose member moved to another zone or went away.
    """
    meeting, person = learning_set.meeting, learning_set.people.get(wake.person or "")
    if wake.person is None:
        return now
    if meeting is None or meeting.id != wake.meeting_id or person is None:
        return None
    last = report_back_prompts(meeting.starts_at, person.hours)[-1:] if wake.rung == 1 else ()
    return due_or_moved(wake.due_at, now, meeting.starts_at, person.hours, last[0] if last else None)
