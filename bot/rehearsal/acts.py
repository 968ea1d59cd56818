"""One human act and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.rehearsal.answers import answer_in_channel, answer_submission
from bot.rehearsal.delivery import Envelope
from bot.rehearsal.errors import SlackError
from bot.rehearsal.interactivity import ResponseUrl
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.model import Message
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.world import World


@dataclass(eq=False)
class Act:
    """What a person did. `refused` is Slack's own no, before the app was asked."""

    kind: str
    user: str
    at: datetime
    envelope: Envelope | None = None
    refused: str | None = None
    reply: Message | None = None
    errors: dict[str, str] = field(default_factory=dict)
    invalid: str | None = None
    confirmed_text: str | None = None

    @property
    def acknowledged(self) -> bool:
        """True when the app acknowledged in time."""
        return self.envelope is not None and self.envelope.acknowledged

    @property
    def warned(self) -> bool:
        """True when Slack warned the person: no acknowledgement, or an answer it could not use."""
        unanswered = self.envelope is not None and self.envelope.state == "failed"
        return unanswered or self.invalid is not None

    @property
    def text(self) -> str:
        """The text of the answer to a command, as its author wrote it."""
        return self.reply.text if self.reply else ""

    @property
    def blocks(self) -> list[JsonObject]:
        return self.reply.blocks if self.reply else []


def _carry_out(world: World, act: Act, answer: Json, work: Callable[[], None]) -> None:
    try:
        work()
    except SlackError as refused:
        act.invalid = refused.code
        world.note_invalid(f"answer to {act.kind}", refused, answer)


def expect_command_reply(world: World, act: Act, channel: str) -> None:
    """Post what the acknowledgement of a command says."""

    def on_answer(answer: Json) -> None:
        if answer not in (None, "", {}):
            place = ResponseUrl(channel, act.user, world.now(), None)
            _carry_out(world, act, answer, lambda: _reply(world, act, place, answer))

    assert act.envelope is not None
    act.envelope.on_answer = on_answer


def _reply(world: World, act: Act, place: ResponseUrl, answer: Json) -> None:
    act.reply = answer_in_channel(world, place, answer)


def expect_view_answer(world: World, act: Act, view: OpenView) -> None:
    """Close, replace or mark the modal as the acknowledgement of its submission says."""

    def on_answer(answer: Json) -> None:
        _carry_out(world, act, answer, lambda: answer_submission(world, view, answer))
        act.errors = dict(view.errors)

    assert act.envelope is not None
    act.envelope.on_answer = on_answer


def expect_nothing(world: World, act: Act) -> None:
    """An acknowledgement of a press, a closing or a shortcut carries no answer."""

    def on_answer(answer: Json) -> None:
        if answer not in (None, "", {}):
            world.note_invalid(f"answer to {act.kind}", SlackError("unexpected_response_payload"), answer)

    assert act.envelope is not None
    act.envelope.on_answer = on_answer
