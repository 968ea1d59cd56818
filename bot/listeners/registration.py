"""Registers every listener with Bolt, once, from the tables: actions, modals, events, the command.

Bolt runs a listener before it acknowledges (`process_before_response`), so the command's transaction has
ended by then; a listener that raises is not acknowledged. Catch-alls come last: Slack counts a payload
without an acknowledgement as failed, and people see a warning.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import actions, events, slash_command, views
from bot.listeners.payloads import EventEnvelope, Payload, Press, SlashCommand, Submission
from bot.listeners.visit import Desk, Visit

logger = logging.getLogger(__name__)

ANYTHING = re.compile(".*", re.DOTALL)

P = TypeVar("P", bound=Payload)


def register(app: AsyncApp, desk: Desk) -> None:
    """Register everything, each thing once."""
    door = _Door(desk)
    for action in actions.LISTENERS:
        app.action(action.value)(door.action)
    for callback in views.LISTENERS:
        app.view_submission(callback.value)(door.submission)
    for event in events.LISTENERS:
        app.event(event)(door.event)
    app.command(slash_command.COMMAND)(door.command)
    _register_catch_alls(app)
    app.error(_on_error)


def _register_catch_alls(app: AsyncApp) -> None:
    for kind in (app.event, app.action, app.shortcut, app.command, app.view, app.view_closed, app.options):
        kind(ANYTHING)(_unknown)


class _Door:
    """From Bolt's arguments to ours, and back to the acknowledgement."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def action(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        if press := _parsed(Press, body):
            await actions.on_press(self._visit(body, client, context, press.user.id, press.trigger_id), press)
        await ack()

    async def submission(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        answer: Mapping[str, Any] = {}
        if sent := _parsed(Submission, body):
            visit = self._visit(body, client, context, sent.user.id, sent.trigger_id)
            answer = await views.on_submission(visit, sent)
        await ack(**answer)

    async def command(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        answer: Mapping[str, Any] = {}
        if typed := _parsed(SlashCommand, body):
            visit = self._visit(body, client, context, typed.user_id, typed.trigger_id)
            answer = await slash_command.on_command(visit, typed)
        await ack(**answer)

    async def event(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        envelope = _parsed(EventEnvelope, body)
        listener = events.LISTENERS[str(_part(body, "event").get("type"))]
        event = _parsed(listener.model, _part(body, "event"))
        if envelope and event:
            logger.info("arrived %s", _ids(body))
            happening = events.Happening(
                desk=self._desk,
                client=client,
                workspace_id=_workspace(context),
                bot_user_id=context.bot_user_id or "",
                request=envelope.event_id,
            )
            await listener.serve(happening, event)
        await ack()

    def _visit(
        self,
        body: Mapping[str, Any],
        client: AsyncWebClient,
        context: AsyncBoltContext,
        person: str,
        trigger_id: str,
    ) -> Visit:
        logger.info("arrived %s", _ids(body))
        return Visit(
            desk=self._desk,
            client=client,
            workspace_id=_workspace(context),
            bot_user_id=context.bot_user_id or "",
            person=person,
            request=trigger_id,
        )


def _workspace(context: AsyncBoltContext) -> str:
    """The workspace in which the app is installed, which is not always that of the person."""
    installed = context.authorize_result
    found = (installed.team_id or installed.enterprise_id) if installed else None
    if found is None:
        raise ValueError("a payload without a workspace")
    return found


def _parsed(model: type[P], body: Mapping[str, Any]) -> P | None:
    """The payload, or None for one that cannot be from Slack: nobody can be answered then."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        logger.warning("malformed %s %s: %s", model.__name__, _ids(body), _faults(error))
        return None


async def _unknown(ack: AsyncAck, body: dict[str, Any]) -> None:
    logger.warning("unknown payload %s", _ids(body))
    await ack()


async def _on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Not acknowledged: Slack delivers an event again, and a person sees that it did not work."""
    logger.error("not served %s", _ids(body), exc_info=error)
    return BoltResponse(status=500, body="")


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    return [(".".join(map(str, item["loc"])), item["type"]) for item in error.errors(include_input=False)]


def _ids(body: Mapping[str, Any]) -> dict[str, str]:
    """Whatever names the payload, and nothing of what it says."""
    event, view = _part(body, "event"), _part(body, "view")
    actions_ = body.get("actions")
    first = actions_[0] if isinstance(actions_, list) and actions_ and isinstance(actions_[0], dict) else {}
    named = {
        "type": body.get("type"),
        "event_id": body.get("event_id"),
        "event": event.get("type"),
        "action_id": first.get("action_id"),
        "callback_id": view.get("callback_id") or body.get("callback_id"),
        "command": body.get("command"),
        "user": _part(body, "user").get("id") or body.get("user_id"),
    }
    return {name: str(value)[:80] for name, value in named.items() if value is not None}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}
