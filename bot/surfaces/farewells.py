"""Private words after a meeting: to owners their questions and what can be completed, to the facilitator what
is unfinished.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain.events import CommitmentEdited, MeetingClosed
from bot.domain.learning_set import Commitment, Question, QuestionState
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line, When, WhenStyle
from bot.surfaces import keys
from bot.surfaces.commitments import DETAILS, edit_button
from bot.surfaces.parts import Part, bullets, direct, in_hours, said, share, short
from bot.surfaces.scene import Scene, Step

LISTED_TEXT = 300


def farewells(event: MeetingClosed, step: Step) -> Iterator[Outgoing]:
    """Everything that is told privately at the close; nothing to anybody for whom there is nothing.

    Of a meeting that closed itself people hear when they next work.
    """
    for message in _farewells(event, step.after):
        yield in_hours(step.after, message) if event.by is None else message


def _farewells(event: MeetingClosed, scene: Scene) -> Iterator[Message]:
    for turn in scene.meeting.turns:
        for person in scene.learning_set.owners(turn):
            yield from questions_of_turn(scene, person, turn.number)
            yield from _completion(scene, person, scene.learning_set.turn_commitments(turn.number))
            if event.by is None and turn.number in event.unfinished_turns:
                yield _forgotten(scene, person)
    yield from _unfinished(scene, event)


def completed(event: CommitmentEdited, step: Step) -> Iterator[Outgoing]:
    """A DM that offered to complete a commitment shows what is still open."""
    commitment, scene = event.commitment, step.after
    if commitment.locks_at is None:
        return
    siblings = [each for each in scene.learning_set.commitments if _same_turn(each, commitment)]
    for person in scene.learning_set.unit_people(commitment.unit_id):
        for message in _completion(scene, person, siblings, always=True):
            yield replace(message, update_only=True)


def _same_turn(one: Commitment, other: Commitment) -> bool:
    return (one.meeting_id, one.turn) == (other.meeting_id, other.turn)


def questions_of_turn(scene: Scene, person: str, turn: int) -> Iterator[Message]:
    """What they took away, and apart from it what nobody reached. Only if there are any."""
    of_turn = [question for question in scene.meeting.questions if question.turn == turn]
    taken = [q for q in of_turn if q.state is QuestionState.TAKEN_AWAY]
    waiting = [q for q in of_turn if q.state is QuestionState.WAITING]
    if not taken and not waiting:
        return
    limit = share(len(taken) + len(waiting))
    yield direct(
        person,
        keys.direct(scene.meeting.id, person, "questions"),
        *_listed(scene, "taken_away", taken, limit),
        *_listed(scene, "waiting" if taken else "only_waiting", waiting, limit),
    )


def _listed(scene: Scene, heading: str, questions: list[Question], limit: int) -> Iterator[Part | None]:
    if not questions:
        return
    key = f"summary.questions.{heading}"
    named = "set" in scene.words.placeholders(key)
    values = {"set": Line.of(scene.learning_set.name)} if named else {}
    yield said(scene.words.rich(key, **values))
    yield bullets(
        [
            scene.words.rich(
                "summary.questions.line", text=short(question.text, limit), who=scene.called(question.asker)
            )
            for question in questions
        ]
    )


def _completion(
    scene: Scene, person: str, commitments: Sequence[Commitment], always: bool = False
) -> Iterator[Message]:
    """For 24 hours, and only where something could still be said."""
    locks_at = next((each.locks_at for each in commitments if each.locks_at is not None), None)
    if locks_at is None or not (always or any(_missing(each) for each in commitments)):
        return
    known = scene.learning_set.people.get(person)
    until = When(locks_at, known.zone if known else scene.learning_set.zone, WhenStyle.DATE_TIME)
    intro = scene.words.rich("between.complete.intro", set=scene.learning_set.name, locks=until)
    parts = [part for each in commitments for part in _completable(scene, each)]
    key = keys.direct(commitments[0].meeting_id, person, "commitment")
    yield replace(direct(person, key, said(intro), *parts), best_before=locks_at)


def _completable(scene: Scene, commitment: Commitment) -> Iterator[Part | None]:
    words = scene.words
    what = short(commitment.what, LISTED_TEXT)
    missing = _missing(commitment)
    line = words.rich("between.report.what", text=what, due=commitment.due_on)
    if not missing:
        yield said(line, words.rich("between.complete.whole"))
        return
    parts = [words.plain(f"between.complete.{name}") for name in missing]
    yield said(line, words.rich("between.complete.missing", parts=Line.ours(", ".join(parts))))
    tells = words.plain("between.complete.button_label", text=what)
    yield edit_button(scene, commitment, words.plain("between.complete.button"), tells)


def _missing(commitment: Commitment) -> list[str]:
    return [name for name in DETAILS if not getattr(commitment, name)]


def _forgotten(scene: Scene, person: str) -> Message:
    line = scene.words.rich("summary.forgotten_owner", set=scene.learning_set.name)
    return direct(person, keys.direct(scene.meeting.id, person, "forgotten"), said(line))


def _unfinished(scene: Scene, event: MeetingClosed) -> Iterator[Message]:
    """To whoever facilitated, names included; nothing where nothing is open."""
    facilitator = scene.meeting.facilitator
    lines = list(_open_ends(scene, event))
    if facilitator is None or not lines:
        return
    intro = scene.words.rich(
        "summary.facilitator.intro", set=scene.learning_set.name, number=scene.meeting.number
    )
    key = keys.direct(scene.meeting.id, facilitator, "unfinished")
    yield direct(facilitator, key, said(intro), bullets(lines))


def _open_ends(scene: Scene, event: MeetingClosed) -> Iterator[Line]:
    learning_set, meeting, words = scene.learning_set, scene.meeting, scene.words
    without = [
        person
        for turn in meeting.turns
        if turn.number in event.unfinished_turns
        for person in learning_set.owners(turn)
    ]
    if without:
        yield words.rich("summary.facilitator.no_commitment", people=scene.people(without))
    left_out = {skip.person for skip in meeting.report_skips}
    silent = [
        m.person
        for m in learning_set.active_members
        if m.person not in left_out and learning_set.reports_missing(m.person)
    ]
    if silent:
        yield words.rich("summary.facilitator.no_report", people=scene.people(silent))
    cut = [
        person for turn in meeting.turns if turn.counted_at is None for person in learning_set.owners(turn)
    ]
    if cut:
        yield words.rich("summary.facilitator.no_time", people=scene.people(cut))
