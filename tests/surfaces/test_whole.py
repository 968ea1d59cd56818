"""Posts that gather what many wrote show the longest of all of it whole, in the largest set there can be."""

import json
from datetime import timedelta
from string import ascii_lowercase

from bot.domain import commands as c
from bot.domain.learning_set import Outcome
from bot.outgoing import Message
from bot.rehearsal.block_kit import check_message_blocks
from bot.surfaces.modals import bids, learning, reports, takeaways
from tests.factories import Play, begin, messages, person, running_meeting, words_for_commitment

TWELVE = tuple(f"U{letter.upper()}" for letter in ascii_lowercase[:12])
LONGEST_NAME = "N" * 80
MANY_REPORTS = 6


def twelve() -> Play:
    people = {each: person(each, LONGEST_NAME) for each in TWELVE}
    return running_meeting(members=TWELVE, facilitator=None, clock="120x3", people=people)


def text(number: int, limit: int) -> str:
    return f"text {number} ".ljust(limit, "x")


def assert_whole(message: Message, texts: list[str]) -> None:
    check_message_blocks(message.blocks)
    shown = json.dumps(message.blocks)
    assert [each for each in texts if each not in shown] == []


def test_the_learning_of_everybody() -> None:
    play = twelve()
    play.to("learning-review")
    lines = [text(number, learning.LIMIT) for number in range(3 * len(TWELVE))]
    for number, each in enumerate(TWELVE):
        problem, self_, set_ = lines[3 * number : 3 * number + 3]
        play.do(c.WriteLearning, each, about_problem=problem, about_self=self_, about_set=set_)
    assert_whole(messages(play.said)[f"meeting:{play.meeting.id}:learning"], lines)


def test_what_everybody_takes_away() -> None:
    play = twelve()
    play.to("commitments", 1)
    texts = [text(number, takeaways.LIMIT) for number in range(len(TWELVE))]
    for each, taken in zip(TWELVE, texts, strict=True):
        play.do(c.NoteTakeaway, each, turn=1, text=taken)
    assert_whole(messages(play.said)[f"meeting:{play.meeting.id}:takeaways:1"], texts)


def test_the_bids_of_everybody() -> None:
    play = twelve()
    play.to("bids")
    lines = [text(number, bids.LIMIT) for number in range(len(TWELVE))]
    for each, line in zip(TWELVE, lines, strict=True):
        play.do(c.PlaceBid, each, line=line)
    assert_whole(messages(play.said)[f"meeting:{play.meeting.id}:bids"], lines)


def test_six_report_backs() -> None:
    play = twelve()
    for turn in (1, 2, 3):
        play.to("commitments", turn)
        for number in range(MANY_REPORTS // 3):
            words = words_for_commitment(text(number, 500))
            play.do(c.RecordCommitment, play.mover, id=play.new_id(), turn=turn, words=words)
    play.to("close")
    play.move_on()
    play.until(play.meeting.starts_at - timedelta(minutes=10))
    begin(play)
    play.to("report-backs")
    texts = []
    for number, each in enumerate(play.learning_set.commitments):
        (owner,) = play.learning_set.unit_people(each.unit_id)
        happened, learned = text(2 * number, reports.LIMIT), text(2 * number + 1, reports.LIMIT)
        texts += [happened, learned]
        play.do(
            c.FileReport,
            owner,
            id=play.new_id(),
            commitment_id=each.id,
            outcome=Outcome.DONE,
            happened=happened,
            learned=learned,
            airtime=True,
        )
    assert len(texts) == 2 * MANY_REPORTS
    assert_whole(messages(play.said)[f"meeting:{play.meeting.id}:reports"], texts)
