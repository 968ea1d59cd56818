"""Questions in the thread: under the asker's display name, without a mention, and without a word of what
became of them.
"""

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.events import QuestionAsked, QuestionEdited, QuestionsReleased, QuestionWithdrawn
from bot.domain.learning_set import Question, QuestionState
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line
from bot.surfaces.ids import Action
from bot.surfaces.parts import button, buttons, in_thread, quoted, said
from bot.surfaces.scene import Scene, Step


def as_it_stands(scene: Scene, question: Question) -> Message | None:
    """The post of a question now; None where it was never posted."""
    if question.state is QuestionState.HELD:
        return None
    if question.state is QuestionState.WITHDRAWN:
        return _withdrawn(scene, question)
    return _post(scene, question)


def asked(event: QuestionAsked, step: Step) -> Iterator[Outgoing]:
    """At once, or after the stillness that holds it."""
    if event.question.state is not QuestionState.HELD:
        yield _post(step.after, event.question)


def released(event: QuestionsReleased, step: Step) -> Iterator[Outgoing]:
    """Those that a stillness held, in the order in which they were asked."""
    for question in step.after.meeting.questions:
        if question.id in event.ids:
            yield _post(step.after, question)


def edited(event: QuestionEdited, step: Step) -> Iterator[Outgoing]:
    """The post with its new words."""
    question = _found(step.after, event.id)
    if question.state is not QuestionState.HELD:
        yield _post(step.after, question)


def withdrawn(event: QuestionWithdrawn, step: Step) -> Iterator[Outgoing]:
    """The post says so and keeps nothing of it."""
    yield _withdrawn(step.after, _found(step.after, event.id))


def _withdrawn(scene: Scene, question: Question) -> Message:
    line = scene.words.rich("thread.question.withdrawn")
    message = in_thread(scene, f"question:{question.id}", said(line), stage=question.stage)
    return replace(message, update_only=True)


def _found(scene: Scene, question_id: str) -> Question:
    return next(question for question in scene.meeting.questions if question.id == question_id)


def _post(scene: Scene, question: Question) -> Message:
    edit = button(
        Action.EDIT_QUESTION,
        scene.words.plain("thread.question.edit"),
        scene.carried(turn=question.turn, item=question.id),
        tells=scene.words.plain("thread.question.edit_label"),
    )
    return in_thread(
        scene,
        f"question:{question.id}",
        said(_asked_by(scene, question)),
        quoted(question.text),
        buttons(edit),
        stage=question.stage,
    )


def _asked_by(scene: Scene, question: Question) -> Line:
    asker = scene.called(question.asker)
    if question.begun_in == question.stage:
        return scene.words.rich("thread.question.asked", asker=asker)
    return scene.words.rich(
        "thread.question.asked_begun", asker=asker, stage=scene.stage_name(question.begun_in)
    )
