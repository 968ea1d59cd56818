"""Buttons: each does what it says for those who may, and says why not, in private, to those who may not."""

from typing import Any

from bot.domain.learning_set import Answer, LearningSet, Meeting, Phase, QuestionState
from bot.rehearsal.acts import Act
from bot.rehearsal.model import Message
from bot.rehearsal.people import Person
from bot.surfaces.ids import Action
from bot.surfaces.values import Carried
from tests.listeners.stage import FIRST_MEETING, Stage


def meeting_of(learning_set: LearningSet) -> Meeting:
    assert learning_set.meeting is not None
    return learning_set.meeting


async def forge(stage: Stage, person: Person, message: Message, action: Action, value: str) -> Act:
    """A press of any button with any value, whatever the message offers."""
    pressed: list[dict[str, Any]] = [
        {"type": "button", "action_id": action.value, "block_id": "b", "value": value}
    ]
    act = person.forge_press(message, pressed)
    assert act.envelope is not None
    await stage.slack.write(act.envelope)
    await stage.slack.settle(act.envelope)
    return act


def said_to(person: Person) -> list[str]:
    """Every private word to a person: notices, and the modal that they see."""
    notices = [person.text_of(message) for message in person.ephemerals()]
    return notices + ([person.text_of(person.modal)] if person.modal else [])


async def test_invitations_are_answered_by_those_who_are_invited(stage: Stage) -> None:
    await stage.create_set()
    await stage.ben.press(stage.invitation, Action.ACCEPT_INVITATION)
    await stage.chi.press(stage.invitation, Action.DECLINE_INVITATION)
    await stage.eve.press(stage.invitation, Action.ACCEPT_INVITATION)
    await stage.rest()
    answers = {member.person: member.answer for member in (await stage.learning_set()).members}
    assert (answers[stage.ben.id], answers[stage.chi.id]) == (Answer.IN, Answer.DECLINED)
    assert stage.eve.id not in answers
    assert "not for you" in said_to(stage.eve)[0]


async def test_the_facilitator_runs_the_clock_from_the_board(stage: Stage) -> None:
    first = meeting_of(await stage.running())
    await stage.ama.press(stage.board, Action.PAUSE)
    await stage.rest()
    assert meeting_of(await stage.learning_set()).phase is Phase.PAUSED
    await stage.ama.press(stage.board, Action.RESUME)
    await stage.rest()
    act = await stage.ama.press(stage.board, Action.MOVE_ON)
    await stage.rest()
    assert act.acknowledged
    assert meeting_of(await stage.learning_set()).position == first.position + 1
    await stage.ben.press(stage.board, Action.I_AM_HERE)
    await stage.rest()
    assert stage.ben.id in meeting_of(await stage.learning_set()).present


