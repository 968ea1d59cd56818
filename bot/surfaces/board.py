"""The board: the one living message of a meeting, drawn from the state whenever it shows something else."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from bot.domain.learning_set import Meeting, Phase, Question, QuestionState, Told
from bot.domain.machine import BIDS, LEARNING_REVIEW, REPORT_BACKS
from bot.domain.turns import turn_count
from bot.outgoing import Message
from bot.prompt_library import Line
from bot.surfaces import board_buttons as rows
from bot.surfaces.bids import proposal_lines, turn_lines
from bot.surfaces.parts import Part, bullets, buttons, in_channel, quoted, said, title
from bot.surfaces.reports import to_come
from bot.surfaces.scene import Scene

BORROWED = 3
"""Questions offered at a time; they rotate with the meeting and the turn."""


def is_up(meeting: Meeting | None) -> bool:
    """Whether the meeting has a board that people use."""
    return meeting is not None and meeting.phase in (Phase.OPENED, Phase.RUNNING, Phase.PAUSED)


def board_parts(scene: Scene) -> tuple[Part, ...]:
    """What the board of the scene's meeting shows. Boards with equal parts need no update."""
    draw = _FORMS[scene.meeting.phase]
    return tuple(part for part in (_title(scene), *draw(scene)) if part is not None)


def board(scene: Scene, parts: tuple[Part, ...]) -> Message:
    """The message of these parts. Once the meeting is over or has moved away, only an update of one sent."""
    meeting = scene.meeting
    drawn = in_channel(scene, scene.board_key, *parts)
    return replace(drawn, stage=meeting.stage, update_only=not is_up(meeting))


def minutes_lost(meeting: Meeting) -> int:
    """Whole minutes that a late start or a pause took, rounded up; 0 when nothing is offered."""
    return ceil((meeting.ending_offer_seconds or 0) / 60)


def _title(scene: Scene) -> Part:
    words = scene.words
    return title(words.rich("board.title", set=scene.learning_set.name, number=scene.meeting.number))


def _before(scene: Scene) -> Iterator[Part | None]:
    start = scene.time(scene.meeting.starts_at)
    yield said(scene.words.rich("board.before.starts", start=start), _facilitates(scene))
    yield bullets(proposal_lines(scene))
    yield buttons(*rows.before_the_start(scene))
    yield said(_here(scene))


def _live(scene: Scene) -> Iterator[Part | None]:
    yield said(_stage(scene), _problem(scene), Line.ours(scene.stage_words.members), _clock(scene))
    yield from _borrowed(scene)
    yield said(*_progress(scene))
    yield _who_will_own(scene)
    yield buttons(*rows.for_everyone(scene))
    yield buttons(*rows.of_the_stage(scene))
    yield from _waiting_question(scene)
    yield from _ending_offer(scene)
    yield said(
        _here(scene),
        scene.words.rich("board.live.ends", end=scene.time(scene.meeting.ends_at)),
        _whose_row(scene),
    )
    yield buttons(*rows.for_facilitator(scene))


def _closed(scene: Scene) -> Iterator[Part | None]:
    meeting, words = scene.meeting, scene.words
    start, end = meeting.started_at or meeting.starts_at, meeting.closed_at or meeting.ends_at
    over = words.rich("board.closed.over", start=scene.time(start), end=scene.time(end))
    owners = [owner for turn in meeting.turns if turn.counted_at for owner in scene.learning_set.owners(turn)]
    yield said(
        words.rich("board.closed.forgotten") if meeting.closed_unfinished else over,
        words.rich("board.closed.owners", owners=scene.people(owners)) if owners else Line(),
        words.rich("board.closed.summary"),
    )


def _moved(scene: Scene) -> Iterator[Part | None]:
    yield said(scene.words.rich("board.before.moved", start=scene.date_time(scene.meeting.starts_at)))


def _cancelled(scene: Scene) -> Iterator[Part | None]:
    yield said(scene.words.rich("board.before.cancelled"))


_FORMS = {
    Phase.SCHEDULED: _moved,
    Phase.OPENED: _before,
    Phase.RUNNING: _live,
    Phase.PAUSED: _live,
    Phase.CLOSED: _closed,
    Phase.CANCELLED: _cancelled,
}


def _facilitates(scene: Scene) -> Line:
    facilitator = scene.learning_set.acting_facilitator
    if facilitator is None:
        return scene.words.rich("board.before.nobody_facilitates")
    return scene.words.rich("board.before.facilitates", name=scene.called(facilitator))


