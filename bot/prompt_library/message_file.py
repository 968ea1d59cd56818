"""A message file: texts, plurals and lists under nested tables, read as templates by dotted key."""

from collections.abc import Iterator, Sequence

from bot.prompt_library.files import KeyPath, PromptFile
from bot.prompt_library.templates import Template, TemplateError, parse
from bot.prompt_library.words import COUNT, Message

PLURAL = ("one", "other")


def read_messages(file: PromptFile) -> dict[str, Message]:
    """The file's messages; keys begin with the file's name. Raises PromptError for the first wrong one."""
    return dict(_messages(file, (), file.tables))


def _messages(file: PromptFile, key_path: KeyPath, entry: object) -> Iterator[tuple[str, Message]]:
    if isinstance(entry, dict) and not entry.keys() & set(PLURAL):
        for name, child in entry.items():
            yield from _messages(file, (*key_path, name), child)
        return
    yield ".".join([file.path.stem, *map(str, key_path)]), _message(file, key_path, entry)


def _message(file: PromptFile, key_path: KeyPath, entry: object) -> Message:
    if isinstance(entry, dict):
        return _plural(file, key_path, entry)
    texts = entry if isinstance(entry, list) else [entry]
    return Message(file.path, file.line(key_path), _templates(file, key_path, texts))


def _plural(file: PromptFile, key_path: KeyPath, forms: dict[str, object]) -> Message:
    if forms.keys() != set(PLURAL):
        raise file.error("a plural has exactly `one` and `other`: add or delete keys until it has", key_path)
    one, other = (_templates(file, (*key_path, form), [forms[form]])[0] for form in PLURAL)
    odd = (one.placeholders ^ other.placeholders) - {COUNT}
    if odd:
        sentence = f"only one of `one` and `other` names {{{min(odd)}}}: name it in both, or correct it"
        raise file.error(sentence, key_path)
    return Message(file.path, file.line(key_path), (one, other), plural=True)


def _templates(file: PromptFile, key_path: KeyPath, texts: Sequence[object]) -> tuple[Template, ...]:
    if not texts:
        raise file.error("the list is empty: write its lines, or delete the key", key_path)
    return tuple(_template(file, key_path, text) for text in texts)


def _template(file: PromptFile, key_path: KeyPath, text: object) -> Template:
    if not isinstance(text, str):
        raise file.error(f"`{key_path[-1]}` is not a text: put it in quotation marks", key_path)
    try:
        return parse(text)
    except TemplateError as error:
        raise file.error(str(error), key_path) from error
