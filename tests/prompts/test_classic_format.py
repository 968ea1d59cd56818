"""The classic format as it is shipped: its order, its clocks, its minimums and its questions."""

from collections import Counter

import pytest

from bot.domain.formats import Format, MovesOn, Part
from bot.prompt_library import Language

OPENING = ["welcome", "report-backs", "bids"]
TURN = [
    "problem",
    "clarification",
    "stillness",
    "reflection",
    "analysis",
    "reframing",
    "shift",
    "action",
    "commitments",
]
CLOSING = ["learning-review", "close"]
ASKING = ["clarification", "reflection", "analysis", "reframing", "action"]
PROMPTED = [*ASKING, "report-backs", "learning-review"]

# The classic order of an action learning turn, with `act` as action + commitments; break and closing last.
MINUTES = {
    "60x1": [3, 8, 3, 5, 5, 1, 7, 6, 6, 2, 3, 3, 0, 6, 2],
    "90x1": [5, 12, 5, 6, 8, 2, 10, 8, 8, 4, 4, 4, 0, 10, 4],
    "90x2": [4, 10, 4, 4, 5, 1, 5, 4, 4, 2, 2, 3, 0, 9, 3],
    "120x2": [5, 14, 5, 5, 6, 2, 7, 6, 5, 3, 3, 3, 5, 8, 3],
    "120x3": [4, 12, 4, 3, 4, 1, 4, 3, 3, 2, 2, 3, 10, 11, 4],
}


@pytest.fixture(scope="module")
def classic(english: Language) -> Format:
    return english.format("classic")


def test_the_stages_stand_in_the_order_of_a_meeting(classic: Format) -> None:
    assert [stage.id for stage in classic.stages] == [*OPENING, *TURN, "break", *CLOSING]


@pytest.mark.parametrize("clock_id", MINUTES)
def test_each_clock_has_its_minutes_and_sums_exactly(classic: Format, clock_id: str) -> None:
    clock = classic.clock(clock_id)
    assert [stage.minutes[clock_id] for stage in classic.stages] == MINUTES[clock_id]
    assert clock.id == f"{clock.length_minutes}x{clock.turns}"
    assert sum(slot.seconds for slot in classic.slots(clock_id)) == clock.length_minutes * 60


def test_the_clocks_are_the_five_that_a_set_can_choose(classic: Format) -> None:
    assert [clock.id for clock in classic.clocks] == list(MINUTES)


@pytest.mark.parametrize(
    ("clock_id", "turns", "break_after"), [("60x1", 1, 0), ("90x2", 2, 0), ("120x2", 2, 1), ("120x3", 3, 2)]
)
def test_slots_repeat_the_turn_and_rest_in_the_middle(
    classic: Format, clock_id: str, turns: int, break_after: int
) -> None:
    expected: list[tuple[str, int | None]] = [(stage, None) for stage in OPENING]
    for turn in range(1, turns + 1):
        expected += [(stage, turn) for stage in TURN]
        expected += [("break", None)] if turn == break_after else []
    expected += [(stage, None) for stage in CLOSING]
    assert [(slot.stage, slot.turn) for slot in classic.slots(clock_id)] == expected


def test_commitments_action_review_and_close_are_protected(classic: Format) -> None:
    minimums = {stage.id: stage.minimum_minutes for stage in classic.stages}
    protected = {name: minimums[name] for name in ("action", "commitments", "learning-review", "close")}
    assert protected == {"action": 1, "commitments": 3, "learning-review": 4, "close": 2}


@pytest.mark.parametrize("clock_id", MINUTES)
def test_every_slot_has_room_for_its_minimum(classic: Format, clock_id: str) -> None:
    for slot in classic.slots(clock_id):
        assert 0 < slot.minimum <= slot.seconds, slot


def test_only_stillness_holds_questions_and_moves_on_by_itself(classic: Format) -> None:
    assert [stage.id for stage in classic.stages if stage.moves_on_by_itself] == ["stillness"]
    assert [stage.id for stage in classic.stages if stage.held] == ["stillness"]


def test_questions_are_asked_from_clarification_to_action(classic: Format) -> None:
    asked = {stage.id for stage in classic.stages if stage.questions_asked}
    assert asked == {*ASKING, "stillness"}


def test_the_facilitator_moves_every_stage_on(classic: Format) -> None:
    assert {stage.who_moves_on for stage in classic.stages} == {MovesOn.FACILITATOR}


def test_the_break_is_the_only_stage_between_turns(classic: Format) -> None:
    assert [stage.id for stage in classic.stages if stage.part is Part.BREAK] == ["break"]


@pytest.mark.parametrize("stage_id", PROMPTED)
def test_a_stage_with_questions_offers_eight(english: Language, stage_id: str) -> None:
    assert len(english.stage_words("classic", stage_id).questions) == 8


def test_no_other_stage_offers_questions(english: Language, classic: Format) -> None:
    offering = {stage.id for stage in classic.stages if english.stage_words("classic", stage.id).questions}
    assert offering == set(PROMPTED)


def questions(language: Language) -> list[str]:
    return [
        question for stage_id in PROMPTED for question in language.stage_words("classic", stage_id).questions
    ]


def test_no_question_is_repeated(english: Language) -> None:
    assert [question for question, times in Counter(questions(english)).items() if times > 1] == []


def test_every_question_is_open_short_and_single(english: Language) -> None:
    openers = ("What", "When", "Who", "Which", "How", "Where", "If")
    for question in questions(english):
        assert question.endswith("?"), question
        assert question.count("?") == 1, question
        assert question.split()[0] in openers, question
        assert len(question.split()) <= 16, question


def test_the_welcome_has_three_ground_rules_and_a_check_in(english: Language) -> None:
    welcome = english.stage_words("classic", "welcome")
    assert len(welcome.ground_rules) == 3
    assert welcome.check_in.endswith("?")


def test_every_stage_tells_each_role_one_sentence(english: Language, classic: Format) -> None:
    for stage in classic.stages:
        said = english.stage_words("classic", stage.id)
        for sentence in (said.purpose, said.members, said.owner, said.facilitator):
            assert sentence.endswith("."), sentence
            assert sentence.count(". ") == 0, sentence
            assert "!" not in sentence
