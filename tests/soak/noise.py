"""Did anything come that should not have?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.rehearsal.model import Message
from bot.storage.tables import commitments, meetings, members, report_backs
from tests.soak.evidence import AS_LATE_AS_MAY_BE, Evidence, instant
from tests.soak.ledger import WRITTEN
from tests.soak.town import Neighbourhood

MOST_NUDGES = 2
PINGS = ("<!channel", "<!here", "<!everyone", "'broadcast'")


@dataclass(frozen=True)
class Nudge:
    """A message that asks somebody for a report-back."""

    where: Neighbourhood
    meeting_id: str
    person: str
    rung: str
    message: Message


def nudges(evidence: Evidence) -> Iterator[str]:
    """At most two for a meeting, in the hours of their reader, and only where a report is missing."""
    found = list(_nudges(evidence))
    rungs = {(one.where.id, one.meeting_id, one.person, one.rung) for one in found}
    times = Counter(nudged[:3] for nudged in rungs)
    evidence.counts["nudges"] = len(rungs)
    for one in found:
        if not _at_work(one):
            yield f"{one.person} was nudged at night, at {instant(one.message)}"
        if not _owes(evidence, one):
            yield f"{one.person} was nudged at {instant(one.message)}, and owed no report"
    yield from (f"{who} was nudged {n} times" for who, n in times.items() if n > MOST_NUDGES)


def pings(evidence: Evidence) -> Iterator[str]:
    """Nobody calls everybody."""
    for where in evidence.town.neighbourhoods:
        for message in where.slack.workspace.all_messages():
            if message.from_bot and any(ping in f"{message.text}{message.blocks}" for ping in PINGS):
                yield f"{message.text[:40]} calls everybody"


def strays(evidence: Evidence) -> Iterator[str]:
    """No text is seen in a workspace in which it was not written; and Slack refused nothing."""
    homes = {one.text: one.workspace_id for one in evidence.ledger.writings}
    for where in evidence.town.neighbourhoods:
        for message in where.slack.workspace.all_messages():
            for text in WRITTEN.findall(f"{message.text}{message.blocks}"):
                if homes.get(text) != where.id:
                    yield f"{text} is seen in {where.id}"
        yield from (f"Slack refused {one.where}: {one.code} {one.messages}" for one in where.slack.invalid)


def _nudges(evidence: Evidence) -> Iterator[Nudge]:
    for where in evidence.town.neighbourhoods:
        for key, messages in where.by_key.items():
            if key.startswith("dm:") and ":report:" in key:
                _, meeting_id, person, _, rung = key.split(":")
                yield from (Nudge(where, meeting_id, person, rung, one) for one in messages)


def _at_work(nudge: Nudge) -> bool:
    """On a weekday between eight and six."""
    zone = ZoneInfo(nudge.where.slack.person(nudge.person).account.tz)
    local = instant(nudge.message).astimezone(zone)
    return local.weekday() < 5 and 8 <= local.hour < 18


def _owes(evidence: Evidence, nudge: Nudge) -> bool:
    """Whether, a moment before it came, they had a commitment of an earlier meeting without a report."""
    rows, at, mine = evidence.rows, instant(nudge.message), nudge.where.id
    this = (mine, nudge.meeting_id)
    set_id = next(row["set_id"] for row in rows[meetings.name] if (row["workspace_id"], row["id"]) == this)
    of_set = (mine, set_id)
    units = {
        row["unit_id"]
        for row in rows[members.name]
        if (row["workspace_id"], row["set_id"], row["person"]) == (*of_set, nudge.person)
    }
    reported = {
        row["commitment_id"]
        for row in rows[report_backs.name]
        if row["workspace_id"] == mine and row["filed_at"] < at - AS_LATE_AS_MAY_BE
    }
    return any(
        (row["workspace_id"], row["set_id"]) == of_set
        and row["unit_id"] in units
        and row["meeting_id"] != nudge.meeting_id
        and row["made_at"] < at
        and row["id"] not in reported
        for row in rows[commitments.name]
    )
