"""App Home: what is mine, in my time, within what Slack takes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain import commands as c
from bot.domain.learning_set import LearningSet
from bot.rehearsal.block_kit import check_view, readable_text
from bot.surfaces.home import home_view
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried
from tests.surfaces.states import FACILITATOR, LANGUAGE, LONGEST_NAME, Play, member, with_longest_names

ME = member(1)


def shown(play: Play, person: str = ME, *others: LearningSet) -> dict[str, Any]:
    view: dict[str, Any] = home_view(person, [play.learning_set, *others], play.now, LANGUAGE).to_dict()
    check_view(view, "home")
    return view


def text(view: dict[str, Any]) -> str:
    return readable_text(view["blocks"])


def buttons(view: dict[str, Any]) -> dict[str, str]:
    """Values of the buttons by action; of several with one action the last."""
    found = [e for b in view["blocks"] if b["type"] == "actions" for e in b["elements"]]
    found += [b["accessory"] for b in view["blocks"] if "accessory" in b]
    return {button["action_id"]: button.get("value", "") for button in found}


def reported(count: int) -> Play:
    """A set in its second meeting, with so many open commitments of the first owner, one due each day."""
    play = Play(clock_id="60x1").start().go_to("commitments", 1)
    for number in range(count - 1):
        play.commit("w" * 500, play.now.date() + timedelta(days=number))
    return play.finish()


def test_a_newcomer_reads_what_an_action_learning_set_is_and_can_start_one() -> None:
    view = home_view("UNEW", [], Play().now, LANGUAGE).to_dict()
    check_view(view, "home")
    assert "questions instead of giving advice" in text(view)
    assert list(buttons(view)) == [Action.NEW_SET]


def test_my_next_meeting_stands_at_the_top_in_my_time_with_the_link_to_the_call() -> None:
    play = Play()
    people = dict(play.learning_set.people)
    people[ME] = replace(people[ME], zone="Asia/Tokyo")
    view = shown(play, ME, play.with_set(people=people))
    dates = [
        e for b in view["blocks"] if b["type"] == "rich_text" for s in b["elements"] for e in s["elements"]
    ]
    date = next(e for e in dates if e["type"] == "date")
    assert date["timestamp"] == int(play.meeting.starts_at.timestamp())
    assert "Europe/London" in date["fallback"]
    links = [e for b in view["blocks"] if b["type"] == "actions" for e in b["elements"] if "url" in e]
    assert [link["url"] for link in links] == ["https://call.example.org/room"]


def test_the_proposed_owner_can_say_not_this_time_and_then_reads_that_it_is_noted() -> None:
    play = Play(clock_id="60x1")
    view = shown(play)
    assert Action.SKIP_TURN in buttons(view)
    assert "proposed" in text(view)
    play.do(c.SkipTurn, ME)
    assert Action.SKIP_TURN not in buttons(shown(play))
    assert "not this time" in text(shown(play))
    assert Action.SKIP_TURN not in buttons(shown(play, member(3)))


def test_a_running_meeting_is_said_to_run() -> None:
    assert "meeting now" in text(shown(Play().start()))


def test_open_commitments_have_a_button_to_report_that_carries_them() -> None:
    play = reported(2)
    view = shown(play)
    rows = [b for b in view["blocks"] if "accessory" in b]
    items = [Carried.model_validate_json(row["accessory"]["value"]).item for row in rows]
    assert items == [each.id for each in play.learning_set.commitments]
    assert shown(play, member(2)).keys() == view.keys()
    assert not [b for b in shown(play, member(2))["blocks"] if "accessory" in b]


def test_what_was_reported_can_be_changed() -> None:
    play = reported(1)
    play.report(ME, play.learning_set.commitments[0].id)
    assert "Change report" in str(shown(play))


def test_a_commitment_of_the_running_meeting_has_no_button_yet() -> None:
    play = Play(clock_id="60x1").start().go_to("commitments", 1).commit()
    view = shown(play)
    assert "Talk to two colleagues" in text(view)
    assert Action.FILE_REPORT not in buttons(view)


def test_who_has_left_sees_nothing_of_the_set() -> None:
    play = reported(1).do(c.LeaveSet, ME)
    assert "Talk to" not in text(shown(play))


def test_an_invitation_can_be_answered_here() -> None:
    play = Play()
    invited = tuple(replace(m, answer=type(m.answer).INVITED) for m in play.learning_set.members)
    view = home_view(ME, [play.with_set(members=invited)], play.now, LANGUAGE).to_dict()
    check_view(view, "home")
    assert {Action.ACCEPT_INVITATION, Action.DECLINE_INVITATION} <= buttons(view).keys()


def test_the_facilitator_sees_the_meeting_and_no_commitments() -> None:
    view = shown(reported(1), FACILITATOR)
    assert "Heads of department" in text(view)
    assert not [b for b in view["blocks"] if "accessory" in b]


@pytest.mark.parametrize("count", [1, 80, 200])
def test_a_hundred_blocks_are_never_passed_and_the_rest_is_counted(count: int) -> None:
    view = shown(reported(count))
    rows = [b for b in view["blocks"] if "accessory" in b]
    assert len(view["blocks"]) <= 100
    if len(rows) < count:
        assert f"And {count - len(rows)} more." in text(view)
        assert len(view["blocks"]) >= 95
    else:
        assert "more." not in text(view)


def test_many_sets_with_the_longest_names_are_taken_by_slack() -> None:
    play = with_longest_names()
    sets = [play.with_set(id=f"set{number}") for number in range(40)]
    view = home_view(ME, sets, play.now, LANGUAGE).to_dict()
    check_view(view, "home")
    assert LONGEST_NAME[:80] in text(view)
    assert "more." in text(view)


def test_an_ended_set_is_left_out() -> None:
    play = Play()
    ended = play.with_set(ended_at=play.now)
    view = home_view(ME, [ended], play.now, LANGUAGE).to_dict()
    assert list(buttons(view)) == [Action.NEW_SET]
