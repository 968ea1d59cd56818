"""Which conversations the bot can see and speak in, and what Slack answers when it cannot."""

from __future__ import annotations

from bot.rehearsal.errors import SlackError
from bot.rehearsal.model import Conversation
from bot.rehearsal.world import World


def need_scope(world: World, scope: str) -> None:
    """Raise missing_scope unless the installation here has this scope."""
    if scope not in world.scopes:
        raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(world.scopes)))


def readable_conversation(world: World, channel: str) -> Conversation:
    """A conversation that the bot may look at: any public channel, and what it is in itself."""
    conversation = world.workspace.conversations.get(channel)
    if conversation is None:
        raise SlackError("channel_not_found")
    if conversation.is_im:
        need_scope(world, "im:read")
    elif conversation.is_private:
        need_scope(world, "groups:read")
    else:
        need_scope(world, "channels:read")
    if conversation.is_private and world.workspace.bot.id not in conversation.members:
        raise SlackError("channel_not_found")
    return conversation


def conversation_to_post_in(world: World, channel: str) -> Conversation:
    """Where a message may go: a D or C id, or a user id, which opens the direct messages with that person."""
    workspace = world.workspace
    if channel in workspace.accounts:
        return _dm_to_post_in(world, channel)
    conversation = workspace.conversations.get(channel)
    if conversation is None:
        raise SlackError("channel_not_found")
    if conversation.im_with is not None:
        return _dm_to_post_in(world, conversation.im_with)
    if workspace.bot.id not in conversation.members:
        public = not conversation.is_private
        if not (public and "chat:write.public" in world.scopes):
            raise SlackError("not_in_channel" if public else "channel_not_found")
    if conversation.is_archived:
        raise SlackError("is_archived")
    if conversation.posting_refused is not None:
        raise SlackError(conversation.posting_refused)
    return conversation


def _dm_to_post_in(world: World, user: str) -> Conversation:
    account = world.workspace.accounts[user]
    if account.is_bot or account.is_external:
        raise SlackError("channel_not_found")
    if account.deleted:
        raise SlackError("user_disabled")
    if not world.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")
    return world.workspace.dm_with(user)
