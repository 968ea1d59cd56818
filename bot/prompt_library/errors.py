"""The one error of the prompt library."""

from pathlib import Path


class PromptError(Exception):
    """A file under `prompts/` is wrong, or the code asks it for words it does not have.

    The text names the file and the line where they are known, what is wrong, and the fix, in plain words;
    it is written for the person who edits the file.
    """

    def __init__(self, sentence: str, file: Path | None = None, line: int | None = None) -> None:
        self.sentence = sentence
        self.file = file
        self.line = line
        super().__init__(f"{_place(file, line)}{sentence}")


def _place(file: Path | None, line: int | None) -> str:
    if file is None:
        return ""
    return f"{file}, line {line}: " if line else f"{file}: "
