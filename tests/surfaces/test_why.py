"""The line that answers "why is it my turn?"."""

from datetime import UTC, datetime

import pytest

from bot.domain.ledger import PassedOver, Proposal, Reason, Why
from bot.prompt_library import Line
from bot.surfaces.names import listed, unit_name
from bot.surfaces.why import why_line
from tests.surfaces.states import LANGUAGE, Play, member

LAST = datetime(2027, 1, 4, 10, tzinfo=UTC)


def line(proposal: Proposal, play: Play | None = None) -> str:
    return why_line((play or Play()).learning_set, proposal, LANGUAGE).plain()


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_words_and_names_who_it_is(reason: Reason) -> None:
    said = line(Proposal(member(1), reason, member(2), last_turn_at=LAST))
    assert "Member 1" in said
    assert ("Member 2" in said) == (reason is Reason.SWAPPED)
    assert ("2027-01-04" in said) == (reason is Reason.WAITED_LONGEST)


def test_all_reasons_differ() -> None:
    assert len({line(Proposal(member(1), reason, member(2))) for reason in Reason}) == len(Reason)


@pytest.mark.parametrize("why", list(Why))
def test_who_is_nearer_to_the_front_is_named_with_the_reason(why: Why) -> None:
    passed = (PassedOver(member(2), why), PassedOver(member(3), Why.ABSENT))
    said = line(Proposal(member(1), Reason.FIRST_TURN, passed_over=passed))
    assert "Member 2 (" in said
    assert "Member 3 (not here)" in said
    assert "\n" not in said


def test_a_pair_is_called_by_both_names() -> None:
    assert "Member 1 and Member 2" in line(
        Proposal(f"{member(1)}+{member(2)}", Reason.FIRST_TURN), Play(pairs=True)
    )


def test_a_unit_that_has_left_is_still_called_by_its_name() -> None:
    play = Play()
    left = [m for m in play.learning_set.members if m.person != member(1)]
    assert unit_name(play.with_set(members=tuple(left)), member(2), LANGUAGE).plain() == "Member 2"


def test_names_are_listed_as_people_would() -> None:
    names = [Line.of(name) for name in "ABC"]
    assert [listed(names[:count], LANGUAGE).plain() for count in range(4)] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
