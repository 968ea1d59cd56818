"""Events of the Events API: only those that the manifest subscribes to, and has the scope for."""

from __future__ import annotations

from bot.rehearsal import payloads
from bot.rehearsal.delivery import Delivery, Envelope
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.manifest import EVENT_SCOPES
from bot.rehearsal.model import Conversation
from bot.rehearsal.world import World

_FAREWELLS = frozenset({"app_uninstalled", "tokens_revoked", "team_access_granted", "team_access_revoked"})
"""What is told about the installation itself, also when there is none left."""


class EventDesk:
    """Turns what happened in the workspace into envelopes."""

    def __init__(self, world: World, delivery: Delivery) -> None:
        self._world = world
        self._delivery = delivery
        world.workspace.on_event = self.tell
        world.workspace.on_organisation_event = self.tell_of_organisation

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

    def tell_of_organisation(self, enterprise_id: str, event: JsonObject) -> None:
        """Send what concerns the whole organisation, and therefore no team."""
        if event["type"] in self._world.manifest.events:
            event_id = self._world.app.ids.next("Ev", 12)
            payload = payloads.organisation_callback(self._world, enterprise_id, event, event_id)
            self._delivery.send_soon(Envelope("events_api", payload, self._world.now()))

    def envelope(self, event: JsonObject) -> Envelope:
        """An envelope for any event at all, not yet sent."""
        event_id = self._world.app.ids.next("Ev", 12)
        return Envelope(
            "events_api", payloads.event_callback(self._world, event, event_id), self._world.now()
        )

    def _wanted(self, event: JsonObject) -> bool:
        kind = str(event["type"])
        name = f"message.{event.get('channel_type', 'channel')}s" if kind == "message" else kind
        if event.get("channel_type") == "im" and kind == "message":
            name = "message.im"
        needed = EVENT_SCOPES.get(name, frozenset())
        if name not in self._world.manifest.events or kind in _FAREWELLS:
            return name in self._world.manifest.events
        installed = self._world.installation is not None
        return installed and (not needed or bool(needed & self._world.scopes)) and self._bot_sees(event, kind)

    def _bot_sees(self, event: JsonObject, kind: str) -> bool:
        """Events of channels reach a bot for its own channels, and need the scope of the channel's kind."""
        conversation = self._conversation(event)
        if conversation is None or conversation.is_im or kind == "message":
            return True
        scope = "groups:read" if conversation.is_private else "channels:read"
        return scope in self._world.scopes and self._world.workspace.bot.id in conversation.members

    def _conversation(self, event: JsonObject) -> Conversation | None:
        about = event.get("channel", event.get("new_channel_id"))
        channel = about.get("id") if isinstance(about, dict) else about
        return self._world.workspace.conversations.get(str(channel))
