"""The first word to whoever installed the app, and to nobody else."""

from bot.outgoing import Message
from bot.prompt_library import Language, Mention
from bot.surfaces import parts


def welcome(bot_user_id: str, installer: str, which: str, language: Language) -> Message:
    """A direct message. ``which`` tells one installation from another, for which it is said again."""
    words = language.words
    steps = words.lines("install.welcome.steps", bot=Mention(bot_user_id))
    text, blocks = parts.drawn(parts.said(words.rich("install.welcome.hello")), parts.bullets(steps))
    key = f"workspace:welcome:{installer}:{which}"
    return Message(key=key, conversation=installer, text=text, blocks=blocks)
