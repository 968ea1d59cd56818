"""Did each board come, and does it show how things are?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.domain.learning_set import LearningSet, Phase
from bot.storage.tables import meetings
from bot.surfaces import keys
from bot.surfaces.board import board, board_parts, is_up
from bot.surfaces.ids import Action
from bot.surfaces.scene import Scene
from tests.e2e.bots import library
from tests.soak.evidence import AS_LATE_AS_MAY_BE, Evidence, instant

OPENS_BEFORE = timedelta(minutes=10)


def put_up(evidence: Evidence) -> Iterator[str]:
    """Ten minutes before each meeting, and no later than may be."""
    for row in evidence.rows[meetings.name]:
        due = row["starts_at"] - OPENS_BEFORE
        if due + AS_LATE_AS_MAY_BE > evidence.now:
            continue
        first = evidence.posted(row["workspace_id"], keys.board(row["id"]))[:1]
        evidence.counts["boards"] += 1
        if not first:
            yield f"the meeting {row['id']} has no board"
        elif not due <= instant(first[0]) <= due + AS_LATE_AS_MAY_BE:
            yield f"the board of {row['id']} came at {instant(first[0])}, and was due at {due}"


def closed(evidence: Evidence) -> Iterator[str]:
    """The board of a meeting that is over offers nothing any more."""
    for row in evidence.rows[meetings.name]:
        if row["phase"] is not Phase.CLOSED:
            continue
        evidence.counts["meetings"] += 1
        shown = evidence.shown(row["workspace_id"], keys.board(row["id"], row["boards"]))
        if shown is None:
            yield f"the board of {row['id']}, which is over, is lost"
        elif f"'{Action.MOVE_ON}'" in str(shown.blocks):
            yield f"the board of {row['id']}, which is over, still offers to move on"


def as_they_are(evidence: Evidence) -> Iterator[str]:
    """What a board shows is what would be drawn now."""
    for one in evidence.sets:
        meeting = one.meeting
        if meeting is None or not is_up(meeting):
            continue
        evidence.counts["boards up"] += 1
        shown = evidence.shown(one.workspace_id, keys.board(meeting.id, meeting.boards))
        if shown is None:
            yield f"the board of {meeting.id} is not up"
        elif (shown.text, bare(shown.blocks)) != _drawn(evidence, one):
            yield f"the board of {meeting.id} is stale"


def _drawn(evidence: Evidence, learning_set: LearningSet) -> tuple[str, Any]:
    language = library().language(learning_set.language)
    scene = Scene(learning_set, language, language.format(learning_set.format_id), evidence.now)
    drawn = board(scene, board_parts(scene))
    return drawn.text, bare(drawn.blocks)


def bare(blocks: Any) -> Any:
    """Without the ids that Slack gives to blocks that have none."""
    if isinstance(blocks, list):
        return [bare(one) for one in blocks]
    if isinstance(blocks, dict):
        return {name: bare(one) for name, one in blocks.items() if name != "block_id"}
    return blocks
