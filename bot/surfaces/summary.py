"""The summary at the close: for the whole set, shown in the channel as well."""

from collections.abc import Iterator, Sequence

from bot.domain.events import MeetingClosed
from bot.domain.learning_set import Turn
from bot.outgoing import Message, Outgoing
from bot.prompt_library import Line
from bot.surfaces.bids import proposal_lines
from bot.surfaces.farewells import farewells
from bot.surfaces.learning import learning_parts, texts_in
from bot.surfaces.parts import Part, bullets, in_thread, said, share, short, title
from bot.surfaces.scene import Scene, Step


def closed(event: MeetingClosed, step: Step) -> Iterator[Outgoing]:
    """The summary, and after it the private words to owners and facilitator."""
    yield summary_post(step.after, event.unfinished_turns, _next(step))
    yield from farewells(event, step)


def summary_post(scene: Scene, unfinished: Sequence[int], further: Iterator[Part | None]) -> Message:
    """The summary of the scene's meeting, which has closed; ``further`` is what comes next."""
    words, limit = scene.words, share(_texts(scene))
    heading = words.rich("summary.title", set=scene.learning_set.name, number=scene.meeting.number)
    return in_thread(
        scene,
        "summary",
        title(heading),
        said(words.rich("summary.forgotten")) if scene.meeting.closed_unfinished else None,
        *_turns(scene, unfinished, limit),
        *_took_away(scene, limit),
        *_learned(scene, limit),
        *further,
        broadcast=True,
    )


def _texts(scene: Scene) -> int:
    meeting = scene.meeting
    commitments = sum(len(scene.learning_set.turn_commitments(turn.number)) for turn in meeting.turns)
    return commitments + len(meeting.turns) + len(meeting.takeaways) + texts_in(meeting.learning)


def _turns(scene: Scene, unfinished: Sequence[int], limit: int) -> Iterator[Part | None]:
    for turn in scene.meeting.turns:
        owner = scene.owners(turn.number)
        if turn.counted_at is None:
            yield said(scene.words.rich("summary.no_time", owner=owner))
            continue
        yield said(scene.words.rich("summary.owned", owner=owner))
        yield bullets(_outcomes(scene, turn, unfinished, limit))


def _outcomes(scene: Scene, turn: Turn, unfinished: Sequence[int], limit: int) -> list[Line]:
    """The commitments of a turn, or why there is none."""
    words = scene.words
    made = [
        words.rich("summary.commitment", date=each.due_on, text=short(each.what, limit))
        for each in scene.learning_set.turn_commitments(turn.number)
    ]
    if made or turn.none_because is None:
        return made or ([words.rich("summary.unfinished")] if turn.number in unfinished else [])
    return [words.rich("summary.none_because", text=short(turn.none_because, limit))]


def _took_away(scene: Scene, limit: int) -> Iterator[Part | None]:
    lines = [
        scene.words.rich("summary.line", who=scene.called(each.person), text=short(each.text, limit))
        for each in scene.meeting.takeaways
    ]
    if lines:
        yield said(scene.words.rich("summary.took_away"))
        yield bullets(lines)


def _learned(scene: Scene, limit: int) -> Iterator[Part | None]:
    if texts_in(scene.meeting.learning):
        yield said(scene.words.rich("summary.learned"))
        yield from learning_parts(scene, limit)


def _next(step: Step) -> Iterator[Part | None]:
    """When the set meets next and who is proposed, and why. They can still say "not this time"."""
    scene, final = step.after, step.final
    if final.meeting.id != scene.meeting.id:
        start = final.date_time(final.meeting.starts_at)
        yield said(scene.words.rich("summary.next", start=start))
        yield bullets(proposal_lines(final))
    yield said(scene.words.rich("summary.thanks"))
