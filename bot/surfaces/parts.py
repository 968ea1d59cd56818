"""A message in parts: each is one block and what it says as text.

Screen readers and notifications read only the text of a message.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    HeaderBlock,
    PlainTextObject,
)

from bot.outgoing import Message
from bot.prompt_library import Line, UserText
from bot.surfaces import keys, text
from bot.surfaces.block_json import block_json
from bot.surfaces.ids import Action
from bot.surfaces.scene import Scene

TEXT_LIMIT = 3_900
"""Slack refuses an update whose text is longer than 4,000 characters."""
HEADER_LIMIT = 150
BUTTON_LIMIT = 75
CONFIRM_TITLE_LIMIT = 100
CONFIRM_TEXT_LIMIT = 300
CONFIRM_BUTTON_LIMIT = 30
GATHERED = 9_400
"""Characters in a message that gathers many texts: Slack takes about 10,000 in all blocks together."""
AROUND = 60
"""Characters that stand around each of these texts: a name, and a few words of ours."""
LONGEST = 1_500
SHORTEST = 24

_TORN_MARK = re.compile(r"<[^<>]*$|&[a-z]*$")


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a message, and what it says. The text of buttons is left out: they are read as buttons.

    Two parts are equal when a member sees the same and can press the same.
    """

    block: Block = field(compare=False)
    text: str = ""
    presses: tuple[object, ...] = ()
    """What its buttons are called, and what they carry."""


Parts = Iterable[Part | None]


def title(line: Line) -> Part:
    """A heading. Names in it are shortened where it is too long for Slack."""
    return Part(HeaderBlock(text=_plain(line.plain(), HEADER_LIMIT)), line.fallback())


def said(*lines: Line) -> Part | None:
    """Lines under each other; nothing when none says anything."""
    joined = text.join(lines)
    return Part(text.paragraph(joined), joined.fallback()) if joined.spans else None


def bullets(lines: Sequence[Line]) -> Part | None:
    """A list; nothing when it is empty."""
    if not lines:
        return None
    return Part(text.bullets(lines), "\n".join(f"• {line.fallback()}" for line in lines))


def quoted(words: str) -> Part:
    """What a member wrote, set apart."""
    shown = text.shorten(words, LONGEST)
    return Part(text.quote(shown), f"> {Line.of(shown).fallback()}")


def buttons(*elements: ButtonElement) -> Part | None:
    """A row of buttons; nothing when there are none."""
    if not elements:
        return None
    presses = tuple((each.action_id, _label(each), each.value, each.confirm is None) for each in elements)
    return Part(ActionsBlock(elements=list(elements)), presses=presses)


def button(
    action: Action,
    label: str,
    value: str,
    *,
    primary: bool = False,
    confirm: ConfirmObject | None = None,
    tells: str | None = None,
) -> ButtonElement:
    """A button. ``tells`` is what a screen reader says where the label alone would not do."""
    return ButtonElement(
        text=_plain(label, BUTTON_LIMIT),
        action_id=action,
        value=value,
        style="primary" if primary else None,
        confirm=confirm,
        accessibility_label=text.shorten(tells, BUTTON_LIMIT) if tells else None,
    )


def link_button(label: str, url: str, value: str) -> ButtonElement:
    """A button that opens a web page."""
    return ButtonElement(text=_plain(label, BUTTON_LIMIT), action_id=Action.OPEN_LINK, url=url, value=value)


def confirm(heading: str, question: Line, yes: str, no: str) -> ConfirmObject:
    """What a button asks in words before it acts."""
    return ConfirmObject(
        title=_plain(heading, CONFIRM_TITLE_LIMIT),
        text=_plain(question.plain(), CONFIRM_TEXT_LIMIT),
        confirm=_plain(yes, CONFIRM_BUTTON_LIMIT),
        deny=_plain(no, CONFIRM_BUTTON_LIMIT),
    )


def share(texts: int) -> int:
    """How many characters each of so many texts may have in one message."""
    return max(SHORTEST, min(LONGEST, GATHERED // max(1, texts) - AROUND))


def short(words: str, limit: int) -> Line:
    """What a member wrote, shortened for a message that gathers many."""
    return Line.of(UserText(text.shorten(words, limit)))


def in_channel(scene: Scene, key: str, *parts: Part | None) -> Message:
    """A post in the set's channel."""
    return _message(key, scene.learning_set.channel_id, parts)


def occurrence(scene: Scene, what: str, line: Line) -> Message:
    """A post of its own in the set's channel, each time: an update far up in it would be seen by nobody."""
    key = keys.in_set(scene.learning_set.id, f"{what}:{int(scene.now.timestamp())}")
    return in_channel(scene, key, said(line))


def in_thread(
    scene: Scene, what: str, *parts: Part | None, broadcast: bool = False, stage: str | None = None
) -> Message:
    """A message in the thread of the board; ``what`` is the end of its key, ``stage`` by default the running
    one.
    """
    meeting = scene.meeting
    drawn = _drawn(parts)
    return Message(
        key=keys.in_meeting(meeting.id, what),
        conversation=scene.learning_set.channel_id,
        text=drawn[0],
        blocks=drawn[1],
        thread_key=scene.board_key,
        broadcast=broadcast,
        stage=stage or meeting.stage,
    )


def direct(person: str, key: str, *parts: Part | None) -> Message:
    """A DM to one person."""
    return _message(key, person, parts)


def in_hours(scene: Scene, message: Message) -> Message:
    """A DM that its reader did not bring about: it is held until they work."""
    reader = scene.learning_set.people.get(message.conversation)
    opens = reader.hours.next_instant(scene.now) if reader else None
    return replace(message, not_before=opens) if opens and opens > scene.now else message


def drawn(*parts: Part | None) -> tuple[str, list[dict[str, Any]]]:
    """The text and the blocks of these parts."""
    return _drawn(parts)


def _message(key: str, conversation: str, parts: Parts) -> Message:
    whole, blocks = _drawn(parts)
    return Message(key=key, conversation=conversation, text=whole, blocks=blocks)


def _drawn(parts: Parts) -> tuple[str, list[dict[str, Any]]]:
    kept = [part for part in parts if part is not None]
    blocks = [block_json(part.block) for part in kept]
    # Slack wants a new block_id whenever a block changes; a digest of its content is one, and needs no
    # counter.
    numbered = [{**block, "block_id": f"{index}.{_digest(block)}"} for index, block in enumerate(blocks)]
    return _clipped("\n".join(part.text for part in kept if part.text)), numbered


def _label(element: ButtonElement) -> str | None:
    return element.text.text if element.text else None


def _digest(block: dict[str, Any]) -> str:
    return f"{crc32(json.dumps(block, sort_keys=True).encode()):08x}"


def _clipped(whole: str) -> str:
    if len(whole) <= TEXT_LIMIT:
        return whole
    # A cut through a date or an escaped sign would show its markup.
    return _TORN_MARK.sub("", whole[: TEXT_LIMIT - 1]).rstrip() + text.ELLIPSIS


def _plain(words: str, limit: int) -> PlainTextObject:
    return PlainTextObject(text=text.shorten(words, limit), emoji=False)
