"""The words: reads and checks `prompts/`, and fills messages with values. May import the domain only."""

from bot.prompt_library.errors import PromptError
from bot.prompt_library.format_file import StageWords
from bot.prompt_library.library import Language, PromptLibrary
from bot.prompt_library.lines import Line, Link, Mention, Span, Text, UserText, When, WhenStyle
from bot.prompt_library.words import Value, Words

__all__ = [
    "Language",
    "Line",
    "Link",
    "Mention",
    "PromptError",
    "PromptLibrary",
    "Span",
    "StageWords",
    "Text",
    "UserText",
    "Value",
    "When",
    "WhenStyle",
    "Words",
]
