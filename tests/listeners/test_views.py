"""Modals that come back: a command, a sentence beside the field at fault, or one in the modal's place."""

from typing import Any

from slack_bolt.async_app import AsyncBoltRequest

from bot.domain.learning_set import Outcome
from bot.rehearsal.acts import Act
from bot.rehearsal.people import Person
from bot.surfaces.ids import Action, Callback
from bot.surfaces.values import Carried
from tests.listeners.stage import Stage


async def send(stage: Stage, act: Act) -> Act:
    assert act.envelope is not None
    await stage.slack.write(act.envelope)
    await stage.slack.settle(act.envelope)
    return act


async def test_a_refusal_stands_beside_a_field(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await stage.ama.command("/als swap", stage.channel)
    await stage.ama.see_modal()
    stage.ama.fill({"other": stage.ben.id})
    act = stage.ama.submitting()
    await stage.ama.command(f"/als swap @{stage.ben.name}", stage.channel)
    await send(stage, act)
    assert "in a swap already" in act.errors["other"]


async def test_a_refusal_of_a_modal_without_fields_takes_its_place(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await stage.ben.command("/als leave", stage.channel)
    await stage.ben.see_modal()
    act = stage.ben.submitting()
    await stage.ben.submit()
    await send(stage, act)
    assert stage.ben.modal is None or "Only those who are in this set" in stage.ben.text_of(stage.ben.modal)


async def test_what_was_done_is_said_where_nothing_else_shows_it(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await stage.ben.command("/als leave", stage.channel)
    await stage.ben.see_modal()
    await stage.ben.submit()
    assert stage.ben.modal is not None
    assert "You have left" in stage.ben.text_of(stage.ben.modal)


async def test_a_robot_cannot_facilitate(stage: Stage) -> None:
    robot = stage.slack.add_person("robot", display_name="Robot", is_bot=True)
    await stage.create_set()
    await stage.accept()
    await stage.ama.command("/als facilitator", stage.channel)
    await stage.ama.see_modal()
    assert "Robot" in (await stage.ama.submit({"facilitator": robot.id})).errors["facilitator"]
    assert not (await stage.ama.submit({"facilitator": stage.eve.id})).errors
    assert (await stage.learning_set()).facilitator == stage.eve.id


async def test_a_forged_modal_is_refused_with_a_plain_sentence(stage: Stage) -> None:
    await stage.running()
    for metadata in ("", "no json", '{"set_id": 1}', Carried(version=1).packed()):
        await stage.ama.press(stage.board, Action.STRETCH)
        view = await stage.ama.see_modal()
        view.document["private_metadata"] = metadata
        act = await send(stage, stage.ama.submitting({"choice": "2"}))
        assert act.acknowledged
        assert stage.ama.modal is not None
        assert "nothing was done" in stage.ama.text_of(stage.ama.modal)
        await stage.ama.close_modal()


async def test_a_modal_that_somebody_else_forges_changes_nothing(stage: Stage) -> None:
    """Whoever knows the callback and the ids can send every modal; the domain refuses it all the same."""
    running = await stage.walk_to_the_first_question()
    assert running.meeting is not None
    carried = Carried(
        set_id=running.id,
        meeting_id=running.meeting.id,
        version=running.meeting.version,
        stage="clarification",
        turn=1,
        item=running.meeting.questions[0].id,
    )
    for callback in sorted(set(Callback) - {Callback.CREATE_SET}):
        for values in ({}, {"name": state("plain_text_input", value="x")}):
            view = {
                "type": "modal",
                "callback_id": callback.value,
                "private_metadata": carried.packed(),
                "state": {"values": values},
            }
            body = {
                "type": "view_submission",
                "team": {"id": stage.slack.team_id},
                "user": {"id": stage.eve.id},
                "trigger_id": f"{callback}.{len(values)}",
                "view": view,
            }
            response = await stage.bot.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
            assert response.status == 200, callback
    assert await stage.learning_set() == running


def state(kind: str, **value: Any) -> dict[str, Any]:
    return {"value": {"type": kind, **value}}


async def commit(stage: Stage, owner: Person) -> None:
    await owner.press(stage.board, Action.RECORD_COMMITMENT)
    await owner.see_modal()
    await owner.submit({"what": "Ask three people", "due_on": "2026-03-20"})


async def test_a_report_is_filed_from_home_and_home_shows_it(stage: Stage) -> None:
    running = await stage.walk_to_the_first_question()
    owner = stage.slack.person(running.current_owners[0])
    await stage.walk_to("commitments")
    await commit(stage, owner)
    await stage.rest()
    while await still_live(stage):
        await stage.ama.press(stage.board, Action.MOVE_ON)
        await stage.rest()
    await owner.open_home()
    await owner.press_home(Action.FILE_REPORT)
    await owner.see_modal("Report back")
    await owner.submit({"outcome": Outcome.DONE.value, "happened": "I asked two", "airtime": ["yes"]})
    await stage.rest()
    (report,) = (await stage.learning_set()).reports
    assert (report.outcome, report.happened, report.airtime) == (Outcome.DONE, "I asked two", True)
    assert owner.home is not None
    assert Action.FILE_REPORT not in [button.action_id for button in owner.buttons(owner.home)]


async def still_live(stage: Stage) -> bool:
    meeting = (await stage.learning_set()).meeting
    return meeting is not None and meeting.live


async def test_every_button_of_the_meeting_opens_a_modal_that_can_be_sent(stage: Stage) -> None:
    running = await stage.walk_to_the_first_question()
    owner = stage.slack.person(running.current_owners[0])
    member = next(p for p in stage.members if p.id not in running.current_owners)
    await press_and_send(stage, stage.ama, Action.STRETCH, {"choice": "2"})
    await press_and_send(
        stage, stage.ama, Action.CORRECT_PRESENCE, {"present": [p.id for p in stage.members]}
    )
    await press_and_send(stage, stage.ama, Action.GO_BACK, {})
    await stage.walk_to("commitments")
    await press_and_send(stage, owner, Action.RECORD_COMMITMENT, {"what": "Ask", "due_on": "2026-03-20"})
    await press_and_send(stage, owner, Action.NO_COMMITMENT, {"because": "I need to think"})
    await press_and_send(stage, member, Action.NOTE_TAKEAWAY, {"text": "Ask earlier"})
    await stage.walk_to("learning-review")
    await press_and_send(stage, member, Action.WRITE_LEARNING, {"about_self": "I talk too much"})
    meeting = (await stage.learning_set()).meeting
    assert meeting is not None
    assert (len(meeting.takeaways), len(meeting.learning)) == (1, 1)
    assert meeting.turns[0].none_because == "I need to think"


async def press_and_send(stage: Stage, person: Person, action: Action, answers: dict[str, Any]) -> None:
    await person.press(stage.board, action)
    view = await person.see_modal()
    if action is Action.GO_BACK:
        answers = {"position": view.blocks[-1]["element"]["options"][0]["value"]}
    act = await person.submit(answers)
    assert not act.errors, action
    assert person.modal is None, action
    await stage.rest()
