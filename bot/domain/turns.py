"""Who is proposed for the turns of the next or running meeting: the ledger, fed from the set's state."""

from bot.domain import calendar, ledger
from bot.domain.learning_set import LearningSet, Meeting

CHOSEN = "chosen"
"""A turn's reason when somebody was chosen instead of the ledger's proposal."""


def turn_count(meeting: Meeting) -> int:
    """How many turns the meeting's agenda has."""
    return max((slot.turn for slot in meeting.agenda if slot.turn is not None), default=0)


def proposals(learning_set: LearningSet) -> tuple[ledger.Proposal, ...]:
    """One proposal per turn, in order; fewer when not enough units can own one.

    Who has not answered the invitation is not in, and so not named as absent either.
    """
    meeting = learning_set.meeting
    if meeting is None:
        return ()
    units = candidates(learning_set, meeting)
    known = {candidate.unit_id for candidate in units}
    places = tuple(place for place in learning_set.places if place.unit_id in known)
    return ledger.propose(places, units, turn_count(meeting))


def candidates(learning_set: LearningSet, meeting: Meeting) -> tuple[ledger.Candidate, ...]:
    """Every unit with somebody who is in, as it comes to this meeting."""
    units = dict.fromkeys(m.unit_id for m in learning_set.active_members)
    return tuple(_candidate(learning_set, meeting, unit_id) for unit_id in units)


def eligible_units(learning_set: LearningSet, meeting: Meeting) -> tuple[str, ...]:
    """Units that may be chosen to own a turn: somebody of them is here, or they own one already.

    Skips and newcomers may be asked.
    """
    here = (candidate.unit_id for candidate in candidates(learning_set, meeting) if candidate.here)
    return tuple(dict.fromkeys((*here, *(turn.unit_id for turn in meeting.turns))))


def _candidate(learning_set: LearningSet, meeting: Meeting, unit_id: str) -> ledger.Candidate:
    people = learning_set.unit_people(unit_id)
    members = [m for m in learning_set.active_members if m.unit_id == unit_id]
    taken = next((t for t in learning_set.unit_turns if t.unit_id == unit_id), None)
    return ledger.Candidate(
        unit_id=unit_id,
        here=any(_is_expected(learning_set, meeting, person) for person in people),
        skips=meeting.turn_skipped(unit_id),
        newcomer=meeting.number > 1 and all(m.first_meeting >= meeting.number for m in members),
        asks=any(meeting.bid_of(person) is not None for person in people),
        kept_place=unit_id in meeting.kept_units,
        turns_taken=taken.taken if taken else 0,
        last_turn_at=taken.last_at if taken else None,
    )


def _is_expected(learning_set: LearningSet, meeting: Meeting, person: str) -> bool:
    if meeting.live:
        return person in meeting.present
    if person in learning_set.hindered_people:
        return False
    known = learning_set.people[person]
    if known.away_from is None or known.away_until is None:
        return True
    return not known.away_from <= calendar.local_date(meeting.starts_at, known.zone) <= known.away_until


def passed_over(learning_set: LearningSet, unit_id: str) -> tuple[str, ...]:
    """Units that stand nearer to the front than the one whose turn counts now, and so keep their place."""
    order = ledger.holders(learning_set.places)
    before = order[: order.index(unit_id)] if unit_id in order else ()
    return tuple(each for each in before if learning_set.unit_people(each))


def kept_units(learning_set: LearningSet) -> tuple[str, ...]:
    """Units that were passed over in this meeting or before it, and have had no turn since."""
    meeting = learning_set.meeting
    if meeting is None:
        return ()
    owned = {turn.unit_id for turn in meeting.turns if turn.counted_at is not None}
    return tuple(unit_id for unit_id in meeting.kept_units if unit_id not in owned)
