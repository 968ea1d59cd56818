"""What people read when a request can't be served: the domain's refusals, and a few of our own."""

from slack_sdk.models.views import View

from bot.domain.learning_set import LearningSet
from bot.domain.rejections import Rejected
from bot.prompt_library import Language, Line, Value
from bot.surfaces import parts
from bot.surfaces.notices import rejection_text


class NotNow(Exception):
    """A request can't be served, by no rule of the domain. ``key`` and ``values`` make the sentence."""

    def __init__(self, key: str, **values: Value) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class Forged(NotNow):
    """A button or a modal brought back something that we never sent out."""

    def __init__(self) -> None:
        super().__init__("listeners.forged")


Refusal = Rejected | NotNow


def sentence(
    refusal: Refusal,
    learning_set: LearningSet | None,
    language: Language,
    reader: str,
    *,
    from_outside: bool = False,
) -> Line:
    """The refusal in words, for the person who tried."""
    if isinstance(refusal, NotNow):
        return language.words.rich(refusal.key, **refusal.values)
    return rejection_text(refusal, learning_set, language, reader, from_outside=from_outside)


def refusal_view(line: Line, language: Language) -> View:
    """A modal that says it: private, and where the press was made."""
    said = parts.said(line)
    return View(
        type="modal",
        title=language.words.plain("listeners.refused_title"),
        close=language.words.plain("modals.close"),
        blocks=[said.block] if said else [],
    )
