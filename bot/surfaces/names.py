"""What people and units are called where nobody is pinged: display names, as text written by a person."""

from collections.abc import Sequence

from bot.domain.learning_set import LearningSet
from bot.prompt_library import Language, Line
from bot.surfaces.text import join, shorten

COMMA = Line.ours(", ")
NAME_LIMIT = 40
"""Characters of a name, so that a line with many names can still be read."""


def person_name(learning_set: LearningSet, person: str) -> str:
    """The display name, shortened. Raises KeyError for somebody whom the set does not know."""
    return shorten(learning_set.people[person].name, NAME_LIMIT)


def unit_name(learning_set: LearningSet, unit_id: str, language: Language) -> Line:
    """The names of a unit's people: those who are in, or all who ever were when nobody is."""
    everybody = tuple(member.person for member in learning_set.members if member.unit_id == unit_id)
    people = learning_set.unit_people(unit_id) or everybody
    return listed([_name(learning_set, person, language) for person in people], language)


def _name(learning_set: LearningSet, person: str, language: Language) -> Line:
    return Line.of(person_name(learning_set, person) or language.words.rich("people.former"))


def listed(names: Sequence[Line], language: Language) -> Line:
    """ "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return join(names)
    return language.words.rich("ledger.listed", first=join(names[:-1], COMMA), last=names[-1])
