"""Web API methods that change messages."""

from __future__ import annotations

from bot.rehearsal.arguments import Arguments
from bot.rehearsal.block_kit import check_message_blocks, limits
from bot.rehearsal.block_kit.messages import check_metadata
from bot.rehearsal.conversations import conversation_to_post_in
from bot.rehearsal.errors import SlackError
from bot.rehearsal.form_values import fill_ids, values_of
from bot.rehearsal.json_types import JsonObject
from bot.rehearsal.model import Conversation, Message
from bot.rehearsal.world import World


def post_message(world: World, arguments: Arguments) -> JsonObject:
    """chat.postMessage: at most one a second to a channel, by the clock."""
    conversation = conversation_to_post_in(world, arguments.text("channel"))
    text, blocks, metadata = read_content(world, arguments, limits.MESSAGE_TEXT)
    thread_ts = _thread(world, conversation, arguments)
    world.limits.count_post(conversation.id, world.now())
    message = Message(
        ts=world.next_ts(),
        channel=conversation.id,
        user=world.workspace.bot.id,
        text=text or "",
        blocks=blocks or [],
        metadata=metadata,
        thread_ts=thread_ts,
        broadcast=thread_ts is not None and arguments.flag("reply_broadcast"),
    )
    keep(world, message)
    world.transcript.message("message_posted", message)
    return {"channel": conversation.id, "ts": message.ts, "message": world.workspace.message_payload(message)}


def keep(world: World, message: Message) -> None:
    """Store a message, with the ids and the state that Slack gives its blocks."""
    message.blocks = fill_ids(message.blocks, world.ids)
    message.values = values_of(message.blocks)
    world.workspace.keep(message)


def update(world: World, arguments: Arguments) -> JsonObject:
    """chat.update: the last write wins; text alone takes the blocks away; metadata stays unless given."""
    channel = arguments.text("channel")
    conversation = world.workspace.conversations.get(channel)
    if conversation is None:
        raise SlackError("channel_not_found")
    text, blocks, metadata = read_content(world, arguments, limits.UPDATE_TEXT)
    message = own_message(world, channel, arguments.text("ts"), "cant_update_message")
    if conversation.is_archived:
        raise SlackError("is_inactive")
    _reachable(world, conversation)
    message.metadata = metadata if metadata is not None else message.metadata
    replace_content(world, message, text, blocks)
    world.transcript.message("message_updated", message)
    payload = world.workspace.message_payload(message)
    return {"channel": channel, "ts": message.ts, "text": message.text, "message": payload}


def replace_content(
    world: World, message: Message, text: str | None, blocks: list[JsonObject] | None
) -> None:
    """Give a message new content, as an edit does."""
    message.text = text if text is not None else ""
    message.blocks = fill_ids(blocks or [], world.ids)
    message.values = values_of(message.blocks, message.values)
    message.edited_ts = world.next_ts()
    message.versions += 1


def post_ephemeral(world: World, arguments: Arguments) -> JsonObject:
    """chat.postEphemeral: shown to one person who is in the channel."""
    conversation = conversation_to_post_in(world, arguments.text("channel"))
    user = arguments.text("user")
    if user not in conversation.members:
        raise SlackError("user_not_in_channel")
    text, blocks, _ = read_content(world, arguments, limits.MESSAGE_TEXT)
    message = show_ephemeral(
        world, conversation.id, user, text or "", blocks or [], _thread(world, conversation, arguments)
    )
    return {"message_ts": message.ts}


def show_ephemeral(
    world: World, channel: str, user: str, text: str, blocks: list[JsonObject], thread_ts: str | None = None
) -> Message:
    """Show something to one person only."""
    message = Message(
        ts=world.next_ts(),
        channel=channel,
        user=world.workspace.bot.id,
        text=text,
        blocks=blocks,
        thread_ts=thread_ts,
        ephemeral_to=user,
    )
    keep(world, message)
    world.transcript.message("ephemeral_posted", message)
    return message


def delete(world: World, arguments: Arguments) -> JsonObject:
    """chat.delete of a message of the bot's own."""
    channel = arguments.text("channel")
    if channel not in world.workspace.conversations:
        raise SlackError("channel_not_found")
    message = own_message(world, channel, arguments.text("ts"), "cant_delete_message")
    message.deleted = True
    world.transcript.message("message_deleted", message)
    return {"channel": channel, "ts": message.ts}


def get_permalink(world: World, arguments: Arguments) -> JsonObject:
    """chat.getPermalink of any message in a conversation that the bot is in."""
    channel, ts = arguments.text("channel"), arguments.text("message_ts")
    conversation = world.workspace.conversations.get(channel)
    if conversation is None or world.workspace.bot.id not in conversation.members:
        raise SlackError("channel_not_found")
    message = world.workspace.find_message(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    link = f"https://{world.workspace.team_domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel}"
    return {"channel": channel, "permalink": link}


def pins_add(world: World, arguments: Arguments) -> JsonObject:
    """pins.add of a message."""
    conversation = conversation_to_post_in(world, arguments.text("channel"))
    message = world.workspace.find_message(conversation.id, arguments.text("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    if message.pinned:
        raise SlackError("already_pinned")
    message.pinned = True
    world.transcript.message("message_pinned", message)
    return {}


def own_message(world: World, channel: str, ts: str, not_own: str) -> Message:
    """A message of the bot's; raises message_not_found, or `not_own` when someone else wrote it."""
    message = world.workspace.find_message(channel, ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.user != world.workspace.bot.id:
        raise SlackError(not_own)
    return message


def read_content(
    world: World, arguments: Arguments, longest: int
) -> tuple[str | None, list[JsonObject] | None, JsonObject | None]:
    """Text, blocks and metadata of a message, checked; raises SlackError for what Slack would not take."""
    text = arguments.values.get("text")
    if text is not None and not isinstance(text, str):
        raise SlackError("invalid_arguments", ["[ERROR] must be a string [json-pointer:/text]"])
    blocks = arguments.document("blocks", "invalid_blocks_format")
    metadata = arguments.document("metadata", "invalid_metadata_format")
    if not text and not blocks:
        raise SlackError("no_text")
    if text is not None and len(text) > longest:
        raise SlackError("msg_too_long")
    if blocks is not None:
        check_message_blocks(blocks, world.workspace.user_exists)
    if metadata is not None:
        check_metadata(metadata)
    return text, blocks, metadata


def _thread(world: World, conversation: Conversation, arguments: Arguments) -> str | None:
    thread_ts = arguments.optional_text("thread_ts")
    if thread_ts is None:
        return None
    parent = world.workspace.find_message(conversation.id, thread_ts)
    if parent is None or parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    if parent.thread_ts is None:
        parent.thread_ts = parent.ts
    return thread_ts


def _reachable(world: World, conversation: Conversation) -> None:
    if world.workspace.bot.id not in conversation.members:
        raise SlackError("channel_not_found" if conversation.is_private else "not_in_channel")
