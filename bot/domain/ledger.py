"""Who owns the next turn.

The ledger is one queue of places, front first. A *unit* is a member, or a pair that owns together. Two
invariants hold after every operation:

    1. each unit has exactly one place that is its own (``Place.unit_id``);
    2. each unit holds exactly one place (``holders``), usually its own.

The rules, each of which has a property test that fails without it:

    turn        the place whose turn was taken goes, and its unit gets a fresh one at the back. So two units
                that are always here together alternate, and never differ by more than one turn.
    keeping     being absent, skipping or being new moves nothing: whoever is passed over stays where they
                are, and so is first again next time.
    swap        two units exchange places for one turn each. The place remembers whose it is, so the fresh
                place goes to that unit, and after both turns the queue is as if they had never swapped:

                    A B C      swap A, C      A/C B C/A      (A/C: A's place, held by C)
                               C's turn       B C/A A        A still holds C's place, so C holds A's fresh one
                               B's turn       C/A A B
                               A's turn       A B C          all settled

                A unit can be in one swap at a time. A swap is a pass of one's own choice: the two may
                differ from others by more than one turn until both have had theirs.
    leaving     takes the unit's place away. A swap not used yet is undone: the other gets their own place
                back. One used by one of the two cannot be undone, so the other stays where they stand: at
                the back if they were the one who had the turn, and still in the leaver's spot if they were
                not.
    newcomers   keep a place from the day they join, and are not proposed in their first meeting unless they
                ask.

Nothing here chooses: the ledger proposes and says why, people confirm or hand on, and ``turn_taken``
records what really happened, in whatever order it happened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue: whose it is and, in a swap, who uses it once. ``holders`` says who holds it."""

    unit_id: str
    stand_in: str | None = None


Places = tuple[Place, ...]


class LedgerFault(StrEnum):
    """Why an operation on the queue was refused."""

    UNKNOWN_UNIT = "unknown_unit"
    SAME_UNIT = "same_unit"
    ALREADY_PLACED = "already_placed"
    ALREADY_SWAPPED = "already_swapped"


class LedgerError(Exception):
    """The queue cannot do this. ``fault`` says why, ``unit_id`` for whom."""

    def __init__(self, fault: LedgerFault, unit_id: str) -> None:
        super().__init__(f"{fault.value}: {unit_id}")
        self.fault = fault
        self.unit_id = unit_id


class Reason(StrEnum):
    """Why this unit is proposed; of several, the first in this order is given."""

    SWAPPED = "swapped"
    """They hold the place of ``Proposal.in_place_of``."""
    NEWCOMER_ASKED = "newcomer_asked"
    """They are new, and asked for a turn."""
    KEPT_PLACE = "kept_place"
    """They were passed over in an earlier meeting and kept their place."""
    FIRST_TURN = "first_turn"
    """They have not had a turn yet."""
    WAITED_LONGEST = "waited_longest"
    """Nobody who can own today has stood in the queue for longer."""


