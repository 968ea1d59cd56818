"""What the app answers inside an acknowledgement or through a response_url, checked and carried out."""

from __future__ import annotations

from bot.rehearsal.block_kit import check_message_blocks, limits
from bot.rehearsal.block_kit.views import check_view
from bot.rehearsal.conversations import need_scope
from bot.rehearsal.errors import SlackError
from bot.rehearsal.interactivity import ResponseUrl
from bot.rehearsal.json_types import Json, JsonObject
from bot.rehearsal.methods_chat import keep, replace_content, show_ephemeral
from bot.rehearsal.model import Message
from bot.rehearsal.view_desk import OpenView
from bot.rehearsal.world import World

_COMMAND_FIELDS = frozenset(
    [
        "text",
        "blocks",
        "response_type",
        "replace_original",
        "delete_original",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
        "mrkdwn",
        "metadata",
    ]
)
_VIEW_FIELDS = {"errors": "errors", "update": "view", "push": "view", "clear": None}


def answer_in_channel(world: World, place: ResponseUrl, answer: Json) -> Message | None:
    """Carry out the answer to a command, or a post to a response_url. Raises SlackError."""
    if not isinstance(answer, dict) or set(answer) - _COMMAND_FIELDS:
        raise SlackError("invalid_arguments")
    text, blocks = answer.get("text"), answer.get("blocks")
    if answer.get("delete_original"):
        _original(place).deleted = True
        return None
    if not text and not blocks:
        raise SlackError("no_text")
    if text is not None and (not isinstance(text, str) or len(text) > limits.MESSAGE_TEXT):
        raise SlackError("msg_too_long" if isinstance(text, str) else "invalid_arguments")
    if blocks is not None:
        check_message_blocks(blocks, world.workspace.user_exists, total_text=False)
    if answer.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_arguments")
    return _show(world, place, answer)


def _show(world: World, place: ResponseUrl, answer: JsonObject) -> Message:
    text, blocks = answer.get("text") or "", answer.get("blocks") or []
    if answer.get("replace_original"):
        message = _original(place)
        if message.ephemeral_to is not None and answer.get("response_type") == "in_channel":
            raise SlackError("invalid_arguments", ["an ephemeral message cannot become in_channel"])
        replace_content(world, message, text, blocks)
        world.transcript.message("message_updated", message)
        return message
    if answer.get("response_type", "ephemeral") == "ephemeral":
        return show_ephemeral(world, place.channel, place.user, text, blocks, answer.get("thread_ts"))
    message = Message(
        ts=world.next_ts(), channel=place.channel, user=world.workspace.bot.id, text=text, blocks=blocks
    )
    keep(world, message)
    world.transcript.message("message_posted", message)
    return message


def _original(place: ResponseUrl) -> Message:
    if place.message is None or place.message.deleted:
        raise SlackError("message_not_found")
    return place.message


def answer_submission(world: World, view: OpenView, answer: Json) -> None:
    """Carry out the answer to a view_submission. Raises SlackError for what Slack refuses."""
    view.errors = {}
    if answer in (None, "", {}):
        _close(world, view)
        return
    if not isinstance(answer, dict) or answer.get("response_action") not in _VIEW_FIELDS:
        raise SlackError("invalid_response_action")
    action = str(answer["response_action"])
    needed = _VIEW_FIELDS[action]
    if set(answer) - {"response_action", needed}:
        raise SlackError("invalid_arguments", ["unknown field beside response_action"])
    if action == "errors":
        _show_errors(view, answer.get("errors"))
        world.transcript.view("modal_refused", view)
    elif action == "clear":
        world.views.clear(view.user)
    else:
        _show_view(world, view, action, answer.get("view"))


def _close(world: World, view: OpenView) -> None:
    stack = world.views.stacks.get(view.user, [])
    if view in stack:
        del stack[stack.index(view) :]


def _show_view(world: World, view: OpenView, action: str, document: Json) -> None:
    check_view(document, "modal", world.workspace.user_exists)
    if action == "update":
        world.views.update(view, document)
        world.transcript.view("modal_updated", view)
    else:
        world.transcript.view("modal_opened", world.views.open(view.user, document))


def _show_errors(view: OpenView, errors: Json) -> None:
    inputs = {str(one["block_id"]) for one in view.blocks if one["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_arguments", ["errors must name at least one input block"])
    strangers = sorted(str(one) for one in set(errors) - inputs)
    if strangers:
        raise SlackError(
            "invalid_arguments", [f"no input block has this block_id: {one}" for one in strangers]
        )
    if not all(isinstance(text, str) and text for text in errors.values()):
        raise SlackError("invalid_arguments", ["each error must be a text"])
    view.errors = dict(errors)


def may_use_commands(world: World) -> bool:
    """Commands and shortcuts arrive only with the scope `commands`."""
    try:
        need_scope(world, "commands")
    except SlackError:
        return False
    return True
