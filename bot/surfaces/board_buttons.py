"""The board's buttons: who sees which is no secret, so each press is authorised on the server."""

from collections.abc import Callable, Mapping

from slack_sdk.models.blocks import ButtonElement, ConfirmObject

from bot.domain.learning_set import Phase, Question, Told
from bot.domain.machine import BIDS, COMMITMENTS, LEARNING_REVIEW, REPORT_BACKS
from bot.domain.turns import proposals
from bot.prompt_library import Line
from bot.surfaces.ids import Action
from bot.surfaces.parts import button, confirm, link_button
from bot.surfaces.scene import Scene


def before_the_start(scene: Scene) -> list[ButtonElement]:
    """Start, I'm here, and the call."""
    start = button(
        Action.START_MEETING, scene.words.plain("board.before.start"), scene.carried(), primary=True
    )
    return [start, _i_am_here(scene), *_call(scene)]


def for_everyone(scene: Scene) -> list[ButtonElement]:
    """The first row: move on, ask, I'm here, the call."""
    moving = [move_on(scene)] if scene.meeting.phase is Phase.RUNNING else []
    return [*moving, *ask(scene), _i_am_here(scene), *_call(scene)]


def ask(scene: Scene) -> list[ButtonElement]:
    """A button to write a question, in the stages that ask for questions."""
    meeting = scene.meeting
    if meeting.stage is None or meeting.turn is None or not scene.format.stage(meeting.stage).questions_asked:
        return []
    return [button(Action.ASK_QUESTION, scene.words.plain("board.buttons.ask"), scene.carried())]


def of_the_stage(scene: Scene) -> list[ButtonElement]:
    """The buttons that belong to the running stage alone."""
    draw = _STAGE_BUTTONS.get(scene.meeting.stage or "")
    return draw(scene) if draw else []


def for_facilitator(scene: Scene) -> list[ButtonElement]:
    """The row of whoever runs the meeting."""
    return [*_time_buttons(scene), *_role_buttons(scene), *_end(scene)]


def for_question(scene: Scene, question: Question) -> list[ButtonElement]:
    """What the owner does with the one question that waits."""
    value = scene.carried(turn=question.turn, item=question.id)
    words = scene.words
    return [
        button(
            Action.QUESTION_ANSWERED,
            words.plain("board.question.answered"),
            value,
            tells=words.plain("board.question.answered_label"),
        ),
        button(
            Action.QUESTION_TAKEN_AWAY,
            words.plain("board.question.take_away"),
            value,
            tells=words.plain("board.question.take_away_label"),
        ),
        button(
            Action.QUESTION_PASSED,
            words.plain("board.question.pass"),
            value,
            tells=words.plain("board.question.pass_label"),
        ),
    ]


def for_ending(scene: Scene, minutes: int) -> list[ButtonElement]:
    """On time, or as much later as was lost."""
    words = scene.words
    return [
        button(Action.END_ON_TIME, words.plain("board.ending.on_time"), scene.carried()),
        button(Action.END_LATER, words.plain("board.ending.later", count=minutes), scene.carried()),
    ]


def going_to_own(scene: Scene) -> Line:
    """Whom moving on from the bids settles on: those chosen, else those proposed; empty if nobody."""
    meeting = scene.meeting
    units = [turn.unit_id for turn in meeting.turns] or [p.unit_id for p in proposals(scene.learning_set)]
    people = [person for unit in units for person in scene.learning_set.unit_people(unit)]
    return scene.people(people)


def move_on(scene: Scene) -> ButtonElement:
    """The one press that takes everybody on; before the stage's time is up it asks first."""
    label, question, heading = _moving(scene)
    early = scene.meeting.told is Told.NOTHING
    return button(
        Action.MOVE_ON,
        label,
        scene.carried(),
        primary=True,
        confirm=_confirm(scene, heading, question) if early else None,
    )


def _moving(scene: Scene) -> tuple[str, Line, str]:
    """The label of the button that moves on, what it asks first, and the heading of that."""
    words, meeting = scene.words, scene.meeting
    stage, count = Line.ours(scene.stage_words.name), len(meeting.present)
    if meeting.position + 1 >= len(meeting.agenda):
        asked = words.rich("board.confirm.close", stage=stage, count=count)
        return words.plain("board.buttons.close"), asked, words.plain("board.confirm.close_title")
    heading = words.plain("board.confirm.next_title")
    owners = going_to_own(scene) if meeting.stage == BIDS else Line()
    if owners.spans:
        asked = words.rich("board.confirm.go_with", stage=stage, owner=owners)
        return words.plain("board.buttons.go_with", owner=owners), asked, heading
    following = _next_name(scene)
    asked = words.rich("board.confirm.next", stage=stage, next=following, count=count)
    return words.plain("board.buttons.next", next=following), asked, heading


