"""Did everything come that was due?"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.learning_set import Phase
from bot.domain.wakes import WakeKind, wakes
from bot.storage.tables import PromptState, due_prompts, meetings
from bot.surfaces import keys
from tests.soak.evidence import AS_LATE_AS_MAY_BE, Evidence, Row
from tests.soak.ledger import Promise


def posts(evidence: Evidence) -> Iterator[str]:
    """What was said in a meeting that is over stands in its thread."""
    over = {row["id"]: row for row in evidence.rows[meetings.name] if row["phase"] is Phase.CLOSED}
    wanted = [
        (row, keys.in_meeting(row["id"], what)) for row in over.values() for what in ("opening", "summary")
    ]
    for name, key in (("questions", keys.question), ("commitments", keys.commitment)):
        rows = [row for row in evidence.rows[name] if row["meeting_id"] in over]
        wanted += [(row, key(row["meeting_id"], row["id"])) for row in rows]
    for row, key_of_it in wanted:
        evidence.counts["posts due"] += 1
        if not evidence.posted(row["workspace_id"], key_of_it):
            yield f"{key_of_it} was never posted"


def prompts(evidence: Evidence) -> Iterator[str]:
    """Whatever has to happen by itself stands in the database."""
    known = {(row["workspace_id"], row["key"]) for row in evidence.rows[due_prompts.name]}
    for one in evidence.sets:
        for wake in wakes(one).values():
            evidence.counts["prompts"] += 1
            if (one.workspace_id, wake.key) not in known:
                yield f"{wake.key} is due at {wake.due_at}, and stands nowhere"


def owners(evidence: Evidence) -> Iterator[str]:
    """Whoever is proposed to own a problem was told."""
    for row in evidence.rows[due_prompts.name]:
        if row["kind"] is WakeKind.TELL_PROPOSED_OWNER and row["state"] is PromptState.DONE:
            evidence.counts["owners told"] += 1
            key = keys.direct(row["meeting_id"], row["person"], "owner")
            if not evidence.posted(row["workspace_id"], key):
                yield f"{key} was due at {row['due_at']}, and never came"


def nudges(evidence: Evidence) -> Iterator[str]:
    """Three working days before the next meeting and on the last one, at nine where they are."""
    following = _following(evidence)
    for promise in evidence.ledger.promises:
        meeting = following.get((promise.workspace_id, promise.meeting_id))
        if meeting is None:
            continue
        for rung, due in enumerate(_nudged(evidence, promise, meeting), start=1):
            if due is None:
                continue
            evidence.counts["nudges due"] += 1
            key = keys.report_prompt(meeting["id"], promise.person, rung)
            if not evidence.posted(promise.workspace_id, key):
                yield f"{key} was due at {due}, and never came"


def _following(evidence: Evidence) -> Mapping[tuple[str, str], Row]:
    """The meeting after each, by workspace and id."""
    rows = evidence.rows[meetings.name]
    numbered = {(row["workspace_id"], row["set_id"], row["number"]): row for row in rows}
    after = {}
    for (workspace_id, set_id, number), row in numbered.items():
        found = numbered.get((workspace_id, set_id, number + 1))
        if found is not None:
            after[workspace_id, row["id"]] = found
    return after


def _nudged(evidence: Evidence, promise: Promise, meeting: Row) -> Iterator[datetime | None]:
    """When, both times; None where that is not past by now, or before the promise, or after a report."""
    reported = evidence.ledger.reports.get(promise.text, datetime.max.replace(tzinfo=UTC))
    zone = ZoneInfo(evidence.where(promise.workspace_id).slack.person(promise.person).account.tz)
    day: datetime = meeting["starts_at"].astimezone(zone)
    found: list[datetime] = []
    while len(found) < 3:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            found.append(day.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC))
    for due in (found[2], found[0]):
        is_past = promise.at < due and due + AS_LATE_AS_MAY_BE < min(reported, evidence.now)
        yield due if is_past else None
