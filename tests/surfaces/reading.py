"""How tests read messages: every element, every button, every text."""

from collections.abc import Iterator
from typing import Any

from bot.outgoing import HomeView, Message, Outgoing, PrivateNotice

Posted = Message | PrivateNotice


def posted(outgoing: list[Outgoing]) -> list[Posted]:
    return [each for each in outgoing if not isinstance(each, HomeView)]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within, however deep."""
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)


def pressable(message: Posted) -> dict[str, dict[str, Any]]:
    """The buttons of a message by action_id; of several with the same one, the last."""
    return {node["action_id"]: node for node in nodes(message.blocks) if node.get("type") == "button"}


def labels(message: Posted) -> list[str]:
    return [node["text"]["text"] for node in nodes(message.blocks) if node.get("type") == "button"]


def mentioned(message: Posted) -> list[str]:
    return [node["user_id"] for node in nodes(message.blocks) if node.get("type") == "user"]


def shown(message: Posted) -> str:
    """Every text of its blocks, buttons apart, as members read it."""
    inline = [n for n in nodes(message.blocks) if n.get("type") in {"text", "plain_text"} and "text" in n]
    buttons = {id(node["text"]) for node in nodes(message.blocks) if node.get("type") == "button"}
    return "".join(str(node["text"]) for node in inline if id(node) not in buttons)
