"""The clock that bends: how a meeting's stages share the time that is left.

Each stage has its planned seconds and a minimum that nothing may eat. The scheduled end stands and the plan
shrinks to it (``fit``); a stage that needs longer takes the time from those that follow (``stretch``). All
figures are whole seconds and count from now: of the running stage only what is left of it belongs in a plan
(``left``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Slot:
    """One stage of a meeting's plan.

    ``turn`` is 1, 2, ... for the stages of a problem owner's turn and None for those all share; ``seconds``
    is planned, ``minimum`` protected. Raises ``ValueError`` unless 0 <= minimum <= seconds.
    """

    stage: str
    turn: int | None
    seconds: int
    minimum: int

    def __post_init__(self) -> None:
        if not 0 <= self.minimum <= self.seconds:
            raise ValueError(f"{self.stage}: a minimum of {self.minimum} s does not fit {self.seconds} s")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A plan whose first stage is longer; ``taken_from_turns`` are the other owners' turns that gave time."""

    slots: tuple[Slot, ...]
    taken_from_turns: tuple[int, ...]


class NothingLeft(Exception):
    """A stretch asks for more than can be had: ``seconds_left`` is the most that it could get (0 or more)."""

    def __init__(self, seconds_left: int) -> None:
        super().__init__(f"{seconds_left} s can be had")
        self.seconds_left = seconds_left


def left(slot: Slot, elapsed: int) -> Slot:
    """What is left of a slot after ``elapsed`` seconds of it: nothing, never less, when it has run over."""
    return replace(slot, seconds=max(0, slot.seconds - elapsed), minimum=max(0, slot.minimum - elapsed))


def fit(slots: Sequence[Slot], available: int) -> tuple[int, ...]:
    """Seconds for each slot so that all of them end within ``available`` seconds, where that is possible.

    Where the plan fits, each gets its plan. Else what lies above the minimums shrinks in proportion, and
    the sum is ``available`` exactly: each gets its share rounded down, and the seconds left over go to the
    largest fractions, the earlier slot first. Where not even the minimums fit, each gets its minimum. A
    slot never gets less than its minimum or more than its plan; with more time available none gets less,
    but for one second of rounding.
    """
    rooms = [slot.seconds - slot.minimum for slot in slots]
    total_room = sum(rooms)
    extra = min(total_room, max(0, available - sum(slot.minimum for slot in slots)))
    if total_room == 0:
        return tuple(slot.minimum for slot in slots)
    shares = [divmod(room * extra, total_room) for room in rooms]
    over = extra - sum(whole for whole, _ in shares)
    rounded_up = set(sorted(range(len(slots)), key=lambda index: -shares[index][1])[:over])
    return tuple(
        slot.minimum + whole + (index in rounded_up)
        for index, (slot, (whole, _)) in enumerate(zip(slots, shares, strict=True))
    )


def stretch(remaining: Sequence[Slot], seconds: int, available: int) -> Stretch:
    """The plan in which the running stage gets ``seconds`` more.

    ``remaining`` is the running stage, with what is ``left`` of it, and all that follow; ``available`` is
    the time until the scheduled end. The result has the same slots in the same order: the first is longer
    by exactly ``seconds``, the others are fitted to the scheduled end and give the time, each source only
    after the one before it is used up:

        1. time in hand, which the plan does not use;
        2. later stages of the same turn;
        3. later stages that all share, such as a break or the learning review;
        4. other owners' later turns, named in ``taken_from_turns``; ask before taking them.

    Within a source all slots give in proportion to what they have above their minimum; no minimum is
    touched. Raises ``NothingLeft`` when all that does not suffice, and ``ValueError`` when ``seconds`` is
    not positive.
    """
    if seconds <= 0:
        raise ValueError("a stretch adds time")
    running, *planned = remaining
    for_later = available - running.seconds
    later = _with_seconds(planned, fit(planned, for_later))
    needed = seconds - max(0, for_later - _total(later))
    given = later
    for source in _sources(running, later):
        taken = min(max(0, needed), _above_minimum(later, source))
        given, needed = _take(given, source, taken), needed - taken
    if needed > 0:
        raise NothingLeft(seconds - needed)
    longer = replace(running, seconds=running.seconds + seconds)
    return Stretch((longer, *given), _turns_that_gave(running, later, given))


def _sources(running: Slot, later: Sequence[Slot]) -> tuple[list[int], list[int], list[int]]:
    """Indexes of the later slots that give time: same turn, shared, other owners."""
    shared = [index for index, slot in enumerate(later) if slot.turn is None]
    same = [index for index, slot in enumerate(later) if slot.turn is not None and slot.turn == running.turn]
    others = [index for index in range(len(later)) if index not in shared and index not in same]
    return same, shared, others


def _take(slots: Sequence[Slot], source: Sequence[int], taken: int) -> tuple[Slot, ...]:
    giving = [slots[index] for index in source]
    smaller = dict(zip(source, fit(giving, _total(giving) - taken), strict=True))
    return _with_seconds(slots, [smaller.get(index, slot.seconds) for index, slot in enumerate(slots)])


def _turns_that_gave(running: Slot, before: Sequence[Slot], after: Sequence[Slot]) -> tuple[int, ...]:
    pairs = zip(before, after, strict=True)
    turns = {old.turn for old, new in pairs if old.turn is not None and new.seconds < old.seconds}
    return tuple(sorted(turns - {running.turn}))


def _with_seconds(slots: Sequence[Slot], seconds: Sequence[int]) -> tuple[Slot, ...]:
    return tuple(replace(slot, seconds=each) for slot, each in zip(slots, seconds, strict=True))


def _above_minimum(slots: Sequence[Slot], indexes: Iterable[int]) -> int:
    return sum(slots[index].seconds - slots[index].minimum for index in indexes)


def _total(slots: Iterable[Slot]) -> int:
    return sum(slot.seconds for slot in slots)
