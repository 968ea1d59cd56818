"""What may stand in a message."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.blocks import check_block
from bot.rehearsal.block_kit.checking import Findings, Spot, anyone_exists, array
from bot.rehearsal.errors import SlackError
from bot.rehearsal.json_types import Json

_BLOCKS = array(check_block, limits.MESSAGE_BLOCKS, 0)


def check_message_blocks(
    blocks: Json, user_exists: Callable[[str], bool] = anyone_exists, *, total_text: bool = True
) -> None:
    """Raise the SlackError that chat.postMessage would answer for these blocks.

    `total_text` is False for a response_url, to which the budget over all blocks does not apply.
    """
    if not isinstance(blocks, list) or not all(isinstance(one, dict) for one in blocks):
        raise SlackError("invalid_blocks_format")
    findings = Findings("message", user_exists)
    _BLOCKS(blocks, Spot("/blocks", findings))
    _tables(blocks, findings)
    if findings.problems:
        raise SlackError(
            "invalid_blocks", findings.messages(), errors=[text for _, text in findings.problems]
        )
    if total_text and text_length(blocks) > limits.MESSAGE_BLOCKS_TEXT:
        raise SlackError(
            "msg_blocks_too_long", [f"the texts of all blocks exceed {limits.MESSAGE_BLOCKS_TEXT} characters"]
        )


def check_metadata(metadata: Json) -> None:
    """Raise the SlackError for message metadata that Slack would not take."""
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict) or set(metadata) - {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    if not 0 < len(metadata["event_type"]) <= limits.METADATA_EVENT_TYPE:
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata, separators=(",", ":"))) > limits.METADATA:
        raise SlackError("metadata_too_large")


def text_length(value: Json) -> int:
    """Characters of every `text` within, however deep."""
    if isinstance(value, list):
        return sum(text_length(one) for one in value)
    if not isinstance(value, dict):
        return 0
    own = value.get("text")
    return (len(own) if isinstance(own, str) else 0) + sum(text_length(inner) for inner in value.values())


def _tables(blocks: list[dict[str, Any]], findings: Findings) -> None:
    tables = [one for one in blocks if one.get("type") == "table"]
    if len(tables) > 1:
        findings.problems.append(("/blocks", "only one table is allowed"))
    if text_length(tables) > limits.TABLE_TEXT:
        findings.problems.append(("/blocks", f"tables must be less than {limits.TABLE_TEXT + 1} characters"))