class Why(StrEnum):
    """Why a unit nearer to the front is passed over; of several, the first in this order is given."""

    ABSENT = "absent"
    SKIPS = "skips"
    NEWCOMER = "newcomer"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit as it comes to one meeting. A pair is here when either half is here.

    ``newcomer`` is true in the unit's first meeting; ``asks`` matters to newcomers only. ``kept_place`` is
    true when the unit has been passed over since its last turn. ``turns_taken`` and ``last_turn_at`` only
    serve the reason given.
    """

    unit_id: str
    here: bool = True
    skips: bool = False
    newcomer: bool = False
    asks: bool = False
    kept_place: bool = False
    turns_taken: int = 0
    last_turn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A unit nearer to the front than the proposed one, and why it is not its turn today."""

    unit_id: str
    why: Why


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who could own a turn, and why: enough for one line that answers "why is it my turn?".

    ``in_place_of`` names the other unit of a swap; ``passed_over`` is everyone nearer to the front who was
    passed over, in queue order; ``last_turn_at`` is the candidate's, unchanged.
    """

    unit_id: str
    reason: Reason
    in_place_of: str | None = None
    passed_over: tuple[PassedOver, ...] = ()
    last_turn_at: datetime | None = None


def open_places(unit_ids: Iterable[str]) -> Places:
    """A new queue in the order given. Raises ``LedgerError`` when a unit is named twice."""
    places: Places = ()
    for unit_id in unit_ids:
        places = join(places, unit_id)
    return places


def join(places: Places, unit_id: str) -> Places:
    """The queue with a new unit at the back. Raises ``LedgerError`` when the unit is in it."""
    if any(place.unit_id == unit_id for place in places):
        raise LedgerError(LedgerFault.ALREADY_PLACED, unit_id)
    return (*places, Place(unit_id))


def leave(places: Places, unit_id: str) -> Places:
    """The queue without this unit and without any swap it was in. Raises ``LedgerError`` when it is unknown.

    An unused swap is undone, so the other gets their own place back; with a half-used one the other stays
    where they stand (see the head of this file).
    """
    own, held = _own_index(places, unit_id), _held_index(places, unit_id)
    if own == held:
        return places[:own] + places[own + 1 :]
    other = places[held].unit_id
    unused = places[own].stand_in is not None and places[held].stand_in is not None
    stays = held if unused else own
    settled = (Place(other) if index == stays else place for index, place in enumerate(places))
    return tuple(place for index, place in enumerate(settled) if index == stays or index not in (own, held))


def swap(places: Places, one: str, other: str) -> Places:
    """The queue in which two units use each other's place for one turn each.

    Raises ``LedgerError`` when they are the same, when one is not in the queue, or is in a swap that is not
    used up.
    """
    if one == other:
        raise LedgerError(LedgerFault.SAME_UNIT, one)
    for unit_id in (one, other):
        if _own_index(places, unit_id) != _held_index(places, unit_id):
            raise LedgerError(LedgerFault.ALREADY_SWAPPED, unit_id)
    stand_ins = {one: other, other: one}
    return tuple(Place(p.unit_id, stand_ins.get(p.unit_id, p.stand_in)) for p in places)


def turn_taken(places: Places, unit_id: str) -> Places:
    """The queue after this unit has had a turn, in order or out of it.

    The place it held goes; a fresh one of the unit whose place it was comes to the back. Raises
    ``LedgerError`` when it is unknown.
    """
    index = _held_index(places, unit_id)
    return (*places[:index], *places[index + 1 :], Place(places[index].unit_id))


def holders(places: Places) -> tuple[str, ...]:
    """Who may take the turn of each place, in queue order; every unit exactly once.

    In a half-used swap the fresh place carries no stand-in, but its unit still holds the other's place; so
    the other holds this one.
    """
    used_by = {place.stand_in: place.unit_id for place in places if place.stand_in is not None}
    return tuple(place.stand_in or used_by.get(place.unit_id, place.unit_id) for place in places)


def propose(places: Places, candidates: Iterable[Candidate], turns: int) -> tuple[Proposal, ...]:
    """The first ``turns`` units in queue order who can own a turn today; fewer when not enough can.

    A unit without a candidate counts as absent; a candidate without a place is not proposed.
    """
    known = {candidate.unit_id: candidate for candidate in candidates}
    proposals: list[Proposal] = []
    passed_over: tuple[PassedOver, ...] = ()
    for place, holder in zip(places, holders(places), strict=True):
        if len(proposals) >= turns:
            break
        candidate = known.get(holder, Candidate(holder, here=False))
        if (why := _passed_over_because(candidate)) is not None:
            passed_over = (*passed_over, PassedOver(holder, why))
        else:
            proposals.append(_proposal(place, candidate, passed_over))
    return tuple(proposals)


def _proposal(place: Place, candidate: Candidate, passed_over: tuple[PassedOver, ...]) -> Proposal:
    in_place_of = place.unit_id if place.unit_id != candidate.unit_id else None
    reason = Reason.SWAPPED if in_place_of is not None else _reason(candidate)
    return Proposal(candidate.unit_id, reason, in_place_of, passed_over, candidate.last_turn_at)


def _reason(candidate: Candidate) -> Reason:
    if candidate.newcomer:
        return Reason.NEWCOMER_ASKED
    if candidate.kept_place:
        return Reason.KEPT_PLACE
    return Reason.FIRST_TURN if candidate.turns_taken == 0 else Reason.WAITED_LONGEST


def _passed_over_because(candidate: Candidate) -> Why | None:
    if not candidate.here:
        return Why.ABSENT
    if candidate.skips:
        return Why.SKIPS
    return Why.NEWCOMER if candidate.newcomer and not candidate.asks else None


def _own_index(places: Places, unit_id: str) -> int:
    return _index_of(unit_id, [place.unit_id for place in places])


def _held_index(places: Places, unit_id: str) -> int:
    return _index_of(unit_id, holders(places))


def _index_of(unit_id: str, units: Iterable[str]) -> int:
    for index, unit in enumerate(units):
        if unit == unit_id:
            return index
    raise LedgerError(LedgerFault.UNKNOWN_UNIT, unit_id)
