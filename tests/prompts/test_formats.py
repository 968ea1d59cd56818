"""What makes a format unsound, and how one is asked."""

import pytest

from bot.domain.formats import Clock, Flaw, Format, Part, Stage


def small(*stages: Stage, turns: int = 2) -> Format:
    return Format("small", stages, (Clock("c", 20, turns),))


def stage(name: str, part: Part, minutes: int, minimum: int = 1) -> Stage:
    return Stage(name, part, {"c": minutes}, minimum)


def test_a_sound_format_has_no_flaws() -> None:
    sound = small(stage("open", Part.OPENING, 4), stage("turn", Part.TURN, 8))
    assert list(sound.flaws()) == []


@pytest.mark.parametrize(("minutes", "fix"), [(7, "add 2"), (9, "take 2 away")])
def test_a_clock_that_does_not_sum_is_told_by_how_much(minutes: int, fix: str) -> None:
    wrong = small(stage("open", Part.OPENING, 4), stage("turn", Part.TURN, minutes))
    total = 4 + 2 * minutes
    assert list(wrong.flaws()) == [
        Flaw(f"the stages of clock `c` sum to {total} minutes, not 20: {fix}", clock="c")
    ]


def test_a_minimum_above_the_minutes_is_a_flaw() -> None:
    (flaw,) = small(stage("open", Part.OPENING, 4, 5), stage("turn", Part.TURN, 8)).flaws()
    assert (flaw.stage, flaw.clock) == ("open", "c")


def test_two_stages_with_one_id_are_a_flaw() -> None:
    (flaw,) = small(stage("same", Part.OPENING, 4), stage("same", Part.TURN, 8)).flaws()
    assert "twice" in flaw.sentence


def test_a_stage_without_minutes_for_a_clock_is_a_flaw() -> None:
    (flaw,) = small(Stage("open", Part.OPENING, {}, 1), stage("turn", Part.TURN, 10)).flaws()
    assert (flaw.stage, flaw.clock) == ("open", None)


def test_one_turn_has_no_middle_for_a_break() -> None:
    (flaw,) = small(stage("turn", Part.TURN, 15), stage("rest", Part.BREAK, 5), turns=1).flaws()
    assert flaw.stage == "rest"


def test_a_stage_with_no_minutes_does_not_occur() -> None:
    format_ = small(stage("open", Part.OPENING, 0), stage("turn", Part.TURN, 10))
    assert [slot.stage for slot in format_.slots("c")] == ["turn", "turn"]


def test_minutes_become_seconds_and_the_minimum_with_them() -> None:
    slot = stage("open", Part.OPENING, 4, 2).slot("c")
    assert (slot.seconds, slot.minimum) == (240, 120)


def test_unknown_stages_and_clocks_are_key_errors() -> None:
    format_ = small(stage("turn", Part.TURN, 10))
    with pytest.raises(KeyError):
        format_.stage("nap")
    with pytest.raises(KeyError):
        format_.slots("30x9")
