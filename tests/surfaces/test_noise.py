"""What no message may do: ping, exceed Slack's limits, read marks into texts, say less to a screen reader."""

import json
from collections.abc import Callable, Mapping
from functools import cache

import pytest

from bot.domain import commands as c
from bot.domain.learning_set import Outcome
from bot.outgoing import Message, Outgoing
from bot.rehearsal.block_kit import check_message_blocks
from tests import factories as f
from tests.factories import AMA, BEN, GUIDE, Play
from tests.surfaces.chronicle import lived
from tests.surfaces.reading import mentioned, nodes, posted

HOSTILE = "<!channel> <@U1AMA> *all* _of_ `it` ~now~ @here #general https://example.com :tada: & <b>"
LONG = "w" * 3_000
TWELVE = tuple(f"U{number:02}MEMBER" for number in range(12))
UPDATE_TEXT = 4_000


def everybody_writes(texts: str, members: tuple[str, ...]) -> Play:
    """A set in which every text, and every name, is this one, through a meeting and into the next."""
    people = {each: f.person(each, texts[:80]) for each in (*members, GUIDE)}
    play = f.running_meeting(members=members, people=people, call=lambda _: texts[:80], clock="120x3")
    for turn in (1, 2, 3):
        play.to("reframing", turn)
        for each in members:
            play.ask(each, texts)
            play.do(c.NoteTakeaway, each, turn=turn, text=texts)
        play.to("commitments", turn)
        for number in range(4):
            words = f.words_for_commitment(
                texts, first_step=texts, how_known=texts, if_then=texts, hope_to_learn=texts
            )
            owner = play.learning_set.current_owners[0]
            play.do(c.RecordCommitment, owner, id=f"c{turn}{number}", turn=turn, words=words)
    play.to("learning-review")
    for each in members:
        play.do(c.WriteLearning, each, about_problem=texts, about_self=texts, about_set=texts)
    play.to("close")
    play.move_on()
    owners = {commitment.recorded_by for commitment in play.learning_set.commitments}
    for each in sorted(owners):
        play.do(c.AskForReportBack, None, meeting_id=play.meeting.id, person=each, rung=1)
    f.begin(play)
    play.to("report-backs")
    for commitment in play.learning_set.due_commitments():
        values = {"id": play.new_id(), "commitment_id": commitment.id, "outcome": Outcome.NOT_YET}
        play.do(c.FileReport, commitment.recorded_by, happened=texts, learned=texts, airtime=True, **values)
    play.to("bids")
    for each in members:
        play.do(c.PlaceBid, each, line=texts)
    return play


@cache
def said(kind: str) -> tuple[Outgoing, ...]:
    return tuple(PLAYS[kind]().said)


PLAYS: Mapping[str, Callable[[], Play]] = {
    "harmless": lived,
    "hostile": lambda: everybody_writes(HOSTILE, f.SIX),
    "long": lambda: everybody_writes(LONG, TWELVE),
    "ampersands": lambda: everybody_writes("&" * 3_000, TWELVE),
}
KINDS = tuple(PLAYS)


@pytest.mark.parametrize("kind", KINDS)
def test_slack_takes_every_message(kind: str) -> None:
    for each in posted(list(said(kind))):
        check_message_blocks(each.blocks)
        assert 0 < len(each.text) <= UPDATE_TEXT, each.key


@pytest.mark.parametrize("kind", KINDS)
def test_people_are_mentioned_in_the_first_post_of_a_meeting_and_nowhere_else(kind: str) -> None:
    pinging = {each.key for each in posted(list(said(kind))) if mentioned(each)}
    assert pinging
    assert all(key.endswith(":opening") for key in pinging)


def test_the_first_post_mentions_each_proposed_owner_and_the_facilitator_once() -> None:
    opening = f.messages(f.running_meeting().said)["meeting:s1.1:opening"]
    assert mentioned(opening) == [AMA, BEN, GUIDE]


def test_a_facilitator_who_is_proposed_is_mentioned_once() -> None:
    opening = f.messages(f.running_meeting(facilitator=AMA).said)["meeting:s1.1:opening"]
    assert mentioned(opening) == [AMA, BEN]


@pytest.mark.parametrize("kind", KINDS)
def test_no_message_calls_the_whole_channel(kind: str) -> None:
    for each in posted(list(said(kind))):
        kinds = {node.get("type") for node in nodes(each.blocks)}
        assert not kinds & {"broadcast", "usergroup", "channel", "mrkdwn", "markdown", "emoji"}, each.key
        assert "<!channel" not in each.text
        assert "<!here" not in each.text
        assert "<!everyone" not in each.text


def test_what_people_write_is_read_as_nothing_but_text() -> None:
    for each in posted(list(said("hostile"))):
        if not each.key.endswith(":opening"):
            assert "<@" not in each.text, each.key
        assert "<b>" not in each.text
        assert "@here" not in each.text
        assert "https://example.com" not in each.text
        assert "*all*" not in each.text


def test_the_text_of_a_message_says_all_that_its_blocks_say() -> None:
    for each in posted(list(said("harmless"))):
        for block in each.blocks:
            if block["type"] == "actions":
                continue
            for node in nodes(block):
                if node.get("type") in {"text", "plain_text"} and isinstance(node.get("text"), str):
                    for line in node["text"].splitlines():
                        assert line.strip() in each.text, each.key


def test_buttons_carry_ids_and_no_words() -> None:
    for each in posted(list(said("hostile"))):
        for node in nodes(each.blocks):
            if node.get("type") == "button":
                carried = json.loads(node["value"])
                assert "channel>" not in node["value"]
                assert carried["set_id"] == f.SET_ID


def test_a_long_text_is_cut_without_tearing_a_mark() -> None:
    for each in posted(list(said("ampersands"))):
        unescaped = each.text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert "&" not in unescaped, each.key
        marks = each.text.replace("\n> ", "")
        assert marks.count("<") == marks.count(">"), each.key


def test_a_person_gets_few_dms_from_a_meeting() -> None:
    dms = [each for each in said("harmless") if isinstance(each, Message) and not each.update_only]
    about_the_first = [each.key for each in dms if each.key.startswith("dm:s1.1:U1AMA")]
    assert sorted(about_the_first) == ["dm:s1.1:U1AMA:commitment", "dm:s1.1:U1AMA:questions"]
