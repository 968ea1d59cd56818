"""Asking the owner a question, and rewriting or withdrawing one."""

from slack_sdk.models.views import View

from bot.domain.learning_set import Question
from bot.domain.rejections import Reason, Rejected
from bot.prompt_library import Line
from bot.surfaces import parts
from bot.surfaces.fields import Text
from bot.surfaces.forms import Answers, Form
from bot.surfaces.ids import Callback
from bot.surfaces.modals.frame import modal
from bot.surfaces.picks import Tick
from bot.surfaces.scene import Scene

LIMIT = 300
BORROWED = 2


class QuestionAnswers(Answers):
    """A new question."""

    text: str


class EditedQuestion(Answers):
    """A question rewritten or withdrawn."""

    text: str
    withdraw: bool

    @property
    def new_text(self) -> str | None:
        """None: it is withdrawn."""
        return None if self.withdraw else self.text


def ask_question_form() -> Form[QuestionAnswers]:
    """One question."""
    return Form("modals.ask_question", QuestionAnswers, [_text()])


def ask_question_modal(scene: Scene) -> View:
    """Carries the stage and the turn in which it is begun. Raises Rejected where no questions are asked."""
    meeting, slot = scene.meeting, scene.meeting.slot
    if slot is None or slot.turn is None or not scene.format.stage(slot.stage).questions_asked:
        raise Rejected(Reason.NO_QUESTIONS_NOW)
    words = scene.words
    held = scene.format.stage(slot.stage).held
    intro = words.rich(
        "modals.ask_question.intro", owner=scene.owners(slot.turn), stage=scene.stage_name(slot.stage)
    )
    when_held = words.rich("modals.ask_question.held") if held else Line()
    borrowed = borrowable(scene.stage_words.questions, len(meeting.questions))
    pieces = [
        parts.said(intro, when_held),
        *ask_question_form().blocks(words),
        parts.said(words.rich("modals.ask_question.borrow")) if borrowed else None,
        parts.bullets([Line.ours(question) for question in borrowed]),
    ]
    return modal(words, "ask_question", Callback.ASK_QUESTION, scene.carried(), pieces)


def edit_question_form() -> Form[EditedQuestion]:
    """The question, and a box to withdraw it."""
    return Form("modals.edit_question", EditedQuestion, [_text(), Tick(name="withdraw")])


def edit_question_modal(scene: Scene, question_id: str) -> View:
    """Carries the question as ``item``. Raises Rejected for an unknown question."""
    blocks = edit_question_form().blocks(scene.words, {"text": _question(scene, question_id).text})
    carried = scene.carried(item=question_id)
    return modal(scene.words, "edit_question", Callback.EDIT_QUESTION, carried, blocks)


def borrowable(questions: tuple[str, ...], asked: int) -> tuple[str, ...]:
    """Two of the stage's questions, others each time that somebody has asked."""
    start = asked * BORROWED
    count = min(BORROWED, len(questions))
    return tuple(questions[(start + step) % len(questions)] for step in range(count))


def _text() -> Text:
    return Text(name="text", limit=LIMIT, multiline=True)


def _question(scene: Scene, question_id: str) -> Question:
    found = next((q for q in scene.meeting.questions if q.id == question_id), None)
    if found is None:
        raise Rejected(Reason.NO_SUCH_QUESTION)
    return found
