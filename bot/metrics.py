"""What one bot counts about itself, for Prometheus to read at `/metrics`. Numbers and kinds only.

No label carries what people wrote, nor the id of a person, a conversation or a workspace: that would be
neither private nor bounded. Whatever comes from outside (a code of Slack's) is checked before it is a label.
"""

import re
from math import nan

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from bot.storage.overview import Backlog

CONTENT_TYPE = CONTENT_TYPE_LATEST
OTHER = "other"
MOST_VALUES = 100
"""How many different values one label may take; the ones after these are counted as `other`."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)
"""Slack waits three seconds for an acknowledgement."""
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}")


class Metrics:
    """The counters of one bot, with a registry of their own: two bots in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._known: dict[str, set[str]] = {}
        self._arrived = self._counter("payloads_arrived", "Payloads from Slack", "kind", "name")
        self._commands = self._counter("commands", "Commands handled", "command", "outcome")
        self._errors = self._counter("slack_errors", "Calls that Slack refused or missed", "method", "code")
        self._limited = self._counter("slack_rate_limited", "Calls that Slack put off", "method")
        self._waits = self._counter("slack_rate_limit_wait_seconds", "Waits that Slack asked for", "method")
        self._acknowledged = Histogram(
            "als_acknowledgement_seconds",
            "From a payload's arrival to its answer",
            ("kind", "outcome"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._outbox = self._gauge("outbox_waiting", "Rows of the outbox that wait to be sent")
        self._oldest = self._gauge("outbox_oldest_seconds", "How long the oldest row has waited for its turn")
        self._prompts = self._gauge("due_prompts_waiting", "Prompts that wait for their time")
        self._overdue = self._gauge("due_prompts_overdue", "Prompts whose time has come")

    def arrived(self, kind: str, name: str) -> None:
        """A payload came in: ``kind`` event, action, view or command; ``name`` says which of them."""
        self._arrived.labels(self._label("kind", kind), self._label("name", name)).inc()

    def acknowledged(self, kind: str, seconds: float, outcome: str) -> None:
        """A payload was answered after so many seconds: `acknowledged`, `failed` or `refused`."""
        self._acknowledged.labels(self._label("kind", kind), self._label("answer", outcome)).observe(seconds)

    def command(self, name: str, outcome: str) -> None:
        """A command (the name of its class) ended: `done`, `rejected`, `duplicate` or `failed`."""
        self._commands.labels(self._label("command", name), self._label("outcome", outcome)).inc()

    def slack_error(self, method: str, code: str) -> None:
        """A call to the Web API failed: Slack's own code, `http_503`, or the name of a network error."""
        self._errors.labels(self._label("method", method), self._label("code", code)).inc()

    def rate_limited(self, method: str, seconds: float) -> None:
        """Slack answered 429, and asked to wait for so many seconds."""
        named = self._label("method", method)
        self._limited.labels(named).inc()
        self._waits.labels(named).inc(max(0.0, seconds))

    def page(self, backlog: Backlog | None) -> bytes:
        """Everything counted so far and what waits now, in Prometheus's text format (`CONTENT_TYPE`).

        What waits is not a number (NaN) where nobody knows.
        """
        self._outbox.set(backlog.outbox_waiting if backlog else nan)
        self._oldest.set(backlog.outbox_oldest_seconds if backlog else nan)
        self._prompts.set(backlog.prompts_waiting if backlog else nan)
        self._overdue.set(backlog.prompts_overdue if backlog else nan)
        return generate_latest(self.registry)

    def _label(self, label: str, value: str) -> str:
        """The value itself, if it looks like a name and there are not too many of them already."""
        known = self._known.setdefault(label, set())
        if value not in known and (len(known) >= MOST_VALUES or not _LABEL.fullmatch(value)):
            return OTHER
        known.add(value)
        return value

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"als_{name}", told, labels, registry=self.registry)

    def _gauge(self, name: str, told: str) -> Gauge:
        return Gauge(f"als_{name}", told, registry=self.registry)
