"""Refusals have a sentence each; names reach only those who may read them; private words have one reader."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain import commands as c
from bot.domain.rejections import Reason, Rejected
from bot.outgoing import PrivateNotice
from bot.rehearsal.block_kit import check_message_blocks
from bot.surfaces.ids import Action
from bot.surfaces.notices import Address, rejection_notice, rejection_text
from bot.surfaces.values import Carried
from tests import factories as f
from tests.factories import AMA, BEN, CHANNEL, FELA, GUIDE, Play, english
from tests.surfaces.reading import labels, nodes, pressable

VALUES: dict[Reason, dict[str, Any]] = {
    Reason.SET_FULL: {"most": 12},
    Reason.TOO_FEW_MEMBERS: {"fewest": 2},
    Reason.TOO_MANY_MEMBERS: {"most": 12},
    Reason.ALREADY_MOVED_ON: {"stage": "reflection"},
    Reason.TOO_EARLY_TO_START: {"starts_at": f.FIRST_AT},
    Reason.REPORTS_MISSING: {"people": (AMA, BEN)},
    Reason.COMMITMENT_MISSING: {"people": (AMA,)},
    Reason.NOTHING_LEFT: {"minutes": 3},
    Reason.TAKES_FROM_OTHERS: {"units": (AMA, BEN)},
}
"""What the domain tells with a refusal; the others tell nothing."""


def text(reason: Reason, play: Play | None, reader: str | None = None, **values: Any) -> str:
    rejected = Rejected(reason, **(values or VALUES.get(reason, {})))
    return rejection_text(rejected, play.state if play else None, english(), reader).fallback()


def address(reader: str) -> Address:
    return Address("n1", CHANNEL, reader, "s1.1")


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_has_a_short_sentence(reason: Reason) -> None:
    rejected = Rejected(reason, **VALUES.get(reason, {}))
    sentence = rejection_text(rejected, f.ready_set().state, english()).plain()
    assert 10 < len(sentence) < 240
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_no_sentence_belongs_to_no_refusal() -> None:
    keys = {key.split(".", 1)[1] for key in english().words.keys() if key.startswith("rejections.")}  # noqa: SIM118
    assert {key for key in keys if not key.startswith(("named.", "outside."))} == {
        str(reason) for reason in Reason
    }


@pytest.mark.parametrize("reason", Reason)
def test_nobody_from_outside_is_told_to_type_a_command_in_the_channel(reason: Reason) -> None:
    rejected = Rejected(reason, **VALUES.get(reason, {}))
    told = rejection_text(rejected, f.ready_set().state, english(), from_outside=True).plain()
    assert told.endswith(".")
    assert reason is Reason.NO_SET_HERE or "/als" not in told


def test_a_refusal_about_a_set_that_is_not_yet_there_needs_no_set() -> None:
    assert text(Reason.TOO_MANY_MEMBERS, None).startswith("A set holds at most 12 people")


def test_names_of_those_who_owe_a_report_back_are_for_the_facilitator_alone() -> None:
    play = f.running_meeting()
    assert "Ama and Ben" in text(Reason.REPORTS_MISSING, play, GUIDE)
    assert "Ama" not in text(Reason.REPORTS_MISSING, play, FELA)
    assert "Ama" not in text(Reason.REPORTS_MISSING, play)


def test_the_facilitator_can_leave_each_of_them_out_and_nobody_else_can() -> None:
    play = f.running_meeting()
    rejected = Rejected(Reason.REPORTS_MISSING, people=(AMA, BEN))
    notice = rejection_notice(rejected, play.state, english(), address(GUIDE))
    check_message_blocks(notice.blocks)
    assert labels(notice) == ["Leave Ama out today", "Leave Ben out today"]
    values = [n["value"] for n in nodes(notice.blocks) if n.get("action_id") == Action.SKIP_REPORT]
    assert [Carried.model_validate_json(value).person for value in values] == [AMA, BEN]
    other = rejection_notice(rejected, play.state, english(), address(FELA))
    assert pressable(other) == {}


def test_a_notice_goes_to_its_reader_in_its_thread() -> None:
    rejected = Rejected(Reason.NOT_THE_OWNER)
    notice = rejection_notice(rejected, f.ready_set().state, english(), address(FELA))
    assert (notice.conversation, notice.reader, notice.thread_key) == (CHANNEL, FELA, "meeting:s1.1:board")
    assert notice.text == "That belongs to the problem owner."


def test_a_refusal_names_the_stage_and_says_how_much_time_there_is() -> None:
    play = f.running_meeting()
    assert (
        text(Reason.ALREADY_MOVED_ON, play) == "Somebody was quicker: the meeting is already at Reflection."
    )
    assert "One more minute can be had" in text(Reason.NOTHING_LEFT, play, minutes=1)
    assert "There is no time left to give" in text(Reason.NOTHING_LEFT, play, minutes=0)


def test_every_refusal_of_the_domain_can_be_told() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    with pytest.raises(Rejected) as missing:
        play.move_on()
    assert "Ama should leave with a commitment" in (
        rejection_text(missing.value, play.state, english(), GUIDE).plain()
    )
    with pytest.raises(Rejected) as stale:
        play.do(c.MoveOn, GUIDE, version=0)
    assert "Commitments" in rejection_text(stale.value, play.state, english()).plain()


def test_a_minute_over_is_one_word_to_the_facilitator_and_goes_stale() -> None:
    play = f.running_meeting()
    play.wait(minutes=5)
    told = play.wait(minutes=1)
    notices = [each for each in told if isinstance(each, PrivateNotice)]
    assert [(each.reader, each.best_before) for each in notices] == [(GUIDE, play.now + timedelta(minutes=2))]


def test_where_nobody_facilitates_nobody_is_told_of_the_minute() -> None:
    play = f.running_meeting(facilitator=None)
    play.wait(minutes=5)
    assert play.wait(minutes=1) == []


def test_whoever_takes_over_is_told_what_the_role_brings() -> None:
    play = f.running_meeting()
    told = [each for each in play.do(c.HandOver, GUIDE, to=FELA) if isinstance(each, PrivateNotice)]
    assert [each.reader for each in told] == [FELA]
    assert "Guide has handed you the facilitator's role" in told[0].text


def test_on_time_or_later_is_asked_by_dm_and_answered_there() -> None:
    play = f.ready_set()
    play.now = play.meeting.starts_at + timedelta(minutes=7)
    asked = f.messages(play.do(c.StartMeeting, GUIDE))["dm:s1.1:U7GUIDE:ending:420"]
    assert set(pressable(asked)) == {Action.END_ON_TIME, Action.END_LATER}
    assert asked.best_before == play.meeting.ends_at
    answered = f.messages(play.do(c.ChooseEnding, GUIDE, later=True))["dm:s1.1:U7GUIDE:ending:420"]
    assert answered.update_only
    assert pressable(answered) == {}
