"""The rules of the ledger, each as a property that also has to catch an implementation without it.

A property is a plain function of an implementation (``Rules``) and a drawn input. ``REAL`` must pass all of
them; each of ``MUTANTS`` lacks one rule and must fail the property named beside it.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.domain import ledger
from bot.domain.ledger import (
    Candidate,
    LedgerError,
    LedgerFault,
    PassedOver,
    Place,
    Places,
    Proposal,
    Reason,
    Why,
)


@dataclass(frozen=True)
class Rules:
    """An implementation of the ledger."""

    join: Callable[[Places, str], Places] = ledger.join
    leave: Callable[[Places, str], Places] = ledger.leave
    swap: Callable[[Places, str, str], Places] = ledger.swap
    turn_taken: Callable[[Places, str], Places] = ledger.turn_taken
    holders: Callable[[Places], tuple[str, ...]] = ledger.holders
    propose: Callable[[Places, Iterable[Candidate], int], tuple[Proposal, ...]] = ledger.propose


REAL = Rules()
UNITS = ("ana", "ben", "cy", "dee", "eve", "fay")
TWINS = ("ana", "ben")


@dataclass(frozen=True)
class Day:
    """One meeting, and what happens in the queue before it."""

    turns: int
    candidates: tuple[Candidate, ...]
    bids: tuple[str, ...]
    acts: tuple[tuple[str, str, str], ...]


def candidates_for(units: Iterable[str]) -> st.SearchStrategy[tuple[Candidate, ...]]:
    kinds = [
        (here, skips, newcomer, asks)
        for here in (True, False)
        for skips in (False, True)
        for newcomer in (False, True)
        for asks in (False, True)
    ]
    return st.tuples(*(st.sampled_from([Candidate(unit, *kind) for kind in kinds]) for unit in units))


queues = st.lists(st.sampled_from(UNITS), min_size=2, unique=True).map(tuple)
others = st.sampled_from([unit for unit in UNITS if unit not in TWINS])
acts = st.tuples(st.sampled_from(["join", "leave", "swap"]), others, others)


@st.composite
def days(draw: st.DrawFn) -> Day:
    """A meeting to which the twins come or do not come together; the others do as they like."""
    here = draw(st.booleans())
    twins = tuple(Candidate(unit, here) for unit in TWINS)
    rest = draw(candidates_for([unit for unit in UNITS if unit not in TWINS]))
    bids = draw(st.lists(others, max_size=1, unique=True))
    return Day(draw(st.integers(1, 3)), (*twins, *rest), tuple(bids), tuple(draw(st.lists(acts, max_size=2))))


histories = st.tuples(st.permutations(UNITS).map(tuple), st.lists(days(), min_size=1, max_size=8))


def act(rules: Rules, places: Places, what: str, one: str, other: str) -> Places:
    """A change that the ledger may refuse, in which case nothing changes."""
    try:
        if what == "swap":
            return rules.swap(places, one, other)
        return rules.join(places, one) if what == "join" else rules.leave(places, one)
    except LedgerError:
        return places


def opened(rules: Rules, units: Iterable[str]) -> Places:
    places: Places = ()
    for unit in units:
        places = rules.join(places, unit)
    return places


def taken_in_order(rules: Rules, places: Places, units: Iterable[str]) -> Places:
    for unit in units:
        places = rules.turn_taken(places, unit)
    return places


def check_same_attendance_same_turns(rules: Rules, drawn: tuple[tuple[str, ...], list[Day]]) -> None:
    units, meetings = drawn
    places, turns = opened(rules, units), Counter[str]()
    for day in meetings:
        for what, one, other in day.acts:
            places = act(rules, places, what, one, other)
        bids = [unit for unit in day.bids if unit in rules.holders(places)]
        places = taken_in_order(rules, places, bids)
        proposed = [p.unit_id for p in rules.propose(places, day.candidates, day.turns - len(bids))]
        places = taken_in_order(rules, places, proposed)
        turns.update(proposed)
        assert abs(turns[TWINS[0]] - turns[TWINS[1]]) <= 1


def check_passed_over_keep_the_front(
    rules: Rules, drawn: tuple[tuple[str, ...], tuple[Candidate, ...], int]
) -> None:
    units, candidates, turns = drawn
    places = opened(rules, units)
    proposals = rules.propose(places, candidates, turns)
    kept = [passed.unit_id for passed in proposals[-1].passed_over] if proposals else []
    after = taken_in_order(rules, places, [p.unit_id for p in proposals])
    assert list(rules.holders(after)[: len(kept)]) == kept
    again = rules.propose(after, [Candidate(unit) for unit in units], len(kept))
    assert [p.unit_id for p in again] == kept


def check_only_who_can_is_proposed(
    rules: Rules, drawn: tuple[tuple[str, ...], tuple[Candidate, ...], int]
) -> None:
    units, candidates, turns = drawn
    known = {candidate.unit_id: candidate for candidate in candidates}
    proposed = [known[p.unit_id] for p in rules.propose(opened(rules, units), candidates, turns)]
    for candidate in proposed:
        assert candidate.here, "absent"
        assert not candidate.skips, "skips"
        assert candidate.asks or not candidate.newcomer, "newcomer"


def check_first_who_can_in_queue_order(
    rules: Rules, drawn: tuple[tuple[str, ...], tuple[Candidate, ...], int]
) -> None:
    units, candidates, turns = drawn
    known = {candidate.unit_id: candidate for candidate in candidates}
    can = [u for u in units if (c := known[u]).here and not c.skips and (c.asks or not c.newcomer)]
    proposals = rules.propose(opened(rules, units), candidates, turns)
    assert [p.unit_id for p in proposals] == can[:turns]
    for proposal in proposals:
        ahead = units[: units.index(proposal.unit_id)]
        assert [passed.unit_id for passed in proposal.passed_over] == [u for u in ahead if u not in can]


def check_swap_exchanges_two_places(rules: Rules, units: tuple[str, ...]) -> None:
    one, *_, other = units
    swapped = rules.holders(rules.swap(opened(rules, units), one, other))
    assert swapped == (other, *units[1:-1], one)


def check_swap_is_over_after_both_turns(rules: Rules, units: tuple[str, ...]) -> None:
    one, *_, other = units
    places = opened(rules, units)
    plain = taken_in_order(rules, places, units)
    swapped = rules.swap(places, one, other)
    for unit in (other, *units[1:-1], one):
        (proposal,) = rules.propose(swapped, [Candidate(unit) for unit in units], 1)
        assert proposal.unit_id == unit
        swapped = rules.turn_taken(swapped, unit)
    assert swapped == plain
    assert rules.holders(swapped) == units
    assert rules.swap(swapped, one, other)  # free to swap again


def check_leaver_gives_the_place_back(rules: Rules, units: tuple[str, ...]) -> None:
    one, *between, other = units
    swapped = rules.swap(opened(rules, units), one, other)
    assert rules.leave(swapped, one) == opened(rules, (*between, other))
    assert rules.leave(swapped, other) == opened(rules, (one, *between))


def check_half_used_swap_stays_fair_when_one_leaves(rules: Rules, units: tuple[str, ...]) -> None:
    one, other, *behind = units
    half = rules.turn_taken(rules.swap(opened(rules, units), one, other), other)
    assert rules.leave(half, one) == opened(rules, (*behind, other))
    assert rules.leave(half, other) == opened(rules, (one, *behind))


moves = st.tuples(
    st.sampled_from(["join", "leave", "swap", "turn", "turn", "turn"]),
    st.sampled_from(UNITS),
    st.sampled_from(UNITS),
)


def check_everyone_has_and_holds_one_place(
    rules: Rules, drawn: tuple[tuple[str, ...], list[tuple[str, str, str]]]
) -> None:
    units, changes = drawn
    places, members = opened(rules, units), set(units)
    for what, one, other in changes:
        if what == "turn":
            places = rules.turn_taken(places, one) if one in members else places
        else:
            places = act(rules, places, what, one, other)
        members = {*members, one} if what == "join" else members
        members = members - {one} if what == "leave" else members
        assert sorted(place.unit_id for place in places) == sorted(members), "own"
        assert sorted(rules.holders(places)) == sorted(members), "held"


@dataclass(frozen=True)
class Property:
    check: Callable[[Rules, Any], None]
    inputs: st.SearchStrategy[Any]


meetings = queues.flatmap(lambda units: st.tuples(st.just(units), candidates_for(units), st.integers(1, 4)))
PROPERTIES = {
    "fair": Property(check_same_attendance_same_turns, histories),
    "keeps": Property(check_passed_over_keep_the_front, meetings),
    "can": Property(check_only_who_can_is_proposed, meetings),
    "order": Property(check_first_who_can_in_queue_order, meetings),
    "swap exchanges": Property(check_swap_exchanges_two_places, queues),
    "swap ends": Property(check_swap_is_over_after_both_turns, queues),
    "leave restores": Property(check_leaver_gives_the_place_back, queues),
    "leave is fair": Property(check_half_used_swap_stays_fair_when_one_leaves, queues),
    "one place": Property(
        check_everyone_has_and_holds_one_place, st.tuples(queues, st.lists(moves, max_size=12))
    ),
}


def run(name: str, rules: Rules, examples: int) -> None:
    """Tries one property on many inputs, always the same. Raises ``AssertionError`` when one breaks it."""
    prop = PROPERTIES[name]

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(prop.inputs)
    def holds(drawn: object) -> None:
        prop.check(rules, drawn)

    holds()


@pytest.mark.parametrize("name", PROPERTIES)
def test_the_ledger_keeps_its_rules(name: str) -> None:
    run(name, REAL, 200)


def propose_as_if(**flags: bool) -> Callable[[Places, Iterable[Candidate], int], tuple[Proposal, ...]]:
    """A proposal that is blind to something about the candidates."""

    def propose(places: Places, candidates: Iterable[Candidate], turns: int) -> tuple[Proposal, ...]:
        return ledger.propose(places, [replace(c, **flags) for c in candidates], turns)  # type: ignore[arg-type]

    return propose


def propose_more_than_asked(
    places: Places, candidates: Iterable[Candidate], turns: int
) -> tuple[Proposal, ...]:
    return ledger.propose(places, candidates, turns + 1)


def propose_from_the_back(
    places: Places, candidates: Iterable[Candidate], turns: int
) -> tuple[Proposal, ...]:
    return ledger.propose(places[::-1], candidates, turns)


def propose_owners_of_swapped_places(
    places: Places, candidates: Iterable[Candidate], turns: int
) -> tuple[Proposal, ...]:
    return ledger.propose(tuple(Place(place.unit_id) for place in places), candidates, turns)


def turn_without_moving(places: Places, unit_id: str) -> Places:
    at = ledger.holders(places).index(unit_id)
    return (*places[:at], Place(places[at].unit_id), *places[at + 1 :])


def turn_to_the_front(places: Places, unit_id: str) -> Places:
    *rest, fresh = ledger.turn_taken(places, unit_id)
    return (fresh, *rest)


def turn_moves_the_passed_over_too(places: Places, unit_id: str) -> Places:
    at = ledger.holders(places).index(unit_id)
    return (*places[at + 1 :], *places[:at], Place(places[at].unit_id))


def turn_gives_the_fresh_place_to_the_holder(places: Places, unit_id: str) -> Places:
    *rest, _ = ledger.turn_taken(places, unit_id)
    return (*rest, Place(unit_id))


def turn_keeps_the_swap(places: Places, unit_id: str) -> Places:
    at = ledger.holders(places).index(unit_id)
    return (*places[:at], *places[at + 1 :], places[at])


def turn_drops_the_place(places: Places, unit_id: str) -> Places:
    return ledger.turn_taken(places, unit_id)[:-1]


def swap_for_one_only(places: Places, one: str, other: str) -> Places:
    return tuple(
        replace(place, stand_in=None) if place.unit_id == other else place
        for place in ledger.swap(places, one, other)
    )


def swap_for_good(places: Places, one: str, other: str) -> Places:
    return tuple(Place(unit) for unit in ledger.holders(ledger.swap(places, one, other)))


def swap_of_swapped(places: Places, one: str, other: str) -> Places:
    stand_ins = {one: other, other: one}
    return tuple(Place(place.unit_id, stand_ins.get(place.unit_id, place.stand_in)) for place in places)


def swap_of_nothing(places: Places, one: str, other: str) -> Places:
    return places


def holders_by_name_on_the_place(places: Places) -> tuple[str, ...]:
    return tuple(place.stand_in or place.unit_id for place in places)


def leave_without_giving_back(places: Places, unit_id: str) -> Places:
    return tuple(place for place in places if place.unit_id != unit_id)


def leave_with_the_held_place(places: Places, unit_id: str) -> Places:
    stays = zip(places, ledger.holders(places), strict=True)
    return tuple(Place(holder) for _, holder in stays if holder != unit_id)


def leave_and_undo_what_was_used(places: Places, unit_id: str) -> Places:
    return tuple(Place(place.unit_id) for place in places if place.unit_id != unit_id)


def join_at_the_front(places: Places, unit_id: str) -> Places:
    return (ledger.join(places, unit_id)[-1], *places)


def join_twice(places: Places, unit_id: str) -> Places:
    return (*places, Place(unit_id))


MUTANTS = [
    ("absence ignored", "can", Rules(propose=propose_as_if(here=True))),
    ("skips ignored", "can", Rules(propose=propose_as_if(skips=False))),
    ("newcomers proposed", "can", Rules(propose=propose_as_if(newcomer=False))),
    ("newcomers who ask refused", "order", Rules(propose=propose_as_if(asks=False))),
    ("one more than asked", "order", Rules(propose=propose_more_than_asked)),
    ("back of the queue first", "order", Rules(propose=propose_from_the_back)),
    ("back of the queue first", "fair", Rules(propose=propose_from_the_back)),
    (
        "swap not proposed",
        "swap ends",
        Rules(propose=propose_owners_of_swapped_places),
    ),
    ("turn moves nothing", "fair", Rules(turn_taken=turn_without_moving)),
    ("turn moves to the front", "fair", Rules(turn_taken=turn_to_the_front)),
    ("passed over lose the front", "keeps", Rules(turn_taken=turn_moves_the_passed_over_too)),
    ("holder gets the fresh place", "swap ends", Rules(turn_taken=turn_gives_the_fresh_place_to_the_holder)),
    ("holder gets the fresh place", "one place", Rules(turn_taken=turn_gives_the_fresh_place_to_the_holder)),
    ("swap never ends", "swap ends", Rules(turn_taken=turn_keeps_the_swap)),
    ("turn loses the place", "one place", Rules(turn_taken=turn_drops_the_place)),
    ("swap for one only", "swap ends", Rules(swap=swap_for_one_only)),
    ("swap for good", "swap ends", Rules(swap=swap_for_good)),
    ("swap of swapped", "one place", Rules(swap=swap_of_swapped)),
    ("swap of nothing", "swap exchanges", Rules(swap=swap_of_nothing)),
    ("half-used swap forgotten", "one place", Rules(holders=holders_by_name_on_the_place)),
    ("leaver's stand-in stays", "leave restores", Rules(leave=leave_without_giving_back)),
    ("leaver's stand-in stays", "one place", Rules(leave=leave_without_giving_back)),
    ("leaver's place inherited", "leave restores", Rules(leave=leave_with_the_held_place)),
    ("half-used swap undone", "leave is fair", Rules(leave=leave_and_undo_what_was_used)),
    ("joins at the front", "order", Rules(join=join_at_the_front)),
    ("joins twice", "one place", Rules(join=join_twice)),
]


@pytest.mark.parametrize(
    ("name", "rules"), [m[1:] for m in MUTANTS], ids=[f"{m[0]} ({m[1]})" for m in MUTANTS]
)
def test_a_ledger_without_one_of_its_rules_is_caught(name: str, rules: Rules) -> None:
    with pytest.raises(AssertionError):
        run(name, rules, 200)


@pytest.mark.parametrize("property_name", PROPERTIES)
def test_every_property_catches_some_mutant(property_name: str) -> None:
    assert property_name in {caught_by for _, caught_by, _ in MUTANTS}


def test_a_pair_is_one_unit_and_is_proposed_when_either_half_is_here() -> None:
    places = ledger.open_places(["fatima+jonas", "ana"])
    halves_here = {"fatima": False, "jonas": True}
    pair = Candidate("fatima+jonas", here=any(halves_here.values()))
    (proposal,) = ledger.propose(places, [pair, Candidate("ana")], 1)
    assert proposal.unit_id == "fatima+jonas"
    assert ledger.holders(ledger.turn_taken(places, "fatima+jonas")) == ("ana", "fatima+jonas")


def test_each_reason_is_given() -> None:
    places = ledger.swap(ledger.open_places(["ana", "ben", "cy", "dee", "eve"]), "ana", "eve")
    before = datetime(2026, 3, 2, 9, tzinfo=UTC)
    candidates = [
        Candidate("eve", turns_taken=1),
        Candidate("ben", turns_taken=2, last_turn_at=before),
        Candidate("cy", newcomer=True, asks=True),
        Candidate("dee", kept_place=True),
        Candidate("ana"),
    ]
    assert [(p.unit_id, p.reason, p.in_place_of) for p in ledger.propose(places, candidates, 5)] == [
        ("eve", Reason.SWAPPED, "ana"),
        ("ben", Reason.WAITED_LONGEST, None),
        ("cy", Reason.NEWCOMER_ASKED, None),
        ("dee", Reason.KEPT_PLACE, None),
        ("ana", Reason.SWAPPED, "eve"),
    ]
    assert ledger.propose(places, candidates, 2)[1].last_turn_at == before
    assert ledger.propose(ledger.open_places(["ana"]), [Candidate("ana")], 1)[0].reason is Reason.FIRST_TURN


def test_the_proposal_says_who_was_passed_over_and_why() -> None:
    places = ledger.open_places(["ana", "ben", "cy", "dee", "eve"])
    candidates = [
        Candidate("ana", here=False, skips=True),
        Candidate("ben", skips=True, newcomer=True),
        Candidate("cy", newcomer=True),
        Candidate("dee"),
    ]
    (proposal,) = ledger.propose(places, candidates, 2)
    assert proposal.passed_over == (
        PassedOver("ana", Why.ABSENT),
        PassedOver("ben", Why.SKIPS),
        PassedOver("cy", Why.NEWCOMER),
    )


def test_a_unit_without_a_candidate_is_absent_and_a_candidate_without_a_place_is_not_proposed() -> None:
    assert ledger.propose(ledger.open_places(["ana"]), [Candidate("ben")], 1) == ()


def test_who_swapped_early_can_own_again_while_the_other_waits() -> None:
    places = ledger.swap(ledger.open_places(["ana", "ben", "cy"]), "ana", "ben")
    places = taken_in_order(REAL, places, ["ben", "cy"])
    without_ana = [Candidate("ben"), Candidate("cy")]
    (proposal,) = ledger.propose(places, without_ana, 1)
    assert (proposal.unit_id, proposal.in_place_of) == ("ben", "ana")


@pytest.mark.parametrize(
    ("operation", "fault", "unit_id"),
    [
        (lambda places: ledger.swap(places, "ana", "ana"), LedgerFault.SAME_UNIT, "ana"),
        (lambda places: ledger.swap(places, "cy", "zoe"), LedgerFault.UNKNOWN_UNIT, "zoe"),
        (lambda places: ledger.swap(places, "zoe", "ana"), LedgerFault.UNKNOWN_UNIT, "zoe"),
        (lambda places: ledger.swap(places, "cy", "ben"), LedgerFault.ALREADY_SWAPPED, "ben"),
        (lambda places: ledger.swap(places, "ana", "cy"), LedgerFault.ALREADY_SWAPPED, "ana"),
        (
            lambda places: ledger.swap(ledger.turn_taken(places, "ben"), "ben", "cy"),
            LedgerFault.ALREADY_SWAPPED,
            "ben",
        ),
        (lambda places: ledger.join(places, "cy"), LedgerFault.ALREADY_PLACED, "cy"),
        (lambda places: ledger.leave(places, "zoe"), LedgerFault.UNKNOWN_UNIT, "zoe"),
        (lambda places: ledger.turn_taken(places, "zoe"), LedgerFault.UNKNOWN_UNIT, "zoe"),
        (lambda places: ledger.open_places(["ana", "ana"]), LedgerFault.ALREADY_PLACED, "ana"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    operation: Callable[[Places], Places], fault: LedgerFault, unit_id: str
) -> None:
    places = ledger.swap(ledger.open_places(["ana", "ben", "cy"]), "ana", "ben")
    with pytest.raises(LedgerError) as refused:
        operation(places)
    assert (refused.value.fault, refused.value.unit_id) == (fault, unit_id)