async def test_whoever_is_late_is_asked_how_to_end(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await stage.pass_to(FIRST_MEETING.replace(minute=10))
    await stage.ama.press(stage.board, Action.START_MEETING)
    await stage.rest()
    await stage.ama.press(stage.board, Action.END_LATER)
    await stage.rest()
    found = meeting_of(await stage.learning_set())
    assert found.ends_at > found.planned_at.replace(hour=11, minute=30)
    assert found.ending_offer_seconds is None


async def test_the_same_press_twice_is_served_once_and_says_nothing(stage: Stage) -> None:
    before = meeting_of(await stage.running())
    act = stage.ama.pressing(stage.board, Action.MOVE_ON)
    assert act.envelope is not None
    twice = type(act.envelope)(act.envelope.kind, act.envelope.payload, act.envelope.created)
    await stage.slack.write(act.envelope, twice)
    await stage.slack.settle(act.envelope, twice)
    await stage.rest()
    assert act.envelope.acknowledged
    assert twice.acknowledged
    assert meeting_of(await stage.learning_set()).position == before.position + 1
    assert said_to(stage.ama) == []


async def test_two_presses_at_once_make_one_change_and_one_private_word(stage: Stage) -> None:
    before = meeting_of(await stage.running())
    acts = [stage.ama.pressing(stage.board, Action.MOVE_ON) for _ in range(2)]
    envelopes = [act.envelope for act in acts if act.envelope]
    await stage.slack.write(*envelopes)
    await stage.slack.settle(*envelopes)
    await stage.rest()
    assert meeting_of(await stage.learning_set()).position == before.position + 1
    assert len(said_to(stage.ama)) == 1


async def test_a_modal_is_opened_once_for_one_press(stage: Stage) -> None:
    await stage.running()
    act = stage.ama.pressing(stage.board, Action.STRETCH)
    assert act.envelope is not None
    twice = type(act.envelope)(act.envelope.kind, act.envelope.payload, act.envelope.created)
    await stage.slack.write(act.envelope, twice)
    await stage.slack.settle(act.envelope, twice)
    assert twice.acknowledged
    assert stage.ama.modal is not None


REFUSED_TO_OUTSIDERS = sorted(set(Action) - {Action.NEW_SET, Action.OPEN_LINK})


async def test_somebody_outside_presses_every_button_and_changes_nothing(stage: Stage) -> None:
    running = await stage.walk_to_the_first_question()
    meeting = meeting_of(running)
    for action in REFUSED_TO_OUTSIDERS:
        carried = Carried(
            set_id=running.id,
            meeting_id=meeting.id,
            version=meeting.version,
            stage=meeting.stage,
            turn=1,
            person=stage.ben.id,
            item=meeting.questions[0].id,
        )
        before = len(said_to(stage.eve))
        act = await forge(stage, stage.eve, stage.board, action, carried.packed())
        await stage.rest()
        assert act.acknowledged, action
        assert len(said_to(stage.eve)) == before + 1, action
        if stage.eve.modal:
            await stage.eve.close_modal()
    assert await stage.learning_set() == running


async def test_a_member_without_the_role_is_refused_what_the_facilitator_does(stage: Stage) -> None:
    running = await stage.running()
    for action in (Action.MOVE_ON, Action.PAUSE, Action.STRETCH, Action.END_MEETING, Action.HAND_OVER):
        before = len(said_to(stage.ben))
        await stage.ben.press(stage.board, action)
        await stage.rest()
        assert len(said_to(stage.ben)) == before + 1, action
        if stage.ben.modal:
            await stage.ben.close_modal()
    assert meeting_of(await stage.learning_set()).position == meeting_of(running).position


FORGED = ("", "no json", "[]", '{"set_id": 7}', '{"more": "x"}', '{"set_id": "none"}')


async def test_a_forged_value_is_refused_with_a_plain_sentence(stage: Stage) -> None:
    learning_set = await stage.create_set()
    for action in (Action.MOVE_ON, Action.STRETCH):
        for value in (*FORGED, Carried(set_id=learning_set.id).packed()):
            before = len(stage.ama.ephemerals())
            act = await forge(stage, stage.ama, stage.invitation, action, value)
            await stage.rest()
            assert act.acknowledged, value
            assert (stage.ama.modal is None) == (len(stage.ama.ephemerals()) > before), value
            if stage.ama.modal:
                await stage.ama.close_modal()
    assert await stage.learning_set() == learning_set


async def test_the_role_is_handed_over_in_two_taps(stage: Stage) -> None:
    await stage.running()
    await stage.ben.press(stage.board, Action.I_AM_HERE)
    await stage.rest()
    await stage.ama.press(stage.board, Action.HAND_OVER)
    await stage.ama.see_modal("Hand over")
    await stage.ama.press_in_modal(Action.HAND_OVER_TO)
    await stage.rest()
    assert (await stage.learning_set()).acting_facilitator == stage.ben.id
    assert stage.ama.modal is not None
    assert "Ben facilitates" in stage.ama.text_of(stage.ama.modal)


async def test_the_owner_settles_questions_from_the_board(stage: Stage) -> None:
    running = await stage.walk_to_the_first_question()
    owner = stage.slack.person(running.current_owners[0])
    await owner.press(stage.board, Action.QUESTION_TAKEN_AWAY)
    await stage.rest()
    (question,) = meeting_of(await stage.learning_set()).questions
    assert question.state is QuestionState.TAKEN_AWAY


async def test_on_home_a_refusal_is_a_modal_and_home_is_fresh_after_a_press(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    proposed = stage.ama
    await proposed.open_home()
    await proposed.press_home(Action.SKIP_TURN)
    await stage.rest()
    assert proposed.home is not None
    assert "keep your place" in proposed.text_of(proposed.home)
    await stage.ben.open_home()
    assert stage.ben.home is not None
    learning_set = await stage.learning_set()
    ended = stage.ben.forge_press_in(
        stage.ben.home,
        [
            {
                "type": "button",
                "action_id": Action.ACCEPT_INVITATION.value,
                "block_id": "b",
                "value": Carried(set_id=learning_set.id).packed(),
            }
        ],
    )
    assert ended.envelope is not None
    await stage.slack.write(ended.envelope)
    await stage.slack.settle(ended.envelope)
    assert stage.ben.modal is not None
    assert "You are in already" in stage.ben.text_of(stage.ben.modal)


async def test_a_command_stands_though_home_could_not_be_refreshed(stage: Stage) -> None:
    await stage.create_set()
    await stage.accept()
    await stage.ama.open_home()
    stage.slack.faults.refuse("views.publish", "ratelimited")
    act = await stage.ama.press_home(Action.SKIP_TURN)
    assert act.acknowledged
    assert len(meeting_of(await stage.learning_set()).turn_skips) == 1


async def test_a_modal_that_could_not_be_opened_is_not_acknowledged(stage: Stage) -> None:
    """So the person sees that it did not work, and presses again."""
    await stage.running()
    stage.slack.faults.refuse("views.open", "fatal_error")
    act = stage.ama.pressing(stage.board, Action.STRETCH)
    assert act.envelope is not None
    await stage.slack.write(act.envelope)
    await stage.slack.until(lambda: stage.slack.refusals)
    await stage.bot.idle()
    assert not act.acknowledged
    stage.slack.time_out(act.envelope)
    assert act.warned
