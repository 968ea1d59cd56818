"""Envelopes: what Slack tells the app, the acknowledgement it waits for, and what it does without one.

Events are sent again at once, after one minute and after five, by the clock; interactions and commands never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.rehearsal.block_kit import limits
from bot.rehearsal.changes import SAFETY_SECONDS
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.timers import Timer
from bot.rehearsal.world import World

RETRY_AFTER_SECONDS = (0, 60, 300)


@dataclass(eq=False)
class Attempt:
    """One sending of an envelope. `carrier` names the connection or address that it went to."""

    envelope_id: str
    number: int
    reason: str
    at: datetime
    carrier: str | None = None
    failure: str | None = None
    timer: Timer | None = None


@dataclass(eq=False)
class Envelope:
    """Something that the app must acknowledge: `kind` is events_api, interactive or slash_commands."""

    kind: str
    payload: JsonObject
    created: datetime
    on_answer: Callable[[Json], None] | None = None
    attempts: list[Attempt] = field(default_factory=list)
    state: str = "new"
    answer: Json = None
    late_acks: int = 0

    @property
    def acknowledged(self) -> bool:
        return self.state == "acknowledged"

    @property
    def settled(self) -> bool:
        """True when it was acknowledged, or when Slack has given up."""
        return self.state in ("acknowledged", "failed")

    @property
    def in_flight(self) -> bool:
        """True while Slack waits for an acknowledgement of a sending."""
        return self.state == "sent"

    @property
    def accepts_response_payload(self) -> bool:
        """Whether the acknowledgement may carry an answer."""
        return self.kind != "events_api"

    def document(self, attempt: Attempt) -> JsonObject:
        """The envelope as it is written to a WebSocket."""
        body: JsonObject = {
            "envelope_id": attempt.envelope_id,
            "type": self.kind,
            "accepts_response_payload": self.accepts_response_payload,
            "payload": self.payload,
        }
        if self.kind == "events_api":
            body |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        return body


class Carrier(Protocol):
    """A way to the app. Returns the name of what took it, or None when nobody is there."""

    async def send(self, envelope: Envelope, attempt: Attempt) -> str | None: ...


class Delivery:
    """Sends envelopes, matches acknowledgements to them, and sends events again."""

    def __init__(self, world: World, carrier: Carrier) -> None:
        self._world = world
        self.carrier = carrier
        self.envelopes: list[Envelope] = []
        self._by_id: dict[str, tuple[Envelope, Attempt]] = {}
        self._held: list[tuple[str, Json]] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, *envelopes: Envelope) -> None:
        """Write all of them before reading any acknowledgement."""
        outermost = self._held is None
        self._held = [] if self._held is None else self._held
        try:
            for envelope in envelopes:
                self.envelopes.append(envelope)
                await self._send(envelope, 0, "")
        finally:
            if outermost:
                await self._release()

    async def settle(self, envelope: Envelope, within: float = SAFETY_SECONDS) -> None:
        """Wait until it is settled; after `within` seconds of real time it counts as not acknowledged."""
        try:
            await self._world.changes.until(lambda: envelope.settled, within)
        except TimeoutError:
            self.time_out(envelope)

    def send_soon(self, envelope: Envelope) -> None:
        """Send without waiting."""
        self.envelopes.append(envelope)
        self._soon(envelope, 0, "")

    def time_out(self, envelope: Envelope) -> None:
        """Three seconds have passed for the latest sending, whatever the clock says."""
        if envelope.attempts and not envelope.settled:
            self._failed(envelope, envelope.attempts[-1], "timeout")

    def knows(self, envelope_id: str) -> bool:
        """Whether it sent this."""
        return envelope_id in self._by_id

    async def acknowledge(self, envelope_id: str, answer: Json) -> None:
        """The app acknowledged; unknown ids are told by returning without effect."""
        if self._held is not None:
            self._held.append((envelope_id, answer))
            return
        known = self._by_id.get(envelope_id)
        if known is None:
            return
        envelope, attempt = known
        await self._world.faults.tell(envelope.kind, "ack_received", {"envelope": envelope, "answer": answer})
        if self._world.faults.acks_to_lose > 0:
            self._world.faults.acks_to_lose -= 1
            return
        if envelope.settled or attempt.failure is not None:
            envelope.late_acks += 1
            return
        self._acknowledged(envelope, attempt, answer)

    def failed(self, envelope: Envelope, attempt: Attempt, reason: str) -> None:
        """The sending came to nothing: refused, broken off, or answered with an error."""
        self._failed(envelope, attempt, reason)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _acknowledged(self, envelope: Envelope, attempt: Attempt, answer: Json) -> None:
        if attempt.timer is not None:
            attempt.timer.cancel()
        envelope.state = "acknowledged"
        envelope.answer = answer
        if envelope.on_answer is not None:
            envelope.on_answer(answer)
        self._world.changes.notify()

    async def _release(self) -> None:
        held, self._held = self._held or [], None
        for envelope_id, answer in held:
            await self.acknowledge(envelope_id, answer)

    async def _send(self, envelope: Envelope, number: int, reason: str) -> None:
        attempt = Attempt(self._world.app.ids.token("")[:24], number, reason, self._world.now())
        envelope.attempts.append(attempt)
        envelope.state = "sent"
        self._by_id[attempt.envelope_id] = (envelope, attempt)
        due = attempt.at + timedelta(seconds=limits.ACK_SECONDS)
        attempt.timer = self._world.timers.at(due, lambda: self._failed(envelope, attempt, "timeout"))
        attempt.carrier = await self.carrier.send(envelope, attempt)
        subject = {"envelope": envelope, "attempt": attempt}
        if attempt.carrier is None:
            self._failed(envelope, attempt, "connection_failed")
        else:
            await self._world.faults.tell(envelope.kind, "envelope_written", subject)

    def _failed(self, envelope: Envelope, attempt: Attempt, reason: str) -> None:
        if envelope.settled or attempt.failure is not None:
            return
        attempt.failure = reason
        if attempt.timer is not None:
            attempt.timer.cancel()
        retries = RETRY_AFTER_SECONDS if envelope.kind == "events_api" else ()
        if attempt.number < len(retries) and reason != "no_retry":
            envelope.state = "waiting"
            self._again(envelope, attempt.number + 1, reason, retries[attempt.number])
        else:
            envelope.state = "failed"
        self._world.changes.notify()

    def _again(self, envelope: Envelope, number: int, reason: str, seconds: int) -> None:
        if seconds == 0:
            self._soon(envelope, number, reason)
            return
        due = self._world.now() + timedelta(seconds=seconds)
        self._world.timers.at(due, lambda: self._soon(envelope, number, reason))

    def _soon(self, envelope: Envelope, number: int, reason: str) -> None:
        envelope.state = "sent"
        task = asyncio.get_running_loop().create_task(self._send(envelope, number, reason))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