def _next_name(scene: Scene) -> Line:
    """The next stage; where the next owner's turn begins, that."""
    meeting = scene.meeting
    following = meeting.agenda[meeting.position + 1]
    running = meeting.turn.number if meeting.turn else None
    owner = (
        scene.owners(following.turn) if following.turn not in (None, running) and following.turn else Line()
    )
    if owner.spans:
        return scene.words.rich("board.buttons.next_turn", owner=owner)
    return scene.stage_name(following.stage)


def _confirm(scene: Scene, heading: str, question: Line) -> ConfirmObject:
    words = scene.words
    return confirm(heading, question, words.plain("board.confirm.yes"), words.plain("board.confirm.no"))


def _i_am_here(scene: Scene) -> ButtonElement:
    return button(Action.I_AM_HERE, scene.words.plain("board.buttons.here"), scene.carried())


def _call(scene: Scene) -> list[ButtonElement]:
    link = scene.learning_set.call_link
    return [link_button(scene.words.plain("board.call"), link, scene.carried())] if link else []


def _time_buttons(scene: Scene) -> list[ButtonElement]:
    words, value = scene.words, scene.carried()
    if scene.meeting.phase is Phase.PAUSED:
        return [button(Action.RESUME, words.plain("board.buttons.resume"), value, primary=True)]
    back = button(
        Action.GO_BACK,
        words.plain("board.buttons.back"),
        value,
        tells=words.plain("board.buttons.back_label"),
    )
    stretch = button(
        Action.STRETCH,
        words.plain("board.buttons.stretch"),
        value,
        tells=words.plain("board.buttons.stretch_label"),
    )
    pause = button(Action.PAUSE, words.plain("board.buttons.pause"), value)
    return [back, stretch, pause] if scene.meeting.position > 0 else [stretch, pause]


def _role_buttons(scene: Scene) -> list[ButtonElement]:
    words, value = scene.words, scene.carried()
    return [
        button(
            Action.HAND_OVER,
            words.plain("board.buttons.hand_over"),
            value,
            tells=words.plain("board.buttons.hand_over_label"),
        ),
        button(
            Action.CORRECT_PRESENCE,
            words.plain("board.buttons.who_is_here"),
            value,
            tells=words.plain("board.buttons.who_is_here_label"),
        ),
    ]


def _end(scene: Scene) -> list[ButtonElement]:
    """To the learning review, and from there to the close; the last stage has only its own button."""
    meeting, words = scene.meeting, scene.words
    stages = [slot.stage for slot in meeting.agenda]
    review = stages.index(LEARNING_REVIEW) if LEARNING_REVIEW in stages else len(stages)
    if meeting.position + 1 >= len(stages) and meeting.phase is Phase.RUNNING:
        return []
    goes_to_review = meeting.position < review < len(stages)
    label = words.plain("board.buttons.end") if goes_to_review else words.plain("board.buttons.close_now")
    asked = words.rich("board.confirm.end") if goes_to_review else words.rich("board.confirm.close_now")
    return [
        button(
            Action.END_MEETING,
            label,
            scene.carried(),
            confirm=_confirm(scene, words.plain("board.confirm.end_title"), asked),
            tells=words.plain("board.buttons.end_label") if goes_to_review else None,
        )
    ]


def _report(scene: Scene) -> list[ButtonElement]:
    if not scene.learning_set.due_commitments():
        return []
    return [
        button(Action.FILE_REPORT, scene.words.plain("board.buttons.report"), scene.carried()),
        button(Action.SKIP_REPORT, scene.words.plain("board.buttons.skip_report"), scene.carried()),
    ]


def _bid(scene: Scene) -> list[ButtonElement]:
    return [
        button(Action.PLACE_BID, scene.words.plain("board.buttons.bid"), scene.carried()),
        button(Action.CHOOSE_OWNERS, scene.words.plain("board.buttons.choose_owners"), scene.carried()),
    ]


def _takeaway(scene: Scene) -> list[ButtonElement]:
    return [button(Action.NOTE_TAKEAWAY, scene.words.plain("board.buttons.takeaway"), scene.carried())]


def _commitment(scene: Scene) -> list[ButtonElement]:
    words = scene.words
    return [
        button(Action.RECORD_COMMITMENT, words.plain("board.buttons.commitment"), scene.carried()),
        button(Action.NO_COMMITMENT, words.plain("board.buttons.no_commitment"), scene.carried()),
        *_takeaway(scene),
    ]


def _learning(scene: Scene) -> list[ButtonElement]:
    return [
        button(Action.WRITE_LEARNING, scene.words.plain("board.buttons.learning"), scene.carried()),
        button(Action.NOTHING_LEARNED, scene.words.plain("board.buttons.no_learning"), scene.carried()),
    ]


_STAGE_BUTTONS: Mapping[str, Callable[[Scene], list[ButtonElement]]] = {
    REPORT_BACKS: _report,
    BIDS: _bid,
    "reframing": _takeaway,
    "shift": _takeaway,
    "action": _takeaway,
    COMMITMENTS: _commitment,
    LEARNING_REVIEW: _learning,
}
