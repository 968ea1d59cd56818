"""Events of the Events API: only those that the manifest subscribes to, and has the scope for."""

from __future__ import annotations

from bot.rehearsal import payloads
from bot.rehearsal.delivery import Delivery, Envelope
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.manifest import EVENT_SCOPES
from bot.rehearsal.world import World

_IN_THE_CHANNEL = ("member_joined_channel", "member_left_channel", "channel_archive", "group_archive")


class EventDesk:
    """Turns what happened in the workspace into envelopes."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self._world = world
        self._delivery = delivery
        world.workspace.on_event = self.tell

    def tell(self, event: JsonObject) -> Envelope | None:
        """Send the event on its way; None when the app is not told of such a thing."""
        if not self._wanted(event):
            return None
        envelope = self.envelope(event)
        self._delivery.send_soon(envelope)
        if event["type"] in self._world.faults.events_to_double:
            self._world.faults.events_to_double.remove(event["type"])
            self._delivery.send_soon(Envelope("events_api", envelope.payload, self._world.now()))
        return envelope

    def envelope(self, event: JsonObject) -> Envelope:
        """An envelope for any event at all, not yet sent."""
        event_id = self._world.ids.next("Ev", 12)
        return Envelope(
            "events_api", payloads.event_callback(self._world, event, event_id), self._world.now()
        )

    def _wanted(self, event: JsonObject) -> bool:
        kind = str(event["type"])
        name = f"message.{event.get('channel_type', 'channel')}s" if kind == "message" else kind
        if event.get("channel_type") == "im" and kind == "message":
            name = "message.im"
        manifest = self._world.manifest
        needed = EVENT_SCOPES.get(name, frozenset())
        if name not in manifest.events or (needed and not needed & manifest.scopes):
            return False
        return self._bot_sees(event, kind)

    def _bot_sees(self, event: JsonObject, kind: str) -> bool:
        """Membership events reach a bot for its own channels, and need the scope of the channel's kind."""
        if kind not in _IN_THE_CHANNEL:
            return True
        workspace = self._world.workspace
        conversation = workspace.conversations[str(event["channel"])]
        scope = "groups:read" if conversation.is_private else "channels:read"
        return scope in self._world.manifest.scopes and workspace.bot.id in conversation.members
