"""Refusals: a short, kind sentence to the one who tried, with what to do instead."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.learning_set import LearningSet
from bot.domain.rejections import Reason, Rejected
from bot.outgoing import PrivateNotice
from bot.prompt_library import Language, Line, Value, When, WhenStyle
from bot.surfaces import keys
from bot.surfaces.ids import Action
from bot.surfaces.names import listed, person_name, unit_name
from bot.surfaces.parts import Part, button, buttons, drawn, said
from bot.surfaces.values import Carried

NAMING_THE_COMMAND = frozenset({Reason.NOT_IN_THE_SET, Reason.NOT_INVITED, Reason.ALREADY_IN})
"""Refusals that tell what to type, and that somebody from outside can meet with."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a private notice goes: its key, the conversation, and who reads it."""

    key: str
    conversation: str
    reader: str
    meeting_id: str | None = None
    """The meeting in whose thread it stands."""
    from_outside: bool = False
    """They belong to another workspace."""


def rejection_text(
    rejected: Rejected,
    learning_set: LearningSet | None,
    language: Language,
    reader: str | None = None,
    *,
    from_outside: bool = False,
) -> Line:
    """Why it was refused and what to do. Members who owe a report-back are named to the facilitator alone; to
    whom `/als` is not offered it is not named.
    """
    key = f"rejections.{rejected.reason}"
    if _has_other_sentence(rejected, learning_set, reader):
        key = f"rejections.named.{rejected.reason}"
    elif from_outside and rejected.reason in NAMING_THE_COMMAND:
        key = f"rejections.outside.{rejected.reason}"
    values = _values(rejected, learning_set, language)
    wanted = language.words.placeholders(key)
    return language.words.rich(key, **{name: value for name, value in values.items() if name in wanted})


def rejection_notice(
    rejected: Rejected, learning_set: LearningSet | None, language: Language, address: Address
) -> PrivateNotice:
    """The refusal as a private notice; where report-backs are awaited, the facilitator can leave each person
    out.
    """
    line = rejection_text(rejected, learning_set, language, address.reader, from_outside=address.from_outside)
    text, blocks = drawn(said(line), *_leave_out(rejected, learning_set, language, address.reader))
    return PrivateNotice(
        key=address.key,
        conversation=address.conversation,
        reader=address.reader,
        text=text,
        blocks=blocks,
        thread_key=_thread(learning_set, address),
    )


def _thread(learning_set: LearningSet | None, address: Address) -> str | None:
    """A meeting's thread is that of its newest board."""
    meeting = learning_set.meeting if learning_set else None
    if meeting is not None and meeting.id == address.meeting_id:
        return keys.board(meeting.id, meeting.boards)
    return keys.board(address.meeting_id) if address.meeting_id else None


def _facilitates(learning_set: LearningSet | None, reader: str | None) -> bool:
    return learning_set is not None and reader is not None and reader == learning_set.acting_facilitator


def _has_other_sentence(rejected: Rejected, learning_set: LearningSet | None, reader: str | None) -> bool:
    if rejected.reason is Reason.NOTHING_LEFT:
        return rejected.values.get("minutes") == 0
    return rejected.reason is Reason.REPORTS_MISSING and _facilitates(learning_set, reader)


def _leave_out(
    rejected: Rejected, learning_set: LearningSet | None, language: Language, reader: str
) -> Iterator[Part | None]:
    if rejected.reason is not Reason.REPORTS_MISSING or learning_set is None:
        return
    if learning_set.meeting is None or not _facilitates(learning_set, reader):
        return
    for person in _ids(rejected.values.get("people")):
        value = Carried(set_id=learning_set.id, meeting_id=learning_set.meeting.id, person=person)
        label = language.words.plain("notices.leave_out", name=person_name(learning_set, person))
        yield buttons(button(Action.SKIP_REPORT, label, value.packed()))


def _values(rejected: Rejected, learning_set: LearningSet | None, language: Language) -> dict[str, Value]:
    """The values of the refusal as the words want them: people and units by name, times for every zone."""
    values: dict[str, Value] = {}
    for name, value in rejected.values.items():
        if learning_set is not None and name in _SHOWN:
            values[name] = _SHOWN[name](value, learning_set, language)
        elif isinstance(value, int):
            values["count" if name == "minutes" else name] = value
    return values


def _people(value: object, learning_set: LearningSet, language: Language) -> Line:
    return listed([Line.of(person_name(learning_set, person)) for person in _ids(value)], language)


def _units(value: object, learning_set: LearningSet, language: Language) -> Line:
    return listed([unit_name(learning_set, unit, language) for unit in _ids(value)], language)


def _date_time(value: object, learning_set: LearningSet, language: Language) -> Line:
    if not isinstance(value, datetime):
        raise TypeError("a refusal names an instant by an aware datetime")
    return Line.of(When(value, learning_set.zone, WhenStyle.DATE_TIME))


def _stage(value: object, learning_set: LearningSet, language: Language) -> Line:
    return Line.ours(language.stage_words(learning_set.format_id, str(value)).name)


def _ids(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Iterable) else []


_SHOWN: Mapping[str, Callable[[object, LearningSet, Language], Line]] = {
    "people": _people,
    "units": _units,
    "starts_at": _date_time,
    "stage": _stage,
}
