"""Registers every listener with Bolt, once, from the tables: actions, modals, events, the command.

Bolt runs a listener before it acknowledges (`process_before_response`), so the command's transaction has
ended by then; a listener that raises is not acknowledged. Catch-alls come last: Slack counts a payload
without an acknowledgement as failed, and people see a warning.
"""

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners import actions, events, slash_command, views
from bot.listeners.happening import Happening
from bot.listeners.payloads import Actor, EventEnvelope, Payload, Press, SlashCommand, Submission
from bot.listeners.refusals import refusal_view
from bot.listeners.visit import Desk, Visit
from bot.logs import about

logger = logging.getLogger(__name__)

GONE = "install.gone.sentence"
ANYTHING = re.compile(".*", re.DOTALL)

ID = re.compile(r"[\w./:|-]{1,80}", re.ASCII)
"""What an id of Slack's or of ours looks like; whatever does not may be somebody's sentence."""

P = TypeVar("P", bound=Payload)


def register(app: AsyncApp, desk: Desk, *, absent: type[Exception]) -> None:
    """Register everything, each thing once. ``absent`` is raised where the app is not installed any more."""
    door = _Door(desk)
    for action in actions.LISTENERS:
        app.action(action.value)(door.action)
    for callback in views.LISTENERS:
        app.view_submission(callback.value)(door.submission)
    for event in events.LISTENERS:
        app.event(event)(door.event)
    app.command(slash_command.COMMAND)(door.command)
    _register_catch_alls(app)
    app.error(partial(_on_error, desk, absent))


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
            visit = self._visit(client, context, press.user, press.trigger_id)
            with _served(body, visit.workspace_id):
                await actions.on_press(visit, press)
        await ack()

    async def submission(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        answer: Mapping[str, Any] = {}
        if sent := _parsed(Submission, body):
            visit = self._visit(client, context, sent.user, sent.trigger_id)
            with _served(body, visit.workspace_id):
                answer = await views.on_submission(visit, sent)
        await ack(**answer)

    async def command(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        answer: Mapping[str, Any] = {}
        if typed := _parsed(SlashCommand, body):
            visit = self._visit(client, context, Actor(id=typed.user_id), typed.trigger_id)
            with _served(body, visit.workspace_id):
                answer = await slash_command.on_command(visit, typed)
        await ack(**answer)

    async def event(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        envelope = _parsed(EventEnvelope, body)
        listener = events.LISTENERS[str(_part(body, "event").get("type"))]
        event = _parsed(listener.model, _part(body, "event"))
        if envelope and event:
            happening = Happening(
                desk=self._desk,
                client=client,
                workspace_id=_workspace(context),
                bot_user_id=context.bot_user_id or "",
                request=envelope.event_id,
                enterprise_id=context.enterprise_id,
            )
            with _served(body, happening.workspace_id):
                await listener.serve(happening, event)
        await ack()

    def _visit(
        self, client: AsyncWebClient, context: AsyncBoltContext, actor: Actor, trigger_id: str
    ) -> Visit:
        workspace_id = _workspace(context)
        return Visit(
            desk=self._desk,
            client=client,
            workspace_id=workspace_id,
            bot_user_id=context.bot_user_id or "",
            person=actor.id,
            request=trigger_id,
            from_outside=actor.team_id not in (None, workspace_id),
        )


@contextmanager
def _served(body: Mapping[str, Any], workspace_id: str) -> Iterator[None]:
    """Whatever is logged within is about this payload. How it ends badly, `_on_error` says."""
    began = time.monotonic()
    with about(**_ids(body) | {"workspace": workspace_id}):
        logger.info("arrived")
        yield
        logger.info("served", extra={"milliseconds": round(1000 * (time.monotonic() - began))})


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
        logger.warning("malformed %s: %s", model.__name__, _faults(error), extra=_ids(body))
        return None


async def _unknown(ack: AsyncAck, body: dict[str, Any]) -> None:
    logger.warning("unknown payload", extra=_ids(body))
    await ack()


async def _on_error(
    desk: Desk, absent: type[Exception], error: Exception, body: dict[str, Any], context: AsyncBoltContext
) -> BoltResponse:
    """Not acknowledged: Slack delivers an event again, and a person sees that it did not work."""
    if isinstance(error, absent):
        logger.warning("not served, as the app is not there any more", extra=_ids(body))
        return BoltResponse(status=200, body=await _gone(desk, body, context))
    logger.error("not served", exc_info=error, extra=_ids(body))
    return BoltResponse(status=500, body="")


async def _gone(desk: Desk, body: Mapping[str, Any], context: AsyncBoltContext) -> dict[str, Any] | str:
    """The answer to a person where the app is not installed any more, which needs no token.

    In a form what they have written stays before their eyes. Presses in a form or on Home are told nothing.
    """
    language = desk.queries.language
    if body.get("type") == "view_submission":
        field = _first_field(_part(body, "view").get("blocks"))
        if field is not None:
            return {"response_action": "errors", "errors": {field: language.words.plain(GONE)}}
        view = refusal_view(language.words.rich(GONE), language)
        return {"response_action": "update", "view": view.to_dict()}
    if context.response_url is not None and context.respond is not None:
        await context.respond(language.words.plain(GONE), replace_original=False)
    return ""


def _first_field(blocks: object) -> str | None:
    """The block in which something can be entered. Nothing of it is trusted to be there."""
    found = [each for each in blocks if isinstance(each, dict)] if isinstance(blocks, list) else []
    return next((str(each.get("block_id")) for each in found if each.get("type") == "input"), None)


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    return [(".".join(map(str, item["loc"])), item["type"]) for item in error.errors(include_input=False)]


def _ids(body: Mapping[str, Any]) -> dict[str, str]:
    """Whatever names the payload, and nothing of what it says."""
    event, view = _part(body, "event"), _part(body, "view")
    actions_ = body.get("actions")
    first = actions_[0] if isinstance(actions_, list) and actions_ and isinstance(actions_[0], dict) else {}
    what = first.get("action_id") or event.get("type") or body.get("command")
    named = {
        "kind": body.get("type"),
        "what": what or view.get("callback_id") or body.get("callback_id"),
        "request": body.get("event_id") or body.get("trigger_id"),
        "person": _part(body, "user").get("id") or body.get("user_id"),
        "workspace": body.get("team_id") or _part(body, "team").get("id"),
    }
    return {name: value for name, value in named.items() if isinstance(value, str) and ID.fullmatch(value)}


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, dict) else {}
