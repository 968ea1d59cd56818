"""Every block that the bot may send, and on which surfaces it may stand.

A type that is not in the table is refused: the bot has no business sending what it was never tried with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rehearsal.block_kit import limits
from bot.rehearsal.block_kit.checking import (
    Check,
    Fields,
    Spot,
    anything,
    array,
    boolean,
    one_of,
    shape,
    string,
    typed,
)
from bot.rehearsal.block_kit.composition import any_text, plain_text
from bot.rehearsal.block_kit.elements import ACCESSORIES, ACTIONS, IMAGE_ELEMENT, INPUTS, image_element
from bot.rehearsal.block_kit.rich_text import RICH_TEXT
from bot.rehearsal.json_types import Json

EVERYWHERE = frozenset({"message", "modal", "home"})
BLOCK_ID = string(limits.IDENTIFIER)


@dataclass(frozen=True)
class BlockRule:
    """How one type of block is checked, and where it may stand."""

    check: Check
    surfaces: frozenset[str] = EVERYWHERE


def _block(required: Fields, optional: Fields, *rules: Check) -> Check:
    return shape({"type": anything, **required}, {"block_id": BLOCK_ID, **optional}, *rules)


def _text_or_fields(block: Json, spot: Spot) -> None:
    if "text" not in block and "fields" not in block:
        spot.error("must define either text or fields")


def _unique_actions(block: Json, spot: Spot) -> None:
    elements = block.get("elements")
    seen: list[str] = []
    for one in elements if isinstance(elements, list) else []:
        action = one.get("action_id") if isinstance(one, dict) else None
        if action is not None and action in seen:
            spot.error(f'action_id "{action}" already exists for another element')
        seen.append(str(action))


_TEXT_CELL = shape({"type": anything, "text": string(limits.TABLE_TEXT)}, {})
_TABLE = _block(
    {
        "rows": array(
            array(typed({"raw_text": _TEXT_CELL, "rich_text": RICH_TEXT}), limits.TABLE_CELLS),
            limits.TABLE_ROWS,
        )
    },
    {
        "column_settings": array(
            shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean}), limits.TABLE_CELLS
        )
    },
)

BLOCKS: dict[str, BlockRule] = {
    "section": BlockRule(
        _block(
            {},
            {
                "text": any_text(limits.SECTION_TEXT),
                "fields": array(any_text(limits.SECTION_FIELD), limits.SECTION_FIELDS),
                "accessory": typed(ACCESSORIES),
                "expand": boolean,
            },
            _text_or_fields,
        )
    ),
    "header": BlockRule(_block({"text": plain_text(limits.HEADER)}, {})),
    "divider": BlockRule(_block({}, {})),
    "context": BlockRule(
        _block(
            {
                "elements": array(
                    typed(
                        {
                            "plain_text": any_text(limits.SECTION_TEXT),
                            "mrkdwn": any_text(limits.SECTION_TEXT),
                            "image": IMAGE_ELEMENT,
                        }
                    ),
                    limits.CONTEXT_ELEMENTS,
                )
            },
            {},
        )
    ),
    "actions": BlockRule(
        _block({"elements": array(typed(ACTIONS), limits.ACTIONS_ELEMENTS)}, {}, _unique_actions)
    ),
    "image": BlockRule(image_element({"block_id": BLOCK_ID, "title": plain_text(limits.IMAGE_TEXT)})),
    "input": BlockRule(
        _block(
            {"label": plain_text(limits.INPUT_LABEL), "element": typed(INPUTS)},
            {"hint": plain_text(limits.INPUT_HINT), "optional": boolean, "dispatch_action": boolean},
        )
    ),
    "rich_text": BlockRule(RICH_TEXT),
    "table": BlockRule(_TABLE, frozenset({"message"})),
    "alert": BlockRule(
        _block(
            {"text": any_text(limits.ALERT)},
            {"level": one_of("default", "info", "warning", "error", "success")},
        ),
        frozenset({"modal"}),
    ),
}


def check_block(block: Json, spot: Spot) -> None:
    """One block: a known type, allowed on this surface, with a block_id of its own."""
    if not isinstance(block, dict):
        spot.error("must be an object")
        return
    rule = BLOCKS.get(str(block.get("type")))
    if rule is None:
        spot.error(f"unsupported type: {block.get('type')}")
        return
    if spot.findings.surface not in rule.surfaces:
        spot.error(f"{block['type']} blocks are not allowed in a {spot.findings.surface}")
    rule.check(block, spot)
    _unique_block_id(block, spot)


def _unique_block_id(block: dict[str, Any], spot: Spot) -> None:
    block_id = block.get("block_id")
    if block_id is None:
        return
    if block_id in spot.findings.block_ids:
        spot.error(f'block_id "{block_id}" already exists')
    spot.findings.block_ids.append(str(block_id))
