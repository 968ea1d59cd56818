"""What is kept of people, and what each may do with their own; the same modal for everybody."""

from slack_sdk.models.views import View

from bot.prompt_library import Line, Words
from bot.surfaces import parts
from bot.surfaces.ids import Action, Callback
from bot.surfaces.parts import Part
from bot.surfaces.values import Carried


def privacy_modal(words: Words, days: int) -> View:
    """``days`` after a set's end its words are deleted; 0: never. Its two buttons act at once."""
    how_long = words.rich("privacy.days", count=days) if days else words.rich("privacy.never")
    return _view(
        words,
        parts.said(words.rich("privacy.kept_title"), words.rich("privacy.kept")),
        parts.said(words.rich("privacy.seen_title"), words.rich("privacy.seen")),
        parts.said(words.rich("privacy.how_long_title"), how_long, words.rich("privacy.slack")),
        _buttons(words),
    )


def sent_view(words: Words, anything: bool) -> View:
    """After asking for one's data."""
    return _view(words, parts.said(words.rich("privacy.done.sent" if anything else "privacy.done.nothing")))


def deleted_view(words: Words, anything: bool) -> View:
    """After deleting one's words."""
    if not anything:
        return _view(words, parts.said(words.rich("privacy.done.nothing")))
    lines: tuple[Line, ...] = (words.rich("privacy.done.deleted"), words.rich("privacy.done.slack"))
    return _view(words, parts.said(*lines))


def _buttons(words: Words) -> Part | None:
    sure = parts.confirm(
        words.plain("privacy.confirm.title"),
        words.rich("privacy.confirm.question"),
        words.plain("privacy.confirm.yes"),
        words.plain("privacy.confirm.no"),
    )
    nothing = Carried().packed()
    return parts.buttons(
        parts.button(Action.SEND_MY_DATA, words.plain("privacy.send"), nothing),
        parts.button(Action.DELETE_MY_WORDS, words.plain("privacy.delete"), nothing, confirm=sure),
    )


def _view(words: Words, *pieces: Part | None) -> View:
    return View(
        type="modal",
        callback_id=Callback.PRIVACY,
        title=words.plain("privacy.title"),
        close=words.plain("privacy.close"),
        blocks=[piece.block for piece in pieces if piece is not None],
    )
