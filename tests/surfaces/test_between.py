"""Between meetings: few DMs, each in its reader's own time, with nothing asked twice."""

from datetime import date, timedelta

import pytest

from bot.domain import commands as c
from bot.domain.learning_set import Outcome
from bot.outgoing import Message
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried
from tests import factories as f
from tests.factories import AMA, BEN, CHANNEL, CHIDI, DEE, EVA, FELA, GUIDE, Play, person
from tests.surfaces.reading import labels, nodes, pressable


def asked(play: Play, reader: str = AMA, rung: int = 1) -> Message:
    told = play.do(c.AskForReportBack, None, meeting_id=play.meeting.id, person=reader, rung=rung)
    return f.messages(told)[f"dm:{play.meeting.id}:{reader}:report:{rung}"]


def two_commitments() -> Play:
    """Ama leaves her turn with two commitments, and so has two reports to give."""
    play = f.running_meeting()
    play.to("commitments", 1)
    for number, what in enumerate(("Talk to the board", "Sleep on it")):
        words = f.words_for_commitment(what)
        play.do(c.RecordCommitment, AMA, id=f"c{number}", turn=1, words=words)
    play.to("close")
    play.move_on()
    return play


def test_one_dm_lists_all_open_commitments_with_a_button_each() -> None:
    message = asked(two_commitments())
    assert message.conversation == AMA
    assert "Talk to the board (by Friday 18 December 2026)" in message.text
    assert "Sleep on it (by Friday 18 December 2026)" in message.text
    assert labels(message) == ["Report back", "Report back", "Leave me out this time"]
    values = [n["value"] for n in nodes(message.blocks) if n.get("action_id") == Action.FILE_REPORT]
    assert [Carried.model_validate_json(value).item for value in values] == ["c0", "c1"]


def test_the_second_prompt_has_its_own_sentence_and_says_that_it_is_the_last() -> None:
    play = f.between_meetings()
    first, second = asked(play, rung=1), asked(play, rung=2)
    assert "This is the last time I ask." in second.text
    assert "This is the last time I ask." not in first.text


def test_a_date_in_a_dm_is_in_the_zone_of_its_reader() -> None:
    play = f.between_meetings(people={AMA: person(AMA, zone="Asia/Kathmandu")})
    assert "(Asia/Kathmandu)" in asked(play).text


def test_an_answer_updates_the_dm_and_never_posts_a_new_one() -> None:
    play = two_commitments()
    asked(play)
    told = f.messages(play.report(AMA, Outcome.NOT_YET))
    assert set(told) == {"dm:s1.2:U1AMA:report:1", "dm:s1.2:U1AMA:report:2"}
    assert all(message.update_only for message in told.values())
    first = told["dm:s1.2:U1AMA:report:1"]
    assert "In: not yet. You can edit it until the meeting closes." in first.text
    assert labels(first) == ["Edit the report", "Report back", "Leave me out this time"]


def test_when_everything_is_in_nothing_more_is_asked() -> None:
    play = f.between_meetings()
    told = f.messages(play.report(AMA))["dm:s1.2:U1AMA:report:1"]
    assert "everything is in, thank you." in told.text
    assert labels(told) == ["Edit the report"]


def test_left_out_by_the_facilitator_the_dm_says_so_and_still_takes_a_report() -> None:
    play = f.between_meetings()
    f.begin(play)
    told = f.messages(play.do(c.SkipReport, GUIDE, person=AMA))["dm:s1.2:U1AMA:report:1"]
    assert "you are left out this time" in told.text
    assert labels(told) == ["Report back"]


def test_a_report_by_one_half_of_a_pair_shows_in_the_dm_of_the_other() -> None:
    play = f.between_meetings(in_pairs=True)
    told = f.messages(play.report(AMA, Outcome.DONE))
    assert "In, from Ama: done." in told["dm:s1.2:U2BEN:report:1"].text


