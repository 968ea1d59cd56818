"""Web API methods for modals and App Home."""

from __future__ import annotations

from bot.rehearsal.arguments import Arguments
from bot.rehearsal.block_kit import check_view
from bot.rehearsal.errors import SlackError
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.world import World


def views_open(world: World, arguments: Arguments) -> JsonObject:
    """views.open before the person whose trigger it is."""
    trigger_id = arguments.text("trigger_id")
    document = _checked(world, arguments, "modal")
    trigger = world.triggers.exchange(trigger_id, world.now())
    view = world.views.open(trigger.user, document, trigger.channel)
    return _shown(world, "modal_opened", view)


def views_push(world: World, arguments: Arguments) -> JsonObject:
    """views.push on top of the modal that the trigger comes from."""
    trigger_id = arguments.text("trigger_id")
    document = _checked(world, arguments, "modal")
    trigger = world.triggers.exchange(trigger_id, world.now())
    top = world.views.top(trigger.user)
    if trigger.view_id is None or top is None:
        raise SlackError("not_found")
    view = world.views.open(trigger.user, document)
    return _shown(world, "modal_opened", view)


def views_update(world: World, arguments: Arguments) -> JsonObject:
    """views.update of an open modal, by its id or external_id."""
    if "view_id" not in arguments and "external_id" not in arguments:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view_id"])
    view = world.views.find(arguments.optional_text("view_id"), arguments.optional_text("external_id"))
    document = _checked(world, arguments, str(view.document["type"]))
    world.views.update(view, document, arguments.optional_text("hash"))
    return _shown(world, "modal_updated" if view.document["type"] == "modal" else "home_published", view)


def views_publish(world: World, arguments: Arguments) -> JsonObject:
    """views.publish of one person's App Home."""
    user = arguments.text("user_id")
    if not world.manifest.home_tab:
        raise SlackError("not_enabled")
    account = world.workspace.accounts.get(user)
    if account is None or account.is_bot or account.deleted or account.is_external:
        raise SlackError("user_not_found")
    document = _checked(world, arguments, "home")
    view = world.views.publish(user, document, arguments.optional_text("hash"))
    return _shown(world, "home_published", view)


def _checked(world: World, arguments: Arguments, kind: str) -> JsonObject:
    document = arguments.document("view")
    if document is None:
        raise SlackError("invalid_arguments", ["[ERROR] missing required field: view"])
    check_view(document, kind, world.workspace.user_exists)
    checked: JsonObject = document
    return checked


def _shown(world: World, kind: str, view: OpenView) -> JsonObject:
    world.transcript.view(kind, view)
    return {"view": view.payload(world.workspace)}