def _whose_row(scene: Scene) -> Line:
    facilitator = scene.learning_set.acting_facilitator
    if facilitator is None:
        return scene.words.rich("board.buttons.for_anyone")
    return scene.words.rich("board.buttons.for_facilitator", name=scene.called(facilitator))


def _stage(scene: Scene) -> Line:
    meeting = scene.meeting
    name = Line.ours(scene.stage_words.name)
    return scene.words.rich(
        "board.live.stage", stage=name, number=meeting.position + 1, total=len(meeting.agenda)
    )


def _problem(scene: Scene) -> Line:
    meeting = scene.meeting
    if meeting.turn is None:
        return Line()
    return scene.words.rich(
        "board.live.problem",
        owner=scene.owners(meeting.turn.number),
        turn=meeting.turn.number,
        total=turn_count(meeting),
    )


def _clock(scene: Scene) -> Line:
    meeting, words = scene.meeting, scene.words
    if meeting.phase is Phase.PAUSED and meeting.paused_at is not None:
        return words.rich("board.live.paused", since=scene.time(meeting.paused_at))
    if meeting.told is not Told.NOTHING:
        return words.rich("board.live.time_up", stage=Line.ours(scene.stage_words.name))
    if meeting.stage is None or meeting.stage_ends_at is None:
        return Line()
    end = scene.time(meeting.stage_ends_at)
    if scene.format.stage(meeting.stage).moves_on_by_itself:
        return words.rich("board.live.until_by_itself", end=end)
    return words.rich("board.live.until", end=end)


def _borrowed(scene: Scene) -> Iterator[Part | None]:
    questions = scene.stage_words.questions
    if not questions:
        return
    turn = scene.meeting.turn
    first = (scene.meeting.number - 1 + (turn.number - 1 if turn else 0)) * BORROWED
    count = min(BORROWED, len(questions))
    chosen = [questions[(first + offset) % len(questions)] for offset in range(count)]
    yield said(scene.words.rich("board.live.borrow"))
    yield bullets([Line.ours(question) for question in chosen])


def _who_will_own(scene: Scene) -> Part | None:
    """While owners are being settled: those chosen, else those proposed, and why."""
    if scene.meeting.stage != BIDS:
        return None
    return said(*turn_lines(scene)) or bullets(proposal_lines(scene))


def _progress(scene: Scene) -> Iterator[Line]:
    """What the set awaits in this stage: totals, never names."""
    meeting, words = scene.meeting, scene.words
    if meeting.stage == REPORT_BACKS:
        yield _reports_progress(scene)
    if meeting.stage == LEARNING_REVIEW and meeting.learning_shown:
        yield words.rich("board.live.learning_shown")
    elif meeting.stage == LEARNING_REVIEW:
        written = {line.person for line in meeting.learning}
        present = {m.person for m in scene.learning_set.active_members if m.person in meeting.present}
        yield words.rich("board.live.learning_in", written=len(written), total=len(written | present))


def _reports_progress(scene: Scene) -> Line:
    if not scene.learning_set.due_commitments():
        return scene.words.rich("board.live.nothing_due")
    count = to_come(scene.learning_set)
    if count == 0:
        return scene.words.rich("board.live.all_reported")
    return scene.words.rich("board.live.reports_to_come", count=count)


def _here(scene: Scene) -> Line:
    """Members in their order, then whoever else is here."""
    members = [member.person for member in scene.learning_set.active_members]
    present = scene.meeting.present
    people = [p for p in members if p in present] + sorted(present.difference(members))
    return scene.words.rich("board.live.here", people=scene.people(people)) if people else Line()


def _waiting_question(scene: Scene) -> Iterator[Part | None]:
    """The one question that waits for the owner. In a stillness nothing is held out to them."""
    meeting = scene.meeting
    waiting = _waiting(scene)
    if not waiting or meeting.stage is None or scene.format.stage(meeting.stage).held:
        return
    first, more = waiting[0], len(waiting) - 1
    owner = scene.owners(first.turn)
    yield said(scene.words.rich("board.question.waits", owner=owner, asker=scene.called(first.asker)))
    yield quoted(first.text)
    yield said(scene.words.rich("board.question.more", count=more)) if more else None
    yield buttons(*rows.for_question(scene, first))


def _waiting(scene: Scene) -> list[Question]:
    turn = scene.meeting.turn
    return [
        question
        for question in scene.meeting.questions
        if turn is not None and question.turn == turn.number and question.state is QuestionState.WAITING
    ]


def _ending_offer(scene: Scene) -> Iterator[Part | None]:
    minutes = minutes_lost(scene.meeting)
    if minutes:
        yield said(scene.words.rich("board.ending.offer", count=minutes))
        yield buttons(*rows.for_ending(scene, minutes))
