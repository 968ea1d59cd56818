"""Slack's rules for messages, modals and App Home, from our own tables."""

from bot.rehearsal.block_kit.messages import check_message_blocks
from bot.rehearsal.block_kit.reading import readable_text
from bot.rehearsal.block_kit.views import check_view

__all__ = ["check_message_blocks", "check_view", "readable_text"]