def test_many_open_commitments_stay_within_one_message() -> None:
    play = f.running_meeting()
    play.to("commitments", 1)
    for number in range(40):
        words = f.words_for_commitment("w" * 500)
        play.do(c.RecordCommitment, AMA, id=f"c{number}", turn=1, words=words)
    play.to("close")
    play.move_on()
    message = asked(play)
    assert len(message.blocks) <= 50
    assert "25 more are on my Home tab." in message.text


def test_the_proposed_owner_is_told_why_and_can_say_not_this_time() -> None:
    play = f.between_meetings()
    told = play.do(c.TellProposedOwner, None, meeting_id=play.meeting.id, person=CHIDI)
    message = f.messages(told)["dm:s1.2:U3CHIDI:owner"]
    assert message.conversation == CHIDI
    assert "Proposed: Chidi, with no turn in this set yet." in message.text
    assert set(pressable(message)) == {Action.SKIP_TURN}
    after = f.messages(play.do(c.SkipTurn, CHIDI))["dm:s1.2:U3CHIDI:owner"]
    assert after.update_only
    assert "You keep your place at the front." in after.text
    assert pressable(after) == {}


def test_a_swap_is_told_to_the_other_alone() -> None:
    told = f.between_meetings().do(c.SwapPlaces, DEE, other=EVA)
    assert [message.conversation for message in f.messages(told).values()] == [EVA]


def test_what_others_bring_about_is_told_in_the_readers_working_hours() -> None:
    play = f.between_meetings()
    play.now = play.now.replace(hour=23)
    (told,) = f.messages(play.do(c.SwapPlaces, DEE, other=EVA)).values()
    assert told.not_before is not None
    assert play.learning_set.people[EVA].hours.covers(told.not_before)


@pytest.mark.parametrize(
    ("kind", "actor", "values"),
    [
        (c.SkipTurn, CHIDI, {}),
        (c.SkipReport, AMA, {"person": AMA}),
        (c.SwapPlaces, DEE, {"other": EVA}),
        (c.GoAway, EVA, {"until": date(2026, 11, 30)}),
        (c.PlaceBid, EVA, {"line": "A budget"}),
    ],
)
def test_what_somebody_does_for_themselves_is_no_news_for_the_channel(
    kind: type[c.Command], actor: str, values: dict[str, object]
) -> None:
    told = f.between_meetings().do(kind, actor, **values)
    assert CHANNEL not in {getattr(each, "conversation", None) for each in told}


def test_comings_and_goings_are_one_short_post_each() -> None:
    play = f.between_meetings()
    told = [
        *play.do(c.JoinSet, "U8NIA", person=person("U8NIA")),
        *play.do(c.LeaveSet, FELA),
        *play.do(c.ChangeFacilitator, AMA, facilitator=person(BEN)),
    ]
    play.now += timedelta(minutes=1)
    told += play.do(c.ChangeFacilitator, AMA, facilitator=None)
    posts = f.messages(told).values()
    assert {message.conversation for message in posts} == {CHANNEL}
    assert [message.text for message in posts] == [
        "Nia joins the set.",
        "Fela has left the set. What they said stays with us.",
        "Ben facilitates the set from now on.",
        "The set has no facilitator from now on. Anyone who is here may move a meeting on.",
    ]


def test_a_meeting_that_is_moved_or_cancelled_is_one_post_with_the_next_date() -> None:
    play = f.between_meetings()
    moved = play.do(c.MoveMeeting, AMA, starts_at=f.FIRST_LOCAL + timedelta(days=20))
    posted, *updates = f.messages(moved).values()
    assert posted.text.startswith("The next meeting has moved to <!")
    assert all(update.update_only and update.conversation != CHANNEL for update in updates)
    cancelled = play.do(c.CancelMeeting, AMA)
    assert len(cancelled) == 1
    assert "is cancelled. The next one is on" in getattr(cancelled[0], "text", "")


def test_a_meeting_moved_twice_is_two_posts() -> None:
    play = f.between_meetings()
    first = play.do(c.MoveMeeting, AMA, starts_at=f.FIRST_LOCAL + timedelta(days=20))
    play.now += timedelta(minutes=5)
    second = play.do(c.MoveMeeting, AMA, starts_at=f.FIRST_LOCAL + timedelta(days=21))
    assert first[0].key != second[0].key
