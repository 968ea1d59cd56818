"""Decisions about who owns the turns of a meeting: as the ledger proposes, or as people choose."""

from collections.abc import Iterable, Sequence

from bot.domain import commands as c
from bot.domain import events as e
from bot.domain.agenda import Slot
from bot.domain.learning_set import LearningSet, Meeting, Turn
from bot.domain.machine import BREAK, Moment
from bot.domain.membership import current
from bot.domain.rejections import Reason, Rejected
from bot.domain.turns import CHOSEN, eligible_units, proposals, turn_count


def proposed_owners(state: LearningSet, meeting: Meeting, by: str | None) -> e.OwnersChosen:
    """The owners as the ledger proposes them. Raises ``Rejected`` when nobody who is here can own."""
    proposed = proposals(state)
    if not proposed:
        raise Rejected(Reason.NOBODY_TO_OWN)
    turns = tuple(
        Turn(number, proposal.unit_id, proposal.reason, chosen_by=by)
        for number, proposal in enumerate(proposed, 1)
    )
    return e.OwnersChosen(turns, _without_empty_turns(meeting.agenda, len(turns)))


def _without_empty_turns(agenda: Iterable[Slot], turns: int, running: Slot | None = None) -> tuple[Slot, ...]:
    """The agenda without turns that nobody owns, and without a break after the last one, unless it runs."""
    kept = [slot for slot in agenda if slot.turn is None or slot.turn <= turns]
    last = max((index for index, slot in enumerate(kept) if slot.turn is not None), default=0)
    return tuple(
        slot for index, slot in enumerate(kept) if slot.stage != BREAK or index < last or slot is running
    )


def choose_owners(state: LearningSet, command: c.ChooseOwners, moment: Moment) -> tuple[e.Event, ...]:
    """Whoever is here may own, also who said "not this time"; a turn that counted stays with its unit."""
    meeting = current(state)
    _check_owners(state, meeting, command.units, moment)
    turns = tuple(
        _chosen_turn(state, meeting, number, unit, command) for number, unit in enumerate(command.units, 1)
    )
    agenda = meeting.agenda
    if len(turns) > turn_count(meeting):
        agenda = _with_dropped_turns(meeting, moment.format.slots(state.clock_id))
    return (e.OwnersChosen(turns, _without_empty_turns(agenda, len(turns), meeting.slot)),)


def _with_dropped_turns(meeting: Meeting, whole: Iterable[Slot]) -> tuple[Slot, ...]:
    """The format's whole agenda; what the meeting has of it as the meeting has it."""
    planned = {(slot.stage, slot.turn): slot for slot in meeting.agenda}
    return tuple(planned.get((slot.stage, slot.turn), slot) for slot in whole)


def _check_owners(state: LearningSet, meeting: Meeting, units: Sequence[str], moment: Moment) -> None:
    if len(set(units)) < len(units):
        raise Rejected(Reason.SAME_OWNER_TWICE, field="units")
    most = moment.format.clock(state.clock_id).turns
    settled = {turn.number: turn.unit_id for turn in meeting.turns if _is_settled(state, turn)}
    if (
        not max(1, _begun_turns(state, meeting)) <= len(units) <= most
        or not set(units) <= {*eligible_units(state, meeting)}
        or any(units[number - 1] != unit for number, unit in settled.items())
    ):
        raise Rejected(Reason.NO_SUCH_OWNER, field="units")


def _is_settled(state: LearningSet, turn: Turn) -> bool:
    """It counted, or its owner has said how they leave: it stays with its unit."""
    promised = turn.none_because is not None or bool(state.turn_commitments(turn.number))
    return promised or turn.counted_at is not None


def _begun_turns(state: LearningSet, meeting: Meeting) -> int:
    """The highest turn that is settled, runs, or to which something was said: it can't be left out."""
    settled = (turn.number for turn in meeting.turns if _is_settled(state, turn))
    asked = (each.turn for each in meeting.questions)
    noted = (each.turn for each in meeting.takeaways)
    running = (meeting.slot.turn or 0,) if meeting.slot else ()
    return max((*settled, *asked, *noted, *running), default=0)


def _chosen_turn(
    state: LearningSet, meeting: Meeting, number: int, unit_id: str, command: c.ChooseOwners
) -> Turn:
    """The turn as it stands where its owner stays; as proposed where the ledger agrees; else as chosen,
    with why.
    """
    standing = next((t for t in meeting.turns if t.number == number and t.unit_id == unit_id), None)
    if standing is not None:
        return standing
    place = number - 1 - sum(turn.counted_at is not None for turn in meeting.turns)
    proposal = next((p for p in proposals(state)[place : place + 1] if p.unit_id == unit_id), None)
    if proposal is not None:
        return Turn(number, unit_id, proposal.reason, chosen_by=command.actor)
    return Turn(number, unit_id, CHOSEN, why=command.why, chosen_by=command.actor)
