"""`/als`: every word answers in private, about the right set."""

from bot.domain.learning_set import Answer, Phase
from bot.surfaces.ids import Action
from tests.listeners.stage import FIRST_MEETING, Stage


async def test_a_wrong_word_is_answered_with_the_nearest_right_one(stage: Stage) -> None:
    act = await stage.ama.command("/als staus", stage.channel)
    assert "/als status" in act.text
    assert stage.ben.messages(stage.channel) == []


async def test_the_set_is_the_channels_or_the_persons_only_one(stage: Stage) -> None:
    assert "/als new" in (await stage.ama.command("/als next", stage.channel)).text
    await stage.create_set()
    await stage.accept()
    elsewhere = stage.slack.add_channel("elsewhere", [stage.ama, stage.eve])
    for place in (stage.channel, elsewhere, None):
        assert "Proposed: Ama" in (await stage.ama.command("/als next", place)).text
    south = stage.slack.add_channel("south", stage.members, is_private=True)
    await stage.ama.command("/als new", south)
    await stage.ama.see_modal()
    await stage.fill_new_set(name="South", channel=south.id)
    await stage.ama.close_modal()
    act = await stage.ama.command("/als next", elsewhere)
    assert "North" in act.text
    assert "South" in act.text
    assert "Proposed: Ama" in (await stage.ama.command("/als next", stage.channel)).text


async def test_what_is_said_in_the_set_stays_in_the_set(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    for word in (
        "next",
        "status",
        "leave",
        "skip",
        "swap Ben",
        "away 2026-04-01",
        "facilitator",
        "move",
        "end",
    ):
        act = await stage.eve.command(f"/als {word}", stage.channel)
        assert "Only" in act.text, word
        assert stage.eve.modal is None, word


async def test_somebody_of_the_channel_joins_and_leaves(stage: Stage) -> None:
    await stage.create_set()
    assert "welcome" in (await stage.eve.command("/als join", stage.channel)).text
    member = (await stage.learning_set()).member(stage.eve.id)
    assert member is not None
    assert member.answer is Answer.IN
    assert "in already" in (await stage.eve.command("/als join", stage.channel)).text


async def test_places_are_exchanged_with_whoever_is_named(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    assert "nobody called" in (await stage.ama.command("/als swap Zoe", stage.channel)).text
    assert "exchanged" in (await stage.ama.command(f"/als swap @{stage.ben.name}", stage.channel)).text
    assert "exchanged" in (await stage.chi.command("/als swap dot", stage.channel)).text
    assert "Proposed: Ben" in (await stage.ama.command("/als next", stage.channel)).text


async def test_being_away_is_said_in_words_or_chosen(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    assert "can't read" in (await stage.ben.command("/als away soon", stage.channel)).text
    assert "You are away until" in (await stage.ben.command("/als away 2026-03-20", stage.channel)).text
    assert (await stage.learning_set()).people[stage.ben.id].away_until is not None
    assert "Welcome back" in (await stage.ben.command("/als away back", stage.channel)).text
    await stage.ben.command("/als away", stage.channel)
    await stage.ben.see_modal("Being away")
    await stage.ben.submit({"until": "2026-03-25"})
    assert (await stage.learning_set()).people[stage.ben.id].away_until is not None


async def test_a_turn_is_skipped_and_the_place_kept(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    assert "keep your place" in (await stage.ama.command("/als skip", stage.channel)).text
    assert "Proposed: Ben" in (await stage.ama.command("/als next", stage.channel)).text


async def test_the_meeting_is_started_when_its_time_has_come(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    assert "too early" in (await stage.ama.command("/als start", stage.channel)).text
    await stage.pass_to(FIRST_MEETING)
    act = await stage.ama.command("/als start", stage.channel)
    assert act.acknowledged
    assert act.text == ""
    meeting = (await stage.learning_set()).meeting
    assert meeting is not None
    assert meeting.phase is Phase.RUNNING


async def test_a_question_can_be_asked_by_command_in_its_stages(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    assert "not started" in (await stage.ben.command("/als ask", stage.channel)).text
    await stage.pass_to(FIRST_MEETING)
    await stage.ama.press(stage.board, Action.START_MEETING)
    assert "written in this stage" in (await stage.ben.command("/als ask", stage.channel)).text
    await stage.rest()
    await stage.walk_to("clarification")
    await stage.ben.command("/als ask", stage.channel)
    await stage.ben.see_modal("Ask a question")
    await stage.ben.submit({"text": "What have you tried?"})
    meeting = (await stage.learning_set()).meeting
    assert meeting is not None
    assert [question.asker for question in meeting.questions] == [stage.ben.id]


async def test_the_next_meeting_is_moved_or_cancelled_by_whoever_looks_after_the_set(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await stage.ama.command("/als move", stage.channel)
    await stage.ama.see_modal("Move the meeting")
    await stage.ama.submit({"date": "2026-03-04", "time": "11:00"})
    await stage.ama.close_modal()
    meeting = (await stage.learning_set()).meeting
    assert meeting is not None
    assert meeting.starts_at == FIRST_MEETING.replace(day=4, hour=11)
    await stage.ama.command("/als cancel", stage.channel)
    await stage.ama.see_modal("Cancel the meeting")
    await stage.ama.submit()
    following = (await stage.learning_set()).meeting
    assert following is not None
    assert following.number == meeting.number + 1


async def test_the_set_is_ended_for_good(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await stage.ama.command("/als end", stage.channel)
    await stage.ama.see_modal("End")
    await stage.ama.submit()
    assert stage.ama.modal is not None
    assert "has ended" in stage.ama.text_of(stage.ama.modal)
    assert "No set meets here" in (await stage.ama.command("/als next", stage.channel)).text


async def test_own_commitments_and_reports_are_listed_wherever_one_asks(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    assert "no open commitments" in (await stage.ama.command("/als commitments")).text
    assert "nothing to report" in (await stage.ama.command("/als report")).text
