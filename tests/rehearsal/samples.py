"""Small pieces of Block Kit to build payloads of a wanted size from."""

from __future__ import annotations

from typing import Any

Json = Any


def word(size: int) -> str:
    return "w" * size


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Json:
    return {"type": "section", "text": mrkdwn(text)}


def button(action_id: str = "go", **more: Json) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Go"), "value": "1", **more}


def actions(*action_ids: str) -> Json:
    return {"type": "actions", "elements": [button(one) for one in action_ids]}


def option(value: str, **more: Json) -> Json:
    return {"text": plain("o"), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(number)) for number in range(count)]


def confirm(**more: Json) -> Json:
    return {
        "title": plain("Sure?"),
        "text": plain("Sure?"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
        **more,
    }


def input_block(**more: Json) -> Json:
    element = {"type": "plain_text_input", "action_id": "text"}
    return {"type": "input", "block_id": "what", "label": plain("What?"), "element": element, **more}


def modal(**more: Json) -> Json:
    blocks = [input_block()]
    return {"type": "modal", "title": plain("Title"), "submit": plain("Save"), "blocks": blocks, **more}


def home(blocks: list[Json], **more: Json) -> Json:
    return {"type": "home", "blocks": blocks, **more}


def table(rows: int, cells: int, text: str = "c") -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * cells] * rows}


def rich_text(*pieces: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(pieces)}]}
