"""What is kept of a person: shown to them, deleted for them, and nobody else's affair."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain import commands as c
from bot.domain.learning_set import LearningSet, Outcome, QuestionState
from bot.storage.tables import METADATA, audit, handled_requests, outbox, questions, takeaways
from bot.surfaces.ids import Action
from tests.e2e.bots import kept
from tests.e2e.history import History, Promise, at_stage, catch_up, has_met, newest
from tests.e2e.reading import dms, found, home, in_modal, thread_texts
from tests.e2e.world import World

WORDS = {
    "what": "Canary: call the ministry",
    "first_step": "Canary: find the number",
    "bid": "Canary: I need ten minutes",
    "question": "Canary: who gains from it?",
    "waiting": "Canary: and who loses?",
    "takeaway": "Canary: to say no sooner",
    "happened": "Canary: nobody answered",
    "learned": "Canary: write first",
    "about_self": "Canary: I rush",
    "about_set": "Canary: we listen",
}
BENS = "Ben keeps his own words"


async def two_meetings(world: World) -> History:
    """Carla has committed to something, reported on it, and given everything that can be given."""
    await has_met(world, Promise("carla", WORDS["what"]), Promise("ben", BENS))
    history = await newest(world)
    await history.start("grace", ["ama", "ben", "carla", "dev"])
    commitments = {one.recorded_by: one for one in history.learning_set.commitments}
    carla, ben = (world.person(name).id for name in ("carla", "ben"))
    told = {"outcome": Outcome.PARTLY, "airtime": True}
    await history.say(
        "carla",
        c.FileReport,
        id="rc",
        commitment_id=commitments[carla].id,
        happened=WORDS["happened"],
        learned=WORDS["learned"],
        **told,
    )
    await history.say(
        "ben", c.FileReport, id="rb", commitment_id=commitments[ben].id, happened=BENS, learned=None, **told
    )
    await history.lead_to("grace", "bids")
    await history.say("carla", c.PlaceBid, line=WORDS["bid"])
    await history.say("grace", c.ChooseOwners, units=(world.person("ama").id, ben), why="It is their turn.")
    await history.lead_to("grace", "clarification")
    asking = {"begun_in": "clarification", "turn": 1}
    await history.say("carla", c.AskQuestion, id="q1", text=WORDS["question"], **asking)
    await history.say("ben", c.AskQuestion, id="q2", text=BENS, **asking)
    await history.say("carla", c.AskQuestion, id="q3", text=WORDS["waiting"], **asking)
    await history.say("ama", c.SettleQuestion, id="q1", state=QuestionState.TAKEN_AWAY)
    await history.lead_to("grace", "commitments")
    await history.say("carla", c.NoteTakeaway, turn=1, text=WORDS["takeaway"])
    await history.say("ben", c.NoteTakeaway, turn=1, text=BENS)
    return history


async def learn(history: History) -> None:
    """The lines of the learning review are shown."""
    await history.lead_to("grace", "learning-review")
    await history.say(
        "carla",
        c.WriteLearning,
        about_problem=None,
        about_self=WORDS["about_self"],
        about_set=WORDS["about_set"],
    )
    await history.say("ben", c.WriteLearning, about_problem=BENS, about_self=None, about_set=None)


async def everything_given(world: World) -> History:
    """Two whole meetings, and all of it posted."""
    history = await two_meetings(world)
    await learn(history)
    await history.close("grace")
    await catch_up(world)
    return history


async def whole_database(world: World) -> dict[str, list[Mapping[str, Any]]]:
    return {table.name: await kept(world.database_url, table) for table in METADATA.sorted_tables}


def posted(world: World) -> str:
    """Everything of ours that stands in Slack, whoever sees it, as it stands now."""
    return json.dumps(
        [[one.text, one.blocks] for one in world.slack.workspace.all_messages() if one.from_bot],
        ensure_ascii=False,
    )


def in_any(texts: Iterable[str], words: str) -> bool:
    return any(words in text for text in texts)


def turns_taken(learning_set: LearningSet, people: Mapping[str, str]) -> list[tuple[str, int]]:
    """How many turns each had, by name."""
    names = {person: name for name, person in people.items()}
    return sorted((names.get(each.unit_id, "former"), each.taken) for each in learning_set.unit_turns)


async def press_delete(world: World, name: str) -> str:
    await world.command(name, "/als privacy")
    await world.person(name).see_modal()
    await world.press(name, Action.DELETE_MY_WORDS)
    return in_modal(world, name)


async def test_the_modal_tells_what_is_kept_for_how_long_and_who_sees_it(world: World) -> None:
    await world.command("oscar", "/als privacy", private=True)
    await world.person("oscar").see_modal("Your privacy")
    told = in_modal(world, "oscar")
    assert "What I keep" in told
    assert "Who sees it" in told
    assert "deleted 365 days after the set has ended" in told
    async with world.database.unit_of_work() as unit:
        await unit.retentions.choose(world.slack.team_id, 0)
    await world.command("oscar", "/als privacy", private=True)
    assert "nothing is deleted by itself" in in_modal(world, "oscar")


async def test_what_is_kept_of_me_is_sent_to_me_whole_and_has_no_word_of_anybody_else(world: World) -> None:
    history = await everything_given(world)
    await world.command("carla", "/als privacy")
    await world.press("carla", Action.SEND_MY_DATA)
    assert "on its way" in in_modal(world, "carla")
    await catch_up(world)
    mine = [text for text in dms(world, "carla") if "Your data" in text or "all that I keep" in text]
    told = "\n".join(mine)
    assert {name for name, words in WORDS.items() if words not in told and name != "first_step"} == set()
    assert "You were at 2 meetings." in told
    assert "You owned one turn." in told
    assert BENS not in told
    assert "It is their turn." not in told
    for other in ("ben", "grace", "ama"):
        assert not in_any(dms(world, other), "Your data")
        assert in_any(dms(world, other), "you took away") is (other == "ama"), "triage is the owner's alone"
    row = (await kept(world.database_url, audit))[-1]
    assert (row["act"], row["subject"]) == ("data sent", world.person("carla").id)
    assert history.learning_set.id not in json.dumps(row["counts"])


async def test_long_texts_are_sent_in_pieces_and_nothing_is_cut(world: World) -> None:
    await at_stage(world, "clarification")
    history = await newest(world)
    texts = [f"{number}<&" * 700 for number in range(10, 16)]
    for number, text in enumerate(texts):
        asked = {"id": f"long{number}", "text": text, "begun_in": "clarification", "turn": 1}
        await history.say("carla", c.AskQuestion, **asked)
    await catch_up(world)
    await world.command("carla", "/als privacy")
    await world.press("carla", Action.SEND_MY_DATA)
    await catch_up(world)
    private = [one for one in world.person("carla").dm() if "privacy:" in str(one.metadata)]
    assert len(private) > 3
    quotes = [
        part["elements"][0]["elements"][0]["text"]
        for one in private
        for part in one.blocks
        if part["type"] == "rich_text" and part["elements"][0]["type"] == "rich_text_quote"
    ]
    whole = "".join(quotes)
    assert all(text in whole for text in texts)


async def test_of_somebody_unknown_nothing_is_kept_and_nothing_is_deleted(world: World) -> None:
    await world.new_set()
    before = await whole_database(world)
    for action in (Action.SEND_MY_DATA, Action.DELETE_MY_WORDS):
        await world.command("oscar", "/als privacy", private=True)
        await world.press("oscar", action)
        assert "I keep nothing of you here." in in_modal(world, "oscar")
        await world.person("oscar").close_modal(all_of_them=True)
    after = await whole_database(world)
    for table in (handled_requests.name,):
        before.pop(table)
        after.pop(table)
    assert after == before


async def test_deleting_asks_first(world: World) -> None:
    await world.command("carla", "/als privacy", private=True)
    view = await world.person("carla").see_modal()
    (button,) = [
        element
        for block in view.document["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == Action.DELETE_MY_WORDS
    ]
    assert "for good" in button["confirm"]["text"]["text"]


async def test_deleted_words_are_gone_from_the_database_and_from_our_messages(world: World) -> None:
    history = await everything_given(world)
    carla = world.person("carla").id
    rows = json.dumps(await whole_database(world), default=str)
    assert all(words in rows for name, words in WORDS.items() if name not in ("first_step", "takeaway"))
    assert all(words in posted(world) for name, words in WORDS.items() if name != "first_step")
    before = await world.learning_set()
    people = {name: world.person(name).id for name in ("ama", "ben", "dev", "carla")}
    counted = dict(turns_taken(before, people))

    assert "Your words and your name are deleted" in await press_delete(world, "carla")
    await catch_up(world)

    rows = json.dumps(
        {name: each for name, each in (await whole_database(world)).items() if name != audit.name},
        default=str,
    )
    assert "Canary" not in rows
    assert carla not in rows
    assert '"Carla"' not in rows
    own_dms = {one.ts for one in world.person("carla").dm()}
    theirs = [
        json.dumps([one.text, one.blocks], ensure_ascii=False)
        for one in world.slack.workspace.all_messages()
        if one.from_bot and one.ts not in own_dms
    ]
    assert [text for text in theirs if "Canary" in text] == []
    assert any(BENS in text for text in theirs), "what others wrote stays"
    assert any("former member" in text for text in theirs)

    after = await world.learning_set()
    assert not after.is_active(carla)
    now_counted = dict(turns_taken(after, people))
    assert now_counted.pop("former") == counted.pop("carla")
    assert now_counted == counted
    assert len(after.members) == len(before.members)
    acts = [row["act"] for row in await kept(world.database_url, audit)]
    assert acts == ["words erased", "person erased"]
    assert "Canary" not in str(await kept(world.database_url, audit))
    # The set goes on: its next meeting takes place, and nobody is asked for what is gone.
    again = await newest(world)
    await again.start("grace", ["ama", "ben", "dev"])
    await again.lead_to("grace", "report-backs")
    assert [one.recorded_by for one in again.learning_set.due_commitments()] == [world.person("ben").id]
    assert history.learning_set.id == again.learning_set.id

    await catch_up(world)
    before_again = await whole_database(world)
    assert "I keep nothing of you here." in await press_delete(world, "carla")
    after_again = await whole_database(world)
    before_again.pop(handled_requests.name)
    after_again.pop(handled_requests.name)
    assert after_again == before_again, "the second time changes nothing"

    await world.person("carla").close_modal(all_of_them=True)
    await world.command("carla", "/als join")
    state = await world.learning_set()
    assert state.is_active(carla)
    assert carla not in {each.unit_id for each in state.unit_turns}, "who comes back begins anew"


async def test_in_the_middle_of_a_meeting_the_set_reads_that_somebody_left_and_goes_on(world: World) -> None:
    history = await two_meetings(world)
    await catch_up(world)
    await press_delete(world, "carla")
    await catch_up(world)
    assert "Carla has left" in posted(world)
    assert not in_any(thread_texts(world), "Canary")
    assert "Canary" not in world.text(world.board())
    meeting = await world.meeting()
    assert {q.id: q.state for q in meeting.questions}["q3"] is QuestionState.WITHDRAWN
    history.learning_set = await world.learning_set()
    await history.close("grace")
    await catch_up(world)
    assert "Canary" not in "".join(thread_texts(world))


async def test_who_facilitated_and_created_the_set_is_gone_from_it_too(world: World) -> None:
    history = await two_meetings(world)
    await catch_up(world)
    for name in ("ama", "grace"):
        await press_delete(world, name)
    await catch_up(world)
    after = await world.learning_set()
    assert after.facilitator is None
    assert after.meeting is not None
    assert after.meeting.facilitator is None
    rows = json.dumps(
        {name: each for name, each in (await whole_database(world)).items() if name != audit.name},
        default=str,
    )
    assert world.person("ama").id not in rows
    assert world.person("grace").id not in rows
    history.learning_set = after
    await world.move_to(world.now + timedelta(minutes=130))
    await world.press("ben", Action.MOVE_ON)
    await world.home("ama")
    assert "Northern heads" not in home(world, "ama")


async def test_an_owners_triage_is_sealed_and_shown_to_that_owner_alone(world: World) -> None:
    await two_meetings(world)
    await world.settle()
    for row in await kept(world.database_url, questions):
        assert row["state"] in ("settled", "waiting", "withdrawn", "held")
        assert "taken" not in json.dumps(dict(row), default=str)
    assert {row["text"] for row in await kept(world.database_url, takeaways)} == {""}
    set_id = (await world.learning_set()).id
    async with world.database.reading() as unit:
        ama, ben = world.person("ama").id, world.person("ben").id
        own = await unit.exports.person(world.slack.team_id, ama)
        others = [
            await unit.exports.person(world.slack.team_id, ben),
            await unit.exports.learning_set(world.slack.team_id, set_id),
            await unit.exports.workspace(world.slack.team_id),
        ]
    assert [row["state"] for row in own["questions_settled"]] == ["taken-away"]
    assert "taken-away" not in json.dumps(others)
    assert WORDS["question"] not in json.dumps(own), "the question is its asker's"


async def test_what_waits_to_be_sent_is_sealed(world: World) -> None:
    await at_stage(world, "clarification")
    asked = {"id": "q1", "text": WORDS["question"], "begun_in": "clarification", "turn": 1}
    await (await newest(world)).say("carla", c.AskQuestion, **asked)
    waiting = await kept(world.database_url, outbox)
    assert waiting
    assert "Canary" not in json.dumps(waiting, default=str)
    await catch_up(world)
    assert found(thread_texts(world), WORDS["question"])


async def test_a_set_that_ended_long_ago_is_erased_by_itself(world: World) -> None:
    await has_met(world, Promise("carla", WORDS["what"]))
    await world.command("ama", "/als end")
    await world.submit("ama")
    await catch_up(world)
    ended = await world.learning_set()
    await world.move_to(world.now + timedelta(days=364))
    assert "Canary" in json.dumps(await whole_database(world), default=str)
    await world.move_to(world.now + timedelta(days=2))
    await world.bot.tick()
    rows = await whole_database(world)
    assert rows["learning_sets"] == []
    assert "Canary" not in json.dumps(rows, default=str)
    assert world.person("carla").id not in json.dumps(
        {
            name: each
            for name, each in rows.items()
            if name not in ("handled_requests", "lanes", "sent_messages")
        },
        default=str,
    )
    (row,) = rows["audit"]
    assert (row["act"], row["subject"]) == ("set erased", ended.id)


@pytest.mark.parametrize("days", [0, 400])
async def test_a_workspace_may_keep_longer(world: World, days: int) -> None:
    await world.new_set()
    async with world.database.unit_of_work() as unit:
        assert await unit.retentions.choose(world.slack.team_id, days)
    await world.command("ama", "/als end")
    await world.submit("ama")
    await world.move_to(world.now + timedelta(days=366))
    await world.bot.tick()
    assert (await world.learning_set()).ended_at is not None
    await world.move_to(world.now + timedelta(days=40))
    await world.bot.tick()
    async with world.database.reading() as unit:
        outlived = await unit.forgetting.outlived(365, datetime(2099, 1, 1, tzinfo=UTC), 5)
    assert len(outlived) == 0
    assert bool((await whole_database(world))["learning_sets"]) is (days == 0)
