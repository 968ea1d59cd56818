"""Things that go wrong on purpose, and the exact moments at which a test may look or strike.

Moments of a Web API call: `received` (nothing has happened), `taken` (Slack did it, the app does not know),
`answered`. Moments of an envelope: `envelope_written` and `ack_received`, under its type
(`events_api`, `interactive`, `slash_commands`).
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Subject = dict[str, Any]
Callback = Callable[[Subject], Awaitable[None] | None]
Match = Callable[[Subject], bool]


def _always(_subject: Subject) -> bool:
    return True


@dataclass
class Fault:
    """One way to fail, for the next `times` calls of `method` (`*` for any) that `match`."""

    method: str
    kind: str
    times: int
    match: Match = _always
    status: int = 500
    retry_after: str | None = None
    code: str = ""


@dataclass
class Hold:
    """A call that is kept waiting: `reached` says that it arrived, `release` lets it go on."""

    method: str
    moment: str
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.released.set()


@dataclass
class _Hook:
    name: str
    moment: str
    callback: Callback
    match: Match
    times: int | None


@dataclass
class Faults:
    """Faults waiting to happen. Web API faults are used up one call at a time."""

    waiting: list[Fault] = field(default_factory=list)
    hooks: list[_Hook] = field(default_factory=list)
    handshakes_to_refuse: int = 0
    acks_to_lose: int = 0
    events_to_double: list[str] = field(default_factory=list)

    def rate_limit(
        self, method: str, retry_after: int | str | None = 1, times: int = 1, match: Match = _always
    ) -> None:
        """Answer 429; with None, without the `Retry-After` header."""
        after = None if retry_after is None else str(retry_after)
        self.waiting.append(Fault(method, "status", times, match, 429, after))

    def fail(self, method: str, status: int = 500, times: int = 1, match: Match = _always) -> None:
        """Answer with a server error before anything has happened."""
        self.waiting.append(Fault(method, "status", times, match, status))

    def fail_after(self, method: str, status: int = 500, times: int = 1, match: Match = _always) -> None:
        """Do it, then answer with a server error."""
        self.waiting.append(Fault(method, "status_after", times, match, status))

    def drop_before(self, method: str, times: int = 1, match: Match = _always) -> None:
        """Close the connection before anything has happened."""
        self.waiting.append(Fault(method, "drop_before", times, match))

    def drop_after(self, method: str, times: int = 1, match: Match = _always) -> None:
        """Do it, then close the connection without an answer."""
        self.waiting.append(Fault(method, "drop_after", times, match))

    def garble(self, method: str, times: int = 1, match: Match = _always) -> None:
        """Do it, then answer with something that is not JSON, though it says so."""
        self.waiting.append(Fault(method, "garble", times, match))

    def refuse(self, method: str, code: str, times: int = 1, match: Match = _always) -> None:
        """Answer `ok: false` with this code before anything has happened."""
        self.waiting.append(Fault(method, "refuse", times, match, code=code))

    def refuse_handshakes(self, times: int = 1) -> None:
        """Refuse the next WebSocket handshakes with HTTP 503."""
        self.handshakes_to_refuse += times

    def lose_acks(self, times: int = 1) -> None:
        """Treat the next acknowledgements as if they had never arrived."""
        self.acks_to_lose += times

    def deliver_twice(self, event_type: str) -> None:
        """Deliver the next event of this type twice, with one event_id."""
        self.events_to_double.append(event_type)

    def hold(self, method: str, moment: str = "received", match: Match = _always) -> Hold:
        """Keep the next such call waiting at that moment until released."""
        hold = Hold(method, moment)

        async def wait(_subject: Subject) -> None:
            hold.reached.set()
            await hold.released.wait()

        self.on(method, moment, wait, match=match, times=1)
        return hold

    def on(
        self, name: str, moment: str, callback: Callback, *, match: Match = _always, times: int | None = None
    ) -> None:
        """Call back at that moment of that method or envelope type (`*` for any); None for every time."""
        self.hooks.append(_Hook(name, moment, callback, match, times))

    async def wait_for(
        self, name: str, moment: str = "received", *, match: Match = _always, within: float = 10
    ) -> Subject:
        """The next such call or envelope; TimeoutError after `within` seconds of real time."""
        found: asyncio.Future[Subject] = asyncio.get_running_loop().create_future()
        self.on(
            name,
            moment,
            lambda subject: None if found.done() else found.set_result(subject),
            match=match,
            times=1,
        )
        return await asyncio.wait_for(found, within)

    async def tell(self, name: str, moment: str, subject: Subject) -> None:
        """Run what was hooked to this moment."""
        for hook in [one for one in self.hooks if _fits(one, name, moment, subject)]:
            if hook.times is not None:
                hook.times -= 1
                if hook.times <= 0:
                    self.hooks.remove(hook)
            result = hook.callback(subject)
            if inspect.isawaitable(result):
                await result

    def take(self, method: str, arguments: Subject) -> Fault | None:
        """The fault that this call meets, used up by one."""
        for fault in self.waiting:
            if fault.method in (method, "*") and fault.match(arguments):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


def _fits(hook: _Hook, name: str, moment: str, subject: Subject) -> bool:
    return hook.name in (name, "*") and hook.moment == moment and hook.match(subject)
