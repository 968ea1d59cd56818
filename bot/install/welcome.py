"""The first word to whoever installed the app, and to nobody else."""

from bot.outgoing import Message
from bot.prompt_library import Mention, PromptLibrary
from bot.storage.installations import Installation
from bot.surfaces import parts

LANGUAGE = "en"
"""Nobody has said another yet."""


def welcome(installation: Installation, library: PromptLibrary) -> Message:
    """A direct message, once for each installation."""
    words = library.language(LANGUAGE).words
    us = Mention(installation.bot_user_id)
    steps = words.lines("install.welcome.steps", bot=us)
    text, blocks = parts.drawn(parts.said(words.rich("install.welcome.hello")), parts.bullets(steps))
    return Message(
        key=f"workspace:welcome:{installation.installer}:{int(installation.installed_at.timestamp())}",
        conversation=installation.installer,
        text=text,
        blocks=blocks,
    )
