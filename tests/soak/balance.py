"""The balance: what the driver wrote down, against the database and what Slack shows."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select

from bot.domain.learning_set import LearningSet, Phase
from bot.rehearsal.model import Message
from bot.storage.tables import METADATA, RowState, due_prompts, lanes, meetings, outbox, sent_messages
from bot.storage.unit_of_work import Database
from bot.surfaces import keys
from bot.surfaces.board import board, board_parts, is_up
from bot.surfaces.scene import Scene
from tests.e2e.bots import library
from tests.soak.ledger import Ledger, Promise
from tests.soak.town import Neighbourhood, Town

WRITTEN = re.compile(r"[A-Z][a-z]+ number \d+\.")
"""A text of a member: no two are equal, anywhere."""
OPENS_BEFORE = timedelta(minutes=10)
AS_LATE_AS_MAY_BE = timedelta(minutes=8)
"""After an outage at the very instant: the leases of the dead, and the waits after failures."""
AN_HOUR = timedelta(hours=1)
MOST_NUDGES = 2
PINGS = ("<!channel", "<!here", "<!everyone", "'broadcast'")


@dataclass
class Balance:
    """Compares. `wrong` is empty when everything is where it should be."""

    town: Town
    database: Database
    ledger: Ledger
    now: datetime
    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    async def draw_up(self) -> None:
        """Compare everything."""
        self._rows = {table.name: await self._all(table) for table in METADATA.sorted_tables}
        checks = (
            self._acts, self._stuck, self._boards, self._posts, self._prompts, self._noise, self._strays,
        )  # fmt: skip
        for check in checks:
            self.wrong += list(check())
        self.wrong += [one async for one in self._stale()]
        self.wrong += self.ledger.missing

    # Acts

    def _acts(self) -> Iterator[str]:
        """What was acknowledged is there once; what was not, at most once."""
        for name in {one.table for one in self.ledger.writings}:
            mine = [one for one in self.ledger.writings if one.table == name]
            for column in {one.column for one in mine}:
                found = Counter((row["workspace_id"], row[column]) for row in self._rows[name])
                for one in (each for each in mine if each.column == column):
                    times = found[one.workspace_id, one.text]
                    self.counts["texts"] += one.kept
                    if times > 1 or times < one.kept:
                        told = "acknowledged" if one.kept else "not acknowledged"
                        yield f"{one.text} ({name}, {told}) is {times} times in the database"

    # What is left over

    def _stuck(self) -> Iterator[str]:
        for row in self._rows[outbox.name]:
            at_rest = row["state"] in (RowState.HELD, RowState.DEAD) and row["error"]
            self.counts["dead or held"] += bool(at_rest)
            if not at_rest:
                yield f"{row['key']} is {row['state']} in the outbox ({row['error']})"
        for row in self._rows[lanes.name]:
            if row["lease_token"] is not None:
                yield f"the lane {row['lane']} is still leased"
        for row in self._rows[due_prompts.name]:
            if row["lease_token"] is not None or (
                row["ready_at"] is not None and row["ready_at"] <= self.now
            ):
                yield f"the prompt {row['key']} is {row['state']}, due {row['ready_at']}"

    # What must have come

    def _boards(self) -> Iterator[str]:
        """Ten minutes before each meeting, and no later than may be."""
        for row in self._rows[meetings.name]:
            due = row["starts_at"] - OPENS_BEFORE
            if due + AS_LATE_AS_MAY_BE > self.now:
                continue
            first = self._by_id(row).by_key.get(keys.board(row["id"]), [])[:1]
            self.counts["boards"] += 1
            if not first:
                yield f"the meeting {row['id']} has no board"
            elif not due <= instant(first[0]) <= due + AS_LATE_AS_MAY_BE:
                yield f"the board of {row['id']} came at {instant(first[0])}, and was due at {due}"

    def _posts(self) -> Iterator[str]:
        """What was said in a meeting that is over stands in its thread, and its board is closed."""
        over = {row["id"]: row for row in self._rows[meetings.name] if row["phase"] is Phase.CLOSED}
        self.counts["meetings"] = len(over)
        wanted = [
            (row, keys.in_meeting(row["id"], what))
            for row in over.values()
            for what in ("opening", "summary")
        ]
        for name, key in (("questions", keys.question), ("commitments", keys.commitment)):
            rows = [row for row in self._rows[name] if row["meeting_id"] in over]
            wanted += [(row, key(row["meeting_id"], row["id"])) for row in rows]
        for row, key_of_it in wanted:
            self.counts["posts due"] += 1
            if key_of_it not in self._by_id(row).by_key:
                yield f"{key_of_it} was never posted"
        for row in over.values():
            shown = self._shown(row, keys.board(row["id"], row["boards"]))
            if shown is not None and "stage.move_on" in str(shown.blocks):
                yield f"the board of {row['id']}, which is over, still offers to move on"

    def _prompts(self) -> Iterator[str]:
        """Three working days before the next meeting and on the last one, at nine where they are."""
        following = self._following()
        for promise in self.ledger.promises:
            meeting = following.get((promise.workspace_id, promise.meeting_id))
            if meeting is None:
                continue
            for rung, due in enumerate(self._due(promise, meeting), start=1):
                self.counts["nudges due"] += 1
                key = keys.report_prompt(meeting["id"], promise.person, rung)
                if key not in self._by_id(meeting).by_key:
                    yield f"{key} was due at {due}, and never came"

    def _following(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The meeting after each, by workspace and id."""
        rows = self._rows[meetings.name]
        numbered = {(row["workspace_id"], row["set_id"], row["number"]): row for row in rows}
        after = {}
        for (workspace_id, set_id, number), row in numbered.items():
            found = numbered.get((workspace_id, set_id, number + 1))
            if found is not None:
                after[workspace_id, row["id"]] = found
        return after

    def _due(self, promise: Promise, meeting: Mapping[str, Any]) -> Iterator[datetime]:
        """Those that are past by now, and that the promise and no report came before."""
        reported = self.ledger.reports.get(promise.text, datetime.max.replace(tzinfo=UTC))
        zone = ZoneInfo(self._where(promise.workspace_id).slack.person(promise.person).account.tz)
        day: datetime = meeting["starts_at"].astimezone(zone)
        found: list[datetime] = []
        while len(found) < 3:
            day -= timedelta(days=1)
            if day.weekday() < 5:
                found.append(day.replace(hour=9, minute=0, second=0, microsecond=0).astimezone(UTC))
        for due in (found[2], found[0]):
            if promise.at < due and due + AS_LATE_AS_MAY_BE < min(reported, self.now):
                yield due

    # What must not have come

    def _noise(self) -> Iterator[str]:
        """At most two nudges, in the hours of their reader, and nobody calls everybody."""
        for where in self.town.neighbourhoods:
            nudges: Counter[tuple[str, str]] = Counter()
            for key, messages in where.by_key.items():
                if key.startswith("dm:") and ":report:" in key:
                    _, meeting, person, _, _ = key.split(":")
                    nudges[meeting, person] += 1
                    zone = ZoneInfo(where.slack.person(person).account.tz)
                    yield from (f"{key} came at night" for one in messages if not at_work(one, zone))
            self.counts["nudges"] += nudges.total()
            yield from (f"{who} was nudged {n} times" for who, n in nudges.items() if n > MOST_NUDGES)
            for message in where.slack.workspace.all_messages():
                if message.from_bot and any(ping in f"{message.text}{message.blocks}" for ping in PINGS):
                    yield f"{message.text[:40]} calls everybody"

    def _strays(self) -> Iterator[str]:
        """No text is seen in a workspace in which it was not written; and Slack refused nothing."""
        homes = {one.text: one.workspace_id for one in self.ledger.writings}
        for where in self.town.neighbourhoods:
            for message in where.slack.workspace.all_messages():
                for text in WRITTEN.findall(message.text):
                    if homes.get(text) != where.id:
                        yield f"{text} is seen in {where.id}"
            yield from (
                f"Slack refused {one.where}: {one.code} {one.messages}" for one in where.slack.invalid
            )

    # Boards

    async def _all(self, table: Table) -> list[Mapping[str, Any]]:
        async with self.database._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(select(table))).mappings()]

    async def _stale(self) -> AsyncIterator[str]:
        """Boards that show something else than the state."""
        for row in self._rows["learning_sets"]:
            async with self.database.reading() as unit:
                found = await unit.learning_sets.load(row["workspace_id"], row["id"])
            meeting = found.meeting if found else None
            if found is None or meeting is None or not is_up(meeting):
                continue
            self.counts["boards up"] += 1
            shown = self._shown(row, keys.board(meeting.id, meeting.boards))
            if shown is None:
                yield f"the board of {meeting.id} is not up"
            elif (shown.text, bare(shown.blocks)) != self._drawn(found):
                yield f"the board of {meeting.id} is stale"

    def _drawn(self, learning_set: LearningSet) -> tuple[str, Any]:
        language = library().language(learning_set.language)
        scene = Scene(learning_set, language, language.format(learning_set.format_id), self.now)
        drawn = board(scene, board_parts(scene))
        return drawn.text, bare(drawn.blocks)

    def _shown(self, row: Mapping[str, Any], key: str) -> Message | None:
        """The message with this key that the bot knows of."""
        for sent in self._rows[sent_messages.name]:
            if (sent["workspace_id"], sent["key"]) == (row["workspace_id"], key):
                return self._by_id(row).slack.workspace.find_message(sent["channel"], sent["ts"])
        return None

    def _by_id(self, row: Mapping[str, Any]) -> Neighbourhood:
        return self._where(row["workspace_id"])

    def _where(self, workspace_id: str) -> Neighbourhood:
        return next(one for one in self.town.neighbourhoods if one.id == workspace_id)


def instant(message: Message) -> datetime:
    """When Slack took it."""
    return datetime.fromtimestamp(float(message.ts), UTC)


def at_work(message: Message, zone: ZoneInfo) -> bool:
    """Whether it came on a weekday between eight and six."""
    local = instant(message).astimezone(zone)
    return local.weekday() < 5 and 8 <= local.hour < 18


def bare(blocks: Any) -> Any:
    """Without the ids that Slack gives to blocks that have none."""
    if isinstance(blocks, list):
        return [bare(one) for one in blocks]
    if isinstance(blocks, dict):
        return {name: bare(one) for name, one in blocks.items() if name != "block_id"}
    return blocks
