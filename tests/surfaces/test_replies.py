"""What `/als` answers in private: short, and about the reader."""

from datetime import date, timedelta

import pytest

from bot.domain import commands as c
from bot.rehearsal.block_kit import check_message_blocks, check_view, readable_text
from bot.surfaces import replies
from bot.surfaces.ids import Action
from bot.surfaces.replies import Reply, Subcommand
from bot.surfaces.scene import Scene
from tests.surfaces.states import LANGUAGE, Play, member, with_longest_names

ME, OTHER = member(1), member(3)


def taken(reply: Reply) -> str:
    """The text of a reply that Slack takes, as a message and as a modal."""
    check_message_blocks(reply.blocks)
    check_view(replies.reply_view(reply, LANGUAGE).to_dict(), "modal")
    assert reply.text.strip()
    return reply.text


def row_buttons(reply: Reply) -> list[str]:
    return [block["accessory"]["action_id"] for block in reply.blocks if "accessory" in block]


def after_one_meeting(commitments: int = 1) -> Play:
    play = Play(clock_id="60x1").start().go_to("commitments", 1)
    for number in range(commitments - 1):
        play.commit("w" * 500, play.now.date() + timedelta(days=number))
    return play.finish()


def test_the_help_has_one_line_for_each_word() -> None:
    said = taken(replies.help_reply(LANGUAGE))
    assert all(said.count(f"/als {word}:") == 1 for word in Subcommand)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("nex", "next"),
        ("repot", "report"),
        ("STATSU", "status"),
        ("commit", "commitments"),
        ("leaves", "leave"),
        ("swop", "swap"),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest_right_one(typed: str, nearest: str) -> None:
    assert f"Did you mean /als {nearest}?" in taken(replies.unknown_word_reply(typed, LANGUAGE))


@pytest.mark.parametrize("typed", ["xyzzy", "<!channel>", "w" * 4_000, "🙂"])
def test_any_word_at_all_is_answered_and_pings_nobody(typed: str) -> None:
    said = taken(replies.unknown_word_reply(typed, LANGUAGE))
    assert "/als help" in said
    assert "<!channel>" not in said


def test_next_says_the_date_and_who_is_proposed_and_why_one_line_each() -> None:
    play = Play()
    lines = taken(replies.next_reply(play.scene)).splitlines()
    assert len(lines) == 3
    assert str(int(play.meeting.starts_at.timestamp())) in lines[0]
    assert "Member 1" in lines[1]
    assert "no turn in this set yet" in lines[1]


def test_next_with_nobody_in_says_so() -> None:
    play = Play()
    nobody = play.with_set(members=())
    assert "Nobody is proposed" in taken(replies.next_reply(replace_set(play, nobody)))


def replace_set(play: Play, learning_set: object) -> Scene:
    play.learning_set = learning_set  # type: ignore[assignment]
    return play.scene


def test_status_counts_who_is_in_and_says_what_is_mine() -> None:
    play = after_one_meeting()
    said = taken(replies.status_reply(play.scene, ME))
    assert "4 people are in." in said
    assert "You have 1 open commitment." in said
    assert "1 report is still to come" in said
    assert "proposed" not in said
    assert "proposed to own a turn" in taken(replies.status_reply(play.scene, member(2)))


def test_status_tells_an_outsider_nothing_of_a_member() -> None:
    said = taken(replies.status_reply(after_one_meeting().scene, "USTRANGER"))
    assert "You have" not in said


def test_status_names_the_running_stage_and_the_held_clock() -> None:
    play = Play().start().go_to("analysis", 1)
    assert "Analysis" in taken(replies.status_reply(play.scene, ME))
    play.do(c.PauseMeeting, "UFACILITATOR")
    assert "held" in taken(replies.status_reply(play.scene, ME))


def test_status_says_that_i_am_away_or_passed() -> None:
    play = Play().do(c.GoAway, OTHER, until=date(2027, 2, 20)).do(c.SkipTurn, OTHER)
    said = taken(replies.status_reply(play.scene, OTHER))
    assert "20 February 2027" in said
    assert "not this time" in said


def test_commitments_are_mine_and_have_a_button_each() -> None:
    play = after_one_meeting(2)
    reply = replies.commitments_reply([play.scene], ME, LANGUAGE)
    assert "Talk to two colleagues" in taken(reply)
    assert row_buttons(reply) == [Action.FILE_REPORT] * 2
    assert "no open commitments" in taken(replies.commitments_reply([play.scene], OTHER, LANGUAGE))


def test_reporting_lists_what_can_be_reported_or_says_that_there_is_nothing() -> None:
    play = after_one_meeting()
    assert row_buttons(replies.report_reply([play.scene], ME, LANGUAGE)) == [Action.FILE_REPORT]
    assert "nothing to report" in taken(replies.report_reply([play.scene], OTHER, LANGUAGE))
    running = Play(clock_id="60x1").start().go_to("commitments", 1).commit()
    assert "nothing to report" in taken(replies.report_reply([running.scene], ME, LANGUAGE))


def test_a_long_list_is_cut_in_words() -> None:
    play = after_one_meeting(40)
    for reply in (
        replies.commitments_reply([play.scene], ME, LANGUAGE),
        replies.report_reply([play.scene], ME, LANGUAGE),
    ):
        assert len(row_buttons(reply)) == 10
        assert "And 30 more" in readable_text(reply.blocks)
        taken(reply)


def test_outside_a_sets_channel_i_am_asked_which_set_is_meant() -> None:
    said = taken(replies.which_set_reply([Play().learning_set], Subcommand.SKIP, LANGUAGE))
    assert "/als skip" in said
    assert "Heads of department" in said
    assert "/als new" in taken(replies.which_set_reply([], Subcommand.SKIP, LANGUAGE))


@pytest.mark.parametrize("play", [Play, with_longest_names], ids=["plain", "longest"])
def test_what_was_done_is_confirmed_in_a_sentence(play: type[Play]) -> None:
    scene = play().scene
    for reply in (
        replies.joined_reply(scene),
        replies.left_reply(scene),
        replies.skipped_reply(scene),
        replies.swapped_reply(scene, OTHER),
        replies.away_reply(scene, date(2027, 2, 20)),
        replies.away_reply(scene, None),
        replies.facilitator_reply(scene),
        replies.next_date_reply(scene),
        replies.ended_reply(scene),
        replies.next_reply(scene),
        replies.status_reply(scene, ME),
    ):
        taken(reply)


def test_a_set_without_a_facilitator_is_told_what_that_means() -> None:
    play = Play().do(c.ChangeFacilitator, ME, facilitator=None)
    assert "any member" in taken(replies.facilitator_reply(play.scene))


def test_a_set_without_a_meeting_says_so() -> None:
    play = Play()
    assert "No meeting" in taken(replies.next_reply(replace_set(play, play.with_set(meeting=None))))
