"""The whole of `prompts/`, read and checked once, at start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.formats import Format
from bot.prompt_library.errors import PromptError
from bot.prompt_library.files import read
from bot.prompt_library.format_file import FormatInWords, StageWords, read_format
from bot.prompt_library.message_file import read_messages
from bot.prompt_library.words import Message, Words

REFERENCE = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """Formats and words in one language."""

    code: str
    formats: Mapping[str, FormatInWords]
    words: Words

    def format(self, format_id: str) -> Format:
        """Raises PromptError for an unknown format."""
        return self._format(format_id).format

    def stage_words(self, format_id: str, stage_id: str) -> StageWords:
        """Raises PromptError for an unknown format or stage."""
        words = self._format(format_id).words
        if stage_id not in words:
            raise PromptError(f"format `{format_id}` has no stage `{stage_id}`: add it to {format_id}.toml")
        return words[stage_id]

    def _format(self, format_id: str) -> FormatInWords:
        if format_id not in self.formats:
            raise PromptError(f"there is no format `{format_id}`: add {self.code}/formats/{format_id}.toml")
        return self.formats[format_id]


@dataclass(frozen=True, slots=True)
class PromptLibrary:
    """Every language in a directory of prompts."""

    languages: Mapping[str, Language]

    @classmethod
    def load(cls, directory: Path) -> "PromptLibrary":
        """Read `<language>/formats/*.toml` and `<language>/messages/*.toml`.

        Raises PromptError for the first wrong file, and for a language that says less than English.
        """
        languages = {path.name: _language(path) for path in sorted(directory.iterdir()) if path.is_dir()}
        if REFERENCE not in languages:
            raise PromptError(f"there are no words in English: add the folder `{REFERENCE}`", directory)
        for language in languages.values():
            _compare(directory / language.code, language, languages[REFERENCE])
        return cls(languages)

    def language(self, code: str) -> Language:
        """Raises PromptError for a language without a folder."""
        if code not in self.languages:
            raise PromptError(f"there is no language `{code}`: choose one of {', '.join(self.languages)}")
        return self.languages[code]


def _language(directory: Path) -> Language:
    formats = {path.stem: read_format(read(path)) for path in _files(directory / "formats")}
    messages: dict[str, Message] = {}
    for path in _files(directory / "messages"):
        messages |= read_messages(read(path))
    return Language(directory.name, formats, Words(messages))


def _files(directory: Path) -> Iterator[Path]:
    return iter(sorted(directory.glob("*.toml")))


def _compare(directory: Path, language: Language, reference: Language) -> None:
    for format_id, expected in reference.formats.items():
        file = directory / "formats" / f"{format_id}.toml"
        if language.format(format_id) != expected.format:
            raise PromptError("stages, clocks or minutes differ from English: make them the same", file)
    for key, message in reference.words.messages.items():
        _compare_message(directory, key, language.words.messages.get(key), message)


def _compare_message(directory: Path, key: str, message: Message | None, expected: Message) -> None:
    if message is None:
        file = directory / "messages" / expected.file.name
        raise PromptError(f"`{key}` is missing: translate line {expected.line} of {expected.file}", file)
    odd = message.placeholders ^ expected.placeholders
    if odd:
        sentence = f"`{key}` and its English differ in {{{min(odd)}}}: correct the placeholder"
        raise PromptError(sentence, message.file, message.line)
