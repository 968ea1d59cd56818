"""All that is kept of a person, to be read by that person: direct messages, as many as it takes.

Nothing is cut: a long text goes on in the next block, and the next message.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.outgoing import Message
from bot.prompt_library import Line, Words
from bot.surfaces.parts import Part, direct, quoted, said, title

Row = Mapping[str, Any]
Kept = Mapping[str, list[dict[str, Any]]]

PIECE = 700
"""Characters of one block, so that its text fits whole, escaped, where screen readers read it."""
ROOM, BLOCKS = 3_400, 40
"""Characters and blocks of one message; Slack takes a few more."""
DETAILS = ("first_step", "how_known", "if_then", "hope_to_learn")
LINES = ("about_problem", "about_self", "about_set")

Parts = Iterator[Part | None]


def own_data_messages(kept: Kept, person: str, request: str, words: Words) -> list[Message]:
    """``kept`` is what `bot.storage.exports` found; ``request`` tells one asking from another."""
    heading, end = title(words.rich("privacy.data.title")), said(words.rich("privacy.data.over"))
    drawn = [heading, *_all(kept, words), end]
    packed = _packed([part for part in drawn if part is not None])
    return [
        direct(person, f"privacy:{person}:{request}:{number}", *parts) for number, parts in enumerate(packed)
    ]


def _all(kept: Kept, words: Words) -> Parts:
    for row in kept.get("person", ()):
        yield said(words.rich("privacy.data.you", name=row["name"], zone=Line.ours(row["zone"])))
    for row in kept.get("sets", ()):
        own = {name: [each for each in rows if _set_of(each) == row["id"]] for name, rows in kept.items()}
        yield from _set(row, own, words)


def _set_of(row: Row) -> str | None:
    """A meeting's id begins with that of its set."""
    if "set_id" in row:
        return str(row["set_id"])
    return str(row["meeting_id"]).rpartition(".")[0] if "meeting_id" in row else None


def _set(row: Row, own: Kept, words: Words) -> Parts:
    answers = [each["answer"] for each in own.get("memberships", ())]
    part = words.rich(f"privacy.data.{answers[0] if answers else 'beside'}", set=row["name"])
    yield said(part, *(words.rich(f"privacy.data.{role}") for role in row["roles"]))
    yield said(*_counts(own, words))
    for name, draw in DRAWN.items():
        for each in own.get(name, ()):
            yield from draw(each, words)


def _counts(own: Kept, words: Words) -> Iterator[Line]:
    if present := sum(each["present"] for each in own.get("attendance", ())):
        yield words.rich("privacy.data.meetings", count=present)
    if turns := len(own.get("turns", ())):
        yield words.rich("privacy.data.turns", count=turns)
    settled = Counter(each["state"] for each in own.get("questions_settled", ()))
    if settled:
        yield words.rich(
            "privacy.data.settled",
            answered=settled["answered"],
            taken=settled["taken-away"],
            passed=settled["passed"],
        )


def _quote(field: str, key: str) -> Callable[[Row, Words], Parts]:
    """Something with one text."""

    def draw(row: Row, words: Words) -> Parts:
        if row[field]:
            yield said(words.rich(key, number=_number(row)))
            yield from _whole(row[field])

    return draw


def _commitment(row: Row, words: Words) -> Parts:
    due = date.fromisoformat(row["due_on"])
    yield said(words.rich("privacy.data.commitment", number=_number(row), due=due))
    yield from _whole(row["what"])
    yield from _more(row, DETAILS, words)


def _report(row: Row, words: Words) -> Parts:
    outcome = words.rich(f"thread.outcomes.{row['outcome']}")
    yield said(words.rich("privacy.data.report", number=_number(row), outcome=outcome))
    yield from _more(row, ("happened", "learned"), words)


def _learning(row: Row, words: Words) -> Parts:
    for name in LINES:
        if row[name]:
            yield said(words.rich(f"privacy.data.{name}", number=_number(row)))
            yield from _whole(row[name])


def _more(row: Row, names: Iterable[str], words: Words) -> Parts:
    for name in names:
        if row[name]:
            yield said(words.rich(f"privacy.data.{name}"))
            yield from _whole(row[name])


def _whole(text: str) -> Iterator[Part]:
    for start in range(0, len(text), PIECE):
        yield quoted(text[start : start + PIECE])


def _number(row: Row) -> int:
    return int(str(row["meeting_id"]).rpartition(".")[2])


def _packed(drawn: list[Part]) -> list[list[Part]]:
    """As few messages as hold them all, in order."""
    messages: list[list[Part]] = [[]]
    for part in drawn:
        length = sum(len(each.text) + 1 for each in messages[-1])
        if messages[-1] and (length + len(part.text) > ROOM or len(messages[-1]) == BLOCKS):
            messages.append([])
        messages[-1].append(part)
    return messages


DRAWN: Mapping[str, Callable[[Row, Words], Parts]] = {
    "bids": _quote("line", "privacy.data.bid"),
    "questions_asked": _quote("text", "privacy.data.question"),
    "takeaways": _quote("text", "privacy.data.takeaway"),
    "turns": _quote("none_because", "privacy.data.none_because"),
    "owners_chosen": _quote("why", "privacy.data.owner_chosen"),
    "commitments": _commitment,
    "report_backs": _report,
    "learning_lines": _learning,
}
"""How each thing that a person gave is told to them."""
